//! Many connections.

use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{Target, resident_bytes, rest, statuses};
use crate::harness::{PATIENCE, text};

/// Raises this process' limit of open files as far as it may; returns how many connections it can hold.
fn room() -> usize {
    let hard = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: hard,
        maximum: hard,
    };
    setrlimit(Resource::Nofile, raised).expect("the hard limit is allowed");
    // What else this process and its server have open.
    let files = hard.map_or(usize::MAX, |files| usize::try_from(files).unwrap());
    files.saturating_sub(1000)
}

#[tokio::test]
async fn ten_thousand_idle_connections_neither_stop_the_server_nor_fill_its_memory() {
    let connections = room().min(10_000);
    let target = Target::start(&["--max-connections", "12000"]).await;
    let mut idle = Vec::with_capacity(connections);
    for number in 0..connections {
        let mut stream = TcpStream::connect(target.server.address()).await.unwrap();
        // Half of them begin a request.
        if number % 2 == 0 {
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\n")
                .await
                .unwrap();
        }
        idle.push(stream);
    }
    // Answered behind all of them, and with all of them open.
    let last = async {
        let mut stream = TcpStream::connect(target.server.address()).await.unwrap();
        let request = target.head("GET /api/v1/tokens HTTP/1.1") + "Connection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    };
    let answer = timeout(PATIENCE, last).await.expect("an answer");
    assert_eq!(statuses(&answer), [200], "{answer}");

    let grown = resident_bytes(target.server.pid()).saturating_sub(target.resident_before);
    let each = grown / u64::try_from(connections).unwrap();
    println!(
        "{connections} idle connections: {} KiB, {each} bytes each",
        grown >> 10
    );
    assert!(each < 32 * 1024, "an idle connection takes {each} bytes");
    drop(idle);
    assert_eq!(target.server.probe(&target.admin).await, 200);
}

#[tokio::test]
async fn one_connection_too_many_is_503_until_another_ends() {
    let target = Target::start(&["--max-connections", "4", "--head-timeout", "3"]).await;
    let mut connections = Vec::new();
    for _ in 0..5 {
        connections.push(TcpStream::connect(target.server.address()).await.unwrap());
    }
    // What each is told before anybody is silent for too long: nothing, when it has a place.
    let told = connections.iter_mut().map(|stream| async move {
        let mut first = [0; 4096];
        let read = timeout(Duration::from_secs(1), stream.read(&mut first)).await;
        read.ok().map(|read| text(&first[..read.unwrap()]))
    });
    let told = join_all(told).await;
    let refused: Vec<String> = told.into_iter().flatten().collect();
    // The connection of the probe may still have been open.
    assert!([1, 2].contains(&refused.len()), "{refused:?}");
    insta::assert_snapshot!(refused[0].replace('\r', ""), @r#"
    HTTP/1.1 503 Service Unavailable
    content-type: application/json
    content-length: 62
    cache-control: no-store
    retry-after: 1
    connection: close

    {"detail":"The service has too many connections; try later"}
    "#);

    // The silent ones are closed by the head timeout, and there is a place again.
    let begun = tokio::time::Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "no place is given back");
        let answer = target
            .send(target.head("GET /api/v1/tokens HTTP/1.1") + "Connection: close\r\n\r\n")
            .await;
        if statuses(&answer) == [200] {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    target.unharmed(16).await;
}
