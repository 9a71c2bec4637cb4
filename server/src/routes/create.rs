//! `POST /api/v1/tokens`: creates a token of the caller.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::domain::issue::{Order, issue};
use crate::domain::token::Minted;
use crate::envelope::SuccessEnvelope;
use crate::error::ApiError;
use crate::extract::body::{FromBody, JsonBody};
use crate::extract::header::BusinessIdHeader;
use crate::openapi::errors::CompanionErrors;
use crate::routes::list::APITokenInfo;
use crate::routes::revoke::OPERATION_ID;
use crate::state::AppState;
use crate::store::Author;
use crate::telemetry::metrics::METRICS;
use crate::validation::fields::Fields;
use crate::validation::{HTTPValidationError, ValidationError};

/// The most active tokens of a user, neither revoked nor expired.
const MAX_ACTIVE_TOKENS: u32 = 10;

/// The default lifetime of a token, in days.
const DEFAULT_DAYS: u16 = 365;

/// The longest lifetime of a token, in days.
pub(crate) const MOST_DAYS: u16 = 365;

/// The longest name, in Unicode scalar values.
const MAX_NAME: usize = 255;

/// The longest description, in Unicode scalar values.
const MAX_DESCRIPTION: usize = 1000;

/// The properties of the new token. The store cannot hold NUL, which the patterns exclude.
#[derive(Debug, ToSchema)]
pub(crate) struct APITokenCreateRequest {
    /// Token name
    #[schema(min_length = 1, max_length = 255, pattern = r"^[^\x00]*$")]
    name: String,
    /// Optional description of what the token is for
    #[schema(max_length = 1000, pattern = r"^[^\x00]*$")]
    description: Option<String>,
    /// Days until the token expires
    #[schema(value_type = i64, minimum = 1, maximum = 365, default = 365, required = false)]
    expires_in_days: u16,
}

impl FromBody for APITokenCreateRequest {
    fn from_body(body: Option<Value>) -> Result<Self, Vec<ValidationError>> {
        match body {
            None | Some(Value::Null) => {
                Err(vec![ValidationError::missing(&["body"], &Value::Null)])
            }
            Some(Value::Object(object)) => {
                let mut fields = Fields::of(&object);
                let request = Self {
                    name: fields.required_string("name", 1..=MAX_NAME),
                    description: fields.optional_string("description", 0..=MAX_DESCRIPTION),
                    expires_in_days: fields.integer("expires_in_days", 1..=MOST_DAYS, DEFAULT_DAYS),
                };
                fields.finish(request)
            }
            Some(other) => Err(vec![ValidationError::not_an_object(&other)]),
        }
    }
}

/// The new token, which no later answer contains, and its record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct APITokenCreateResponse {
    /// The token. It is shown once and cannot be retrieved again
    #[schema(value_type = String)]
    #[serde(serialize_with = "shown_once")]
    token: Minted,
    /// The token's record
    token_info: APITokenInfo,
}

/// Serialises the token in full.
fn shown_once<S: Serializer>(token: &Minted, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.text.expose_secret())
}

/// The 201 of this operation.
type CreateEnvelope = SuccessEnvelope<APITokenCreateResponse>;

const DESCRIPTION: &str = "\
Create an API token for the calling user in the business that `x-business-id` names.

**Request Body:**
- `name`: Name of the token, 1 to 255 characters
- `description`: Optional description
- `expires_in_days`: Days until the token expires, 1 to 365 (default 365)

**Note:** A user may have at most 10 active tokens: neither revoked nor expired.

**Returns:** The token, which is shown only once, and its record.";

/// Creates a token.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    operation_id = "create_token_api_v1_tokens_post",
    tag = "api-tokens",
    summary = "Create token",
    description = DESCRIPTION,
    params(BusinessIdHeader),
    security(("bearerToken" = [])),
    request_body(
        content = APITokenCreateRequest,
        example = json!({ "name": "deploy", "description": "pipeline of the web shop", "expires_in_days": 90 })
    ),
    responses((
        status = 201,
        description = "Successful Response",
        body = CreateEnvelope,
        links(("revoke" = (
            operation_id = OPERATION_ID,
            parameters(("token_id" = "$response.body#/data/token_info/id")),
            description = "Revokes the new token"
        ))),
        example = json!({
            "success": true,
            "message": "Token created successfully",
            "code": "TOKEN_CREATED",
            "data": {
                "token": "dz_eyJ0eXAiOiJKV1Qi…",
                "token_info": APITokenInfo::example(None)
            }
        })
    ), (
        status = 422,
        description = "Validation Error",
        body = HTTPValidationError,
        example = json!({
            "detail": [{
                "type": "missing",
                "loc": ["body", "name"],
                "msg": "Field required",
                "input": {}
            }]
        })
    ), CompanionErrors)
)]
pub(crate) async fn create_token(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody { value: request, .. }: JsonBody<APITokenCreateRequest>,
) -> Result<(StatusCode, Json<CreateEnvelope>), ApiError> {
    let order = Order {
        business_id: caller.business()?,
        user_id: caller.user_id(),
        name: request.name,
        description: request.description,
        lifetime: Duration::from_secs(u64::from(request.expires_in_days) * 86_400),
        max_active: Some(MAX_ACTIVE_TOKENS),
        by: Author::Caller(caller.actor()),
    };
    let Some((token, record)) = issue(state.store(), &state.keys(), order).await? else {
        return Err(ApiError::BadRequest(format!(
            "A user may have at most {MAX_ACTIVE_TOKENS} active tokens; revoke one first"
        )));
    };
    METRICS.created.inc();
    tracing::info!(token_id = %record.id, jti = %record.jti, "token created");
    let data = APITokenCreateResponse {
        token,
        token_info: APITokenInfo::from(record),
    };
    Ok((
        StatusCode::CREATED,
        Json(SuccessEnvelope::new(
            "TOKEN_CREATED",
            "Token created successfully",
            data,
        )),
    ))
}
