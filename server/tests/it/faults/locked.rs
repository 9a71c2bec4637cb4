//! Locks that other sessions hold: a revocation waits for them, and holds nothing else up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use testbed::postgres::Database;

use super::Served;
use super::revoked_writers::await_lock;
use crate::harness::{
    Credential, Folder, PATIENCE, Server, binary, output, own_cluster, shared_cluster, text,
};

/// A session that locks tokens, as a person at a shell does.
struct Shell(PgConnection);

impl Shell {
    /// Opens one in which a transaction has begun.
    async fn open(database: &Database) -> Self {
        let mut shell = PgConnection::connect(&database.url()).await.unwrap();
        // The other session of a deadlock is the one that the database ends.
        shell
            .execute("SET deadlock_timeout = '1min'; BEGIN")
            .await
            .unwrap();
        Self(shell)
    }

    /// Locks a token, which may have to wait. `how` is the strength of the lock.
    async fn lock(&mut self, token: &Credential, how: &str) {
        let lock = format!("SELECT 1 FROM tokens WHERE jti = '{}' FOR {how}", token.jti);
        self.0.execute(sqlx::AssertSqlSafe(lock)).await.unwrap();
    }
}

/// Locks two tokens in the order in which servers never do, while `revoking` waits for the second one.
async fn lock_crosswise<T>(
    database: &Arc<Database>,
    one: &Credential,
    other: &Credential,
    revoking: impl Future<Output = T>,
) -> T {
    let (lower, higher) = if one.jti < other.jti {
        (one, other)
    } else {
        (other, one)
    };
    let mut shell = Shell::open(database).await;
    shell.lock(higher, "UPDATE").await;
    let crossing = async {
        let waiting = Arc::clone(database);
        let waiting = tokio::task::spawn_blocking(move || await_lock(&waiting));
        waiting.await.unwrap();
        // It has given up to be committed with others, and waits alone.
        tokio::time::sleep(Duration::from_millis(400)).await;
        shell.lock(lower, "UPDATE").await;
        shell.0.close().await.unwrap();
    };
    let (revoked, ()) = tokio::join!(revoking, crossing);
    revoked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revocation_that_the_database_ends_for_a_deadlock_is_run_again() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let Served {
        database,
        server,
        admin,
        token,
    } = Served::on(&cluster, &[]).await;
    let revoking = server.revoke(&admin, &token.token_id);
    let revoked = lock_crosswise(&database, &admin, &token, revoking).await;
    assert_eq!(revoked.status, 201, "{}", revoked.body);
    assert_eq!(server.probe(&token).await, 401);

    let token = server.create(&admin, "again").await;
    let arguments = server.folder().arguments();
    let revoking = tokio::task::spawn_blocking(move || {
        let revoke = ["revoke", "--business", "Acme", "--reason", "leaked"];
        output(binary().args(revoke).args(&arguments[..2]))
    });
    let revoked = lock_crosswise(&database, &admin, &token, revoking)
        .await
        .unwrap();
    assert_eq!(revoked.status.code(), Some(0), "{}", text(&revoked.stderr));
    for token in [&token, &admin] {
        assert_eq!(server.probe(token).await, 401);
    }
}

#[tokio::test]
async fn token_that_another_session_has_locked_holds_up_no_other_revocation() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let Served {
        database,
        server,
        admin,
        token: locked,
    } = Served::on(&cluster, &[]).await;
    let mut others = Vec::new();
    for number in 0..8 {
        others.push(server.create(&admin, &format!("{number}")).await);
    }
    let mut shell = Shell::open(&database).await;
    shell.lock(&locked, "UPDATE").await;
    let begun = Instant::now();
    let of_locked = join_all((0..4).map(|_| server.revoke(&admin, &locked.token_id)));
    let of_others = async {
        let mut slowest = Duration::ZERO;
        for some in others.chunks(2) {
            let begun = Instant::now();
            let some = some
                .iter()
                .map(|token| server.revoke(&admin, &token.token_id));
            for revoked in join_all(some).await {
                assert_eq!(revoked.status, 201, "{}", revoked.body);
            }
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    };
    let (of_locked, slowest) = tokio::join!(of_locked, of_others);
    println!("beside a locked token each revocation within {slowest:?}");
    assert!(slowest < Duration::from_millis(1500), "{slowest:?}");
    assert!(
        begun.elapsed() > Duration::from_secs(2),
        "the control: one waits for the lock"
    );
    for refused in of_locked {
        assert_eq!(refused.status, 503, "{}", refused.body);
    }
    assert_eq!(server.probe(&locked).await, 200);
    shell.0.close().await.unwrap();
    assert_eq!(server.revoke(&admin, &locked.token_id).await.status, 201);
}

/// What takes a moment before each lock.
const SLOWLY: &str = "pg_sleep(0.005) IS NOT NULL";

/// Lets pairs of tokens revoke each other at the same time, each on another replica, and locks tokens in this order. Returns how many deadlocks the database has ended,
/// and how many revocations were not answered as those of one token after the other. `None` without PostgreSQL.
async fn revoke_each_other(order: &str) -> Option<(u32, usize)> {
    let cluster = shared_cluster()?;
    let Served {
        database,
        server,
        admin,
        ..
    } = Served::on(&cluster, &[]).await;
    // A circle is found at once, and there is time for one.
    let name = database.name();
    database.execute(&format!(
        "ALTER DATABASE {name} SET deadlock_timeout = '10ms'"
    ));
    let definition = format!(
        "pg_get_functiondef('lock_tokens(uuid[], uuid[])'::regprocedure), 'is_target FOR', 'is_target AND {SLOWLY} FOR'"
    );
    database.execute(&format!(
        "DO $do$ BEGIN EXECUTE replace(replace({definition}), 'ORDER BY jti', 'ORDER BY {order}'); END $do$"
    ));
    let beside = Folder::on(Arc::clone(&database));
    std::fs::copy(server.folder().key_file(), beside.key_file()).unwrap();
    let (server, beside) = (
        Server::start_on(server.stop(), &[]),
        Server::start_on(beside, &[]),
    );
    let mut strange = 0;
    for round in 0..6 {
        let mut tokens = Vec::new();
        for number in 0..8 {
            tokens.push(server.create(&admin, &format!("{round} {number}")).await);
        }
        let pairs = tokens.chunks(2).map(|pair| async {
            let (one, other) = (&pair[0], &pair[1]);
            let (one, other) = tokio::join!(
                server.revoke(one, &other.token_id),
                beside.revoke(other, &one.token_id)
            );
            [one.status, other.status]
        });
        for answers in join_all(pairs).await {
            strange += usize::from(answers != [201, 401] && answers != [401, 201]);
        }
        // Of the admin's ten active tokens.
        for token in &tokens {
            assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        }
    }
    // Its sessions count what they have seen when they end.
    drop((server, beside));
    let begun = Instant::now();
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while database.execute(sessions) != "0" {
        assert!(begun.elapsed() < PATIENCE, "a session remains");
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    Some((database.execute(deadlocks).parse().unwrap(), strange))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_revoke_each_other_wait_in_no_circle() {
    let Some(seen) = revoke_each_other("jti").await else {
        return;
    };
    assert_eq!(seen, (0, 0), "deadlocks, strange answers");
    // The control: targets are locked after callers.
    let (deadlocks, _) = revoke_each_other("is_target").await.unwrap();
    assert!(deadlocks > 0, "circles must be noticed");
}

/// The lock is the one of a write on behalf of the token.
#[tokio::test]
async fn instant_of_a_revocation_is_later_than_the_writes_that_it_has_waited_for() {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    let Served {
        database,
        server,
        admin,
        token,
    } = Served::on(&cluster, &[]).await;
    let mut shell = Shell::open(&database).await;
    shell.lock(&token, "KEY SHARE").await;
    let writing = async {
        let waiting = Arc::clone(&database);
        let waiting = tokio::task::spawn_blocking(move || await_lock(&waiting));
        waiting.await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
        let now = sqlx::query_scalar("SELECT clock_timestamp()");
        let written: chrono::DateTime<chrono::Utc> = now.fetch_one(&mut shell.0).await.unwrap();
        shell.0.close().await.unwrap();
        written
    };
    let (revoked, written) = tokio::join!(server.revoke(&admin, &token.token_id), writing);
    assert_eq!(revoked.status, 201, "{}", revoked.body);
    let revoked_at = revoked.json()["data"]["revoked_at"].clone();
    let revoked_at: chrono::DateTime<chrono::Utc> = serde_json::from_value(revoked_at).unwrap();
    assert!(revoked_at > written, "{revoked_at} after {written}");
}

#[tokio::test]
async fn operators_command_says_what_it_waits_for_and_ends_by_itself() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let Served {
        database,
        server,
        admin,
        token,
    } = Served::on(&cluster, &[]).await;
    let run = |arguments: &[&str]| {
        let mut command = binary();
        command
            .args(arguments)
            .args(&server.folder().arguments()[..2]);
        std::thread::spawn(move || output(&mut command))
    };
    let revoke = ["revoke", "--token", &token.jti, "--reason", "leaked"];

    let mut shell = Shell::open(&database).await;
    shell.lock(&token, "KEY SHARE").await;
    let revoking = run(&revoke);
    tokio::time::sleep(Duration::from_secs(3)).await;
    cluster.reload_with("synchronous_standby_names = 'absent'");
    assert!(!revoking.is_finished(), "it waits for the lock");
    shell.0.close().await.unwrap();
    let ended = revoking.join().unwrap();
    let said = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    for part in [
        "waiting for another session",
        "waiting for the confirmation of a standby",
        "it is done, but a failover could undo it",
        "Repeat the command when the standby is there again",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // It holds on the primary.
    assert_eq!(server.probe(&token).await, 401);

    // What only reads waits for nothing.
    let begun = Instant::now();
    for reads in [
        &["tokens", "list", "--business", "Acme"][..],
        &["users", "list"],
    ] {
        let read = run(reads).join().unwrap();
        assert_eq!(read.status.code(), Some(0), "{}", text(&read.stderr));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );

    let repeated = run(&revoke);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!repeated.is_finished(), "it waits for the standby again");
    cluster.reload_with("synchronous_standby_names = ''");
    let repeated = repeated.join().unwrap();
    assert_eq!(
        repeated.status.code(),
        Some(0),
        "{}",
        text(&repeated.stderr)
    );
    let said = text(&repeated.stdout);
    assert!(said.contains("0 revoked now, 1 before"), "{said}");
    assert_eq!(server.probe(&admin).await, 200);
}
