//! Fields that only a reader sees (texts, examples, extensions), and fields without a rule of their own.

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::deprecation;
use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::{Matched, Pair};
use crate::schema::Direction;
use crate::{keywords, pointer};

/// Returns the kind of a field that only annotates, by its name; `None` for other fields.
fn kind_of(key: &str) -> Option<Kind> {
    Some(match key {
        "title" | "summary" | "description" | "externalDocs" | "xml" => Kind::Text,
        "example" | "examples" => Kind::Example,
        "deprecated" => Kind::Deprecation,
        "default" => Kind::Default,
        "tags" => Kind::Tags,
        // What it means for messages is compared with the properties.
        "readOnly" | "writeOnly" => Kind::Access,
        // It only helps to choose an alternative; what is accepted is decided by the alternatives.
        "discriminator" => Kind::Discriminator,
        "format" | "contentEncoding" | "contentMediaType" => Kind::Format,
        key if key.starts_with("x-") => Kind::Extension,
        _ => return None,
    })
}

/// Compares every member of two objects as text.
pub(crate) fn every_member(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area, subject: &Message) {
    for (key, matched) in pair.members() {
        let kind = kind_of(key).unwrap_or(Kind::Text);
        member(walk, key, &matched, area, (kind, Class::Docs), subject);
    }
}

/// Compares a field that the caller has no rule for. It is an annotation by its name; one of OpenAPI's fields is unproven,
/// since nothing may be silent. Tools ignore all others.
pub(crate) fn field(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &Message,
) {
    let axes = match kind_of(key) {
        Some(kind) => (kind, Class::Docs),
        None if keywords::is_field(key) => (Kind::Field, Class::Unproven),
        None => (Kind::Field, Class::Docs),
    };
    member(walk, key, matched, area, axes, subject);
}

/// Compares what may mean anything for messages, under a name that its author chose.
pub(crate) fn unproven(
    walk: &mut Walk<'_>,
    name: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &Message,
) {
    let axes = (Kind::Field, Class::Unproven);
    member(walk, name, matched, area, axes, subject);
}

/// Compares a keyword of a schema that annotates, known or not.
pub(crate) fn annotation(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &Message,
) {
    let kind = kind_of(key).unwrap_or(Kind::Field);
    member(walk, key, matched, area, (kind, Class::Docs), subject);
}

/// Compares a field that is known to be only text, and whose name is part of the message.
pub(crate) fn text_field(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &Message,
) {
    member(walk, key, matched, area, (Kind::Text, Class::Docs), subject);
}

fn member(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    axes: (Kind, Class),
    subject: &Message,
) {
    // These say nothing when they are false: absence means the same.
    let is_default = match matched {
        Matched::Removed(node) | Matched::Added(node) => {
            matches!(key, "deprecated" | "readOnly" | "writeOnly")
                && node.value == &Value::Bool(false)
        }
        Matched::Pair(_) => false,
    };
    if !is_default {
        record(
            walk,
            matched,
            area,
            axes,
            &message!("`{}` of {}", key, subject),
        );
    }
}

/// Compares examples by their names (OpenAPI 3.1 section 4.8.14). One that is a component is compared once, whatever
/// refers to it.
pub(crate) fn examples<'a>(
    walk: &mut Walk<'a>,
    matched: &Matched<'a>,
    area: Area,
    subject: &Message,
) {
    if let Matched::Pair(pair) = matched {
        let mut differ_here = !pair.base.value.is_object();
        for (_, example) in pair.members() {
            match example {
                Matched::Pair(example) if refer_to_one_name(&example) => {
                    let target = walk.followed(&example);
                    let name = pointer::last(&target.revision.pointer);
                    let subject = message!("the example `{}`", name.as_ref());
                    // The direction of the message does not matter to a text.
                    walk.in_pair(&target, Direction::Response, |walk| {
                        let matched = Matched::Pair(target.clone());
                        one(walk, &matched, area, Kind::Example, &subject);
                    });
                }
                Matched::Pair(example) => differ_here |= !walk.same(&example),
                Matched::Removed(_) | Matched::Added(_) => differ_here = true,
            }
        }
        if !differ_here {
            return;
        }
    }
    field(walk, "examples", matched, area, subject);
}

/// Returns whether both refer to examples of one name, and say the same beside the reference.
fn refer_to_one_name(example: &Pair<'_>) -> bool {
    let [base, revision] =
        [&example.base, &example.revision].map(|node| node.text("$ref").map(pointer::last));
    // A Reference Object has no other fields (OpenAPI 3.1 section 4.8.23).
    let beside = |key: &str| example.base.value.get(key) == example.revision.value.get(key);
    base.is_some() && base == revision && beside("summary") && beside("description")
}

/// Compares a field of an object that may make promises (an operation, a parameter); other fields as [`field`] does.
pub(crate) fn field_of(
    walk: &mut Walk<'_>,
    whole: &Pair<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &Message,
) {
    let deprecated = whole.revision.is_set("deprecated");
    if !deprecation::compare(walk, key, matched, deprecated, area, subject) {
        field(walk, key, matched, area, subject);
    }
}

/// Compares a field that is known to be only text.
pub(crate) fn one(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    area: Area,
    kind: Kind,
    subject: &Message,
) {
    record(walk, matched, area, (kind, Class::Docs), subject);
}

fn record(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    area: Area,
    (kind, class): (Kind, Class),
    subject: &Message,
) {
    match matched {
        Matched::Pair(pair) => {
            let (base, revision) = (pair.base.value, pair.revision.value);
            // What equal texts refer to is reported where it is.
            if base == revision || walk.same(pair) {
                return;
            }
            let [was, is] = Part::differing(base, revision);
            walk.record(Change {
                base: Some(base.clone()),
                revision: Some(revision.clone()),
                ..Change::new(
                    Rule::new(area, kind, Action::Changed),
                    class,
                    pair,
                    message!("{} changed from {} to {}", subject, was, is),
                )
            });
        }
        Matched::Removed(node) => {
            let message = message!("{} was removed; it was {}", subject, node.value);
            walk.note(Rule::new(area, kind, Action::Removed), class, node, message);
        }
        Matched::Added(node) => {
            let message = message!("{} was added: {}", subject, node.value);
            walk.note(Rule::new(area, kind, Action::Added), class, node, message);
        }
    }
}
