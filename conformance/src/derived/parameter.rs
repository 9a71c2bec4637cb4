//! The parameters and the JSON body of an operation, with their schemas.

use openapi::{Operation, pointer};
use serde_json::Value;

use crate::case::sample::Location;
use crate::contract::parameters::declared;
use crate::contract::{Contract, JSON};

/// A parameter of an operation.
pub(super) struct Parameter<'c> {
    /// The pointer below the operation, as cases name what they cover.
    pub(super) below: String,
    pub(super) location: Location,
    pub(super) name: &'c str,
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// Returns the self-contained schema of an operation's JSON body, and whether a body is required.
pub(super) fn body(contract: &Contract, operation: &Operation) -> Option<(Value, bool)> {
    let document = contract.document();
    let schema = document.request_schema(operation, JSON)?;
    let body = document.resolve(&pointer::join(&operation.pointer, "requestBody"))?;
    let schema = openapi::schema::bundle(document, &schema.pointer);
    Some((schema, body["required"] == true))
}

/// Returns the parameters of an operation that values can be sampled for.
pub(super) fn parameters<'c>(contract: &'c Contract, operation: &Operation) -> Vec<Parameter<'c>> {
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
        })
    });
    found.collect()
}
