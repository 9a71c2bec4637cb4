//! The parts of the OpenAPI document that the handlers' annotations cannot express.

pub(crate) mod errors;
mod nullable;
pub(crate) mod slice;

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr,
    ServerBuilder,
};

use crate::validation::{HTTPError, HTTPValidationError, ValidationError};

const DESCRIPTION: &str = "\
API tokens of a business: create, list and revoke them. A revoked token is refused for ever.

Send the token as `Authorization: Bearer dz_…` and the id of your business as `x-business-id`, in every request.";

/// Where the API is described for people.
const REFERENCE: &str = "https://www.ondayzero.com/docs/reference/api-tokens/revoke-token";

/// The SPDX expression of the licence.
const LICENSE: &str = "MIT OR Apache-2.0";

/// Returns the document without operations.
pub(crate) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Token service")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(
            ContactBuilder::new()
                .name(Some("Day Zero"))
                .url(Some(REFERENCE))
                .build(),
        ))
        .license(Some(
            LicenseBuilder::new()
                .name(LICENSE)
                .identifier(Some(LICENSE))
                .build(),
        ))
        .build();
    // The published operation does not require it: it documents its credential as a header parameter.
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An API token, `dz_…`"))
        .build();
    let tag = TagBuilder::new()
        .name("api-tokens")
        .description(Some("Create, list and revoke the tokens of a user"))
        .build();
    let components = ComponentsBuilder::new()
        .schema(
            HTTPError::name(),
            <HTTPError as utoipa::PartialSchema>::schema(),
        )
        .schema(
            HTTPValidationError::name(),
            <HTTPValidationError as utoipa::PartialSchema>::schema(),
        )
        .schema(
            ValidationError::name(),
            <ValidationError as utoipa::PartialSchema>::schema(),
        )
        .security_scheme("bearerToken", SecurityScheme::Http(bearer))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .components(Some(components))
        .tags(Some([tag]))
        .build()
}

/// Adds what utoipa's annotations cannot express, by the rules of FastAPI and pydantic:
///
/// - a component's title is its name, a property's title its name in words, unless an annotation gives another;
/// - a component has no description, since rustdoc of a type is for the readers of this code;
/// - integers have no `format`;
/// - a body that may be `null` has the title `Payload`, after the parameter's name in FastAPI;
/// - what may be null is an `anyOf` with null.
pub(crate) fn finish(mut document: OpenApi) -> Value {
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
    let mut document =
        serde_json::to_value(document).expect("the document has no value that JSON cannot hold");
    nullable::respell(&mut document);
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
