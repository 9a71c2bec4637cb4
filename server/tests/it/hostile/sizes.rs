//! Requests that are too large.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Target, statuses};
use crate::harness::{PATIENCE, revoke_path, text};

const MEBIBYTE: usize = 1 << 20;

/// Sends `begin`, then `block` until the server closes; returns its answer and how many bytes it accepted.
async fn pour(target: &Target, begin: &str, block: &[u8], at_most: usize) -> (String, usize) {
    let stream = TcpStream::connect(target.server.address()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let pouring = async {
        let mut taken = 0;
        if writer.write_all(begin.as_bytes()).await.is_ok() {
            while taken < at_most && writer.write_all(block).await.is_ok() {
                taken += block.len();
            }
        }
        taken
    };
    let reading = async {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        text(&answer)
    };
    let (taken, answer) = timeout(PATIENCE, async { tokio::join!(pouring, reading) })
        .await
        .expect("the server closes the connection");
    (answer, taken)
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let target = Target::start(&[]).await;
    let long = "x".repeat(MEBIBYTE);
    let head = target.head("GET /api/v1/tokens HTTP/1.1");
    let many: String = (0..10_000)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    for (what, request) in [
        ("header", format!("{head}X-Long: {long}\r\n\r\n")),
        ("header's name", format!("{head}{long}: x\r\n\r\n")),
        (
            "claimed email",
            format!("{head}X-User-Email: {long}\r\n\r\n"),
        ),
        ("headers", format!("{head}{many}\r\n")),
        (
            "target",
            target.head(&format!("GET /api/v1/tokens?cursor={long} HTTP/1.1")) + "\r\n",
        ),
        (
            "method",
            target.head(&format!("{long} / HTTP/1.1")) + "\r\n",
        ),
        (
            "token",
            format!(
                "GET /api/v1/tokens HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer dz_{long}\r\n\r\n"
            ),
        ),
        ("no end of a line", long.clone()),
    ] {
        let answer = target.send(&request).await;
        let statuses = statuses(&answer);
        assert!(statuses.len() <= 1, "{what}: {answer}");
        assert!(
            statuses
                .iter()
                .all(|status| [400, 414, 431].contains(status)),
            "{what}: {answer}"
        );
    }
    // A head below the limit is refused for its content, not for its size.
    let just = "x".repeat(20_000);
    let answer = target
        .send(format!(
            "GET /api/v1/tokens HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer dz_{just}\r\n\r\n"
        ))
        .await;
    assert_eq!(statuses(&answer), [401], "{answer}");
    target.unharmed(32).await;
}

#[tokio::test]
async fn header_fields_are_counted() {
    let target = Target::start(&[]).await;
    let head = target.head("GET /api/v1/tokens HTTP/1.1") + "Connection: close\r\n";
    let with = |fields: usize| {
        let fields: String = (0..fields)
            .map(|number| format!("x-{number}: y\r\n"))
            .collect();
        format!("{head}{fields}\r\n")
    };
    assert_eq!(statuses(&target.send(with(60)).await), [200]);
    assert_eq!(statuses(&target.send(with(61)).await), [431]);
    target.unharmed(16).await;
}

#[tokio::test]
async fn body_of_100_mebibytes_is_413_before_it_is_read() {
    let target = Target::start(&[]).await;
    let block = vec![b' '; MEBIBYTE];
    let path = revoke_path(&target.admin.token_id);
    let head = target.head(&format!("POST {path} HTTP/1.1"));
    let begin = format!("{head}Content-Length: {}\r\n\r\n", 100 * MEBIBYTE);
    let (answer, taken) = pour(&target, &begin, &block, 100 * MEBIBYTE).await;
    // The answer can be lost when the connection is reset while the client still sends.
    assert!([vec![413], vec![]].contains(&statuses(&answer)), "{answer}");
    assert!(taken < 50 * MEBIBYTE, "{taken} bytes were taken");

    let stranger = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n",
        100 * MEBIBYTE
    );
    let (answer, taken) = pour(&target, &stranger, &block, 100 * MEBIBYTE).await;
    assert!([vec![401], vec![]].contains(&statuses(&answer)), "{answer}");
    assert!(taken < 50 * MEBIBYTE, "{taken} bytes were taken");
    target.unharmed(16).await;
}

#[tokio::test]
async fn body_that_is_too_large_is_not_asked_for() {
    let target = Target::start(&[]).await;
    let path = revoke_path(&target.admin.token_id);
    let head = target.head(&format!("POST {path} HTTP/1.1"));
    for (length, expected) in [(65_537, vec![413]), (65_536, vec![100, 422])] {
        let mut stream = TcpStream::connect(target.server.address()).await.unwrap();
        let (mut reader, mut writer) = stream.split();
        let waits = format!("{head}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        writer.write_all(waits.as_bytes()).await.unwrap();
        let mut first = vec![0; 12];
        timeout(PATIENCE, reader.read_exact(&mut first))
            .await
            .unwrap()
            .unwrap();
        if first == b"HTTP/1.1 100" {
            writer.write_all(&vec![b' '; length]).await.unwrap();
        }
        let mut answer = text(&first);
        while statuses(&answer).len() < expected.len() {
            let mut more = vec![0; 1024];
            let read = timeout(PATIENCE, reader.read(&mut more))
                .await
                .unwrap()
                .unwrap();
            assert!(read > 0, "{answer}");
            answer += &text(&more[..read]);
        }
        assert_eq!(statuses(&answer), expected, "{answer}");
    }
    target.unharmed(16).await;
}

#[tokio::test]
async fn endless_bodies_are_not_read_completely() {
    let target = Target::start(&["--request-timeout", "2"]).await;
    let path = revoke_path(&target.admin.token_id);
    let head = target.head(&format!("POST {path} HTTP/1.1")) + "Transfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let x = "x".repeat(0x10000);
    for (what, begin, block, expected) in [
        ("chunks", head.clone(), chunk.clone().into_bytes(), 413),
        (
            "tiny chunks",
            head.clone(),
            b"1\r\n \r\n".repeat(10_000),
            413,
        ),
        (
            "extension",
            format!("{head}1;"),
            x.clone().into_bytes(),
            422,
        ),
        (
            "extensions",
            head.clone(),
            b"1;a=b\r\n \r\n".repeat(10_000),
            422,
        ),
        ("size", head.clone(), b"0".repeat(0x10000), 408),
        ("trailer", format!("{head}0\r\nX: "), x.into_bytes(), 422),
        (
            "trailers",
            format!("{head}0\r\n"),
            b"x: y\r\n".repeat(10_000),
            422,
        ),
        (
            "chunks of a stranger",
            format!("POST {path} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"),
            chunk.into_bytes(),
            401,
        ),
    ] {
        // Leading zeros of a chunk's size are skipped and not stored: only the request timeout ends this request.
        let endless = what == "size";
        let at_most = if endless { usize::MAX } else { 100 * MEBIBYTE };
        let (answer, taken) = pour(&target, &begin, &block, at_most).await;
        let statuses = statuses(&answer);
        assert!(statuses.len() <= 1, "{what}: {answer}");
        assert!(
            // On a busy machine the request timeout may come first.
            statuses
                .iter()
                .all(|status| [expected, 408].contains(status)),
            "{what}: {answer}"
        );
        assert!(
            taken < 50 * MEBIBYTE || endless,
            "{what}: {taken} bytes were taken"
        );
    }
    assert_eq!(target.server.probe(&target.admin).await, 200);
    target.unharmed(32).await;
}

#[tokio::test]
async fn nesting_of_100_000_levels_is_refused() {
    let target = Target::start(&[]).await;
    let send = |body: String| {
        target
            .server
            .revoke_with(&target.admin, &target.admin.token_id, body)
    };
    let arrays = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let objects = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
    for body in [
        arrays(100_000),
        objects(100_000),
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
    ] {
        assert_eq!(send(body).await.status, 413);
    }
    // As deep as the limit on the body's size allows.
    for body in [
        arrays(32_000),
        objects(10_000),
        "[".repeat(65_000),
        "{\"a\":".repeat(13_000),
        format!(r#"{{"reason": {}}}"#, arrays(30_000)),
    ] {
        let error = send(body).await.only_validation_error();
        assert_eq!(error["type"], "json_invalid");
    }
    target.unharmed(16).await;
}
