//! Settings of PostgreSQL that change under a running server, and waits that it gives up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};
use testbed::postgres::{Cluster, Database};
use tokio::time::timeout;

use super::figures::Figures;
use crate::harness::{
    Credential, Folder, PATIENCE, Request, Server, binary, output, own_cluster, text,
};

/// A write by a client that does nothing for the promise.
const PLAIN_WRITE: &str = "INSERT INTO businesses (id, name, created_at) VALUES (gen_random_uuid(), 'plain ' || gen_random_uuid(), now())";

/// Starts a server on a database of this cluster.
async fn serve(cluster: &Arc<Cluster>) -> (Server, Credential) {
    let server = Server::start_on(Folder::on(Arc::new(cluster.database())), &[]);
    let admin = server.admin();
    (server, admin)
}

#[tokio::test]
async fn settings_that_a_reload_changes_lose_no_acknowledged_revocation() {
    // Commits that do not wait for the disk are lost in a crash during the next ten seconds.
    let Some(cluster) = own_cluster(&["wal_writer_delay=10s"]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, admin) = serve(&cluster).await;
    let mut tokens = Vec::new();
    for number in 0..9 {
        tokens.push(server.create(&admin, &format!("{number}")).await);
    }
    let last = tokens.pop().unwrap();

    cluster.reload_with("synchronous_commit = off");
    for token in &tokens {
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    }
    // The control: commits of a client that chooses nothing.
    let database = server.folder().postgres().unwrap();
    let mut plain = PgConnection::connect(&database.url()).await.unwrap();
    for _ in 0..9 {
        plain.execute(PLAIN_WRITE).await.unwrap();
    }
    cluster.kill();
    cluster.restart();
    let kept = database.execute("SELECT count(*) FROM businesses WHERE name LIKE 'plain %'");
    println!("the control: {kept} of 9 plain commits survive the same crash");
    assert!(kept.parse::<u32>().unwrap() < 9, "the crash must lose one");
    let mut accepted = 0;
    for token in &tokens {
        accepted += usize::from(server.probe(token).await != 401);
    }
    let figures = Figures {
        case: "synchronous_commit switched off by a reload, and a crash",
        acknowledged: tokens.len(),
        probes: tokens.len(),
        accepted,
        ..Figures::default()
    };
    println!("{figures}");
    assert_eq!(accepted, 0);

    // No transaction can choose this one.
    cluster.reload_with("fsync = off");
    for _ in 0..3 {
        assert_eq!(server.revoke(&admin, &last.token_id).await.status, 503);
    }
    let ready = async || server.request("GET", "/readyz").send().await.status;
    assert_eq!(ready().await, 503);
    cluster.reload_with("fsync = on");
    assert_eq!(ready().await, 200);
    cluster.reload_with("default_transaction_read_only = on");
    assert_eq!(ready().await, 503);
    assert_eq!(server.revoke(&admin, &last.token_id).await.status, 503);
    cluster.reload_with("default_transaction_read_only = off");
    assert_eq!(server.revoke(&admin, &last.token_id).await.status, 201);
    assert_eq!(server.probe(&last).await, 401);
}

/// Returns the sessions of servers that wait for a standby.
const WAITING: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// Cancels the wait of the next commit that waits for a standby.
fn cancel_one_wait(cluster: &Arc<Cluster>) -> tokio::task::JoinHandle<()> {
    let cluster = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let cancel = format!("SELECT pg_cancel_backend(pid) {WAITING}");
        while cluster.execute("postgres", &cancel) != "t" {
            assert!(
                begun.elapsed() < PATIENCE,
                "no commit waits for the standby"
            );
        }
    })
}

#[tokio::test]
async fn commit_whose_wait_for_a_standby_is_cancelled_is_not_acknowledged() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, admin) = serve(&cluster).await;
    let token = server.create(&admin, "ci").await;
    cluster.reload_with("synchronous_standby_names = 'absent'");
    // The control: a client that ignores warnings takes such a commit for done.
    let database = server.folder().postgres().unwrap();
    let mut plain = PgConnection::connect(&database.url()).await.unwrap();
    let cancelled = cancel_one_wait(&cluster);
    plain.execute(PLAIN_WRITE).await.unwrap();
    cancelled.await.unwrap();
    println!("the control: a client that ignores warnings is told that such a commit is done");
    let cancelled = cancel_one_wait(&cluster);
    // The commit is visible afterwards, but a failover could lose it.
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 503);
    cancelled.await.unwrap();
    assert_eq!(server.probe(&token).await, 401);
    println!("a cancelled wait for a standby: the commit is visible, and 0 of 1 are acknowledged");
    cluster.reload_with("synchronous_standby_names = ''");
    // Whether it shall be empty, only the operator knows.
    let begun = Instant::now();
    while server.revoke(&admin, &token.token_id).await.status != 201 {
        assert!(begun.elapsed() < PATIENCE, "SIGHUP is not heard");
        server.hang_up();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A command that finds its work done waits for the standby like the one that did it.
#[tokio::test]
async fn operators_command_is_not_done_before_the_standby_has_it_also_if_it_is_repeated() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, _admin) = serve(&cluster).await;
    // Without a token, the second one has nothing to lock.
    let add = ["users", "add", "--business", "Acme", "--role", "member"];
    let email = ["--email", "max@acme.example"];
    let added = output((binary().args(add).args(email)).args(&server.folder().arguments()[..2]));
    assert!(added.status.success(), "{}", text(&added.stderr));
    cluster.reload_with("synchronous_standby_names = 'absent'");
    for _ in 0..2 {
        let arguments = server.folder().arguments();
        let deactivating = std::thread::spawn(move || {
            let email = ["--email", "max@acme.example", "--reason", "left"];
            let deactivate = ["users", "deactivate"];
            output(binary().args(deactivate).args(email).args(&arguments[..2]))
        });
        let cancel = format!("SELECT pg_cancel_backend(pid) {WAITING}");
        while !deactivating.is_finished() {
            cluster.execute("postgres", &cancel);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let done = deactivating.join().expect("it does not panic");
        assert_eq!(done.status.code(), Some(3), "{}", text(&done.stderr));
    }
}

/// A commit that no standby has is lost with the primary.
#[tokio::test]
async fn standby_names_that_a_reload_empties_end_revocations_until_the_operator_agrees() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let _standby = cluster.standby().unwrap_or_else(|error| panic!("{error}"));
    cluster.reload_with("synchronous_standby_names = '*'");
    let (server, admin) = serve(&cluster).await;
    let [one, two, three] = [
        server.create(&admin, "one").await,
        server.create(&admin, "two").await,
        server.create(&admin, "three").await,
    ];
    let ready = async || server.request("GET", "/readyz").send().await.status;
    assert_eq!(server.revoke(&admin, &one.token_id).await.status, 201);
    cluster.reload_with("synchronous_standby_names = ''");
    assert_eq!(server.revoke(&admin, &two.token_id).await.status, 503);
    assert_eq!(ready().await, 503);
    assert_eq!(server.probe(&three).await, 200, "reads go on");
    cluster.reload_with("synchronous_standby_names = '*'");
    assert_eq!(server.revoke(&admin, &two.token_id).await.status, 201);
    assert_eq!(ready().await, 200);

    cluster.reload_with("synchronous_standby_names = ''");
    server.hang_up();
    let begun = Instant::now();
    while server.revoke(&admin, &three.token_id).await.status != 201 {
        assert!(begun.elapsed() < PATIENCE, "SIGHUP is not heard");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // One that starts now has never seen another setting.
    let folder = server.stop();
    let server = Server::start_on(folder, &[]);
    assert_eq!(server.revoke(&admin, &three.token_id).await.status, 201);
}

#[tokio::test]
async fn writes_that_nobody_waits_for_any_more_leave_no_sessions() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, admin) = serve(&cluster).await;
    cluster.reload_with("synchronous_standby_names = 'absent'");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_millis(200));
    let client = client.build().unwrap();
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname <> 'postgres'";
    let sessions = || {
        cluster
            .execute("postgres", sessions)
            .parse::<u32>()
            .unwrap()
    };
    let mut most = 0;
    for _ in 0..6 {
        let clients = (0..8).map(|_| {
            let request = client.post(format!("{}/api/v1/tokens", server.url));
            let request = request.bearer_auth(&admin.token);
            request
                .header("x-business-id", &admin.business_id)
                .body(json!({ "name": "blocked" }).to_string())
                .send()
        });
        for answer in futures_util::future::join_all(clients).await {
            assert!(answer.is_err(), "{answer:?}");
        }
        most = most.max(sessions());
    }
    let figures = Figures {
        case: "writes that block",
        sessions: Some(most),
        ..Figures::default()
    };
    println!("{figures}");
    assert!((1..=10).contains(&most), "{most}");
    // Reads do not wait.
    assert_eq!(server.probe(&admin).await, 200);
    // The control: the sessions of a client that only closes its connections remain.
    let database = server.folder().postgres().unwrap();
    abandon_writes(database, 12).await;
    let abandoned = sessions();
    assert!(abandoned >= 12, "{abandoned}");
    println!(
        "the control: {abandoned} sessions, with 12 of a client that only closes its connections"
    );

    cluster.reload_with("synchronous_standby_names = ''");
    server.hang_up();
    let begun = Instant::now();
    loop {
        let request = Request::new("POST", &format!("{}/api/v1/tokens", server.url)).by(&admin);
        let status = request.json(r#"{"name": "unblocked"}"#).send().await.status;
        // The blocked ones were committed and count.
        if status != 503 {
            assert!([201, 400].contains(&status), "{status}");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "no session becomes free");
    }
}

/// Begins writes on connections of their own, and closes each connection while its commit waits.
async fn abandon_writes(database: &Database, number: usize) {
    for _ in 0..number {
        let mut plain = PgConnection::connect(&database.url()).await.unwrap();
        let waits = timeout(Duration::from_millis(100), plain.execute(PLAIN_WRITE)).await;
        assert!(waits.is_err(), "no standby is there");
    }
}
