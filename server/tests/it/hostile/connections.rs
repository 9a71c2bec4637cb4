//! Many connections.

use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{Target, resident_bytes, rest, statuses};
use crate::harness::{PATIENCE, text};

/// Raises this process' limit of open files to the hard one, and returns how many connections it allows.
fn room() -> usize {
    let hard = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: hard,
        maximum: hard,
    };
    setrlimit(Resource::Nofile, raised).expect("the hard limit is allowed");
    // This process and its server have other files open.
    let files = hard.map_or(usize::MAX, |files| usize::try_from(files).unwrap());
    files.saturating_sub(1000)
}

#[tokio::test]
async fn ten_thousand_idle_connections_neither_block_the_server_nor_fill_its_memory() {
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
    // A request is answered while all of them are open.
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
    assert!(each < 32 * 1024, "an idle connection uses {each} bytes");
    drop(idle);
    assert_eq!(target.server.probe(&target.admin).await, 200);
}

#[tokio::test]
async fn connection_beyond_the_limit_is_503_until_another_ends() {
    let target = Target::start(&["--max-connections", "4", "--head-timeout", "3"]).await;
    let mut connections = Vec::new();
    for _ in 0..5 {
        connections.push(TcpStream::connect(target.server.address()).await.unwrap());
    }
    // A connection that was accepted gets no answer before the head timeout.
    let answers = connections.iter_mut().map(|stream| async move {
        let mut first = [0; 4096];
        let read = timeout(Duration::from_secs(1), stream.read(&mut first)).await;
        read.ok().map(|read| text(&first[..read.unwrap()]))
    });
    let answers = join_all(answers).await;
    let refused: Vec<String> = answers.into_iter().flatten().collect();
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

    // The head timeout closes the idle connections, so that another one is accepted.
    let begun = tokio::time::Instant::now();
    loop {
        assert!(
            begun.elapsed() < PATIENCE,
            "no connection is accepted again"
        );
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

#[tokio::test]
async fn one_address_takes_no_more_connections_than_it_may() {
    let limited = ["--max-connections-per-address", "3", "--head-timeout", "2"];
    let proxied = [&limited[..], &["--trusted-proxies", "127.0.0.1"]].concat();
    for (arguments, refuses) in [(&limited[..], true), (&proxied, false)] {
        let target = Target::start(arguments).await;
        let mut connections = Vec::new();
        for _ in 0..6 {
            connections.push(TcpStream::connect(target.server.address()).await.unwrap());
        }
        let answers = connections.iter_mut().map(|stream| async move {
            let mut first = [0; 4096];
            let read = timeout(Duration::from_secs(1), stream.read(&mut first)).await;
            read.ok().map(|read| text(&first[..read.unwrap()]))
        });
        let refused: Vec<String> = join_all(answers).await.into_iter().flatten().collect();
        assert_eq!(!refused.is_empty(), refuses, "{refused:?}");
        assert!(
            refused
                .iter()
                .all(|answer| answer.starts_with("HTTP/1.1 503"))
        );
    }
}
