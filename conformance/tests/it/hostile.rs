//! Targets that answer badly or not at all: the case says so, and the suite stays whole.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::deployment::Deployment;
use crate::suite::run;

/// A server that answers every request with these bytes and, where `ends`, closes the connection.
async fn answering(bytes: Vec<u8>, ends: bool) -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&bytes).await;
                if !ends {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (url, task)
}

/// What a run against such a server says of a case; a bound on the answer's time is one second.
async fn told(bytes: impl Into<Vec<u8>>, ends: bool) -> (i32, String, String) {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let text = std::fs::read_to_string(&profile).expect("readable");
    std::fs::write(
        &profile,
        text.replace("exchange_seconds = 5", "exchange_seconds = 1"),
    )
    .expect("written");
    let (url, task) = answering(bytes.into(), ends).await;
    let run = run(&url, &profile, &["--filter", "list.refuses_anonymous"]).await;
    task.abort();
    assert_eq!(run.report.as_ref().expect("a report")["complete"], true);
    let verdict = run.verdict("list.refuses_anonymous");
    (run.code, verdict, run.stdout)
}

#[tokio::test]
async fn target_that_is_silent_is_unreachable() {
    let (code, verdict, stdout) = told("", false).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
    assert!(stdout.contains("no whole answer within 1 s"), "{stdout}");
}

#[tokio::test]
async fn target_that_does_not_speak_http_is_unreachable() {
    let (code, verdict, stdout) = told("SSH-2.0-OpenSSH_9.9\r\n", true).await;
    assert_eq!((code, verdict.as_str()), (3, "error"), "{stdout}");
}

#[tokio::test]
async fn answer_that_breaks_off_is_told() {
    let (code, _, stdout) = told(
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{\"detail\"",
        true,
    )
    .await;
    assert_eq!(code, 3, "{stdout}");
    assert!(stdout.contains("the connection broke"), "{stdout}");
}

#[tokio::test]
async fn endless_body_is_not_read_to_its_end() {
    let mut bytes = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 10000000\r\n\r\n".to_vec();
    bytes.resize(3 * 1024 * 1024, b'x');
    let (code, verdict, stdout) = told(bytes, false).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("not read further"), "{stdout}");
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (code, verdict, stdout) = told(redirect, true).await;
    assert_eq!((code, verdict.as_str()), (1, "fail"), "{stdout}");
    assert!(stdout.contains("302"), "{stdout}");
}
