//! Writes on behalf of a token that is revoked while they are in progress.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, PgConnection, Row, SqlitePool};
use testbed::postgres::Database;
use tokio::task::JoinSet;

use super::figures::Figures;
use crate::audit::audit;
use crate::harness::{
    Credential, Folder, PATIENCE, Request, Server, revoke_path, shared_cluster, string,
};

/// Waits until a session of the database waits for a lock.
pub(super) fn await_lock(database: &Database) {
    let begun = Instant::now();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while database.execute(waiting) == "0" {
        assert!(begun.elapsed() < PATIENCE, "nothing waits");
    }
}

/// Lets a token create another one, which has to wait while that token is revoked. Returns the status of the creation, and the
/// number of tokens that it minted. `None` without PostgreSQL. Statements change the settings of the empty database `NAME`, and its
/// schema.
async fn create_while_revoked(settings: &str, schema: &str) -> Option<(u16, usize)> {
    let cluster = shared_cluster()?;
    let database = Arc::new(cluster.database());
    database.execute(&settings.replace("NAME", database.name()));
    let server = Server::start_on(Folder::on(Arc::clone(&database)), &[]);
    let admin = server.admin();
    let token = server.create(&admin, "creates").await;
    database.execute(schema);
    // The lock for which the creations of one user wait.
    let mut shell = PgConnection::connect(&database.url()).await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))");
    let lock = lock.bind(format!("tokens of {}", admin.user_id));
    lock.execute(&mut shell).await.unwrap();

    let body = json!({ "name": "late" });
    let creating = server.create_with(&token, &body);
    let revoking = async {
        let waiting = Arc::clone(&database);
        let waiting = tokio::task::spawn_blocking(move || await_lock(&waiting));
        waiting.await.unwrap();
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        shell.close().await.unwrap();
    };
    let (created, ()) = tokio::join!(creating, revoking);
    let late = database.execute("SELECT count(*) FROM tokens WHERE name = 'late'");
    Some((created.status, late.parse().unwrap()))
}

fn figures(case: &'static str, minted: usize) -> Figures {
    Figures {
        case,
        acknowledged: 1,
        minted: Some(minted),
        ..Figures::default()
    }
}

#[tokio::test]
async fn create_that_waits_while_its_token_is_revoked_is_refused() {
    let Some((status, minted)) = create_while_revoked("", "").await else {
        return;
    };
    println!(
        "{}",
        figures("a creation that waits while its token is revoked", minted)
    );
    assert_eq!((status, minted), (401, 0));
}

/// The locks rely on statements that see what was committed while they waited.
#[tokio::test]
async fn isolation_that_the_database_asks_for_does_not_let_a_revoked_token_mint() {
    for level in ["repeatable read", "serializable"] {
        let stricter = format!("ALTER DATABASE NAME SET default_transaction_isolation = '{level}'");
        let Some((status, minted)) = create_while_revoked(&stricter, "").await else {
            return;
        };
        assert_eq!((status, minted), (401, 0), "{level}");
    }
}

/// The negative control: a database whose function locks nothing.
#[tokio::test]
async fn checker_notices_a_token_that_is_minted_after_the_revocation_of_its_minter() {
    let unlocked = "CREATE OR REPLACE FUNCTION lock_tokens(targets uuid[], actors uuid[]) RETURNS SETOF uuid LANGUAGE sql VOLATILE AS $$
         SELECT unnest(actors) $$";
    let Some((status, minted)) = create_while_revoked("", unlocked).await else {
        return;
    };
    println!("{}", figures("the control: the same without locks", minted));
    assert_eq!(
        (status, minted),
        (201, 1),
        "a broken promise must be noticed"
    );
}

/// A connection to the data of a server.
enum Data {
    Sqlite(SqlitePool),
    Postgres(Box<PgConnection>),
}

/// Counts the events of a token. That it is used after its revocation is recorded up to a second later, and nothing that it asked for.
const CAUSED: &str =
    "SELECT COUNT(*) FROM audit_events WHERE action <> 'token.used_after_revocation' AND";

impl Data {
    async fn of(folder: &Folder) -> Self {
        match folder.postgres() {
            None => Self::Sqlite(folder.sqlite().await),
            Some(database) => {
                let shell = PgConnection::connect(&database.url()).await;
                Self::Postgres(Box::new(shell.unwrap()))
            }
        }
    }

    /// Returns the number of events in the audit trail that this token caused.
    async fn caused_by(&mut self, token: &Credential) -> i64 {
        match self {
            Self::Sqlite(pool) => {
                let count = format!("{CAUSED} actor_token_id = ?");
                let count = sqlx::query(sqlx::AssertSqlSafe(count)).bind(&token.token_id);
                count.fetch_one(&*pool).await.unwrap().get(0)
            }
            Self::Postgres(shell) => {
                let count = format!("{CAUSED} actor_token_id::text = $1");
                let count = sqlx::query(sqlx::AssertSqlSafe(count)).bind(&token.token_id);
                count.fetch_one(&mut **shell).await.unwrap().get(0)
            }
        }
    }
}

/// Sends writes by this token until it is refused.
async fn write_until_refused(url: String, by: Credential, what: usize, others: [String; 2]) {
    loop {
        let request = match what {
            // Refused, which is recorded; repeated, which is recorded; and creations until there are too many.
            0 | 1 => Request::new("POST", &format!("{url}{}", revoke_path(&others[what]))),
            _ => {
                Request::new("POST", &format!("{url}/api/v1/tokens")).json(r#"{"name": "minted"}"#)
            }
        };
        let status = request.by(&by).send().await.status;
        if status == 401 {
            return;
        }
        assert!([201, 400, 403].contains(&status), "{status}");
    }
}

#[tokio::test]
pub(crate) async fn nothing_is_written_for_a_token_after_its_revocation_is_acknowledged() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());
    let revoked = server.create(&member, "revoked").await;
    assert_eq!(server.revoke(&member, &revoked.token_id).await.status, 201);
    let mut data = Data::of(server.folder()).await;
    let mut written = 0;
    for round in 0..8 {
        let token = server.bootstrap("Acme", "max@acme.example", "member");
        let others = [admin.token_id.clone(), revoked.token_id.clone()];
        let mut writing = JoinSet::new();
        for number in 0..9 {
            let (url, token) = (server.url.clone(), token.clone());
            writing.spawn(write_until_refused(url, token, number % 3, others.clone()));
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        let at_acknowledgement = data.caused_by(&token).await;
        writing.join_all().await;
        let in_the_end = data.caused_by(&token).await;
        assert_eq!(at_acknowledgement, in_the_end, "round {round}");
        let trail = audit(server.folder(), &[]);
        let revoked_at = trail.iter().find(|event| {
            event["action"] == "token.revoked"
                && event["target_token_id"] == token.token_id.as_str()
        });
        let revoked_at = string(&revoked_at.unwrap()["at"]);
        let mut caused = trail
            .iter()
            .filter(|event| event["actor_token_id"] == token.token_id.as_str());
        assert!(
            caused.all(|event| {
                event["action"] == "token.used_after_revocation"
                    || string(&event["at"]) <= revoked_at
            }),
            "round {round}: {revoked_at}"
        );
        written += in_the_end;
    }
    assert!(written > 0, "the token could write until it was revoked");
    let store = match data {
        Data::Sqlite(_) => "SQLite",
        Data::Postgres(_) => "PostgreSQL",
    };
    println!(
        "writers on {store} whose token is revoked: 8 acknowledged, {written} writes, 0 after the acknowledgement"
    );
}

#[tokio::test]
pub(crate) async fn last_use_is_not_recorded_after_the_revocation_of_its_token() {
    let server = Server::start();
    let admin = server.admin();
    let (token, later) = (
        server.create(&admin, "revoked").await,
        server.create(&admin, "used later").await,
    );
    let last_use = async |token: &Credential| {
        let list = server.request("GET", "/api/v1/tokens?include_revoked=true");
        let list = list.by(&admin).send().await.json();
        let items = list["data"]["items"].as_array().unwrap().clone();
        let item = items
            .iter()
            .find(|item| item["id"] == token.token_id.as_str());
        item.unwrap()["last_used_at"].clone()
    };
    assert_eq!(server.probe(&token).await, 200);
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    let at_acknowledgement = last_use(&token).await;
    assert_eq!(server.probe(&later).await, 200);
    let written = async {
        while last_use(&later).await.is_null() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written)
        .await
        .expect("uses are written");
    assert_eq!(last_use(&token).await, at_acknowledgement);
}
