//! Tests of PostgreSQL alone: replicas, roles, restarts, connections that end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor};

use testbed::postgres::Database;
use tokio::task::JoinSet;

use crate::certificates::Certificate;
use crate::durability::{lists, still_reading};
use crate::harness::{
    Answer, Credential, Folder, PATIENCE, Request, Server, at_once, binary, output, own_cluster,
    own_cluster_with_tls, revoke_path, shared_cluster, text,
};

/// Creates a database on the PostgreSQL server that tests share. Returns `None` without PostgreSQL.
fn shared() -> Option<Arc<Database>> {
    shared_cluster().map(|cluster| Arc::new(cluster.database()))
}

/// Starts another replica with the same database and the same keys.
fn beside(server: &Server) -> Server {
    let database = server.folder().postgres().expect("it is on PostgreSQL");
    let folder = Folder::on(Arc::clone(database));
    std::fs::copy(server.folder().key_file(), folder.key_file()).expect("the keys are copied");
    Server::start_on(folder, &[])
}

/// Starts the first replica, with keys that an operator has made.
fn first(database: Arc<Database>) -> (Server, Credential) {
    let folder = Folder::on(database);
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    (Server::start_on(folder, &[]), admin)
}

#[tokio::test]
async fn revocation_on_one_replica_holds_on_all_at_once() {
    let Some(database) = shared() else { return };
    let (one, admin) = first(database);
    let (two, three) = (beside(&one), beside(&one));
    for number in 0..20 {
        let token = one.create(&admin, &format!("{number}")).await;
        for replica in [&one, &two, &three] {
            assert_eq!(replica.probe(&token).await, 200);
        }
        assert_eq!(two.revoke(&admin, &token.token_id).await.status, 201);
        for replica in [&one, &two, &three] {
            assert_eq!(replica.probe(&token).await, 401);
        }
    }
}

/// Every kind of commit ends the cached reads of a token that is in use. The database has no other user, so that nothing else
/// commits.
#[tokio::test]
async fn commit_of_any_kind_is_seen_by_the_next_request() {
    let Some(cluster) = own_cluster(&["max_prepared_transactions=1"]) else {
        return;
    };
    let database = Arc::new(Arc::new(cluster).database());
    let (server, admin) = first(Arc::clone(&database));
    let mut shell = sqlx::PgConnection::connect(&database.url()).await.unwrap();

    const REVOKE: &str =
        "INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES ('$', now(), 'by hand')";
    let long = format!("BEGIN; {REVOKE}");
    let nested = format!("BEGIN; SAVEPOINT s; {REVOKE}; RELEASE s");
    let prepared = format!("BEGIN; {REVOKE}; PREPARE TRANSACTION 'p'");
    let unsynced = format!("SET synchronous_commit = off; {REVOKE}");
    for (before, commit) in [
        ("", REVOKE),
        ("", "DELETE FROM tokens WHERE jti = '$'"),
        (&long, "COMMIT"),
        (&nested, "COMMIT"),
        (&prepared, "COMMIT PREPARED 'p'"),
        ("", &unsynced),
    ] {
        for round in 0..5 {
            let token = server.create(&admin, "revoked by hand").await;
            let sql = |text: &str| AssertSqlSafe(text.replace('$', &token.jti));
            shell.execute(sqlx::raw_sql(sql(before))).await.unwrap();
            for _ in 0..5 {
                assert_eq!(server.probe(&token).await, 200, "{commit} {round}");
                assert!(lists(&server, &admin, &token).await, "{commit} {round}");
            }
            shell.execute(sqlx::raw_sql(sql(commit))).await.unwrap();
            // In either order.
            for turn in [round, round + 1] {
                if turn % 2 == 0 {
                    assert_eq!(server.probe(&token).await, 401, "{commit} {round}");
                } else {
                    assert!(!lists(&server, &admin, &token).await, "{commit} {round}");
                }
            }
        }
    }
}

/// Commits repeatedly without a change to a token, so that a replica must carry its cached reads from snapshot to snapshot.
fn keep_committing(server: &Server, by: &Credential, revoked: &Credential) -> JoinSet<()> {
    let mut committing = JoinSet::new();
    for _ in 0..2 {
        let url = format!("{}{}", server.url, revoke_path(&revoked.token_id));
        let by = by.clone();
        committing.spawn(async move {
            loop {
                let answer = Request::new("POST", &url).by(&by).send().await;
                assert_eq!(answer.status, 201);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }
    committing
}

#[tokio::test]
async fn commit_of_another_process_is_seen_between_commits_of_replicas() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let database = Arc::new(Arc::new(cluster).database());
    let (one, admin) = first(Arc::clone(&database));
    let two = beside(&one);
    let noise = one.create(&admin, "revoked again and again").await;
    let committing = keep_committing(&two, &admin, &noise);
    for round in 0..40 {
        let token = two.create(&admin, "ci").await;
        for _ in 0..5 {
            assert_eq!(one.probe(&token).await, 200, "round {round}");
            assert!(lists(&one, &admin, &token).await, "round {round}");
        }
        if round % 4 < 2 {
            let revoked = two.revoke(&admin, &token.token_id).await;
            assert_eq!(revoked.json()["code"], "TOKEN_REVOKED");
        } else {
            database.execute(&format!(
                "INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES ('{}', now(), 'by hand')",
                token.jti
            ));
        }
        // In either order.
        for turn in [round, round + 1] {
            if turn % 2 == 0 {
                assert_eq!(one.probe(&token).await, 401, "round {round}");
            } else {
                assert!(!lists(&one, &admin, &token).await, "round {round}");
            }
        }
        let token = two.create(&admin, "ci").await;
        assert!(lists(&one, &admin, &token).await, "round {round}");
        assert_eq!(two.revoke(&admin, &token.token_id).await.status, 201);
    }
    still_reading(committing);
}

/// Rows of `changes` from a restored backup hold transaction ids of another server, which this server reaches later.
#[tokio::test]
async fn changes_recorded_by_another_server_are_not_mistaken_for_own_changes() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let database = Arc::new(Arc::new(cluster).database());
    let (server, admin) = first(Arc::clone(&database));
    for round in 0..5 {
        let token = server.create(&admin, "revoked by hand").await;
        database.execute(
            "INSERT INTO changes SELECT (pg_current_xact_id()::text::bigint + n)::text::xid8, '{}', '{}'
             FROM generate_series(1, 100) AS n",
        );
        for _ in 0..5 {
            assert_eq!(server.probe(&token).await, 200, "round {round}");
        }
        database.execute(&format!(
            "INSERT INTO revocations (jti, revoked_at, revoked_by) VALUES ('{}', now(), 'by hand')",
            token.jti
        ));
        assert_eq!(server.probe(&token).await, 401, "round {round}");
    }
}

/// Sessions keep their plans, which they may have made while hardly anything was revoked.
#[tokio::test]
async fn requests_read_few_revocations_also_after_many_tokens_are_revoked() {
    let Some(cluster) = own_cluster(&["autovacuum=off"]) else {
        return;
    };
    let database = Arc::new(Arc::new(cluster).database());
    let (server, admin) = first(Arc::clone(&database));
    let users: Vec<Credential> = ["ben", "cleo"]
        .map(|name| {
            let email = format!("{name}@acme.example");
            server.folder().bootstrap("Acme", &email, "member")
        })
        .into();
    let use_all = async || {
        let one = server.create(&users[0], "used").await;
        assert!(lists(&server, &users[0], &one).await);
        assert_eq!(server.probe(&users[1]).await, 200);
        assert_eq!(server.revoke(&admin, &one.token_id).await.status, 201);
    };
    let read = || {
        // A session reports what it has read some time after it did.
        std::thread::sleep(Duration::from_secs(2));
        let read =
            "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'revocations_pkey'";
        database.execute(read).trim().parse::<u64>().unwrap()
    };
    database.execute("VACUUM ANALYZE");
    use_all().await;
    database.execute(&format!(
        "INSERT INTO tokens (id, jti, business_id, user_id, name, token_prefix, token_sha256, created_at, expires_at)
         SELECT gen_random_uuid(), gen_random_uuid(), business_id, user_id, 'many', '', sha256(n::text::bytea), created_at, expires_at
         FROM tokens, generate_series(1, 2000) AS n WHERE jti = '{}';
         INSERT INTO revocations (jti, revoked_at, revoked_by) SELECT jti, now(), 'by hand' FROM tokens WHERE name = 'many'",
        admin.jti
    ));
    let before = read();
    use_all().await;
    let read = read() - before;
    assert!(read < 100, "{read} of 2,001 revocations were read");
}

#[tokio::test]
async fn revokes_of_one_token_on_all_replicas_at_once_leave_one_record() {
    let Some(database) = shared() else { return };
    let (one, admin) = first(database);
    let replicas = [beside(&one), beside(&one), one];
    for _ in 0..5 {
        let token = replicas[0].create(&admin, "ci").await;
        let revoking = (0..12).map(|number| {
            let replica = &replicas[number % 3];
            let body = json!({ "reason": format!("number {number}") }).to_string();
            replica.revoke_with(&admin, &token.token_id, body)
        });
        let answers = join_all(revoking).await;
        let bodies: Vec<_> = answers.iter().map(Answer::json).collect();
        assert!(bodies.iter().all(|body| body["data"] == bodies[0]["data"]));
        let first = |body: &&serde_json::Value| body["code"] == "TOKEN_REVOKED";
        assert_eq!(bodies.iter().filter(first).count(), 1);
    }
}

#[tokio::test]
async fn replicas_that_start_together_on_an_empty_database_migrate_it_once() {
    let Some(database) = shared() else { return };
    let migrate = |_| output(binary().args(["migrate", "--database", &database.url()]));
    let mut applied = 0;
    for output in at_once(4, migrate) {
        assert!(output.status.success(), "{}", text(&output.stderr));
        applied += text(&output.stdout).matches("applied 0001").count();
    }
    assert_eq!(applied, 1);
}

#[tokio::test]
async fn database_refuses_to_change_or_forget_a_revocation_even_for_its_owner() {
    let Some(database) = shared() else { return };
    let (server, admin) = first(Arc::clone(&database));
    let token = server.create(&admin, "ci").await;
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    for statement in [
        "UPDATE revocations SET reason = 'another'",
        "DELETE FROM revocations",
        "TRUNCATE revocations",
        "TRUNCATE tokens CASCADE",
        "DELETE FROM tokens WHERE jti IN (SELECT jti FROM revocations)",
        "UPDATE tokens SET jti = gen_random_uuid()",
        "UPDATE audit_events SET action = 'nothing'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "SET session_replication_role = replica; DELETE FROM revocations",
    ] {
        let error = database.try_execute(statement).expect_err(statement);
        assert!(
            error.contains("append-only")
                || error.contains("never change")
                || error.contains("foreign key"),
            "{statement}: {error}"
        );
    }
    assert_eq!(server.probe(&token).await, 401);
}

#[tokio::test]
async fn role_that_serves_can_do_all_that_requests_need_and_cannot_undo_a_revocation() {
    let Some(database) = shared() else { return };
    let (owner, admin) = first(Arc::clone(&database));
    let role = format!("serves_{}", database.name());
    database.execute(&format!("CREATE ROLE {role} LOGIN"));
    let granted = output(binary().args([
        "migrate",
        "--grant-to",
        &role,
        "--database",
        &database.url(),
    ]));
    assert!(granted.status.success(), "{}", text(&granted.stderr));

    let folder = Folder::on(Arc::clone(&database)).used_by(&role);
    std::fs::copy(owner.folder().key_file(), folder.key_file()).expect("the keys are copied");
    let server = Server::start_on(folder, &[]);
    let token = server.create(&admin, "ci").await;
    assert_eq!(server.probe(&token).await, 200);
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.request("GET", "/readyz").send().await.status, 200);

    for statement in [
        "UPDATE revocations SET reason = 'another'",
        "DELETE FROM revocations",
        "TRUNCATE revocations",
        "DELETE FROM tokens",
        "UPDATE tokens SET jti = gen_random_uuid()",
        "DELETE FROM audit_events",
        "UPDATE audit_events SET operator = 'another'",
        "INSERT INTO audit_events (at, action, operator) VALUES (now(), 'token.created', 'root (uid 0)')",
        "INSERT INTO audit_events (id, at, action) OVERRIDING SYSTEM VALUE VALUES (99999, now(), 'token.created')",
        "TRUNCATE audit_events",
        "INSERT INTO pruning VALUES (now())",
        "UPDATE users SET deactivated_at = NULL",
        "UPDATE memberships SET role = 'admin'",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "ALTER TABLE revocations DISABLE TRIGGER ALL",
        "DROP TABLE revocations",
    ] {
        let as_role = format!("SET ROLE {role}; {statement}");
        let error = database.try_execute(&as_role).expect_err(statement);
        assert!(
            error.contains("permission denied") || error.contains("must be owner"),
            "{statement}: {error}"
        );
    }
    // The server's open connections still hold locks of this role.
    drop(server);
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[tokio::test]
async fn no_token_is_accepted_while_the_database_is_dead_or_hangs_and_fsync_off_is_refused() {
    // With these settings PostgreSQL would lose the last ten seconds in a crash, unless a session demands durable commits.
    let settings = ["synchronous_commit=off", "wal_writer_delay=10s"];
    let Some(cluster) = own_cluster(&settings) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, admin) = first(Arc::new(cluster.database()));
    let token = server.create(&admin, "ci").await;
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);

    // Dead.
    cluster.kill();
    for _ in 0..3 {
        assert_eq!(server.probe(&admin).await, 503);
        assert_eq!(server.probe(&token).await, 503);
        assert_eq!(server.revoke(&admin, &admin.token_id).await.status, 503);
        assert_eq!(server.request("GET", "/readyz").send().await.status, 503);
        assert_eq!(server.request("GET", "/healthz").send().await.status, 200);
    }
    cluster.restart();
    assert_eq!(server.probe(&admin).await, 200, "at once, by itself");
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.request("GET", "/readyz").send().await.status, 200);

    // Hanging.
    cluster.pause(true);
    let begun = Instant::now();
    assert_eq!(server.probe(&admin).await, 503);
    // Earlier than the time limit of these tests' client: the time limits of a statement, a new connection and a statement.
    assert!(begun.elapsed() < Duration::from_secs(15));
    cluster.pause(false);
    assert_eq!(server.probe(&admin).await, 200);

    // Not durable, by a setting that no session can override.
    cluster.execute("postgres", "ALTER SYSTEM SET fsync = off");
    cluster.execute("postgres", "SELECT pg_reload_conf()");
    let refused = output(binary().args(["migrate", "--database", &cluster.url("postgres")]));
    assert_eq!(refused.status.code(), Some(3));
    let said = text(&refused.stderr);
    assert!(said.contains("fsync=on"), "{said}");
}

#[test]
fn tls_to_the_database_is_verified_as_the_url_says() {
    let (files, others) = (Folder::new(), Folder::new());
    for folder in [&files, &others] {
        let names = &["localhost"];
        Certificate {
            names,
            ..Default::default()
        }
        .write(folder.path());
    }
    let (certificate, other) = (
        files.path().join("cert.pem").display().to_string(),
        others.path().join("cert.pem").display().to_string(),
    );
    let key = files.path().join("key.pem");
    let Some(cluster) = own_cluster_with_tls(certificate.as_ref(), &key) else {
        return;
    };
    let migrate = |host: &str, parameters: &str| {
        let url = cluster.url("postgres").replace("127.0.0.1", host);
        let output =
            output(binary().args(["migrate", "--database", &format!("{url}?{parameters}")]));
        (output.status.code(), text(&output.stderr))
    };
    let verified = format!("sslmode=verify-full&sslrootcert={certificate}");
    assert_eq!(migrate("localhost", &verified), (Some(0), String::new()));
    for (host, parameters) in [
        (
            "localhost",
            format!("sslmode=verify-full&sslrootcert={other}"),
        ),
        ("127.0.0.1", verified),
    ] {
        let (code, said) = migrate(host, &parameters);
        assert_eq!(code, Some(3), "{host} {parameters}: {said}");
    }
}

#[tokio::test]
async fn serve_does_not_make_keys_that_other_replicas_would_not_have() {
    let Some(database) = shared() else { return };
    let folder = Folder::on(database);
    let refused = output(binary().arg("serve").args(folder.arguments()));
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("server bootstrap"),
        "{}",
        text(&refused.stderr)
    );
    assert!(!folder.key_file().exists());

    let url = folder.postgres().unwrap().url();
    let refused = output(binary().args(["serve", "--database", &url]));
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("--keys"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn parameters_of_the_url_are_known_or_refused_without_their_values() {
    let migrate = |parameters: &str| {
        let url = format!("postgres://me@127.0.0.1:1,127.0.0.1:2/db?{parameters}");
        let refused = output(binary().args(["migrate", "--log", "trace", "--database", &url]));
        (refused.status.code(), text(&refused.stderr))
    };
    for (parameters, expected) in [
        ("pasword=canary", "did you mean `password`?"),
        (
            "target_session_atrs=any",
            "did you mean `target_session_attrs`?",
        ),
        ("target_session_attrs=any", "uses the primary alone"),
    ] {
        let (code, said) = migrate(parameters);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains(expected) && !said.contains("canary"),
            "{said}"
        );
    }
    for parameters in [
        "target_session_attrs=primary",
        "target_session_attrs=read-write&application_name=a",
    ] {
        let (code, said) = migrate(parameters);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("me@127.0.0.1:1,127.0.0.1:2/db"), "{said}");
    }
}

#[test]
fn unreachable_database_is_named_without_its_password() {
    let refused = output(binary().args([
        "migrate",
        "--database",
        "postgres://me:hunter2@127.0.0.1:1/db",
    ]));
    assert_eq!(refused.status.code(), Some(3));
    insta::assert_snapshot!(text(&refused.stderr), @r"
    error: the store is not available: error communicating with database: Connection refused (os error 111)
      while using postgres://me@127.0.0.1:1/db. Does the database run, and may this role use it? Choose another one with --database
    ");
}

/// A standby lacks the latest events at most, and can be read when the primary is lost.
#[tokio::test]
async fn trail_can_be_read_from_a_standby() {
    let Some(primary) = own_cluster(&[]) else {
        return;
    };
    let standby = primary.standby().unwrap_or_else(|error| panic!("{error}"));
    let database = Arc::new(Arc::new(primary).database());
    let folder = Folder::on(Arc::clone(&database));
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let at = folder.reached_at(&standby.url(database.name()));
    let begun = Instant::now();
    loop {
        let output = output(binary().arg("audit").args(&at.arguments()[..2]));
        let said = text(&output.stdout);
        if output.status.success() && said.contains(&admin.token_id) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", text(&output.stderr));
        std::thread::sleep(Duration::from_millis(50));
    }
    // Nothing else uses it.
    let list = output(
        binary()
            .args(["tokens", "list", "--user", "ada@acme.example"])
            .args(&at.arguments()[..2]),
    );
    assert_eq!(list.status.code(), Some(3));
    let said = text(&list.stderr);
    assert!(said.contains("it is a standby"), "{said}");
}
