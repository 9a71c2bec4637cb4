//! `/metrics`, on a separate listener: callers of the API may not see what an operator may see.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::error::ApiError;
use crate::telemetry::metrics::{MEDIA_TYPE, METRICS};

/// Returns the router of that listener.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(async || ApiError::NoSuchRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

async fn metrics() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, MEDIA_TYPE),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        METRICS.text(),
    )
}
