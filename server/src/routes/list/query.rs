//! The query of a listing: its page and its order.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use uuid::Uuid;

use crate::extract::query::QueryFields;
use crate::store::{Direction, Place, SortBy, SortKey, TokenRecord};
use crate::timestamp::Timestamp;
use crate::validation::ValidationError;

/// The sizes that a page may have, in tokens.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=1000;

/// The default size of a page, in tokens.
const DEFAULT_LIMIT: u32 = 50;

/// The query of a listing.
pub(super) struct ListQuery {
    pub(super) include_revoked: bool,
    pub(super) cursor: Option<Place>,
    pub(super) limit: u32,
    pub(super) direction: Direction,
    pub(super) sort_by: SortBy,
    pub(super) descending: bool,
    pub(super) include_total_count: bool,
}

const DIRECTIONS: [(&str, Direction); 2] = [("next", Direction::Next), ("prev", Direction::Prev)];

const SORTS: [(&str, SortBy); 3] = [
    ("created_at", SortBy::CreatedAt),
    ("expires_at", SortBy::ExpiresAt),
    ("name", SortBy::Name),
];

impl ListQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    ///
    /// All errors of the parameters.
    pub(super) fn read(mut query: QueryFields) -> Result<Self, Vec<ValidationError>> {
        let sort_by = query.choice("sort_by", &SORTS);
        let descending = query.boolean("descending", true);
        let mut cursor = None;
        // Clients send an empty one for none.
        if let Some(text) = query.text("cursor").filter(|text| !text.is_empty()) {
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
                "Whether revoked tokens are listed, too",
                boolean("Include Revoked", false),
            ),
            (
                "cursor",
                "Cursor of another page, from its `next_cursor` or `prev_cursor`",
                cursor,
            ),
            ("limit", "How many tokens a page holds at most", limit),
            (
                "direction",
                "Whether the page comes after or before the cursor",
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
                "Whether `total` says how many tokens there are on all pages",
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

/// A place in a listing and the order of that listing, sent as base64url of JSON. It is opaque to clients. It holds nothing
/// that the token's owner does not know, and works only in the owner's list.
#[derive(Serialize, Deserialize)]
struct Cursor {
    by: String,
    desc: bool,
    key: Value,
    id: Uuid,
}

/// Returns the cursor of this token's place in a listing of this order.
pub(super) fn cursor_of(token: &TokenRecord, sort_by: SortBy, descending: bool) -> String {
    let key = match sort_by {
        SortBy::CreatedAt => token.created_at.as_micros().into(),
        SortBy::ExpiresAt => token.expires_at.as_micros().into(),
        SortBy::Name => Value::from(token.name.as_str()),
    };
    let cursor = Cursor {
        by: word_of(sort_by).to_owned(),
        desc: descending,
        key,
        id: token.id,
    };
    URL_SAFE_NO_PAD
        .encode(serde_json::to_vec(&cursor).expect("a cursor has no value that does not serialise"))
}

impl Cursor {
    /// Returns the place that `text` names; nothing if it is not the cursor of a listing of this order.
    fn read(text: &str, sort_by: SortBy, descending: bool) -> Option<Place> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        if cursor.by != word_of(sort_by) || cursor.desc != descending {
            return None;
        }
        let key = match sort_by {
            // No token has an instant before 1970 or a NUL in its name, and PostgreSQL cannot represent all of them.
            SortBy::CreatedAt | SortBy::ExpiresAt => {
                let micros = cursor.key.as_i64().filter(|micros| *micros >= 0)?;
                SortKey::Instant(Timestamp::from_micros(micros))
            }
            SortBy::Name => {
                let name = cursor.key.as_str().filter(|name| !name.contains('\0'))?;
                SortKey::Text(name.to_owned())
            }
        };
        Some(Place { key, id: cursor.id })
    }
}

/// Returns the value of `sort_by` for this order.
fn word_of(sort_by: SortBy) -> &'static str {
    match sort_by {
        SortBy::CreatedAt => "created_at",
        SortBy::ExpiresAt => "expires_at",
        SortBy::Name => "name",
    }
}
