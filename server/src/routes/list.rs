//! `GET /api/v1/tokens`: the caller's tokens, in pages.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::AppState;
use crate::auth::Caller;
use crate::envelope::SuccessEnvelope;
use crate::error::ApiError;
use crate::extract::header::AuthorizationHeader;
use crate::extract::query::QueryFields;
use crate::openapi::DocumentedErrors;
use crate::store::{Direction, ListTokens, Place, SortBy, SortKey, TokenRecord};
use crate::timestamp::Timestamp;
use crate::validation::ValidationError;

/// The sizes that a page may have, in tokens.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=1000;

/// The size of a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;

/// A token as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct APITokenInfo {
    /// Token record ID
    id: String,
    /// JWT ID of the token
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
    /// Most tokens of a page
    #[schema(value_type = i64)]
    limit: u32,
    /// Tokens of all pages, if that was asked for
    #[schema(value_type = Option<i64>)]
    total: Option<u64>,
}

/// The 200 of this operation.
type ListEnvelope = SuccessEnvelope<APITokenListResponse>;

/// The query of a listing.
struct ListQuery {
    include_revoked: bool,
    cursor: Option<Place>,
    limit: u32,
    direction: Direction,
    sort_by: SortBy,
    descending: bool,
    include_total_count: bool,
}

const DIRECTIONS: [(&str, Direction); 2] = [("next", Direction::Next), ("prev", Direction::Prev)];

const SORTS: [(&str, SortBy); 3] = [
    ("created_at", SortBy::CreatedAt),
    ("expires_at", SortBy::ExpiresAt),
    ("name", SortBy::Name),
];

impl ListQuery {
    fn read(mut query: QueryFields) -> Result<Self, Vec<ValidationError>> {
        let sort_by = query.choice("sort_by", &SORTS);
        let descending = query.boolean("descending", true);
        let mut cursor = None;
        if let Some(text) = query.text("cursor") {
            cursor = Cursor::read(text, sort_by, descending);
            if cursor.is_none() {
                let error = "it is not the cursor of a page in this order";
                let error = ValidationError::new(
                    "value_error",
                    &["query", "cursor"],
                    format!("Value error, {error}"),
                    &Value::from(text),
                )
                .with("error", error);
                query.refuse(error);
            }
        }
        let list = Self {
            include_revoked: query.boolean("include_revoked", false),
            cursor,
            limit: query.integer("limit", LIMITS, DEFAULT_LIMIT),
            direction: query.choice("direction", &DIRECTIONS),
            sort_by,
            descending,
            include_total_count: query.boolean("include_total_count", false),
        };
        query.finish(list)
    }
}

impl IntoParams for ListQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let boolean = |title: &str, default: bool| {
            ObjectBuilder::new()
                .schema_type(Type::Boolean)
                .title(Some(title))
                .default(Some(default.into()))
        };
        let choice = |title: &str, words: Vec<&str>| {
            let default = Value::from(words[0]);
            ObjectBuilder::new()
                .schema_type(Type::String)
                .title(Some(title))
                .enum_values(Some(words))
                .default(Some(default))
        };
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .title(Some("Cursor"));
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .title(Some("Limit"))
            .minimum(Some(*LIMITS.start()))
            .maximum(Some(*LIMITS.end()))
            .default(Some(DEFAULT_LIMIT.into()));
        [
            (
                "include_revoked",
                "Whether revoked tokens are listed too",
                boolean("Include Revoked", false),
            ),
            (
                "cursor",
                "Cursor of another page, from its `next_cursor` or `prev_cursor`",
                cursor,
            ),
            ("limit", "Most tokens of a page", limit),
            (
                "direction",
                "Whether the page lies behind or before the cursor",
                choice("Direction", DIRECTIONS.map(|(word, _)| word).to_vec()),
            ),
            (
                "sort_by",
                "What the tokens are sorted by",
                choice("Sort By", SORTS.map(|(word, _)| word).to_vec()),
            ),
            (
                "descending",
                "Whether the order is descending",
                boolean("Descending", true),
            ),
            (
                "include_total_count",
                "Whether the tokens of all pages are counted",
                boolean("Include Total Count", false),
            ),
        ]
        .into_iter()
        .map(|(name, description, schema)| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(schema))
                .build()
        })
        .collect()
    }
}

/// A place in a listing together with the order of that listing, as base64url of JSON. Clients treat it as opaque; it holds
/// nothing that its owner does not know, and is good for nothing but the owner's own list.
#[derive(Serialize, Deserialize)]
struct Cursor {
    by: String,
    desc: bool,
    key: Value,
    id: Uuid,
}

impl Cursor {
    fn of(token: &TokenRecord, sort_by: SortBy, descending: bool) -> String {
        let key = match sort_by {
            SortBy::CreatedAt => token.created_at.as_micros().into(),
            SortBy::ExpiresAt => token.expires_at.as_micros().into(),
            SortBy::Name => Value::from(token.name.as_str()),
        };
        let cursor = Self {
            by: word_of(sort_by).to_owned(),
            desc: descending,
            key,
            id: token.id,
        };
        URL_SAFE_NO_PAD.encode(
            serde_json::to_vec(&cursor).expect("a cursor has no value that does not serialise"),
        )
    }

    /// The place that `text` names, when it is a cursor of a listing in this order.
    fn read(text: &str, sort_by: SortBy, descending: bool) -> Option<Place> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        if cursor.by != word_of(sort_by) || cursor.desc != descending {
            return None;
        }
        let key = match sort_by {
            SortBy::CreatedAt | SortBy::ExpiresAt => {
                SortKey::Instant(Timestamp::from_micros(cursor.key.as_i64()?))
            }
            SortBy::Name => SortKey::Text(cursor.key.as_str()?.to_owned()),
        };
        Some(Place { key, id: cursor.id })
    }
}

fn word_of(sort_by: SortBy) -> &'static str {
    match sort_by {
        SortBy::CreatedAt => "created_at",
        SortBy::ExpiresAt => "expires_at",
        SortBy::Name => "name",
    }
}

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
    params(ListQuery, AuthorizationHeader),
    responses((status = 200, description = "Successful Response", body = ListEnvelope), DocumentedErrors)
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
    let page = state.store().list_tokens(&list).await?;
    let cursor = |token: Option<&TokenRecord>| {
        token.map(|token| Cursor::of(token, list.sort_by, list.descending))
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
