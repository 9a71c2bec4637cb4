//! The promotion of a standby, while the old primary still runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use testbed::postgres::{Cluster, Database};

use super::figures::Figures;
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

/// Returns the URL of a database that names both hosts.
fn url_of(old: &Cluster, new: &Cluster, database: &Database) -> String {
    let host = |cluster: &Cluster| cluster.server_url().rsplit_once('@').unwrap().1.to_owned();
    format!(
        "postgres://postgres@{},{}/{}?target_session_attrs=read-write",
        host(old),
        host(new),
        database.name()
    )
}

/// The standby that takes over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standby {
    /// Each commit waits for it.
    Synchronous,
    /// It is some commits behind, as one on a slow line.
    Asynchronous,
}

/// Acknowledges revocations, kills the primary at once, and promotes the standby. `None` without PostgreSQL.
async fn fail_over(standby: Standby) -> Option<Figures> {
    let old = Arc::new(own_cluster(&[])?);
    let new: Cluster = old.standby().unwrap_or_else(|error| panic!("{error}"));
    let database = Arc::new(old.database());
    let folder = Folder::on(Arc::clone(&database)).reached_at(&url_of(&old, &new, &database));
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    if standby == Standby::Synchronous {
        old.reload_with("synchronous_standby_names = '*'");
    }
    let server = Server::start_on(folder, &[]);
    let mut tokens = Vec::new();
    for number in 0..9 {
        tokens.push(server.create(&admin, &format!("{number}")).await);
    }
    if standby == Standby::Asynchronous {
        let begun = Instant::now();
        let names = format!(
            "SELECT count(*) FROM tokens WHERE business_id = '{}'",
            admin.business_id
        );
        while new.execute(database.name(), &names) != "10" {
            assert!(begun.elapsed() < PATIENCE, "the standby does not follow");
        }
        // What a paused receiver has in its socket would still arrive.
        new.reload_with("primary_conninfo = ''");
        while new.execute("postgres", "SELECT count(*) FROM pg_stat_wal_receiver") != "0" {
            assert!(begun.elapsed() < PATIENCE, "the standby still follows");
        }
    }
    for token in &tokens {
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    }
    old.kill();
    assert_eq!(new.execute("postgres", "SELECT pg_promote()"), "t");
    let (after, status) = next_good_answer(&server, &admin).await;
    assert_eq!(status, 200);
    let mut accepted = 0;
    for token in &tokens {
        accepted += usize::from(server.probe(token).await == 200);
    }
    Some(Figures {
        case: match standby {
            Standby::Synchronous => "failover to a synchronous standby",
            Standby::Asynchronous => "the control: failover to an asynchronous standby",
        },
        acknowledged: tokens.len(),
        probes: tokens.len(),
        accepted,
        good_after: Some(after),
        ..Figures::default()
    })
}

#[tokio::test]
async fn failover_to_a_synchronous_standby_loses_no_acknowledged_revocation() {
    let Some(figures) = fail_over(Standby::Synchronous).await else {
        return;
    };
    println!("{figures}");
    assert_eq!(figures.accepted, 0);
    assert!(
        figures.good_after.unwrap() < Duration::from_secs(2),
        "{figures}"
    );
}

/// The negative control: no server can keep the promise here, as the README says.
#[tokio::test]
async fn failover_to_an_asynchronous_standby_is_seen_to_lose_revocations() {
    let Some(figures) = fail_over(Standby::Asynchronous).await else {
        return;
    };
    println!("{figures}");
    assert!(figures.accepted > 0, "a loss must be noticed: {figures}");
}

#[tokio::test]
async fn old_primary_that_runs_again_after_a_failover_is_not_used() {
    let Some(old) = own_cluster(&[]) else {
        return;
    };
    let old = Arc::new(old);
    let new: Cluster = old.standby().unwrap_or_else(|error| panic!("{error}"));
    let database = Arc::new(old.database());
    let both = url_of(&old, &new, &database);
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
    let figures = Figures {
        case: "the old primary runs again after a promotion",
        acknowledged: 1,
        probes: 100,
        accepted,
        good_after: Some(after),
        ..Figures::default()
    };
    println!("{figures}");
    assert_eq!(accepted, 0);
    // One that starts now knows of no promotion, and sees both.
    assert_eq!(beside(Some(&both)).probe(&token).await, 401);
    // What the old primary alone cannot show.
    assert_eq!(next_good_answer(&alone, &token).await.1, 200);
    println!("the control: a replica that reaches the old primary alone accepts the token");
}
