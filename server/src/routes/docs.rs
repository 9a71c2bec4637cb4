//! `/openapi.json`, and Swagger UI at `/docs/`, whose files are in this binary.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use utoipa_swagger_ui::{Config, serve};

use crate::error::ApiError;

/// Starts Swagger UI on our document. It is our own, because Swagger UI ignores header parameters named `Authorization`, and
/// the published operation documents its credential as one: the credentials of the Authorize dialogue are added here.
const INITIALIZER: &str = include_str!("docs/swagger-initializer.js");

/// The document, rendered once.
pub(crate) async fn openapi_json() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        crate::openapi::json(),
    )
        .into_response()
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
pub(crate) async fn docs_file(Path(name): Path<String>) -> Result<Response, ApiError> {
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
