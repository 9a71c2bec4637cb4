//! The cost of writing revocations without batching them: a service that does nothing else, and writes each of them separately.
//!
//! It reads no credential, and does not read what is stored. On SQLite it commits one after the other, since SQLite has one
//! writer; on PostgreSQL it sends one statement for each over sqlx's pool when it arrives.

use std::process::{Command, ExitCode};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use rusqlite::Connection;
use sqlx::PgPool;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{Serving, serve_on_a_free_port};

/// The number of connections to PostgreSQL: the default of sqlx's pool.
const CONNECTIONS: u32 = 10;

/// The database that it writes to.
#[derive(Clone)]
pub(crate) enum Writes {
    Sqlite(Arc<Mutex<Connection>>),
    Postgres(PgPool),
}

impl Writes {
    /// Opens it, with default settings.
    pub(crate) async fn to(url: &str) -> Self {
        let Some(file) = url.strip_prefix("sqlite:") else {
            let options = sqlx::postgres::PgPoolOptions::new().max_connections(CONNECTIONS);
            return Self::Postgres(options.connect(url).await.expect("it accepts"));
        };
        let connection = Connection::open(file).expect("the file opens");
        connection
            .pragma_update(None, "synchronous", "FULL")
            .expect("a setting");
        Self::Sqlite(Arc::new(Mutex::new(connection)))
    }

    async fn revoke(&self, id: Uuid) {
        match self {
            Self::Sqlite(connection) => {
                let connection = connection.lock().await;
                tokio::task::block_in_place(|| in_sqlite(&connection, id)).expect("SQL");
            }
            Self::Postgres(pool) => {
                sqlx::query(
                    "WITH added AS (INSERT INTO revocations (jti, revoked_at, revoked_by)
                                    SELECT jti, now(), 'bench' FROM tokens WHERE id = $1
                                    ON CONFLICT DO NOTHING RETURNING jti)
                     INSERT INTO audit_events (at, action) SELECT now(), 'bench' FROM added",
                )
                .bind(id)
                .execute(pool)
                .await
                .expect("a revocation");
            }
        }
    }
}

fn in_sqlite(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection
        .prepare_cached(
            "INSERT INTO revocations (jti, revoked_at, revoked_by) SELECT jti, 0, 'bench' FROM tokens WHERE id = ?
             ON CONFLICT DO NOTHING",
        )?
        .execute([id.to_string()])?;
    connection
        .prepare_cached("INSERT INTO audit_events (at, action) VALUES (0, 'bench')")?
        .execute([])?;
    connection.execute_batch("COMMIT")
}

/// Serves on this database until it is killed.
pub(crate) fn serve(url: &str) -> ExitCode {
    serve_on_a_free_port(async {
        let revoke = async |State(writes): State<Writes>, Path(id): Path<Uuid>| {
            writes.revoke(id).await;
            (StatusCode::CREATED, r#"{"success":true}"#)
        };
        Router::new()
            .route("/api/v1/tokens/{id}/revoke", post(revoke))
            .with_state(Writes::to(url).await)
    })
}

/// Starts a process that serves on this database.
pub(crate) fn start(url: &str) -> Serving {
    let this = std::env::current_exe().expect("this program has a path");
    Serving::start(Command::new(this).args(["plain", url]))
}
