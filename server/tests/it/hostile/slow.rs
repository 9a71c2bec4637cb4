//! Slow clients.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{Target, rest, statuses};
use crate::harness::{PATIENCE, revoke_path};

/// Sends one byte after another until the server closes; returns its answer.
async fn drip(target: &Target, begin: &str) -> String {
    let stream = TcpStream::connect(target.server.address()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(begin.as_bytes()).await.unwrap();
    let dripping = tokio::spawn(async move {
        while writer.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer);
    let _ = timeout(PATIENCE, read)
        .await
        .expect("the server closes the connection");
    dripping.abort();
    crate::harness::text(&answer)
}

#[tokio::test]
async fn connection_whose_head_comes_byte_by_byte_is_closed() {
    let target = Target::start(&["--head-timeout", "0.5"]).await;
    for begin in ["", "GET /", "GET /healthz HTTP/1.1\r\nHost: test\r\nX: "] {
        let answer = drip(&target, begin).await;
        assert_eq!(answer, "", "{begin:?}");
    }
    target.unharmed(16).await;
}

#[tokio::test]
async fn body_that_comes_byte_by_byte_is_408() {
    let target = Target::start(&["--request-timeout", "1"]).await;
    let path = revoke_path(&target.admin.token_id);
    let head = target.head(&format!("POST {path} HTTP/1.1"));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\nffff\r\n");
    for request in [&format!("{head}Content-Length: 60000\r\n\r\n"), &chunked] {
        let answer = drip(&target, request).await;
        assert_eq!(statuses(&answer), [408], "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    target.unharmed(16).await;
}

/// Answers that the client does not read fill the buffers of both systems. Then the server waits to write.
#[tokio::test]
async fn connection_of_a_client_that_never_reads_is_closed() {
    let target = Target::start(&["--head-timeout", "0.5"]).await;
    let mut stream = TcpStream::connect(target.server.address()).await.unwrap();
    let request = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: test\r\n\r\n";
    let requests = 200;
    let _ = stream.write_all(request.repeat(requests).as_bytes()).await;
    sleep(Duration::from_millis(1500)).await;
    let answers = timeout(PATIENCE, rest(&mut stream))
        .await
        .expect("the server closes the connection");
    assert!(
        answers.matches("HTTP/1.1 200 OK").count() < requests,
        "the server answered although the client did not read"
    );
    target.unharmed(32).await;
}
