//! What an operation takes: its parameters and its bodies, with their schemas.

use openapi::media_type::MediaType;
use openapi::schema::{Direction, bundle_for};
use openapi::{Document, Operation, pointer};
use serde_json::Value;

use super::writing::{self, Form, Writing};
use crate::case::sample::Location;
use crate::contract::parameters::declared;
use crate::contract::{Contract, JSON};

/// How deep files are looked for in the schema of a form.
const DEPTH: usize = 6;

/// A parameter of an operation.
pub(crate) struct Parameter<'c> {
    /// The pointer below the operation, as cases name what they cover.
    pub(crate) below: String,
    /// The pointer in the document to its definition.
    pub(crate) place: String,
    pub(crate) location: Location,
    pub(crate) name: &'c str,
    pub(crate) required: bool,
    pub(crate) schema: Value,
    pub(crate) writing: Writing,
}

impl Parameter<'_> {
    /// Returns the pointer to what has its schema and its examples: the parameter, or its media type.
    pub(crate) fn holder(&self) -> String {
        match &self.writing {
            Writing::Style { .. } => self.place.clone(),
            Writing::Content(media_type) => {
                pointer::join_all(&self.place, ["content", media_type.as_str()])
            }
        }
    }
}

/// A body that an operation takes, in one media type.
pub(crate) struct Body<'c> {
    /// The media type or the range, as the contract writes it.
    pub(crate) declared: &'c str,
    /// The media type that it is sent in: for a range, one that is in it.
    pub(crate) media_type: &'c str,
    /// The pointer in the document to the media type object.
    pub(crate) place: String,
    /// The self-contained schema, where the contract has one.
    pub(crate) schema: Option<Value>,
    /// The properties of a form that are files.
    pub(crate) files: Vec<String>,
    /// Whether a request must have a body.
    pub(crate) required: bool,
}

impl Body<'_> {
    /// Returns how its values are written.
    pub(crate) fn form(&self) -> Form {
        Form::of(&MediaType::of(self.media_type))
    }

    /// Writes a value of it: the media type with its parameters, and the bytes. `None` where the media type cannot carry it.
    pub(crate) fn written(&self, contract: &Contract, value: &Value) -> Option<(String, Vec<u8>)> {
        let place = contract.document().at(&self.place);
        let encodings = place.map_or(&Value::Null, |place| &place["encoding"]);
        writing::body(self.media_type, value, encodings, &self.files)
    }
}

/// Returns the bodies of an operation: JSON first, then in the contract's order.
pub(crate) fn bodies<'c>(contract: &'c Contract, operation: &Operation) -> Vec<Body<'c>> {
    let document = contract.document();
    let body = document.follow(&pointer::join(&operation.pointer, "requestBody"));
    let content = pointer::join(&body, "content");
    let required = document.at(&pointer::join(&body, "required")) == Some(&Value::Bool(true));
    let media_types = document.at(&content).and_then(Value::as_object);
    let mut bodies: Vec<Body<'c>> = (media_types.into_iter().flatten())
        .map(|(declared, _)| {
            let place = document.follow(&pointer::join(&content, declared));
            let schema = pointer::join(&place, "schema");
            Body {
                declared,
                media_type: within(declared, document, &schema),
                files: files(document, &schema, DEPTH),
                schema: (document.at(&schema))
                    .map(|_| bundle_for(document, &schema, Direction::Request)),
                place,
                required,
            }
        })
        .collect();
    bodies.sort_by_key(|body| match MediaType::of(body.media_type) {
        media_type if media_type.essence() == JSON => 0,
        media_type if media_type.is_json() => 1,
        _ => 2,
    });
    bodies
}

/// Returns a media type of a range that suits the schema at a pointer; what is no range is returned as it is.
fn within<'c>(declared: &'c str, document: &Document, schema: &str) -> &'c str {
    let range = MediaType::of(declared);
    if !range.is_range() {
        return declared;
    }
    let resolved = document.resolve(schema).unwrap_or(&Value::Null);
    let is_any = resolved.as_object().is_none_or(serde_json::Map::is_empty);
    let best = match resolved["type"].as_str() {
        _ if is_any || is_bytes(document, schema, DEPTH) => "application/octet-stream",
        Some("string") => "text/plain",
        Some(_) | None => JSON,
    };
    let others = [JSON, "text/plain", "image/png", "audio/mpeg", "video/mp4"];
    let mut fitting = std::iter::once(best).chain(others);
    let fitting = fitting.find(|one| range.includes(&MediaType::of(one)));
    fitting.unwrap_or(declared)
}

/// Returns the properties of a schema that are bytes.
fn files(document: &Document, schema: &str, depth: usize) -> Vec<String> {
    let (place, Some(depth)) = (document.follow(schema), depth.checked_sub(1)) else {
        return Vec::new();
    };
    let schema = document.at(&place).unwrap_or(&Value::Null);
    let properties = schema["properties"].as_object().into_iter().flatten();
    let named = properties.map(|(name, _)| name);
    let is_file = |name: &&String| {
        let property = pointer::join_all(&place, ["properties", name.as_str()]);
        is_bytes(document, &property, depth)
    };
    let mut found: Vec<String> = named.filter(is_file).cloned().collect();
    let branches = branches(schema, &place);
    found.extend((branches.iter()).flat_map(|branch| files(document, branch, depth)));
    found
}

/// Returns whether a schema is one of bytes, or of a list of such: a media type without an encoding in text (OpenAPI 3.1, section
/// 4.8.14.3), as which `format: binary` is read too.
fn is_bytes(document: &Document, schema: &str, depth: usize) -> bool {
    let (place, Some(depth)) = (document.follow(schema), depth.checked_sub(1)) else {
        return false;
    };
    let schema = document.at(&place).unwrap_or(&Value::Null);
    let has = |key: &str| schema.get(key).is_some();
    let items = pointer::join(&place, "items");
    has("contentMediaType") && !has("contentEncoding")
        || has("items") && is_bytes(document, &items, depth)
        || (branches(schema, &place).iter()).any(|branch| is_bytes(document, branch, depth))
}

/// Returns the pointers to the parts and alternatives of a schema.
fn branches(schema: &Value, place: &str) -> Vec<String> {
    let keywords = ["allOf", "anyOf", "oneOf"].into_iter();
    let branches = keywords.flat_map(|keyword| {
        let branches = schema[keyword].as_array().map_or(0, Vec::len);
        (0..branches).map(move |branch| pointer::join_all(place, [keyword, &branch.to_string()]))
    });
    branches.collect()
}

/// Returns the parameters of an operation that values can be sampled for.
pub(crate) fn parameters<'c>(contract: &'c Contract, operation: &Operation) -> Vec<Parameter<'c>> {
    let document = contract.document();
    let found = declared(document, operation).into_iter();
    let found = found.filter_map(|parameter| {
        let location = Location::parse(parameter.value["in"].as_str()?)?;
        let name = parameter.value["name"].as_str()?;
        // The media types say what these are, whatever is declared (OpenAPI 3.1, section 4.8.12.2).
        let is_ignored = |header: &&str| name.eq_ignore_ascii_case(header);
        if location == Location::Header && ["accept", "content-type"].iter().any(is_ignored) {
            return None;
        }
        let writing = Writing::of(parameter.value, location)?;
        let schema = match &writing {
            Writing::Style { .. } => pointer::join(&parameter.place, "schema"),
            Writing::Content(media_type) => {
                pointer::join_all(&parameter.place, ["content", media_type, "schema"])
            }
        };
        let schema = (document.at(&schema)).map(|_| openapi::schema::bundle(document, &schema));
        Some(Parameter {
            below: parameter.below,
            location,
            writing,
            name,
            required: parameter.value["required"] == true,
            schema: schema.unwrap_or(Value::Bool(true)),
            place: parameter.place,
        })
    });
    found.collect()
}
