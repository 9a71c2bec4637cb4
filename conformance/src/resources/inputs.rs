//! What an operation takes: its parameters and its bodies, with their schemas.

use openapi::media_type::MediaType;
use openapi::{Operation, pointer};
use serde_json::Value;

use crate::case::sample::Location;
use crate::contract::parameters::declared;
use crate::contract::{Contract, JSON};

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
}

/// A body that an operation takes, in one media type.
pub(crate) struct Body<'c> {
    /// The media type, as the contract writes it.
    pub(crate) media_type: &'c str,
    /// The pointer in the document to the media type object.
    pub(crate) place: String,
    /// The self-contained schema, where the contract has one.
    pub(crate) schema: Option<Value>,
    /// Whether a request must have a body.
    pub(crate) required: bool,
}

/// Returns the self-contained schema of an operation's JSON body, and whether a body is required.
pub(crate) fn body(contract: &Contract, operation: &Operation) -> Option<(Value, bool)> {
    let document = contract.document();
    let schema = document.request_schema(operation, JSON)?;
    let body = document.resolve(&pointer::join(&operation.pointer, "requestBody"))?;
    let schema = openapi::schema::bundle(document, &schema.pointer);
    Some((schema, body["required"] == true))
}

/// Returns the bodies of an operation: JSON first, then in the contract's order.
pub(crate) fn bodies<'c>(contract: &'c Contract, operation: &Operation) -> Vec<Body<'c>> {
    let document = contract.document();
    let body = document.follow(&pointer::join(&operation.pointer, "requestBody"));
    let content = pointer::join(&body, "content");
    let required = document.at(&pointer::join(&body, "required")) == Some(&Value::Bool(true));
    let media_types = document.at(&content).and_then(Value::as_object);
    let mut bodies: Vec<Body<'c>> = (media_types.into_iter().flatten())
        .map(|(media_type, _)| {
            let place = document.follow(&pointer::join(&content, media_type));
            let schema = pointer::join(&place, "schema");
            Body {
                media_type,
                schema: (document.at(&schema)).map(|_| openapi::schema::bundle(document, &schema)),
                place,
                required,
            }
        })
        .collect();
    bodies.sort_by_key(|body| match MediaType::of(body.media_type).essence() {
        essence if essence == JSON => 0,
        essence if is_json(&essence) => 1,
        _ => 2,
    });
    bodies
}

/// Returns whether a media type without parameters is JSON, or a type that is written as JSON (RFC 6839, section 3.1).
pub(crate) fn is_json(essence: &str) -> bool {
    essence == JSON || essence.ends_with("+json")
}

/// Returns the parameters of an operation that values can be sampled for.
pub(crate) fn parameters<'c>(contract: &'c Contract, operation: &Operation) -> Vec<Parameter<'c>> {
    let document = contract.document();
    let found = declared(document, operation).into_iter();
    let found = found.filter_map(|parameter| {
        // A parameter with `content` in place of `schema` is JSON within a text, which is not sampled.
        let schema = pointer::join(&parameter.place, "schema");
        document.at(&schema)?;
        Some(Parameter {
            below: parameter.below,
            location: Location::parse(parameter.value["in"].as_str()?)?,
            name: parameter.value["name"].as_str()?,
            required: parameter.value["required"] == true,
            schema: openapi::schema::bundle(document, &schema),
            place: parameter.place,
        })
    });
    found.collect()
}
