//! Refusals: each becomes an answer of one of the two documented shapes, and reveals nothing that the caller may not know.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::issue::IssueError;
use crate::store::StoreError;
use crate::telemetry::metrics::METRICS;
use crate::telemetry::outage::OUTAGE;
use crate::validation::{HTTPError, HTTPValidationError, ValidationError};

/// A refusal. Each variant is one row of the contract's table; its answer is a function of the variant alone.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 401 (RFC 9110, section 11.6.1; RFC 6750, section 3).
    NotAuthenticated {
        /// Whether a credential was sent that is not valid: the challenge then has `error="invalid_token"`.
        token_sent: bool,
    },
    /// 400, with a text that names the invalid header.
    BadRequest(String),
    /// 422, with all errors.
    Invalid(Vec<ValidationError>),
    /// 404 for a token or business that does not exist or is not the caller's: the answers are the same bytes.
    NotFound,
    /// 404 for a path that no operation has.
    NoSuchRoute,
    /// 405; the router adds `Allow`.
    MethodNotAllowed,
    /// 403.
    Forbidden,
    /// 408: receiving or processing the request took too long.
    TimedOut,
    /// 415: a body with a content coding (RFC 9110, section 15.5.16).
    Encoded,
    /// 413.
    TooLarge {
        /// The most bytes that a body may have.
        limit: usize,
    },
    /// 429 (RFC 6585, section 4).
    TooManyRequests {
        /// The time until the next request is accepted.
        wait: Duration,
    },
    /// 503: the store does not answer. The log has its error.
    Unavailable,
    /// 500: a defect of ours. The log has the error.
    Internal,
}

impl ApiError {
    /// Returns the status and the `detail` of the answer.
    fn parts(&self) -> (StatusCode, String) {
        let (status, detail) = match self {
            Self::NotAuthenticated { .. } => (StatusCode::UNAUTHORIZED, "Not authenticated"),
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, detail.as_str()),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Validation error"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Resource not found"),
            Self::NoSuchRoute => (StatusCode::NOT_FOUND, "Not Found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Not enough permissions"),
            Self::TimedOut => (
                StatusCode::REQUEST_TIMEOUT,
                "The request took too long; send it again",
            ),
            Self::TooLarge { limit } => {
                return (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!("The request body is larger than {limit} bytes"),
                );
            }
            Self::Encoded => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The request body must be sent without Content-Encoding",
            ),
            Self::TooManyRequests { wait } => {
                return (
                    StatusCode::TOO_MANY_REQUESTS,
                    format!("Too many requests; try again in {} s", whole_seconds(*wait)),
                );
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is not available; try again shortly",
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        };
        (status, detail.to_owned())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, detail) = self.parts();
        match self {
            Self::Invalid(errors) => {
                (status, Json(HTTPValidationError { detail: errors })).into_response()
            }
            Self::NotAuthenticated { token_sent } => {
                let challenge = if token_sent {
                    r#"Bearer realm="tokens", error="invalid_token""#
                } else {
                    r#"Bearer realm="tokens""#
                };
                let challenge = [(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static(challenge),
                )];
                (status, challenge, Json(HTTPError { detail })).into_response()
            }
            Self::TimedOut | Self::TooLarge { .. } => {
                // The unread rest of the request would be read as the next one, so the connection is closed, and the header
                // announces it to the client (RFC 9110, sections 15.5.9 and 15.5.14).
                (
                    status,
                    [(header::CONNECTION, "close")],
                    Json(HTTPError { detail }),
                )
                    .into_response()
            }
            Self::TooManyRequests { wait } => {
                let retry_after = [(header::RETRY_AFTER, whole_seconds(wait).to_string())];
                (status, retry_after, Json(HTTPError { detail })).into_response()
            }
            Self::Unavailable => {
                let retry_after = [(header::RETRY_AFTER, "1")];
                (status, retry_after, Json(HTTPError { detail })).into_response()
            }
            Self::Encoded => {
                // The codings that are accepted (RFC 9110, section 12.5.3).
                let accepted = [(header::ACCEPT_ENCODING, "identity")];
                (status, accepted, Json(HTTPError { detail })).into_response()
            }
            Self::BadRequest(_)
            | Self::NotFound
            | Self::NoSuchRoute
            | Self::MethodNotAllowed
            | Self::Forbidden
            | Self::Internal => (status, Json(HTTPError { detail })).into_response(),
        }
    }
}

/// Returns the seconds of `Retry-After` (RFC 9110, section 10.2.3), rounded up, so that a client that waits is accepted.
fn whole_seconds(wait: Duration) -> u64 {
    let seconds = wait.as_secs();
    if wait.subsec_nanos() > 0 || seconds == 0 {
        seconds + 1
    } else {
        seconds
    }
}

impl From<StoreError> for ApiError {
    /// Logs the store's error, which the answer does not contain.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::CallerRevoked => {
                METRICS.authenticated(false);
                Self::NotAuthenticated { token_sent: true }
            }
            StoreError::Unavailable(_)
            | StoreError::Disconnected(_)
            | StoreError::Full(_)
            | StoreError::Locked(_)
            | StoreError::Conflict(_)
            | StoreError::Unconfirmed(_)
            | StoreError::Missing(_)
            | StoreError::NotADatabase(_)
            | StoreError::WrongPassword(_)
            | StoreError::Claimed { .. } => {
                METRICS.store_failed("unavailable");
                OUTAGE.failed(&error);
                Self::Unavailable
            }
            StoreError::Refused(_) | StoreError::Inconsistent(_) | StoreError::Migration(_) => {
                METRICS.store_failed("inconsistent");
                tracing::error!(%error, "the store returned an unexpected answer");
                Self::Internal
            }
        }
    }
}

impl From<IssueError> for ApiError {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Store(error) => error.into(),
            IssueError::Signing(error) => {
                tracing::error!(%error, "a token could not be signed");
                Self::Internal
            }
        }
    }
}

impl From<Vec<ValidationError>> for ApiError {
    fn from(errors: Vec<ValidationError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<ValidationError> for ApiError {
    fn from(error: ValidationError) -> Self {
        Self::Invalid(vec![error])
    }
}
