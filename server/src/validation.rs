//! The bodies of refusals in the format of FastAPI and pydantic, which clients of the published service parse.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::redact;

pub(crate) mod fields;

/// One step of an error's location: a name (`body`, `reason`) or a position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Step {
    /// A part of the request, or the name of a field, parameter or header.
    Name(&'static str),
    /// A position in a text, in characters from its start.
    Position(usize),
}

/// One error in a request (contract, 422).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ValidationError {
    #[serde(rename = "type")]
    kind: &'static str,
    loc: Vec<Step>,
    msg: String,
    input: Value,
    #[serde(skip_serializing_if = "Map::is_empty")]
    ctx: Map<String, Value>,
}

impl ValidationError {
    /// Builds an error of pydantic's type `kind` at `loc`. `input` is the client's value, shown in the form of
    /// [`redact::value`].
    pub(crate) fn new(
        kind: &'static str,
        loc: &[&'static str],
        msg: impl Into<String>,
        input: &Value,
    ) -> Self {
        Self {
            kind,
            loc: loc.iter().map(|name| Step::Name(name)).collect(),
            msg: msg.into(),
            input: redact::value(input),
            ctx: Map::new(),
        }
    }

    /// Adds a machine-readable detail, such as the limit that was exceeded.
    pub(crate) fn with(mut self, name: &str, detail: impl Into<Value>) -> Self {
        self.ctx.insert(name.to_owned(), detail.into());
        self
    }

    /// Appends a position to the location.
    pub(crate) fn at_position(mut self, position: usize) -> Self {
        self.loc.push(Step::Position(position));
        self
    }

    /// Builds the error of a required value that is absent.
    pub(crate) fn missing(loc: &[&'static str], input: &Value) -> Self {
        Self::new("missing", loc, "Field required", input)
    }

    /// Builds the error of a body that is not JSON, from the position in characters and the parser's message.
    pub(crate) fn json_invalid(position: usize, reason: impl Into<Value>) -> Self {
        Self::new("json_invalid", &["body"], "JSON decode error", &json!({}))
            .at_position(position)
            .with("error", reason)
    }

    /// Builds the error of a body that is not an object, or not of a JSON media type.
    pub(crate) fn not_an_object(input: &Value) -> Self {
        Self::new(
            "model_attributes_type",
            &["body"],
            "Input should be a valid dictionary or object to extract fields from",
            input,
        )
    }

    /// Builds the error of a text that is not a UUID in its canonical form.
    pub(crate) fn not_a_uuid(loc: &[&'static str], input: &str) -> Self {
        let error =
            "expected the canonical form: 32 lower-case hexadecimal digits in groups of 8-4-4-4-12";
        Self::new(
            "uuid_parsing",
            loc,
            format!("Input should be a valid UUID, {error}"),
            &input.into(),
        )
        .with("error", error)
    }
}

/// The body of each refusal other than 422.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HTTPError {
    /// Why the request was refused, for people
    pub(crate) detail: String,
}

/// The body of a 422.
#[derive(Debug, Serialize)]
pub(crate) struct HTTPValidationError {
    /// All errors of the request, at least one.
    pub(crate) detail: Vec<ValidationError>,
}

// The two schemas are written by hand: the published titles differ from the fields' names ("Location", "Error Type"), and the
// published properties have no descriptions, which a derived schema would take from the comments above.
impl ToSchema for HTTPValidationError {}

impl PartialSchema for HTTPValidationError {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property(
                "detail",
                ArrayBuilder::new()
                    .items(Ref::from_schema_name(ValidationError::name()))
                    .title(Some("Detail")),
            )
            .title(Some("HTTPValidationError"))
            .into()
    }
}

impl ToSchema for ValidationError {}

impl PartialSchema for ValidationError {
    fn schema() -> RefOr<Schema> {
        let step = AnyOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(Type::String))
            .item(ObjectBuilder::new().schema_type(Type::Integer));
        ObjectBuilder::new()
            .property(
                "loc",
                ArrayBuilder::new().items(step).title(Some("Location")),
            )
            .required("loc")
            .property(
                "msg",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .title(Some("Message")),
            )
            .required("msg")
            .property(
                "type",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .title(Some("Error Type")),
            )
            .required("type")
            .property(
                "input",
                ObjectBuilder::new()
                    .schema_type(SchemaType::AnyValue)
                    .title(Some("Input")),
            )
            .property("ctx", ObjectBuilder::new().title(Some("Context")))
            .title(Some("ValidationError"))
            .into()
    }
}
