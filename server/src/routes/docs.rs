//! The answers at `/openapi.json` and `/openapi/revoke-token.json`, and Swagger UI at `/docs/`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::ApiError;

mod files;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

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

/// Redirects from `/`, which has nothing else to show.
pub(crate) async fn home() -> Redirect {
    Redirect::temporary("/docs/")
}

/// Returns Swagger UI's page.
pub(crate) async fn docs_index(headers: HeaderMap) -> Result<Response, ApiError> {
    files::answer(files::PAGE, None, &headers)
}

/// Returns a file of Swagger UI.
pub(crate) async fn docs_file(
    name: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // No file has a name that is not UTF-8.
    let Ok(Path(name)) = name else {
        return Err(ApiError::NoSuchRoute);
    };
    files::answer(&name, query.as_deref(), &headers)
}
