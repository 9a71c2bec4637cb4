//! The checks of HTTP that hyper does not make, against requests that two recipients could read differently.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Refuses a request without exactly one valid host, in `Host` (RFC 9112, section 3.2) or in the `:authority` of HTTP/2 (RFC 9113,
/// section 8.3.1), and closes the connection after a request with
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
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let authority = match request.version() {
        Version::HTTP_2 => request.uri().authority(),
        // A target with a host is for a proxy (RFC 9112, section 3.2.2).
        _ => None,
    };
    let problem = match (hosts.next(), hosts.next()) {
        (host, None) if authority.is_some() => {
            let named = authority.map_or("", Authority::as_str).as_bytes();
            if host.is_some_and(|host| !host.as_bytes().eq_ignore_ascii_case(named)) {
                Some("The header host must be the same as :authority")
            } else if is_host(named) {
                None
            } else {
                Some("The pseudo-header :authority must be a host with at most a port")
            }
        }
        (Some(host), None) if is_host(host.as_bytes()) => None,
        (Some(_), None) => Some("The header host must be a host with at most a port"),
        (None, None) if matches!(request.version(), Version::HTTP_09 | Version::HTTP_10) => None,
        (_, _) => Some("The header host must be sent exactly once"),
    };
    let mut response = match problem {
        None => next(request).await,
        Some(problem) => ApiError::BadRequest(problem.to_owned()).into_response(),
    };
    if chunked || problem.is_some() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Returns whether this is a host and at most a port, without user information (RFC 9110, section 7.2). It may be empty.
fn is_host(value: &[u8]) -> bool {
    value.is_empty()
        || !value.contains(&b'@')
            && Authority::try_from(value).is_ok_and(|host| {
                let port = host.as_str()[host.host().len()..].strip_prefix(':');
                port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok())
            })
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn host_is_a_name_or_an_address_with_at_most_a_port() {
        for host in [
            "",
            "api.example",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:80",
            "a:",
            "a_b.example",
        ] {
            assert!(is_host(host.as_bytes()), "{host:?}");
        }
        for host in [
            "a/b", "a b", "me@a", "a:x", "a:70000", "a,b/c", "http://a", "a?b", "[::1",
        ] {
            assert!(!is_host(host.as_bytes()), "{host:?}");
        }
    }
}
