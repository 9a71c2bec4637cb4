//! The refusals that the operations document.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::validation::{HTTPError, HTTPValidationError};

/// A refusal other than 422.
struct Refusal {
    status: &'static str,
    /// The published description.
    description: &'static str,
    /// The published example of `detail`.
    published: &'static str,
    /// What our server answers.
    ours: &'static str,
}

const REFUSALS: [Refusal; 4] = [
    Refusal {
        status: "400",
        description: "Bad Request - Invalid input",
        published: "Invalid request parameters",
        ours: "The header x-business-id is missing; send the id of your business",
    },
    Refusal {
        status: "401",
        description: "Unauthorized - Authentication required",
        published: "Not authenticated",
        ours: "Not authenticated",
    },
    Refusal {
        status: "403",
        description: "Forbidden - Insufficient permissions",
        published: "Not enough permissions",
        ours: "Not enough permissions",
    },
    Refusal {
        status: "404",
        description: "Not Found - Resource does not exist",
        published: "Resource not found",
        ours: "Resource not found",
    },
];

/// The refusals of the published operation: those other than 422 have no schema.
pub(crate) struct PublishedErrors;

impl IntoResponses for PublishedErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let validation = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(HTTPValidationError::name())))
            .build();
        let mut responses = refusals(|refusal| {
            ContentBuilder::new().example(Some(json!({ "detail": refusal.published })))
        });
        responses.insert("422".to_owned(), response("Validation Error", validation));
        responses
    }
}

/// The refusals of the other operations, without 422, whose example each operation has.
pub(crate) struct CompanionErrors;

impl IntoResponses for CompanionErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(|refusal| {
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(HTTPError::name())))
                .example(Some(json!({ "detail": refusal.ours })))
        })
    }
}

/// Returns the [`REFUSALS`], each with this content.
fn refusals(content: impl Fn(&Refusal) -> ContentBuilder) -> BTreeMap<String, RefOr<Response>> {
    REFUSALS
        .iter()
        .map(|refusal| {
            let content = content(refusal).build();
            let response = response(refusal.description, content);
            (refusal.status.to_owned(), response)
        })
        .collect()
}

fn response(description: &str, content: Content) -> RefOr<Response> {
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content("application/json", content)
            .build(),
    )
}
