//! The answers at `/openapi.json` and `/openapi/revoke-token.json`, and Swagger UI at `/docs/`, whose files are in this binary.

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

/// The script that starts Swagger UI on our document, in place of Swagger UI's own. The published operation documents its
/// credential as a header parameter named `authorization`, which Swagger UI ignores: this script adds the credentials of the
/// Authorize dialogue to each request.
const INITIALIZER: &str = include_str!("docs/swagger-initializer.js");

/// The Content-Security-Policy of the pages: they load only what this server sends, and may not be framed. Inline styles are
/// allowed because Swagger UI writes some; `data:` because its style sheet contains its pictures.
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

/// Returns an answer that contains this JSON document.
pub(crate) fn json(document: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// Redirects to `/docs/`: the links of the page are relative to it.
pub(crate) async fn docs() -> Redirect {
    Redirect::permanent("/docs/")
}

/// Returns Swagger UI's page.
pub(crate) async fn docs_index() -> Result<Response, ApiError> {
    file("index.html")
}

/// Returns a file of Swagger UI.
pub(crate) async fn docs_file(
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    // No file has a name that is not UTF-8.
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

/// Returns a file of Swagger UI, or 404 for an unknown name.
fn file(name: &str) -> Result<Response, ApiError> {
    let file = match serve(name, Arc::new(Config::from("/openapi.json"))) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(ApiError::NoSuchRoute),
        Err(error) => {
            tracing::error!(%error, name, "a file of Swagger UI cannot be rendered");
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
