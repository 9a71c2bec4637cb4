//! `POST /api/v1/tokens/{token_id}/revoke`, the published operation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::CallerOnToken;
use crate::envelope::SuccessEnvelope;
use crate::error::ApiError;
use crate::extract::body::{FromBody, JsonBody};
use crate::extract::header::AuthorizationHeader;
use crate::extract::path::TokenId;
use crate::openapi::errors::PublishedErrors;
use crate::state::AppState;
use crate::store::{AuditAction, Author, NewAuditEvent, NewRevocation};
use crate::telemetry::metrics::METRICS;
use crate::timestamp::Timestamp;
use crate::validation::ValidationError;
use crate::validation::fields::Fields;

/// The longest reason, in Unicode scalar values.
pub(crate) const MAX_REASON: usize = 500;

/// The optional body.
#[derive(Debug, ToSchema)]
pub(crate) struct APITokenRevokeRequest {
    /// Optional reason for revocation
    reason: Option<String>,
}

impl FromBody for APITokenRevokeRequest {
    fn from_body(body: Option<Value>) -> Result<Self, Vec<ValidationError>> {
        match body {
            None | Some(Value::Null) => Ok(Self { reason: None }),
            Some(Value::Object(object)) => {
                let mut fields = Fields::of(&object);
                let reason = fields.optional_string("reason", 0..=MAX_REASON);
                fields.finish(Self { reason })
            }
            Some(other) => Err(vec![ValidationError::not_an_object(&other)]),
        }
    }
}

/// The record of a revocation. It never changes after the first answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct APITokenRevokeResponse {
    /// Token record ID
    id: String,
    /// JWT ID of the revoked token
    jti: String,
    /// Token name
    name: Option<String>,
    /// When the token was revoked
    #[schema(value_type = String, format = DateTime)]
    revoked_at: Timestamp,
    /// Email of the user who revoked the token
    revoked_by: Option<String>,
    /// Reason for revocation
    revocation_reason: Option<String>,
}

/// The 201 of this operation, under the published name of its component.
type RevokeEnvelope = SuccessEnvelope<APITokenRevokeResponse>;

/// The published name of this operation.
pub(super) const OPERATION_ID: &str = "revoke_token_api_v1_tokens__token_id__revoke_post";

/// The published description, word for word.
const DESCRIPTION: &str = "\
Revoke an API token.

**Path Parameters:**
- `token_id`: UUID of the token to revoke

**Request Body:** (optional)
- `reason`: Optional reason for revocation

**Note:** Once revoked, the token can no longer be used for authentication.
The token is added to a blacklist and will be rejected on all future requests.

Revoked tokens cannot be un-revoked.

**Returns:** Revoked token information with revocation timestamp.";

/// Revokes a token, durably before it answers. A token that is already revoked keeps its record, and the answer has another
/// code: a client that lost the first answer can safely ask again.
#[utoipa::path(
    post,
    path = "/api/v1/tokens/{token_id}/revoke",
    operation_id = OPERATION_ID,
    tag = "api-tokens",
    summary = "Revoke token",
    description = DESCRIPTION,
    params(TokenId, AuthorizationHeader),
    request_body = Option<APITokenRevokeRequest>,
    responses((status = 201, description = "Successful Response", body = RevokeEnvelope), PublishedErrors)
)]
pub(crate) async fn revoke_token(
    State(state): State<AppState>,
    CallerOnToken { caller, token }: CallerOnToken,
    JsonBody {
        value,
        target_after_body,
    }: JsonBody<APITokenRevokeRequest>,
) -> Result<(StatusCode, Json<RevokeEnvelope>), ApiError> {
    let business_id = caller.business()?;
    let token = target_after_body
        .unwrap_or(token)
        .ok_or(ApiError::NotFound)?;
    let reason = value.reason;
    if !token.may_be_revoked() {
        state
            .store()
            .record(NewAuditEvent {
                business_id: Some(business_id),
                target_token_id: Some(token.id),
                reason,
                ..NewAuditEvent::new(AuditAction::RevokeRefused, Author::Caller(caller.actor()))
            })
            .await?;
        return Err(ApiError::Forbidden);
    }

    let revocation = NewRevocation {
        token_id: token.id,
        jti: token.jti,
        owner: token.owner,
        revoked_by: token.asker.email,
        reason,
        by: caller.actor(),
    };
    let revoked = state.store().revoke(revocation).await?;
    METRICS.revoked(revoked.first);
    tracing::info!(token_id = %token.id, jti = %token.jti, first = revoked.first, "token revoked");

    let (code, message) = if revoked.first {
        ("TOKEN_REVOKED", "Token revoked successfully")
    } else {
        (
            "TOKEN_ALREADY_REVOKED",
            "Token was already revoked; its record is unchanged",
        )
    };
    let data = APITokenRevokeResponse {
        id: token.id.to_string(),
        jti: token.jti.to_string(),
        name: Some(token.name),
        revoked_at: revoked.revocation.revoked_at,
        revoked_by: Some(revoked.revocation.revoked_by),
        revocation_reason: revoked.revocation.reason,
    };
    Ok((
        StatusCode::CREATED,
        Json(SuccessEnvelope::new(code, message, data)),
    ))
}
