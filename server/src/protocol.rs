//! The checks of HTTP/1.1 that hyper does not make, against requests that two recipients could read differently.

use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Refuses a request without exactly one `Host` (RFC 9112, section 3.2), and closes the connection after a request with
/// `Transfer-Encoding`.
///
/// For us, a request with both `Transfer-Encoding` and `Content-Length` ends where its chunks end. A proxy in front of us may
/// have used `Content-Length`, and take the bytes after it for the next request. hyper removes `Content-Length` from such a
/// request, so every request with `Transfer-Encoding` is the last of its connection (RFC 9112, sections 6.1 and 11.2).
pub(crate) async fn enforce(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let has_host = match request.version() {
        Version::HTTP_09 | Version::HTTP_10 => hosts <= 1,
        _ => hosts == 1,
    };
    let mut response = if has_host {
        next(request).await
    } else {
        ApiError::BadRequest("The header host must be sent exactly once".to_owned()).into_response()
    };
    if chunked || !has_host {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
