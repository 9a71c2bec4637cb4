//! What is acknowledged survives.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Folder, PATIENCE, Server, revoke_path, text};

#[tokio::test]
pub(crate) async fn revoked_token_is_refused_after_a_restart() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    let first = server.revoke(&admin, &token.token_id).await.json();

    let server = Server::start_on(server.stop(), &[]);
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.probe(&admin).await, 200);
    assert_eq!(
        server.revoke(&admin, &token.token_id).await.json()["data"],
        first["data"]
    );
}

#[tokio::test]
pub(crate) async fn revoked_token_is_refused_after_a_kill_right_behind_the_201() {
    let mut folder = Folder::new();
    for round in 0..3 {
        let server = Server::start_on(folder, &[]);
        let (admin, token) = (server.admin(), server.member());
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
        folder = server.kill();

        let server = Server::start_on(folder, &[]);
        assert_eq!(server.probe(&token).await, 401, "round {round}");
        assert_eq!(server.probe(&admin).await, 200, "round {round}");
        folder = server.kill();
    }
}

#[tokio::test]
async fn sigterm_finishes_a_request_that_has_begun_and_exits_0() {
    let mut server = Server::start();
    let admin = server.admin();
    let body = r#"{"reason": "half sent"}"#;
    let (sent, unsent) = body.split_at(5);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once the handler reads it: from here on the request is in progress.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(text(&asked).starts_with("HTTP/1.1 100"), "{}", text(&asked));
    stream.write_all(sent.as_bytes()).await.unwrap();

    server.terminate();
    let refused = async {
        while TcpStream::connect(server.address()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, refused)
        .await
        .expect("new connections are refused");

    stream.write_all(unsent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("an answer")
        .unwrap();
    assert!(
        text(&answer).starts_with("HTTP/1.1 201"),
        "{}",
        text(&answer)
    );
    assert!(text(&answer).contains("half sent"));
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn drain_timeout_bounds_the_wait_for_a_request_that_never_ends() {
    let mut server = Server::start_on(Folder::new(), &["--drain-timeout", "0.2"]);
    let admin = server.admin();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id,
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();

    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
}
