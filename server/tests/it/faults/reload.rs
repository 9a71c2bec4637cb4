//! Settings of PostgreSQL that change under a running server, and waits that it gives up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use testbed::postgres::Cluster;

use crate::harness::{Credential, Folder, PATIENCE, Request, Server, own_cluster};

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
    cluster.kill();
    cluster.restart();
    for token in &tokens {
        assert_eq!(server.probe(token).await, 401);
    }

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

#[tokio::test]
async fn commit_whose_wait_for_a_standby_is_cancelled_is_not_acknowledged() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let (server, admin) = serve(&cluster).await;
    let token = server.create(&admin, "ci").await;
    cluster.reload_with("synchronous_standby_names = 'absent'");
    let canceller = Arc::clone(&cluster);
    let cancelled = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let cancel = format!("SELECT pg_cancel_backend(pid) {WAITING}");
        while canceller.execute("postgres", &cancel) != "t" {
            assert!(
                begun.elapsed() < PATIENCE,
                "no commit waits for the standby"
            );
        }
    });
    // The commit is visible afterwards, but a failover could lose it.
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 503);
    cancelled.await.unwrap();
    cluster.reload_with("synchronous_standby_names = ''");
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
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
        most = most.max(
            cluster
                .execute("postgres", sessions)
                .parse::<u32>()
                .unwrap(),
        );
    }
    println!("sessions at most while writes block: {most}");
    assert!((1..=10).contains(&most), "{most}");
    // Reads do not wait.
    assert_eq!(server.probe(&admin).await, 200);

    cluster.reload_with("synchronous_standby_names = ''");
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
