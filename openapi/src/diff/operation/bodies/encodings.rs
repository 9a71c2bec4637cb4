//! How the parts of a body are written: each with its media type and its headers (OpenAPI 3.1 section
//! 4.8.15). It holds for multipart and form bodies alone, and is ignored elsewhere.

use crate::diff::operation::bodies::media_types::MediaType;
use crate::diff::operation::headers;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields, follow};
use crate::schema::Direction;
use serde_json::{Value, json};

/// Compares the encodings of the parts of a body, whose media type objects are `bodies`.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    bodies: &Pair<'a>,
    matched: Matched<'a>,
    direction: Direction,
    (media_type, subject): (&str, &str),
) {
    let kind = MediaType::of(media_type);
    let is_multipart = MediaType::of("multipart/*").covers(&kind);
    if !is_multipart && kind != MediaType::of("application/x-www-form-urlencoded") {
        let subject = format!("`encoding` of {subject}, where it has no effect");
        return fields::one(walk, &matched, Area::of(direction), Kind::Text, &subject);
    }
    for (name, part) in parts(bodies, matched) {
        let subject = format!("the part `{name}` of {subject}");
        for (key, matched) in part.members() {
            match key {
                "contentType" => content_type(walk, bodies, (name, &matched), direction, &subject),
                "headers" if is_multipart => headers::compare(walk, &part, direction, &subject),
                "headers" => {
                    let subject = format!("`headers` of {subject}, where they have no effect");
                    fields::one(walk, &matched, Area::Header, Kind::Text, &subject);
                }
                _ => fields::field(walk, key, &matched, Area::of(direction), &subject),
            }
        }
    }
}

/// The parts by their names. One that is described on one side only is the usual one on the other, of which
/// nothing is said.
fn parts<'a>(bodies: &Pair<'a>, matched: Matched<'a>) -> Vec<(&'a str, Pair<'a>)> {
    let members = matched.or_anything(bodies).members().into_iter();
    members
        .map(|(name, matched)| (name, matched.or_anything(bodies)))
        .collect()
}

/// Which media types a part may have. The sender chooses among them.
fn content_type<'a>(
    walk: &mut Walk<'a>,
    bodies: &Pair<'a>,
    (name, matched): (&str, &Matched<'a>),
    direction: Direction,
    subject: &str,
) {
    let usual = (
        usual_of(walk.base, &bodies.base, name),
        usual_of(walk.revision, &bodies.revision, name),
    );
    let (old, new, node) = match matched {
        Matched::Pair(pair) => (listed(&pair.base), listed(&pair.revision), &pair.revision),
        Matched::Removed(node) => (listed(node), usual.1.map(named), node),
        Matched::Added(node) => (usual.0.map(named), listed(node), node),
    };
    let (Some(old), Some(new)) = (old, new) else {
        return fields::field(walk, "contentType", matched, Area::of(direction), subject);
    };
    let besides = |these: &[(String, MediaType)], others: &[(String, MediaType)]| {
        let is_among = |one: &MediaType| {
            others
                .iter()
                .any(|(_, other)| other == one || other.covers(one))
        };
        let types: Vec<MediaType> = others.iter().map(|(_, other)| other.clone()).collect();
        let one = these.iter().find(|(_, one)| !is_among(one))?;
        Some(if one.1.is_range() {
            one.1.one_besides(&types)
        } else {
            one.0.clone()
        })
    };
    let found = [
        (besides(&old, &new), Action::Narrowed, "may no longer be"),
        (besides(&new, &old), Action::Widened, "may now be"),
    ];
    for (one, action, word) in found {
        let Some(one) = one else { continue };
        let breaks = (action == Action::Narrowed) == (direction == Direction::Request);
        let rule = Rule::new(Area::of(direction), Kind::MediaType, action);
        let witness = json!({ name: { "headers": { "content-type": &one } } });
        let message = format!("{subject} {word} `{one}`");
        walk.decide(rule, node, message, breaks.then_some(witness));
    }
}

fn named(media_type: &str) -> Vec<(String, MediaType)> {
    vec![(media_type.to_owned(), MediaType::of(media_type))]
}

/// Whether a string holds octets: it is encoded, or `format: binary`, which reading has lifted.
fn holds_octets(schema: &Node<'_>) -> bool {
    let held = schema.value.get("contentMediaType");
    schema.value.get("contentEncoding").is_some()
        || held.is_some_and(|held| held == "application/octet-stream")
}

/// The media types of a list that is written with commas.
fn listed(node: &Node<'_>) -> Option<Vec<(String, MediaType)>> {
    let types = node.value.as_str()?.split(',').map(str::trim);
    Some(types.flat_map(named).collect())
}

/// The media type that a part of this name has where none is named: by the type of its schema, where it
/// has one type.
fn usual_of<'a>(
    document: &'a crate::Document,
    body: &Node<'a>,
    name: &str,
) -> Option<&'static str> {
    let schema = follow(document, &body.get("schema")?);
    let property = follow(document, &schema.get("properties")?.get(name)?);
    let of = |schema: &Node<'a>| {
        Some(match schema.value.get("type")?.as_str()? {
            "string" if holds_octets(schema) => "application/octet-stream",
            "string" | "number" | "integer" | "boolean" => "text/plain",
            "object" => "application/json",
            _ => return None,
        })
    };
    match property.value.get("type").and_then(Value::as_str) {
        Some("array") => of(&follow(document, &property.get("items")?)),
        _ => of(&property),
    }
}
