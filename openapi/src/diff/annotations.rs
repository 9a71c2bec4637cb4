//! What only a reader sees: texts, examples, extensions, and fields without a rule of their own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::graph::{At, Both, Flow, Matched, Walk};
use super::message::{both_shown, shown};
use super::rule::{Action, Area, Kind};
use super::{Class, Rule, discriminators, extensible, held, promises};
use crate::{keywords, pointer};

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
pub(super) fn every_member(walk: &mut Walk<'_>, both: &Both<'_>, area: Area, subject: &str) {
    for (key, matched) in both.members() {
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
pub(super) fn field(
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
pub(super) fn examples<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, area: Area, subject: &str) {
    if let Matched::Both(both) = matched {
        let mut differ_here = !both.base.value.is_object();
        for (_, example) in both.members() {
            match example {
                Matched::Both(example) if refer_to_one_name(&example) => {
                    let target = walk.followed(&example);
                    let name = pointer::last(&target.revision.pointer).into_owned();
                    // Which way the message goes does not matter to a text.
                    walk.pair(&target, Flow::Response, |walk| {
                        let both = Matched::Both(target.clone());
                        one(
                            walk,
                            &both,
                            area,
                            Kind::Example,
                            &format!("the example `{name}`"),
                        );
                    });
                }
                Matched::Both(example) => differ_here |= !walk.same(&example),
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
fn refer_to_one_name(example: &Both<'_>) -> bool {
    let name = |at: &At<'_>| {
        let reference = at.value.get("$ref")?.as_str()?;
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
pub(super) fn field_of(
    walk: &mut Walk<'_>,
    whole: &Both<'_>,
    key: &str,
    matched: &Matched<'_>,
    area: Area,
    subject: &str,
) {
    let deprecated = whole.revision.is_set("deprecated");
    if !promises::compare(walk, key, matched, deprecated, area, subject) {
        field(walk, key, matched, area, subject);
    }
}

/// A field that is known to be only text.
pub(super) fn one(
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
        Matched::Both(both) => {
            // What the same text refers to is told where it stands.
            if both.base.value == both.revision.value || walk.same(both) {
                return;
            }
            let (was, is) = both_shown(both.base.value, both.revision.value);
            let message = format!("{subject} changed from {was} to {is}");
            walk.note(
                Rule::new(area, kind, Action::Changed),
                class,
                &both.revision,
                message,
            );
            let (base, revision) = (both.base.value.clone(), both.revision.value.clone());
            if let Some(change) = walk.last() {
                change.base = Some(base);
                change.revision = Some(revision);
            }
        }
        Matched::Removed(at) if !is_default(subject, at) => {
            let message = format!("{subject} was removed; it was {}", shown(at.value));
            walk.note(Rule::new(area, kind, Action::Removed), class, at, message);
        }
        Matched::Added(at) if !is_default(subject, at) => {
            let message = format!("{subject} was added: {}", shown(at.value));
            walk.note(Rule::new(area, kind, Action::Added), class, at, message);
        }
        Matched::Removed(_) | Matched::Added(_) => {}
    }
}

/// Whether the field says what its absence says.
fn is_default(subject: &str, at: &At<'_>) -> bool {
    let flag = ["`deprecated`", "`readOnly`", "`writeOnly`"]
        .iter()
        .any(|name| subject.starts_with(name));
    flag && at.value == &Value::Bool(false)
}

/// The annotations that one schema, with the wrappers around it, puts before a reader.
pub(super) type Annotations<'a> = BTreeMap<&'a str, At<'a>>;

/// Adds the annotations of one schema object; those already there, of a wrapper around it, stand.
pub(super) fn collect<'a>(schema: &At<'a>, into: &mut Annotations<'a>) {
    for (key, at) in schema.members() {
        if is_shown(key) {
            into.entry(key).or_insert(at);
        }
    }
}

/// Whether a keyword of a schema is an annotation that is compared; identifiers are not.
fn is_shown(key: &str) -> bool {
    keywords::is_annotation(key) && !matches!(key, "$id" | "$anchor" | "$schema" | "$comment")
}

/// Compares the annotations of a schema.
pub(super) fn of_schema<'a>(
    walk: &mut Walk<'a>,
    base: &Annotations<'a>,
    revision: &Annotations<'a>,
    flow: Flow,
    subject: &str,
) {
    let keys: std::collections::BTreeSet<&str> =
        base.keys().chain(revision.keys()).copied().collect();
    for key in keys {
        let Some(matched) = Matched::of(base.get(key).cloned(), revision.get(key).cloned()) else {
            continue;
        };
        if is_said_otherwise(key, base, revision)
            || held::compare(walk, key, &matched, flow, subject)
            || (key == "x-extensible-enum" && extensible::lists(walk, &matched, flow, subject))
        {
            continue;
        }
        if let ("discriminator", Matched::Both(both)) = (key, &matched) {
            discriminators::compare(walk, both, flow, subject);
            continue;
        }
        let deprecated = revision
            .get("deprecated")
            .is_some_and(|at| at.value == &Value::Bool(true));
        if !promises::compare(walk, key, &matched, deprecated, flow.area(), subject) {
            field(walk, key, &matched, flow.area(), subject);
        }
    }
}

/// Whether the annotation and its counterpart say the same in two spellings: one example as `example`
/// and as a list of one (OpenAPI 3.1 section 4.8.24).
fn is_said_otherwise(key: &str, base: &Annotations<'_>, revision: &Annotations<'_>) -> bool {
    match key {
        "example" | "examples" => {
            let only = |of: &Annotations<'_>| match (of.get("example"), of.get("examples")) {
                (Some(one), None) => Some(vec![one.value.clone()]),
                (None, Some(list)) => list.value.as_array().cloned(),
                (Some(_), Some(_)) | (None, None) => None,
            };
            only(base).is_some() && only(base) == only(revision)
        }
        _ => false,
    }
}

/// Every annotation anywhere below a schema but its own, for parts that are compared as a whole: the
/// texts in any order, since such parts differ in how they are put together.
pub(super) fn all_below(document: &crate::Document, schema: &At<'_>) -> Vec<String> {
    texts_of(document, schema, false)
}

/// Every annotation of a schema and of what is below it.
pub(super) fn every_text(document: &crate::Document, schema: &At<'_>) -> Vec<String> {
    texts_of(document, schema, true)
}

fn texts_of(document: &crate::Document, schema: &At<'_>, with_its_own: bool) -> Vec<String> {
    let mut found = Vec::new();
    // What only refers is a layer around what it refers to, whose texts are its own.
    let only_refers = super::layers::assertions(schema).is_some_and(|keys| keys == ["$ref"]);
    let whole = if only_refers && !with_its_own {
        super::graph::follow(document, schema)
    } else {
        schema.clone()
    };
    let mut seen = std::collections::HashSet::new();
    let mut pending = vec![whole];
    while let Some(at) = pending.pop() {
        if !seen.insert(at.pointer.clone()) {
            continue;
        }
        if with_its_own || seen.len() > 1 {
            found.extend(shown_texts(&at));
        }
        // What stands beside a reference is read with what it leads to.
        let target = super::graph::follow(document, &at);
        if target.pointer != at.pointer {
            pending.push(target);
        }
        for (key, member) in at.members() {
            if is_shown(key) {
                continue;
            }
            if keywords::SINGLE.contains(&key) {
                pending.push(member);
            } else if keywords::LISTS.contains(&key) {
                pending.extend(member.items());
            } else if keywords::MAPS.contains(&key) && !keywords::is_container(key) {
                pending.extend(member.members().into_iter().map(|(_, at)| at));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The annotations of one schema object. A flag that is not set says what its absence says.
fn shown_texts(schema: &At<'_>) -> Vec<String> {
    let members = schema.members().into_iter();
    members
        .filter(|(key, member)| {
            is_shown(key) && (member.value != &Value::Bool(false) || *key == "default")
        })
        .map(|(key, member)| format!("{key}: {}", member.value))
        .collect()
}
