//! `/openapi.json`, the published operation alone at `/openapi/revoke-token.json`, and Swagger UI at `/docs/`, whose files are in this binary.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use utoipa_swagger_ui::{Config, serve};

use crate::error::ApiError;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// Starts Swagger UI on our document. It is our own, because Swagger UI ignores header parameters named `Authorization`, and
/// the published operation documents its credential as one: the credentials of the Authorize dialogue are added here.
const INITIALIZER: &str = include_str!("docs/swagger-initializer.js");

/// What the page may load and who may show it: only what this server sends, and nobody in a frame. Styles may also stand in the
/// page itself, because Swagger UI writes some there; its pictures are in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds the headers that tell browsers how to treat a page on which people enter credentials.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers with this JSON document.
pub(crate) fn json(document: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// Swagger UI's files are linked relative to the slash.
pub(crate) async fn docs() -> Redirect {
    Redirect::permanent("/docs/")
}

/// Swagger UI's page.
pub(crate) async fn docs_index() -> Result<Response, ApiError> {
    file("index.html")
}

/// A file of Swagger UI.
pub(crate) async fn docs_file(
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    // What is not UTF-8 is the name of no file.
    let Ok(Path(name)) = name else {
        return Err(ApiError::NoSuchRoute);
    };
    if name == "swagger-initializer.js" {
        return Ok((
            [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
            INITIALIZER,
        )
            .into_response());
    }
    file(&name)
}

fn file(name: &str) -> Result<Response, ApiError> {
    let file = match serve(name, Arc::new(Config::from("/openapi.json"))) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(ApiError::NoSuchRoute),
        Err(error) => {
            tracing::error!(%error, name, "Swagger UI has a file that it cannot render");
            return Err(ApiError::Internal);
        }
    };
    let content_type = HeaderValue::try_from(file.content_type).map_err(|_| ApiError::Internal)?;
    let mut response = (
        [(header::CONTENT_TYPE, content_type)],
        file.bytes.into_owned(),
    )
        .into_response();
    if file.gzpipped {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
