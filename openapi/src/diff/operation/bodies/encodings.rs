//! How the parts of a body are written: each with its media type and its headers (OpenAPI 3.1 section 4.8.15). Only
//! multipart and form bodies have encodings; elsewhere they are ignored.

use serde_json::json;

use crate::diff::message::{Message, message};
use crate::diff::operation::bodies::media_types::example_besides;
use crate::diff::operation::headers;
use crate::diff::operation::parameters::styles::{self, STYLE};
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
    for (name, matched) in matched.or_anything(bodies).members() {
        let subject = message!("the part `{}` of {}", name, subject);
        let old = Declarations::of(walk.base, &bodies.base, name);
        let new = Declarations::of(walk.revision, &bodies.revision, name);
        if !old.is_any() || !new.is_any() {
            // The name must be that of a property (OpenAPI 3.1 section 4.8.14.1). One that only one side declares is
            // compared with the schemas.
            let subject = message!("the encoding of {}, which not both declare,", &subject);
            fields::one(walk, &matched, area, Kind::Text, &subject);
            continue;
        }
        // A part that is described on one side only is the default one on the other.
        let part = matched.or_anything(bodies);
        let is_written = !is_multipart
            && STYLE.iter().any(|key| part.get(key).is_some())
            && old.only().zip(new.only()).is_some_and(|(base, revision)| {
                let schemas = Pair { base, revision };
                styles::field_of_form(walk, &part, &schemas, (name, direction), &subject)
            });
        for (key, matched) in part.members() {
            match key {
                "contentType" => content_type(walk, bodies, (name, &matched), direction, &subject),
                "headers" if is_multipart => headers::compare(walk, &part, direction, &subject),
                "headers" => {
                    let subject = message!("`headers` of {}, where they have no effect", &subject);
                    fields::one(walk, &matched, Area::Header, Kind::Text, &subject);
                }
                // Elsewhere the style of a part has no effect, or another one (OpenAPI 3.1 section 4.8.15.1.2).
                _ if STYLE.contains(&key) && is_written => {}
                _ => fields::field(walk, key, &matched, area, &subject),
            }
        }
    }
}

/// What the schema of a body declares for a part.
struct Declarations<'a> {
    properties: Vec<Node<'a>>,
    /// Whether the schema may describe the part in another way.
    may_be_more: bool,
}

/// The keywords that may describe a property that no one names.
const DESCRIBING: &[&str] = &[
    "$dynamicRef",
    "patternProperties",
    "unevaluatedProperties",
    "dependentSchemas",
    "if",
];

/// How deeply nested parts and alternatives of a body are read.
const DEEPEST: usize = 8;

impl<'a> Declarations<'a> {
    fn of(document: &'a Document, body: &Node<'a>, name: &str) -> Self {
        let schema = body.get("schema");
        let mut declarations = Self {
            properties: Vec::new(),
            may_be_more: schema.is_none(),
        };
        let mut pending: Vec<(Node<'a>, usize)> =
            schema.map(|schema| (schema, 0)).into_iter().collect();
        while let Some((schema, depth)) = pending.pop() {
            let schema = follow(document, &schema);
            let declared = schema.get("properties");
            let declared = declared.and_then(|members| members.get(name));
            declarations.properties.extend(declared);
            let parts = ["allOf", "anyOf", "oneOf"].into_iter();
            let parts: Vec<Node<'a>> = parts.flat_map(|key| schema.items_of(key)).collect();
            declarations.may_be_more |= (depth == DEEPEST && !parts.is_empty())
                || DESCRIBING.iter().any(|key| schema.get(key).is_some())
                || schema
                    .get("additionalProperties")
                    .is_some_and(|others| others.value.is_object());
            pending.extend(
                parts
                    .into_iter()
                    .filter(|_| depth < DEEPEST)
                    .map(|part| (part, depth + 1)),
            );
        }
        declarations
    }

    fn is_any(&self) -> bool {
        self.may_be_more || !self.properties.is_empty()
    }

    /// Returns the only declaration.
    fn only(&self) -> Option<Node<'a>> {
        match self.properties.as_slice() {
            [only] if !self.may_be_more => Some(only.clone()),
            _ => None,
        }
    }
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
    let properties = Declarations::of(document, body, name).properties;
    let mut defaults = properties.iter().map(of_property);
    let first = defaults.next()??;
    defaults.all(|other| other == Some(first)).then_some(first)
}

/// Returns whether a string is binary: encoded, or `format: binary`, which reading turns into a media type.
fn is_binary(schema: &Node<'_>) -> bool {
    schema.value.get("contentEncoding").is_some()
        || schema.text("contentMediaType") == Some("application/octet-stream")
}
