//! A second deployment, in memory and with opaque tokens, in the style of the service that upstream runs. It shares no code
//! with our server.
//!
//! It keeps the contract, and chooses differently where the contract leaves a choice: 400 for a second revocation and for a
//! malformed id, the business checked last, companion responses without an envelope, integers parsed from strings and
//! booleans, any spelling of a UUID.

#![expect(
    clippy::result_large_err,
    reason = "handlers fail with a whole response"
)]

mod store;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::local::Local;
use store::{Store, Token, User};

/// An answer other than 2xx.
type Refusal = Response;

/// A running deployment. It is stopped when this value is dropped.
pub(crate) struct Upstream {
    pub(crate) url: String,
    folder: tempfile::TempDir,
    store: Arc<Store>,
    _service: Local,
}

impl Upstream {
    pub(crate) async fn start() -> Upstream {
        let store = Arc::new(Store::new());
        let app = Router::new()
            .route("/api/v1/tokens", get(list).post(create))
            .route("/api/v1/tokens/{token_id}/revoke", post(revoke))
            .route(
                "/api/v1/tokens/{token_id}/revoke/",
                axum::routing::any(redirect_without_slash),
            )
            .fallback(|| async { refusal(404, "Not Found") })
            .method_not_allowed_fallback(|| async { refusal(405, "Method Not Allowed") })
            .with_state(Arc::clone(&store));
        let service = Local::serve(app).await;
        Upstream {
            url: service.url.clone(),
            folder: testbed::folder().expect("a folder"),
            store,
            _service: service,
        }
    }

    /// Writes a profile of the deployment that ends with `more`, and returns its path.
    pub(crate) fn profile(&self, more: &str) -> PathBuf {
        let [operator, member, outsider] = self.store.users();
        for (name, user) in [
            ("operator", operator),
            ("member", member),
            ("outsider", outsider),
        ] {
            let token = self.store.issue(&user, "the user's own", None, 365).token;
            std::fs::write(self.folder.path().join(format!("{name}.token")), token)
                .expect("written");
        }
        let expired = self.store.issue(&operator, "expired", None, -1).token;
        std::fs::write(self.folder.path().join("expired.token"), expired).expect("written");
        let profile = format!(
            r#"
[operator]
token = {{ file = "operator.token" }}
expired_token = {{ file = "expired.token" }}
business_id = "{}"
email = "{}"

[member]
token = {{ file = "member.token" }}
email = "{}"

[outsider]
token = {{ file = "outsider.token" }}
business_id = "{}"

[timeouts]
forgetting_seconds = 1
exchange_seconds = 5

[companions]
active_tokens = 10

{more}
"#,
            operator.business, operator.email, member.email, outsider.business
        );
        let path = self.folder.path().join("profile.toml");
        std::fs::write(&path, profile).expect("written");
        path
    }

    /// Counts the active tokens of all users.
    pub(crate) fn active(&self) -> usize {
        self.store.active()
    }
}

fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

fn refusal(status: u16, detail: &str) -> Refusal {
    answer(status, &json!({ "detail": detail }))
}

/// Builds a validation error in the format of FastAPI.
fn invalid(loc: &Value, kind: &str) -> Refusal {
    let problem = json!({ "loc": loc, "msg": "Input should be valid", "type": kind });
    answer(422, &json!({ "detail": [problem] }))
}

/// Returns the user of the bearer token.
fn caller(store: &Store, headers: &HeaderMap) -> Result<User, Refusal> {
    let refused = || {
        let mut refused = refusal(401, "Not authenticated");
        let challenge = header::HeaderValue::from_static("Bearer");
        refused
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        refused
    };
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return Err(refused());
    };
    let text = only.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    store.user_of(token).ok_or_else(refused)
}

/// Checks the business that the request names.
fn business(user: &User, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut given = headers.get_all("x-business-id").iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return Err(refusal(400, "x-business-id header is required"));
    };
    let Ok(named) = only.to_str().unwrap_or_default().parse::<Uuid>() else {
        return Err(refusal(400, "Invalid business ID"));
    };
    if named == user.business {
        Ok(())
    } else {
        Err(refusal(403, "Not a member of this business"))
    }
}

/// Parses the body as JSON. An empty body is `None`.
fn body(headers: &HeaderMap, bytes: &[u8]) -> Result<Option<Value>, Refusal> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    if essence != "application/json" {
        return Err(invalid(&json!(["body"]), "model_attributes_type"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(refusal(400, "There was an error parsing the body"));
    };
    match serde_json::from_str(text) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.to_string().contains("recursion") => {
            Err(refusal(400, "There was an error parsing the body"))
        }
        Err(error) => Err(invalid(&json!(["body", error.column()]), "json_invalid")),
    }
}

async fn redirect_without_slash(Path(id): Path<String>) -> Response {
    let place = format!("/api/v1/tokens/{id}/revoke");
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
}

async fn revoke(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let reason = match body(&headers, &bytes)? {
        None | Some(Value::Null) => None,
        Some(Value::Object(fields)) => match fields.get("reason") {
            None | Some(Value::Null) => None,
            Some(Value::String(reason)) => Some(reason.clone()),
            Some(_) => return Err(invalid(&json!(["body", "reason"]), "string_type")),
        },
        Some(_) => return Err(invalid(&json!(["body"]), "model_attributes_type")),
    };
    let user = caller(&store, &headers)?;
    // Python's `UUID` accepts braces, URNs, capitals and a spelling without dashes.
    let Ok(id) = id.parse::<Uuid>() else {
        return Err(refusal(400, "Invalid token ID format"));
    };
    let found = store
        .find(id)
        .filter(|token| token.owner.business == user.business);
    let Some(token) = found else {
        business(&user, &headers)?;
        return Err(refusal(404, "Token not found"));
    };
    if token.owner.email != user.email && !user.admin {
        return Err(refusal(403, "Not enough permissions"));
    }
    business(&user, &headers)?;
    let Some(revoked) = store.revoke(id, &user, reason) else {
        return Err(refusal(400, "Token is already revoked"));
    };
    let record = json!({
        "id": revoked.id, "jti": revoked.jti, "name": revoked.name, "revoked_at": revoked.revoked_at,
        "revoked_by": revoked.revoked_by, "revocation_reason": revoked.reason,
    });
    let message = "API token revoked successfully";
    Ok(answer(
        201,
        &json!({ "success": true, "message": message, "code": "SUCCESS", "data": record }),
    ))
}

async fn create(
    State(store): State<Arc<Store>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let Some(Value::Object(fields)) = body(&headers, &bytes)? else {
        return Err(invalid(&json!(["body"]), "missing"));
    };
    let name = match fields.get("name") {
        Some(Value::String(name)) if (1..=255).contains(&name.chars().count()) => name.clone(),
        _ => return Err(invalid(&json!(["body", "name"]), "string_type")),
    };
    let description = match fields.get("description") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(invalid(&json!(["body", "description"]), "string_type")),
    };
    let days = match fields.get("expires_in_days") {
        None => Some(365),
        Some(Value::Bool(flag)) => Some(i64::from(*flag)),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => {
            let whole = number
                .as_f64()
                .filter(|days| days.fract() == 0.0 && days.abs() < 1e9);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            whole.map(|days| days as i64)
        }
        Some(_) => None,
    };
    let Some(days) = days.filter(|days| (1..=365).contains(days)) else {
        return Err(invalid(&json!(["body", "expires_in_days"]), "int_parsing"));
    };
    let user = caller(&store, &headers)?;
    business(&user, &headers)?;
    if store.active_of(&user) >= 10 {
        return Err(refusal(400, "Maximum number of active tokens reached"));
    }
    let token = store.issue(&user, &name, description, days);
    let mut created = answer(
        201,
        &json!({ "token": token.token, "token_info": token.info() }),
    );
    let no_store = header::HeaderValue::from_static("no-store");
    created
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(created)
}

async fn list(
    State(store): State<Arc<Store>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let limit: usize = match parameter("limit").map_or(Ok(50), str::parse) {
        Ok(limit) if (1..=1000).contains(&limit) => limit,
        _ => return Err(invalid(&json!(["query", "limit"]), "int_parsing")),
    };
    let user = caller(&store, &headers)?;
    business(&user, &headers)?;
    let mut tokens = store.of(&user);
    match parameter("sort_by") {
        Some("name") => tokens.sort_by(|a, b| a.name.cmp(&b.name)),
        _ => tokens.sort_by_key(|token| token.created_at),
    }
    if parameter("descending") == Some("true") {
        tokens.reverse();
    }
    // The cursor is the id of the page's last token, or of its first token in direction `prev`. It keeps its place among
    // all tokens, even if that token is revoked later.
    let place = match parameter("cursor") {
        None => None,
        Some(cursor) => match tokens
            .iter()
            .position(|token| token.id.to_string() == cursor)
        {
            Some(place) => Some(place),
            None => return Err(refusal(400, "Invalid cursor")),
        },
    };
    let all = parameter("include_revoked") == Some("true");
    let shown = |tokens: &[Token]| -> Vec<Token> {
        let shown = tokens
            .iter()
            .filter(|token| token.is_active() || all && token.is_revoked());
        shown.cloned().collect()
    };
    let total = shown(&tokens).len();
    let (page, has_next, has_prev) = match (place, parameter("direction")) {
        (Some(place), Some("prev")) => {
            let mut before = shown(&tokens[..place]);
            let page = before.split_off(before.len().saturating_sub(limit));
            (page, true, !before.is_empty())
        }
        (place, _) => {
            let start = place.map_or(0, |place| place + 1);
            let mut page = shown(&tokens[start..]);
            let rest = page.split_off(page.len().min(limit));
            (page, !rest.is_empty(), start > 0)
        }
    };
    let cursor = |token: Option<&Token>| token.map(|token| token.id.to_string());
    Ok(answer(
        200,
        &json!({
            "items": page.iter().map(Token::info).collect::<Vec<_>>(),
            "next_cursor": cursor(page.last().filter(|_| has_next)),
            "prev_cursor": cursor(page.first().filter(|_| has_prev)),
            "has_next": has_next, "has_prev": has_prev, "limit": limit,
            "total": (parameter("include_total_count") == Some("true")).then_some(total),
        }),
    ))
}
