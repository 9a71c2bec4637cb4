//! `GET /api/v1/tokens`: lists the caller's tokens, in pages.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::envelope::SuccessEnvelope;
use crate::error::ApiError;
use crate::extract::header::BusinessIdHeader;
use crate::extract::query::QueryFields;
use crate::openapi::errors::CompanionErrors;
use crate::state::AppState;
use crate::store::{ListTokens, TokenRecord};
use crate::timestamp::Timestamp;
use crate::validation::HTTPValidationError;

mod query;

use query::{ListQuery, cursor_of};

/// A token as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct APITokenInfo {
    /// Token record ID
    #[schema(format = Uuid)]
    id: String,
    /// JWT ID of the token
    #[schema(format = Uuid)]
    jti: String,
    /// Token name
    name: String,
    /// What the token is for
    description: Option<String>,
    /// First characters of the token
    token_prefix: String,
    /// Type of the token, always `api`
    #[schema(value_type = String)]
    token_type: &'static str,
    /// When the token was created
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When the token was last used
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// When the token expires
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When the token was revoked
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// Reason for revocation
    revocation_reason: Option<String>,
}

impl From<TokenRecord> for APITokenInfo {
    fn from(token: TokenRecord) -> Self {
        let (revoked_at, revocation_reason) = token.revocation.map_or((None, None), |revocation| {
            (Some(revocation.revoked_at), revocation.reason)
        });
        Self {
            id: token.id.to_string(),
            jti: token.jti.to_string(),
            name: token.name,
            description: token.description,
            token_prefix: token.shown_prefix,
            token_type: "api",
            created_at: token.created_at,
            last_used_at: token.last_used_at,
            expires_at: token.expires_at,
            revoked_at,
            revocation_reason,
        }
    }
}

impl APITokenInfo {
    /// Returns the token in the examples of answers, with the time of its last use.
    pub(super) fn example(last_used_at: Option<&str>) -> Value {
        json!({
            "id": "f51dc1b0-92ca-4f3c-979e-e76d5bdafd18",
            "jti": "8d6310bc-e1c7-4411-a81b-0b0f649e4ce6",
            "name": "deploy",
            "description": "pipeline of the web shop",
            "token_prefix": "dz_eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjFmOGIyYzNkIn0.eyJqdGkiOiI4ZDYzMTBiYy",
            "token_type": "api",
            "created_at": "2026-11-23T06:29:54.240633Z",
            "last_used_at": last_used_at,
            "expires_at": "2027-02-21T06:29:54.000000Z",
            "revoked_at": null,
            "revocation_reason": null
        })
    }
}

/// A page of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct APITokenListResponse {
    /// The tokens of this page
    items: Vec<APITokenInfo>,
    /// Cursor of the next page, if there is one
    next_cursor: Option<String>,
    /// Cursor of the previous page, if there is one
    prev_cursor: Option<String>,
    /// Whether there is a next page
    has_next: bool,
    /// Whether there is a previous page
    has_prev: bool,
    /// How many tokens a page holds at most
    #[schema(value_type = i64)]
    limit: u32,
    /// How many tokens there are on all pages, if that was asked for
    #[schema(value_type = Option<i64>)]
    total: Option<u64>,
}

/// The 200 of this operation.
type ListEnvelope = SuccessEnvelope<APITokenListResponse>;

const DESCRIPTION: &str = "\
List the calling user's API tokens in the business that `x-business-id` names.

Revoked tokens are left out unless `include_revoked` is true. To get the next page, send `next_cursor` as `cursor`; to get
the previous one, send `prev_cursor` and `direction=prev`; the order must stay the same.

**Returns:** A page of token records. A token itself is never shown again.";

/// Lists the caller's tokens.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    operation_id = "list_tokens_api_v1_tokens_get",
    tag = "api-tokens",
    summary = "List tokens",
    description = DESCRIPTION,
    params(ListQuery, BusinessIdHeader),
    security(("bearerToken" = [])),
    responses((
        status = 200,
        description = "Successful Response",
        body = ListEnvelope,
        example = json!({
            "success": true,
            "message": "Tokens listed successfully",
            "code": "TOKENS_LISTED",
            "data": {
                "items": [APITokenInfo::example(Some("2026-11-24T17:02:11.093355Z"))],
                "next_cursor": null,
                "prev_cursor": null,
                "has_next": false,
                "has_prev": false,
                "limit": 50,
                "total": null
            }
        })
    ), (
        status = 422,
        description = "Validation Error",
        body = HTTPValidationError,
        example = json!({
            "detail": [{
                "type": "less_than_equal",
                "loc": ["query", "limit"],
                "msg": "Input should be less than or equal to 1000",
                "input": "5000",
                "ctx": { "le": 1000 }
            }]
        })
    ), CompanionErrors)
)]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryFields,
) -> Result<Json<ListEnvelope>, ApiError> {
    let query = ListQuery::read(query)?;
    let list = ListTokens {
        business_id: caller.business()?,
        user_id: caller.user_id(),
        include_revoked: query.include_revoked,
        sort_by: query.sort_by,
        descending: query.descending,
        cursor: query.cursor,
        direction: query.direction,
        limit: query.limit,
        count_total: query.include_total_count,
    };
    let page = state.store().list_tokens(&list, caller.snapshot()).await?;
    let cursor = |token: Option<&TokenRecord>| {
        token.map(|token| cursor_of(token, list.sort_by, list.descending))
    };
    let data = APITokenListResponse {
        next_cursor: page.has_next.then(|| cursor(page.tokens.last())).flatten(),
        prev_cursor: page.has_prev.then(|| cursor(page.tokens.first())).flatten(),
        has_next: page.has_next,
        has_prev: page.has_prev,
        limit: list.limit,
        total: page.total,
        items: page.tokens.into_iter().map(APITokenInfo::from).collect(),
    };
    Ok(Json(SuccessEnvelope::new(
        "TOKENS_LISTED",
        "Tokens listed successfully",
        data,
    )))
}
