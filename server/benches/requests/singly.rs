//! The cost of revocations without batching: a service that handles each of them separately.
//!
//! It reads the caller's token, the token to revoke and the caller's membership, and writes the revocation and its event in the
//! audit trail. On SQLite it handles one request after the other, since SQLite has one writer; on PostgreSQL it sends a statement
//! for each of the three over sqlx's pool when the request arrives. It does nothing else: no signature is checked, no limit is
//! enforced, and nothing is logged.

use std::process::{Command, ExitCode};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::plain::Writes;
use crate::{Serving, serve_on_a_free_port};

/// The claims of a token.
#[derive(Clone, Copy, Deserialize)]
struct Claims {
    jti: Uuid,
    sub: Uuid,
    business: Uuid,
}

impl Claims {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

/// Revokes the token with this id. Returns whether it exists and the caller's token is good.
async fn revoke(writes: Writes, caller: Claims, id: Uuid) -> bool {
    match writes {
        Writes::Sqlite(connection) => {
            let connection = connection.lock().await;
            tokio::task::block_in_place(|| in_sqlite(&connection, caller, id)).expect("SQL")
        }
        Writes::Postgres(pool) => in_postgres(&pool, caller, id).await.expect("SQL"),
    }
}

fn in_sqlite(connection: &Connection, caller: Claims, id: Uuid) -> rusqlite::Result<bool> {
    let [jti, sub, business] = [caller.jti, caller.sub, caller.business].map(|id| id.to_string());
    let known: Option<(String, Vec<u8>, i64)> = connection
        .prepare_cached(
            "SELECT t.id, t.token_sha256, t.expires_at FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti
             WHERE t.jti = ? AND r.jti IS NULL",
        )?
        .query_row([&jti], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let wanted: Option<(String, String)> = connection
        .prepare_cached(
            "SELECT t.jti, u.email FROM tokens t
             JOIN memberships m ON m.business_id = t.business_id AND m.user_id = ?
             JOIN users u ON u.id = m.user_id
             WHERE t.business_id = ? AND t.id = ? AND (m.role = 'admin' OR t.user_id = m.user_id)",
        )?
        .query_row([&sub, &business, &id.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (Some((token_id, _, _)), Some((wanted, email))) = (known, wanted) else {
        return Ok(false);
    };
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection
        .prepare_cached(
            "INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES (?, 0, ?) ON CONFLICT DO NOTHING",
        )?
        .execute([&wanted, &email])?;
    connection
        .prepare_cached(
            "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id)
             VALUES (0, 'bench', ?, ?, ?, ?)",
        )?
        .execute(params![sub, token_id, business, id.to_string()])?;
    connection.execute_batch("COMMIT")?;
    Ok(true)
}

async fn in_postgres(pool: &PgPool, caller: Claims, id: Uuid) -> sqlx::Result<bool> {
    let mut connection = pool.acquire().await?;
    let known = sqlx::query(
        "SELECT t.id, t.token_sha256, t.expires_at FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti
         WHERE t.jti = $1 AND r.jti IS NULL",
    )
    .bind(caller.jti)
    .fetch_optional(&mut *connection)
    .await?;
    let wanted = sqlx::query(
        "SELECT t.jti, u.email FROM tokens t
         JOIN memberships m ON m.business_id = t.business_id AND m.user_id = $1
         JOIN users u ON u.id = m.user_id
         WHERE t.business_id = $2 AND t.id = $3 AND (m.role = 'admin' OR t.user_id = m.user_id)",
    )
    .bind(caller.sub)
    .bind(caller.business)
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let (Some(known), Some(wanted)) = (known, wanted) else {
        return Ok(false);
    };
    sqlx::query(
        "WITH added AS (INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES ($1, now(), $2)
                        ON CONFLICT DO NOTHING RETURNING jti)
         INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id)
         SELECT now(), 'bench', $3, $4, $5, $6 FROM added",
    )
    .bind(wanted.try_get::<Uuid, _>(0)?)
    .bind(wanted.try_get::<&str, _>(1)?)
    .bind(caller.sub)
    .bind(known.try_get::<Uuid, _>(0)?)
    .bind(caller.business)
    .bind(id)
    .execute(&mut *connection)
    .await?;
    Ok(true)
}

/// Serves on this database until it is killed.
pub(crate) fn serve(url: &str) -> ExitCode {
    serve_on_a_free_port(async {
        let answer =
            async |State(writes): State<Writes>, Path(id): Path<Uuid>, headers: HeaderMap| {
                let Some(caller) = Claims::of(&headers) else {
                    return (StatusCode::UNAUTHORIZED, r#"{"success":false}"#);
                };
                if revoke(writes, caller, id).await {
                    (StatusCode::CREATED, r#"{"success":true}"#)
                } else {
                    (StatusCode::NOT_FOUND, r#"{"success":false}"#)
                }
            };
        Router::new()
            .route("/api/v1/tokens/{id}/revoke", post(answer))
            .with_state(Writes::to(url).await)
    })
}

/// Starts a process that serves on this database.
pub(crate) fn start(url: &str) -> Serving {
    let this = std::env::current_exe().expect("this program has a path");
    Serving::start(Command::new(this).args(["singly", url]))
}
