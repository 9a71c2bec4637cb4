//! The JSON body of a request.

use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use mime::Mime;
use serde_json::Value;

use super::credential::Credential;
use crate::error::ApiError;
use crate::state::AppState;
use crate::store::Target;
use crate::validation::ValidationError;

/// The largest request body, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// A type that is read from a request body.
pub(crate) trait FromBody: Sized {
    /// Reads the body's value, which is `None` without a body. Of a name that appears twice in an object, the value holds the
    /// last member (RFC 8259, section 4).
    ///
    /// # Errors
    ///
    /// All problems of the value.
    fn from_body(body: Option<Value>) -> Result<Self, Vec<ValidationError>>;
}

/// The request body as a `T`. An empty body counts as no body, with any media type: the published cURL sample sends
/// `Content-Type: application/json` and no content.
pub(crate) struct JsonBody<T> {
    pub(crate) value: T,
    /// The token that the request targets, read again after the body arrived; nothing when the request has no body.
    pub(crate) target_after_body: Option<Option<Target>>,
}

impl<T: FromBody> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if request.body().is_end_stream() {
            return Ok(Self {
                value: T::from_body(None)?,
                target_after_body: None,
            });
        }
        // A client that waits for `100 Continue` is not asked for a body that is refused. One that sends it at once would lose the answer
        // if nothing of it were read.
        let waits = request.headers().contains_key(header::EXPECT);
        if waits && request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
            return Err(ApiError::TooLarge {
                limit: MAX_BODY_BYTES,
            });
        }
        let is_json = is_json(request.headers());
        let encoded = is_encoded(request.headers());
        let credential = request.extensions().get::<Credential>().copied();
        let read = Bytes::from_request(request, state).await;
        // The client chose when to send the body: its token may have been revoked since.
        let target_after_body = match credential {
            Some(credential) => Some(credential.confirm(state).await?),
            None => None,
        };
        let bytes = read.map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::TooLarge {
                    limit: MAX_BODY_BYTES,
                }
            }
            // The connection or the framing broke. A client that still reads gets the error of an invalid body. The enum is
            // not exhaustive.
            _ => ValidationError::json_invalid(0, "The request body could not be read").into(),
        })?;
        let body = if bytes.is_empty() {
            None
        } else if encoded {
            return Err(ApiError::Encoded);
        } else if is_json {
            Some(parse(&bytes)?)
        } else {
            let text = String::from_utf8_lossy(&bytes);
            return Err(ValidationError::not_an_object(&Value::from(text)).into());
        };
        Ok(Self {
            value: T::from_body(body)?,
            target_after_body,
        })
    }
}

/// Returns whether the body's media type is JSON (`application/json`, or a `+json` suffix, RFC 6839) or is not given.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    match (values.next(), values.next()) {
        (None, _) => true,
        (Some(_), Some(_)) => false,
        (Some(value), None) => {
            let parsed = value.to_str().ok().and_then(|value| value.parse().ok());
            parsed.is_some_and(|media_type: Mime| {
                media_type.type_() == mime::APPLICATION
                    && (media_type.subtype() == mime::JSON
                        || media_type.suffix() == Some(mime::JSON))
            })
        }
    }
}

/// Returns whether the body has a content coding, which would have to be undone before it is read.
fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Parses `bytes` as JSON. serde_json refuses `NaN`, invalid UTF-8, lone surrogates and nesting deeper than 128 levels.
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
        // The message ends in " at line 1 column 2", which `position` replaces.
        let message = error.to_string();
        let reason = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        ValidationError::json_invalid(position, reason).into()
    })
}
