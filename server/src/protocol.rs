//! What HTTP/1.1 demands of a request beyond what hyper checks: nothing that two recipients could read differently.

use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Refuses a request without exactly one `Host` (RFC 9112, section 3.2), and ends the connection behind one with
/// `Transfer-Encoding`.
///
/// A request that has both `Transfer-Encoding` and `Content-Length` ends, for us, where its chunks end; a proxy in front of us
/// may have read the other one, and takes what follows for its next request. hyper removes `Content-Length` from what it shows,
/// so that every request with `Transfer-Encoding` is the last one of its connection (RFC 9112, sections 6.1 and 11.2).
pub(crate) async fn enforce(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let addressed = match request.version() {
        Version::HTTP_09 | Version::HTTP_10 => hosts <= 1,
        _ => hosts == 1,
    };
    let mut response = if addressed {
        next(request).await
    } else {
        ApiError::BadRequest("The header host must be sent exactly once".to_owned()).into_response()
    };
    if chunked || !addressed {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
