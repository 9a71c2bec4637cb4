//! The headers `x-business-id` and `x-user-email`, and the documentation of headers.

use axum::http::{HeaderMap, HeaderName};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use uuid::Uuid;

use crate::error::ApiError;
use crate::redact;

/// The header that names the business of a request.
pub(crate) static BUSINESS_ID: HeaderName = HeaderName::from_static("x-business-id");

/// The header with the email that a client claims to act for. Recorded in the audit trail, never trusted.
static USER_EMAIL: HeaderName = HeaderName::from_static("x-user-email");

/// The longest email address (RFC 5321, section 4.5.3.1.3, without the brackets).
const MAX_EMAIL: usize = 254;

/// Returns the business that `x-business-id` names.
///
/// # Errors
///
/// [`ApiError::BadRequest`] when the header is missing, sent twice, or not a UUID in its hyphenated form (RFC 9562, section 4;
/// either case).
pub(crate) fn business_id(headers: &HeaderMap) -> Result<Uuid, ApiError> {
    let mut values = headers.get_all(&BUSINESS_ID).iter();
    let problem = match (values.next(), values.next()) {
        (None, _) => "is missing; send the id of your business",
        (Some(_), Some(_)) => "was sent more than once",
        (Some(value), None) => {
            let text = value.to_str().unwrap_or_default().trim_matches([' ', '\t']);
            match Uuid::try_parse(text) {
                Ok(id) if text.len() == uuid::fmt::Hyphenated::LENGTH => return Ok(id),
                Ok(_) | Err(_) => "is not a UUID",
            }
        }
    };
    Err(ApiError::BadRequest(format!(
        "The header {BUSINESS_ID} {problem}"
    )))
}

/// Returns the value of `x-user-email`, unless it is empty, too long, or seems to be a credential that was sent by mistake.
pub(crate) fn claimed_email(headers: &HeaderMap) -> Option<String> {
    let claimed = headers.get(&USER_EMAIL)?.to_str().ok()?.trim();
    let plausible =
        !claimed.is_empty() && claimed.len() <= MAX_EMAIL && !redact::holds_credential(claimed);
    plausible.then(|| claimed.to_owned())
}

/// The documentation of `x-business-id` in the operations that are not published; the published one does not name it. A pattern
/// in place of `format: uuid`, for which openapi-python-client would pass a value that httpx refuses in a header.
pub(crate) struct BusinessIdHeader;

impl IntoParams for BusinessIdHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(
                "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
            ))
            .title(Some("X-Business-Id"));
        vec![
            ParameterBuilder::new()
                .name(BUSINESS_ID.as_str())
                .parameter_in(ParameterIn::Header)
                .required(Required::True)
                .description(Some("The id of the token's business"))
                .schema(Some(schema))
                .build(),
        ]
    }
}

/// The documentation of `Authorization` in the published operation: optional and nullable, as in the published slice, because the
/// service answers 401 rather than 422 when it is absent.
pub(crate) struct AuthorizationHeader;

impl IntoParams for AuthorizationHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .title(Some("Authorization"));
        vec![
            ParameterBuilder::new()
                .name("authorization")
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .schema(Some(schema))
                .build(),
        ]
    }
}
