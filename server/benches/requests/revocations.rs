//! Revocations a second, beside one commit for each.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::clients::{CLIENTS, Until, send};
use crate::report::request;
use crate::servers::{Kind, Store};

/// Connections of a plain service on PostgreSQL: what sqlx's pool has when nothing else is said.
const CONNECTIONS: u32 = 10;

/// Revocations a second over HTTP, by 64 clients.
pub(crate) async fn served(store: &Store, limit: Duration) -> f64 {
    let serving = store.serve();
    let mut requests = Vec::new();
    for nth in 0..store
        .data
        .askers
        .first()
        .map_or(0, |asker| asker.others.len())
    {
        for asker in &store.data.askers {
            let path = format!("/api/v1/tokens/{}/revoke", asker.others[nth]);
            requests.push(request("POST", &path, asker));
        }
    }
    // Every token is revoked once: a second revocation would change nothing and cost less.
    let seen = send(
        &serving.address,
        &Arc::new(requests),
        201,
        CLIENTS,
        Until::Once(limit),
    )
    .await;
    seen.per_second()
}

/// Revocations a second when each is a commit of its own: on SQLite one after the other, which is all that it can; on
/// PostgreSQL by as many clients as the server has, one statement for each, over sqlx's pool as it comes. Both do nothing else: no
/// HTTP, nobody authenticated.
pub(crate) async fn one_by_one(kind: Kind, store: &Store, limit: Duration) -> f64 {
    let jtis: Vec<Uuid> = store
        .data
        .rows
        .iter()
        .filter(|row| !row.revoked)
        .map(|row| row.jti)
        .collect();
    match kind {
        Kind::Sqlite => {
            let path = store.url.trim_start_matches("sqlite:").to_owned();
            sqlite(Path::new(&path), &jtis, limit)
        }
        Kind::Postgres => postgres(&store.url, jtis, limit).await,
    }
}

fn sqlite(file: &Path, jtis: &[Uuid], limit: Duration) -> f64 {
    let connection = Connection::open(file).expect("the file opens");
    connection
        .pragma_update(None, "synchronous", "FULL")
        .expect("a setting");
    let begun = Instant::now();
    let mut done = 0;
    for jti in jtis.iter().rev().take_while(|_| begun.elapsed() < limit) {
        connection.execute_batch("BEGIN IMMEDIATE").expect("SQL");
        connection
            .prepare_cached("INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES (?, 0, 'bench') ON CONFLICT DO NOTHING")
            .and_then(|mut insert| insert.execute(params![jti.to_string()]))
            .expect("SQL");
        connection
            .prepare_cached("INSERT INTO audit_events (at, action) VALUES (0, 'bench')")
            .and_then(|mut insert| insert.execute([]))
            .expect("SQL");
        connection.execute_batch("COMMIT").expect("SQL");
        done += 1;
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}

async fn postgres(url: &str, jtis: Vec<Uuid>, limit: Duration) -> f64 {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(url)
        .await
        .expect("it accepts");
    let (jtis, next) = (Arc::new(jtis), Arc::new(AtomicUsize::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    let begun = Instant::now();
    for _ in 0..CLIENTS {
        let (pool, jtis, next) = (pool.clone(), Arc::clone(&jtis), Arc::clone(&next));
        tasks.spawn(async move {
            let mut done = 0;
            while begun.elapsed() < limit {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(jti) = jtis.iter().rev().nth(turn) else { break };
                sqlx::query(
                    "WITH added AS (INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES ($1, now(), 'bench')
                                    ON CONFLICT DO NOTHING RETURNING jti)
                     INSERT INTO audit_events (at, action) SELECT now(), 'bench' FROM added",
                )
                .bind(jti)
                .execute(&pool)
                .await
                .expect("a revocation");
                done += 1;
            }
            done
        });
    }
    let done: u32 = tasks.join_all().await.into_iter().sum();
    let elapsed = begun.elapsed();
    pool.close().await;
    f64::from(done) / elapsed.as_secs_f64()
}
