//! How the parts of a body are written: each with its media type and its headers (OpenAPI 3.1 section 4.8.15). Only
//! multipart and form bodies have encodings; elsewhere they are ignored.

use serde_json::json;

use crate::diff::message::{Message, message};
use crate::diff::operation::bodies::media_types::example_besides;
use crate::diff::operation::headers;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields, follow};
use crate::document::Document;
use crate::media_type::MediaType;
use crate::schema::Direction;

/// Compares the encodings of the parts of a body, whose media type objects are `bodies`.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    bodies: &Pair<'a>,
    matched: Matched<'a>,
    direction: Direction,
    (media_type, subject): (&str, &Message),
) {
    let area = Area::of(direction);
    let media_type = MediaType::of(media_type);
    let is_multipart = MediaType::of("multipart/*").covers(&media_type);
    if !is_multipart && media_type != MediaType::of("application/x-www-form-urlencoded") {
        let subject = message!("`encoding` of {}, where it has no effect", subject);
        return fields::one(walk, &matched, area, Kind::Text, &subject);
    }
    for (name, part) in parts(bodies, matched) {
        let subject = message!("the part `{}` of {}", name, subject);
        for (key, matched) in part.members() {
            match key {
                "contentType" => content_type(walk, bodies, (name, &matched), direction, &subject),
                "headers" if is_multipart => headers::compare(walk, &part, direction, &subject),
                "headers" => {
                    let subject = message!("`headers` of {}, where they have no effect", &subject);
                    fields::one(walk, &matched, Area::Header, Kind::Text, &subject);
                }
                // Elsewhere the style of a part has no effect, or another one (OpenAPI 3.1 section 4.8.15.1.2).
                _ if STYLE.contains(&key)
                    && !is_multipart
                    && have_one_style(walk, bodies, name, &part) => {}
                _ => fields::field(walk, key, &matched, area, &subject),
            }
        }
    }
}

/// The fields of an encoding that say how a field of a form is written.
const STYLE: &[&str] = &["style", "explode", "allowReserved"];

/// Returns whether both sides write the field of a form in one style, named or not.
fn have_one_style<'a>(walk: &Walk<'a>, bodies: &Pair<'a>, name: &str, part: &Pair<'a>) -> bool {
    let base = style_of(walk.base, &bodies.base, name, &part.base);
    let revision = style_of(walk.revision, &bodies.revision, name, &part.revision);
    base.is_some() && base == revision
}

/// Returns the style of a field of a form, whether its parts are written one by one where that makes a difference, and
/// whether it may contain reserved characters. An object is JSON unless a style is named.
fn style_of<'a>(
    document: &'a Document,
    body: &Node<'a>,
    name: &str,
    encoding: &Node<'a>,
) -> Option<(&'a str, Option<bool>, bool)> {
    let property = property_of(document, body, name)?;
    let is_scalar = |schema: &Node<'a>| {
        let kind = schema.text("type");
        kind.is_some_and(|kind| matches!(kind, "string" | "number" | "integer" | "boolean"))
    };
    let is_list = property.text("type") == Some("array")
        && property
            .get("items")
            .is_some_and(|items| is_scalar(&follow(document, &items)));
    let is_named = STYLE.iter().any(|key| encoding.get(key).is_some());
    if !is_named && !is_list && !is_scalar(&property) {
        return None;
    }
    let style = encoding.text("style").unwrap_or("form");
    let explode = encoding
        .get("explode")
        .and_then(|explode| explode.value.as_bool());
    let explode = explode.unwrap_or(style == "form");
    let matters = !is_scalar(&property);
    Some((
        style,
        matters.then_some(explode),
        encoding.is_set("allowReserved"),
    ))
}

fn property_of<'a>(document: &'a Document, body: &Node<'a>, name: &str) -> Option<Node<'a>> {
    let schema = follow(document, &body.get("schema")?);
    Some(follow(document, &schema.get("properties")?.get(name)?))
}

/// Returns the parts by their names. A part that is described on one side only is the default one on the other.
fn parts<'a>(bodies: &Pair<'a>, matched: Matched<'a>) -> Vec<(&'a str, Pair<'a>)> {
    let members = matched.or_anything(bodies).members().into_iter();
    members
        .map(|(name, matched)| (name, matched.or_anything(bodies)))
        .collect()
}

/// Compares the media types that a part may have. The sender chooses among them.
fn content_type<'a>(
    walk: &mut Walk<'a>,
    bodies: &Pair<'a>,
    (name, matched): (&str, &Matched<'a>),
    direction: Direction,
    subject: &Message,
) {
    let (old, new) = match matched {
        Matched::Pair(pair) => (listed(&pair.base), listed(&pair.revision)),
        Matched::Removed(node) => {
            let default = default_of(walk.revision, &bodies.revision, name);
            (listed(node), default.map(named))
        }
        Matched::Added(node) => {
            let default = default_of(walk.base, &bodies.base, name);
            (default.map(named), listed(node))
        }
    };
    let (Some(old), Some(new)) = (old, new) else {
        return fields::field(walk, "contentType", matched, Area::of(direction), subject);
    };
    let besides = |these: &[(String, MediaType)], others: &[(String, MediaType)]| {
        let others: Vec<MediaType> = others.iter().map(|(_, other)| other.clone()).collect();
        let is_among = |one: &MediaType| others.iter().any(|other| other.includes(one));
        let (name, one) = these.iter().find(|(_, one)| !is_among(one))?;
        Some(example_besides(name, one, &others))
    };
    let changes = [
        (
            besides(&old, &new),
            Action::Narrowed,
            "{} may no longer be `{}`",
        ),
        (besides(&new, &old), Action::Widened, "{} may now be `{}`"),
    ];
    for (one, action, template) in changes {
        let Some(one) = one else { continue };
        let breaks = (action == Action::Narrowed) == (direction == Direction::Request);
        let rule = Rule::new(Area::of(direction), Kind::MediaType, action);
        let witness = json!({ name: { "headers": { "content-type": &one } } });
        let message = message!(template, subject, &one);
        walk.decide(rule, matched, message, breaks.then_some(witness));
    }
}

fn named(media_type: &str) -> Vec<(String, MediaType)> {
    vec![(media_type.to_owned(), MediaType::of(media_type))]
}

/// Returns the media types of a list with commas.
fn listed(node: &Node<'_>) -> Option<Vec<(String, MediaType)>> {
    let types = node.value.as_str()?.split(',').map(str::trim);
    Some(types.flat_map(named).collect())
}

/// Returns the media type of a part where none is given: by the type of its schema, if that has one type in each part
/// and alternative of the body that declares it.
fn default_of<'a>(document: &'a Document, body: &Node<'a>, name: &str) -> Option<&'static str> {
    let of = |schema: &Node<'a>| {
        Some(match schema.text("type")? {
            "string" if is_binary(schema) => "application/octet-stream",
            "string" | "number" | "integer" | "boolean" => "text/plain",
            "object" => "application/json",
            _ => return None,
        })
    };
    let of_property = |property: &Node<'a>| {
        let property = follow(document, property);
        match property.text("type") {
            Some("array") => of(&follow(document, &property.get("items")?)),
            _ => of(&property),
        }
    };
    let mut properties = Vec::new();
    let mut pending: Vec<(Node<'a>, usize)> = body
        .get("schema")
        .map(|schema| (schema, 0))
        .into_iter()
        .collect();
    while let Some((schema, depth)) = pending.pop() {
        let schema = follow(document, &schema);
        properties.extend(
            schema
                .get("properties")
                .and_then(|members| members.get(name)),
        );
        let parts = ["allOf", "anyOf", "oneOf"].into_iter();
        let parts = parts.flat_map(|keyword| schema.items_of(keyword));
        pending.extend(
            parts
                .filter(|_| depth < DEEPEST)
                .map(|part| (part, depth + 1)),
        );
    }
    let mut defaults = properties.iter().map(of_property);
    let first = defaults.next()??;
    defaults.all(|other| other == Some(first)).then_some(first)
}

/// How deeply nested parts and alternatives of a body are read.
const DEEPEST: usize = 8;

/// Returns whether a string is binary: encoded, or `format: binary`, which reading turns into a media type.
fn is_binary(schema: &Node<'_>) -> bool {
    schema.value.get("contentEncoding").is_some()
        || schema.text("contentMediaType") == Some("application/octet-stream")
}
