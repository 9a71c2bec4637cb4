//! The promotion of a standby, while the old primary still runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use testbed::postgres::Cluster;

use crate::harness::{Credential, Folder, PATIENCE, Server, binary, output, own_cluster, text};

/// Waits until this token gets an answer that is not 503, and returns the time and the answer.
async fn next_good_answer(server: &Server, by: &Credential) -> (Duration, u16) {
    let begun = Instant::now();
    loop {
        match server.probe(by).await {
            503 => assert!(begun.elapsed() < PATIENCE, "no good answer"),
            status => return (begun.elapsed(), status),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn old_primary_that_runs_again_after_a_failover_is_not_used() {
    let Some(old) = own_cluster(&[]) else {
        return;
    };
    let old = Arc::new(old);
    let new: Cluster = old.standby().unwrap_or_else(|error| panic!("{error}"));
    let database = Arc::new(old.database());
    let host = |cluster: &Cluster| cluster.server_url().rsplit_once('@').unwrap().1.to_owned();
    let both = format!(
        "postgres://postgres@{},{}/{}?target_session_attrs=read-write",
        host(&old),
        host(&new),
        database.name()
    );
    let folder = Folder::on(Arc::clone(&database)).reached_at(&both);
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let doctor = || {
        let said = output(binary().arg("doctor").args(folder.arguments()));
        text(&said.stdout)
    };
    let said = doctor();
    assert!(said.contains("Set synchronous_standby_names"), "{said}");
    old.reload_with("synchronous_standby_names = '*'");
    let said = doctor();
    assert!(said.contains("(fenced)"), "{said}");
    let beside = |url: Option<&str>| {
        let beside = Folder::on(Arc::clone(&database));
        std::fs::copy(folder.key_file(), beside.key_file()).unwrap();
        match url {
            Some(url) => Server::start_on(beside.reached_at(url), &[]),
            // The old primary alone: the control.
            None => Server::start_on(beside, &[]),
        }
    };
    let (one, two, alone) = (beside(Some(&both)), beside(Some(&both)), beside(None));
    let token = one.create(&admin, "ci").await;
    for server in [&one, &two, &alone] {
        assert_eq!(server.probe(&token).await, 200);
    }

    old.pause(true);
    assert_eq!(new.execute("postgres", "SELECT pg_promote()"), "t");
    let promoted = Instant::now();
    new.execute("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
    new.execute("postgres", "SELECT pg_reload_conf()");
    let (after, status) = next_good_answer(&one, &token).await;
    println!(
        "first good answer {:.1} s after the promotion",
        after.as_secs_f64()
    );
    assert_eq!(status, 200);
    while one.revoke(&admin, &token.token_id).await.status != 201 {
        assert!(
            promoted.elapsed() < PATIENCE,
            "no revocation is acknowledged"
        );
    }
    // The other replica gets no request meanwhile, so that its sessions on the old primary remain. It looks at all hosts.
    tokio::time::sleep(Duration::from_secs(3).saturating_sub(promoted.elapsed())).await;
    old.pause(false);
    let mut accepted = 0;
    for _ in 0..50 {
        for server in [&two, &one] {
            accepted += usize::from(server.probe(&token).await == 200);
        }
    }
    println!("accepted after the old primary runs again: {accepted} of 100");
    assert_eq!(accepted, 0);
    // One that starts now knows of no promotion, and sees both.
    assert_eq!(beside(Some(&both)).probe(&token).await, 401);
    // What the old primary alone cannot show.
    assert_eq!(next_good_answer(&alone, &token).await.1, 200);
}
