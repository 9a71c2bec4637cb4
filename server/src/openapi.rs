//! The parts of the OpenAPI document that the handlers' annotations cannot express.

pub(crate) mod slice;

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, ServerBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::validation::{HTTPValidationError, ValidationError};

const DESCRIPTION: &str = "\
API tokens of a business: create, list and revoke them. A revoked token is refused for ever.

Send the token as `Authorization: Bearer dz_…` and the id of your business as `x-business-id`. To try an operation out here, \
enter both under **Authorize** first.";

/// Returns the document without operations.
pub(crate) fn base() -> OpenApi {
    let mut info = Info::new("Token service", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    // Swagger UI's Authorize dialogue asks for these. No operation requires them, since the published one documents its
    // credential as a header parameter.
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An API token, `dz_…`"))
        .build();
    let business = ApiKey::Header(ApiKeyValue::with_description(
        "x-business-id",
        "The id of your business, a UUID",
    ));
    let components = ComponentsBuilder::new()
        .schema(
            HTTPValidationError::name(),
            <HTTPValidationError as utoipa::PartialSchema>::schema(),
        )
        .schema(
            ValidationError::name(),
            <ValidationError as utoipa::PartialSchema>::schema(),
        )
        .security_scheme("bearerToken", SecurityScheme::Http(bearer))
        .security_scheme("businessId", SecurityScheme::ApiKey(business))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .components(Some(components))
        .build()
}

/// Adds what utoipa's annotations cannot express, by the rules of FastAPI and pydantic:
///
/// - a component's title is its name, a property's title its name in words, unless an annotation gives another;
/// - a component has no description, since rustdoc of a type is for the readers of this code;
/// - integers have no `format`;
/// - a body that may be `null` has the title `Payload`, after the parameter's name in FastAPI.
pub(crate) fn finish(mut document: OpenApi) -> OpenApi {
    if let Some(components) = &mut document.components {
        for (name, schema) in &mut components.schemas {
            finish_component(name, schema);
        }
    }
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            title_nullable_body(operation);
        }
    }
    document
}

/// Sets the titles of a component and its properties, and removes what pydantic does not write.
fn finish_component(name: &str, schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(component)) = schema else {
        return;
    };
    component.description = None;
    component.title.get_or_insert_with(|| name.to_owned());
    for (name, property) in &mut component.properties {
        match property {
            RefOr::T(Schema::Object(property)) => {
                property.title.get_or_insert_with(|| in_words(name));
                if let Some(SchemaFormat::KnownFormat(KnownFormat::Int32 | KnownFormat::Int64)) =
                    property.format
                {
                    property.format = None;
                }
            }
            RefOr::T(Schema::Array(property)) => {
                property.title.get_or_insert_with(|| in_words(name));
            }
            // pydantic titles neither references nor unions of them. The enum is not exhaustive.
            RefOr::Ref(_) | RefOr::T(_) => {}
        }
    }
}

/// Turns `revoked_at` into `Revoked At`.
fn in_words(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Sets the title of a body that may be `null`.
fn title_nullable_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(either))) = &mut content.schema
        {
            either.title = Some("Payload".to_owned());
        }
    }
}

/// The errors that every operation documents, with the published texts.
pub(crate) struct DocumentedErrors;

impl IntoResponses for DocumentedErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let example = |description: &str, detail: &str| {
            let content = ContentBuilder::new()
                .example(Some(json!({ "detail": detail })))
                .build();
            ResponseBuilder::new()
                .description(description)
                .content("application/json", content)
                .build()
        };
        let validation = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(HTTPValidationError::name())))
            .build();
        [
            (
                "400",
                example("Bad Request - Invalid input", "Invalid request parameters"),
            ),
            (
                "401",
                example(
                    "Unauthorized - Authentication required",
                    "Not authenticated",
                ),
            ),
            (
                "403",
                example(
                    "Forbidden - Insufficient permissions",
                    "Not enough permissions",
                ),
            ),
            (
                "404",
                example("Not Found - Resource does not exist", "Resource not found"),
            ),
            (
                "422",
                ResponseBuilder::new()
                    .description("Validation Error")
                    .content("application/json", validation)
                    .build(),
            ),
        ]
        .into_iter()
        .map(|(status, response)| (status.to_owned(), RefOr::T(response)))
        .collect()
    }
}
