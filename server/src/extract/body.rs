//! The JSON body of a request.

use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::credential::Credential;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::Found;
use crate::validation::ValidationError;

/// The largest request body, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// A type that a request body becomes.
pub(crate) trait FromBody: Sized {
    /// Reads the body's value: `None` when there is no body at all. Duplicate names in an object have been resolved to their
    /// last value, as JSON parsers do (RFC 8259, section 4).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    fn from_body(body: Option<Value>) -> Result<Self, Vec<ValidationError>>;
}

/// The body as a `T`. An empty body is no body, whatever its media type says: the published cURL sample sends
/// `Content-Type: application/json` and nothing.
pub(crate) struct JsonBody<T> {
    pub(crate) value: T,
    /// The token that the request wants something done with, looked up again behind a body that had to be waited for.
    pub(crate) renewed: Option<Option<Found>>,
}

impl<T: FromBody> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if request.body().is_end_stream() {
            return Ok(Self {
                value: T::from_body(None)?,
                renewed: None,
            });
        }
        let is_json = is_json(request.headers());
        let credential = request.extensions().get::<Credential>().copied();
        let read = Bytes::from_request(request, state).await;
        // It came when its client liked.
        let renewed = match credential {
            Some(credential) => Some(credential.confirm(state).await?),
            None => None,
        };
        let bytes = read.map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::TooLarge {
                    limit: MAX_BODY_BYTES,
                }
            }
            // The connection broke or its framing did; if anybody still listens, the body is what was wrong. The enum is not
            // exhaustive.
            _ => ValidationError::json_invalid(0, "The request body could not be read").into(),
        })?;
        let body = if bytes.is_empty() {
            None
        } else if is_json {
            Some(parse(&bytes)?)
        } else {
            let text = String::from_utf8_lossy(&bytes);
            return Err(ValidationError::not_an_object(&Value::from(text)).into());
        };
        Ok(Self {
            value: T::from_body(body)?,
            renewed,
        })
    }
}

/// Whether the body's media type is JSON (`application/json`, or a `+json` suffix, RFC 6839), or not said.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    match (values.next(), values.next()) {
        (None, _) => true,
        (Some(_), Some(_)) => false,
        (Some(value), None) => {
            let essence = value
                .to_str()
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default()
                .trim();
            let essence = essence.to_ascii_lowercase();
            essence == "application/json"
                || (essence.starts_with("application/") && essence.ends_with("+json"))
        }
    }
}

/// The JSON value in `bytes`. serde_json refuses `NaN`, invalid UTF-8, lone surrogates and nesting deeper than 128 levels.
fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let before = bytes
            .split(|byte| *byte == b'\n')
            .take(error.line().saturating_sub(1));
        let line_start: usize = before.map(|line| line.len() + 1).sum();
        let offset = (line_start + error.column())
            .saturating_sub(1)
            .min(bytes.len());
        let position = String::from_utf8_lossy(&bytes[..offset]).chars().count();
        // The message without " at line 1 column 2", which the position says already.
        let message = error.to_string();
        let reason = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        ValidationError::json_invalid(position, reason).into()
    })
}
