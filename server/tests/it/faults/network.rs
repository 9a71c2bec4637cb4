//! The way to PostgreSQL: connections that are silently dropped, a process that is stopped, no room for another session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, Executor, PgConnection};
use testbed::postgres::Cluster;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Served;
use super::figures::Figures;
use crate::harness::{Credential, Folder, PATIENCE, Server, own_cluster};

/// A proxy in front of a database. It can swallow what the connections carry that are open, as a firewall does that has forgotten
/// them: no end ever learns of it.
struct Proxy {
    url: String,
    /// Connections before this one are swallowed.
    swallowed: Arc<AtomicU64>,
    accepted: Arc<AtomicU64>,
}

impl Proxy {
    async fn to(cluster: &Cluster, database: &str) -> Self {
        let (_, host) = cluster.server_url().rsplit_once('@').unwrap();
        let host = host.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "postgres://postgres@{}/{database}",
            listener.local_addr().unwrap()
        );
        let (swallowed, accepted) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (of_task, count) = (Arc::clone(&swallowed), Arc::clone(&accepted));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&host).await.unwrap();
                let (client, server) = (client.into_split(), server.into_split());
                let is_swallowed = move |from: &AtomicU64| number < from.load(Ordering::SeqCst);
                for (mut from, mut to) in [(client.0, server.1), (server.0, client.1)] {
                    let swallowed = Arc::clone(&of_task);
                    tokio::spawn(async move {
                        let mut bytes = vec![0; 16 * 1024];
                        while let Ok(read @ 1..) = from.read(&mut bytes).await {
                            if is_swallowed(&swallowed) {
                                continue;
                            }
                            if to.write_all(&bytes[..read]).await.is_err() {
                                break;
                            }
                        }
                        // Nobody hears of the end either.
                        if is_swallowed(&swallowed) {
                            tokio::time::sleep(PATIENCE).await;
                        }
                    });
                }
            }
        });
        Self {
            url,
            swallowed,
            accepted,
        }
    }

    /// Swallows what the connections carry that are open now.
    fn swallow(&self) {
        let accepted = self.accepted.load(Ordering::SeqCst);
        self.swallowed.store(accepted, Ordering::SeqCst);
    }
}

/// Sends requests one after the other, each of which must get a good answer. Returns the longest time.
async fn slowest(server: &Server, by: &Credential, requests: usize) -> Duration {
    let mut slowest = Duration::ZERO;
    for number in 0..requests {
        let begun = Instant::now();
        assert_eq!(server.probe(by).await, 200, "request {number}");
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_survive_connections_that_are_silently_dropped() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let database = Arc::new(cluster.database());
    let proxy = Proxy::to(&cluster, database.name()).await;
    let folder = Folder::on(database);
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let server = Server::start_on(folder.reached_at(&proxy.url), &[]);
    let token = server.create(&admin, "ci").await;
    for _ in 0..3 {
        join_all((0..8).map(|_| server.probe(&token))).await;
        let mut shell = PgConnection::connect(&proxy.url).await.unwrap();
        proxy.swallow();
        let first = slowest(&server, &token, 1).await;
        let others = slowest(&server, &token, 9).await;
        // The control: an open connection gets no answer any more.
        let swallowed = tokio::time::timeout(Duration::from_millis(500), shell.ping()).await;
        assert!(swallowed.is_err(), "the proxy swallows");
        let figures = Figures {
            case: "connections that are silently dropped",
            good_after: Some(first),
            ..Figures::default()
        };
        println!("{figures}; the slowest of the next nine after {others:?}");
        assert!(first < Duration::from_secs(3), "{first:?}");
        assert!(others < Duration::from_secs(2), "{others:?}");
    }
    // A write is not tried again, since it may have been done: the next one is good.
    proxy.swallow();
    let begun = Instant::now();
    while server.revoke(&admin, &token.token_id).await.status != 201 {
        assert!(begun.elapsed() < PATIENCE, "no revocation is acknowledged");
    }
    assert_eq!(server.probe(&token).await, 401);
}

#[tokio::test]
async fn one_stopped_process_of_the_database_does_not_stop_the_server() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let Served {
        database,
        server,
        admin,
        token,
    } = Served::on(&Arc::new(cluster), &[]).await;
    slowest(&server, &token, 10).await;
    let sessions = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND backend_type = 'client backend'",
        database.name()
    );
    let mut stopped = Vec::new();
    for process in database.cluster().execute("postgres", &sessions).lines() {
        let process = Pid::from_raw(process.parse().unwrap()).unwrap();
        kill_process(process, Signal::STOP).unwrap();
        let slowest = slowest(&server, &token, 10).await;
        println!("with one stopped process each answer within {slowest:?}");
        stopped.push(process);
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        // The stopped ones are ended with SIGTERM as soon as they run again.
        let _ = kill_process(process, Signal::CONT);
    }
    assert!(!stopped.is_empty());
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
}

#[tokio::test]
async fn requests_wait_for_the_sessions_there_are_while_the_database_has_no_room_for_more() {
    let Some(cluster) = own_cluster(&["max_connections=20", "superuser_reserved_connections=0"])
    else {
        return;
    };
    let Served {
        database,
        server,
        admin,
        token,
    } = Served::on(&Arc::new(cluster), &[]).await;
    assert_eq!(server.probe(&token).await, 200);
    let mut others = Vec::new();
    while let Ok(other) = PgConnection::connect(&database.url()).await {
        others.push(other);
    }
    for _ in 0..3 {
        let probes = join_all((0..40).map(|_| server.probe(&token))).await;
        assert!(probes.iter().all(|status| *status == 200), "{probes:?}");
        let names: Vec<String> = (0..4).map(|number| format!("{number}")).collect();
        let created = join_all(names.iter().map(|name| server.create(&admin, name))).await;
        let ids = created
            .iter()
            .map(|token| server.revoke(&admin, &token.token_id));
        let revoked = join_all(ids).await;
        assert!(revoked.iter().all(|answer| answer.status == 201));
    }
    drop(others);
}

#[tokio::test]
async fn number_of_sessions_and_time_limit_are_those_that_are_configured() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let limits = ["--database-connections", "4", "--database-timeout", "1"];
    let Served {
        database,
        server,
        admin,
        ..
    } = Served::on(&cluster, &limits).await;
    let mut most = 0;
    for round in 0..5 {
        let names: Vec<String> = (0..8).map(|number| format!("{round} {number}")).collect();
        let created = join_all(names.iter().map(|name| server.create(&admin, name))).await;
        let sessions = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'",
            database.name()
        );
        most = most.max(
            cluster
                .execute("postgres", &sessions)
                .parse::<u32>()
                .unwrap(),
        );
        for token in created {
            assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        }
    }
    assert!((1..=4).contains(&most), "{most}");
    // By default, a revocation waits three seconds for a lock.
    let mut shell = PgConnection::connect(&database.url()).await.unwrap();
    let lock = "BEGIN; SELECT 1 FROM tokens FOR UPDATE";
    shell.execute(lock).await.unwrap();
    let begun = Instant::now();
    let answer = server.revoke(&admin, &admin.token_id).await;
    assert_eq!(answer.status, 503);
    assert!(
        begun.elapsed() < Duration::from_millis(2500),
        "{:?}",
        begun.elapsed()
    );
}
