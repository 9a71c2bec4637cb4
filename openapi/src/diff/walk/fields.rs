//! What only a reader sees: texts, examples, extensions, and fields without a rule of their own.

use serde_json::Value;

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::deprecation;
use crate::diff::walk::graph::Walk;
use crate::diff::walk::message::{both_shown, shown};
use crate::diff::walk::node::{Matched, Node, Pair};
use crate::pointer;
use crate::schema::Direction;

/// The kind and class of a field that only annotates, by its name; `None` for other fields.
fn kind_of(key: &str) -> Option<(Kind, Class)> {
    let (kind, class) = match key {
        "title" | "summary" | "description" | "externalDocs" | "xml" => (Kind::Text, Class::Docs),
        "example" | "examples" => (Kind::Example, Class::Docs),
        "deprecated" => (Kind::Deprecation, Class::Docs),
        "default" => (Kind::Default, Class::Docs),
        "tags" => (Kind::Tags, Class::Docs),
        // What it does to messages is compared where the properties are.
        "readOnly" | "writeOnly" => (Kind::Access, Class::Docs),
        // A hint at which alternative to read; what is accepted is the alternatives' matter.
        "discriminator" => (Kind::Discriminator, Class::Docs),
        "format" | "contentEncoding" | "contentMediaType" => (Kind::Format, Class::Docs),
        key if key.starts_with("x-") => (Kind::Extension, Class::Docs),
        _ => return None,
    };
    Some((kind, class))
}

/// Every member of the two objects, as text.
pub(crate) fn every_member(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area, subject: &str) {
    for (key, matched) in pair.members() {
        let (kind, class) = kind_of(key).unwrap_or((Kind::Text, Class::Docs));
        record(
            walk,
            &matched,
            area,
            (kind, class),
            &format!("`{key}` of {subject}"),
        );
    }
}

/// A field that the caller has no rule for: an annotation by its name, else unproven, since nothing
/// may be silent.
pub(crate) fn field(
    walk: &mut Walk<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &str,
) {
    let (kind, class) = kind_of(key).unwrap_or((Kind::Field, Class::Unproven));
    record(
        walk,
        matched,
        area,
        (kind, class),
        &format!("`{key}` of {subject}"),
    );
}

/// Examples by their names (OpenAPI 3.1 section 4.8.14): one that is a component is told of there, once,
/// whoever refers to it.
pub(crate) fn examples<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, area: Area, subject: &str) {
    if let Matched::Pair(pair) = matched {
        let mut differ_here = !pair.base.value.is_object();
        for (_, example) in pair.members() {
            match example {
                Matched::Pair(example) if refer_to_one_name(&example) => {
                    let target = walk.followed(&example);
                    let name = pointer::last(&target.revision.pointer).into_owned();
                    // Which way the message goes does not matter to a text.
                    walk.in_pair(&target, Direction::Response, |walk| {
                        let pair = Matched::Pair(target.clone());
                        one(
                            walk,
                            &pair,
                            area,
                            Kind::Example,
                            &format!("the example `{name}`"),
                        );
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

/// Whether both refer to examples of one name, and say the same beside it.
fn refer_to_one_name(example: &Pair<'_>) -> bool {
    let name = |node: &Node<'_>| {
        let reference = node.value.get("$ref")?.as_str()?;
        Some(pointer::last(reference).into_owned())
    };
    let (base, revision) = (name(&example.base), name(&example.revision));
    // A Reference Object has no other fields (OpenAPI 3.1 section 4.8.23).
    let beside = |key: &str| {
        let (base, revision) = (example.base.value.get(key), example.revision.value.get(key));
        base == revision
    };
    base.is_some() && base == revision && beside("summary") && beside("description")
}

/// A field of an object that may make promises (an operation, a parameter): as [`field`] otherwise.
pub(crate) fn field_of(
    walk: &mut Walk<'_>,
    whole: &Pair<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &str,
) {
    let deprecated = whole.revision.is_set("deprecated");
    if !deprecation::compare(walk, key, matched, deprecated, area, subject) {
        field(walk, key, matched, area, subject);
    }
}

/// A field that is known to be only text.
pub(crate) fn one(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    area: Area,
    kind: Kind,
    subject: &str,
) {
    record(walk, matched, area, (kind, Class::Docs), subject);
}

fn record(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    area: Area,
    (kind, class): (Kind, Class),
    subject: &str,
) {
    match matched {
        Matched::Pair(pair) => {
            // What the same text refers to is told where it stands.
            if pair.base.value == pair.revision.value || walk.same(pair) {
                return;
            }
            let (was, is) = both_shown(pair.base.value, pair.revision.value);
            let message = format!("{subject} changed from {was} to {is}");
            walk.note(
                Rule::new(area, kind, Action::Changed),
                class,
                &pair.revision,
                message,
            );
            let (base, revision) = (pair.base.value.clone(), pair.revision.value.clone());
            if let Some(change) = walk.last() {
                change.base = Some(base);
                change.revision = Some(revision);
            }
        }
        Matched::Removed(node) if !is_default(subject, node) => {
            let message = format!("{subject} was removed; it was {}", shown(node.value));
            walk.note(Rule::new(area, kind, Action::Removed), class, node, message);
        }
        Matched::Added(node) if !is_default(subject, node) => {
            let message = format!("{subject} was added: {}", shown(node.value));
            walk.note(Rule::new(area, kind, Action::Added), class, node, message);
        }
        Matched::Removed(_) | Matched::Added(_) => {}
    }
}

/// Whether the field says what its absence says.
fn is_default(subject: &str, node: &Node<'_>) -> bool {
    let flag = ["`deprecated`", "`readOnly`", "`writeOnly`"]
        .iter()
        .any(|name| subject.starts_with(name));
    flag && node.value == &Value::Bool(false)
}
