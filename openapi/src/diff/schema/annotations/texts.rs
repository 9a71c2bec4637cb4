//! The texts anywhere within two schemas, for schemas that are not compared part by part.

use serde_json::Value;

use crate::diff::message::message;
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::collected::is_compared;
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{Context, Node, Pair, Walk, follow_schema};
use crate::document::Document;
use crate::hashed::HashSet;
use crate::keywords;
use crate::schema::is_asserted_format;

/// Compares the texts of two schemas and those anywhere within them.
pub(crate) fn compare_every<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = every_text(walk.base, &pair.base);
    let new = every_text(walk.revision, &pair.revision);
    note_differences(walk, &old, &new, pair, context);
}

/// Compares the texts anywhere within two schemas, but not their own.
pub(crate) fn compare_below<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>) {
    let old = texts_of(walk.base, &pair.base, false);
    let new = texts_of(walk.revision, &pair.revision, false);
    note_differences(walk, &old, &new, pair, context);
}

/// Keywords whose schemas are judged together with the schema that has them.
const JUDGED: &[&str] = &[
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "contains",
    "prefixItems",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Compares the texts within the keywords whose schemas are judged together with the schema that has them, of those that
/// `is_judged` says.
pub(crate) fn compare_judged<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    context: &Context<'a>,
    is_judged: impl Fn(&str) -> bool,
) {
    let within = |document: &Document, core: &Node<'_>| -> Vec<String> {
        let judged = JUDGED.iter().filter(|key| is_judged(key));
        let judged = judged.filter_map(|key| Some((*key, core.get(key)?)));
        let schemas = judged.flat_map(|(key, node)| schemas_of(key, node));
        schemas
            .flat_map(|schema| every_text(document, &schema))
            .collect()
    };
    let old = within(walk.base, &cores.base);
    let new = within(walk.revision, &cores.revision);
    note_differences(walk, &old, &new, cores, context);
}

/// Compares the texts of the parts of two schemas, without those of the whole itself. With `apart`, those within their
/// properties, items and other keywords as well, but for the keywords that it names.
pub(crate) fn compare_parts<'a>(
    walk: &mut Walk<'a>,
    (base, revision): (&[Node<'a>], &[Node<'a>]),
    context: &Context<'a>,
    apart: Option<&[&str]>,
) {
    let texts = |document: &Document, parts: &[Node<'a>]| -> Vec<String> {
        let own = parts.iter().skip(1).flat_map(own_texts);
        // The formats of parts are compared together, unless the wholes are equal.
        let (first, is_format) = (parts.first(), |text: &String| text.starts_with(FORMAT));
        let formats = first.into_iter().flat_map(own_texts).filter(is_format);
        let own = (own.chain(formats)).filter(|text| apart.is_some() || !is_format(text));
        let inner = parts
            .iter()
            .filter(|_| apart.is_some())
            .flat_map(Node::members);
        let inner = inner.filter(|(key, _)| !apart.unwrap_or_default().contains(key));
        let inner = inner.flat_map(|(key, node)| schemas_of(key, node));
        let inner = inner.flat_map(|schema| every_text(document, &schema));
        own.chain(inner).collect()
    };
    if let (Some(old), Some(new)) = (base.first(), revision.first()) {
        let pair = Pair {
            base: old.clone(),
            revision: new.clone(),
        };
        let (old, new) = (texts(walk.base, base), texts(walk.revision, revision));
        note_differences(walk, &old, &new, &pair, context);
    }
}

/// Returns the schemas that a keyword holds.
fn schemas_of<'a>(keyword: &str, node: Node<'a>) -> Vec<Node<'a>> {
    if keywords::SINGLE.contains(&keyword) {
        vec![node]
    } else if keywords::LISTS.contains(&keyword) {
        node.items()
    } else if keywords::MAPS.contains(&keyword) && !keywords::is_container(keyword) {
        node.members().into_iter().map(|(_, node)| node).collect()
    } else {
        Vec::new()
    }
}

/// Reports the texts that only one of two schemas has.
pub(crate) fn note_differences(
    walk: &mut Walk<'_>,
    old: &[String],
    new: &[String],
    pair: &Pair<'_>,
    context: &Context<'_>,
) {
    let missing = |from: &[String], texts: &[String]| -> Vec<String> {
        let missing = texts.iter().filter(|text| !from.contains(text));
        missing.cloned().collect()
    };
    let (mut removed, mut added) = (missing(new, old), missing(old, new));
    // Those of one keyword are shown side by side.
    let is_of_values = |text: &String| text.starts_with(FORMAT) || text.starts_with(ENCODING);
    for texts in [&mut removed, &mut added] {
        texts.sort_by_key(|text| !is_of_values(text));
    }
    let subject = &context.subject;
    for index in 0..removed.len().max(added.len()) {
        let message = match (removed.get(index), added.get(index)) {
            (Some(old), Some(new)) => {
                message!("texts within {} differ: {} → {}", subject, old, new)
            }
            (Some(old), None) => message!("texts within {} differ: {} removed", subject, old),
            (None, Some(new)) => message!("texts within {} differ: {} added", subject, new),
            (None, None) => continue,
        };
        let (kind, class) = match (removed.get(index), added.get(index)) {
            (Some(old), Some(new)) if [old, new].iter().all(|text| text.starts_with(FORMAT)) => {
                (Kind::Format, Class::Unproven)
            }
            (old, new) if old.or(new).is_some_and(|text| text.starts_with(ENCODING)) => {
                (Kind::Format, Class::Unproven)
            }
            _ => (Kind::Text, Class::Docs),
        };
        let rule = context.rule(kind, Action::Changed);
        walk.note(rule, class, pair, message);
    }
}

/// How the texts of a format and of an encoding begin. Of two that differ, nothing is known of the values that both
/// allow.
const FORMAT: &str = "format: ";
const ENCODING: &str = "contentEncoding: ";

/// Returns every annotation of a schema and of what is below it.
pub(crate) fn every_text(document: &Document, schema: &Node<'_>) -> Vec<String> {
    texts_of(document, schema, true)
}

/// Returns every annotation below a schema, but not its own.
pub(crate) fn texts_below(document: &Document, schema: &Node<'_>) -> Vec<String> {
    texts_of(document, schema, false)
}

/// Returns the annotations within a schema, sorted, since schemas that are compared as wholes may be composed
/// differently.
fn texts_of(document: &Document, schema: &Node<'_>, with_its_own: bool) -> Vec<String> {
    let mut texts = Vec::new();
    // A schema that is only a reference is a layer around its target, whose texts are its own.
    let only_refers = |schema: &Node<'_>| assertions(schema).is_some_and(|keys| keys == ["$ref"]);
    let mut whole = schema.clone();
    while !with_its_own && only_refers(&whole) {
        let target = follow_schema(document, &whole);
        if target.pointer == whole.pointer {
            break;
        }
        whole = target;
    }
    let mut seen = HashSet::default();
    let mut pending = vec![whole];
    while let Some(node) = pending.pop() {
        if !seen.insert(node.pointer.clone()) {
            continue;
        }
        if with_its_own || seen.len() > 1 {
            texts.extend(own_texts(&node));
        }
        // What is beside a reference is read together with its target.
        let target = follow_schema(document, &node);
        if target.pointer != node.pointer {
            pending.push(target);
        }
        for (key, member) in node.members() {
            if is_compared(key) {
                continue;
            }
            pending.extend(schemas_of(key, member));
        }
    }
    texts.sort_unstable();
    texts
}

/// Returns the annotations of one schema object. A flag that is false means the same as its absence.
fn own_texts(schema: &Node<'_>) -> Vec<String> {
    let is_text = |key: &str, value: &Value| match key {
        // No validator asserts the others.
        "format" => !value.as_str().is_some_and(is_asserted_format),
        _ => is_compared(key) && (value != &Value::Bool(false) || key == "default"),
    };
    let members = schema.members().into_iter();
    members
        .filter(|(key, member)| is_text(key, member.value))
        .map(|(key, member)| format!("{key}: {}", member.value))
        .collect()
}
