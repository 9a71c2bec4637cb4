//! Request smuggling: requests whose end two recipients could see at different places (RFC 9112, section 11.2).

use super::{Target, statuses};
use crate::harness::{revoke_path, text, unknown_id};

/// The framing of a request with a second request hidden in it, where a recipient that reads the head differently finds it.
struct Shape {
    what: &'static str,
    /// The header lines, each with its CRLF.
    framing: &'static str,
    /// The bytes between the head and the hidden request.
    before: &'static str,
}

const SHAPES: &[Shape] = &[
    Shape {
        what: "CL.TE",
        framing: "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "TE.CL",
        framing: "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "two lengths",
        framing: "Content-Length: 2\r\nContent-Length: {}\r\n",
        before: "{}",
    },
    Shape {
        what: "list of lengths",
        framing: "Content-Length: 2, {}\r\n",
        before: "{}",
    },
    Shape {
        what: "signed length",
        framing: "Content-Length: +2\r\n",
        before: "{}",
    },
    Shape {
        what: "negative length",
        framing: "Content-Length: -2\r\n",
        before: "{}",
    },
    Shape {
        what: "hexadecimal length",
        framing: "Content-Length: 0x2\r\n",
        before: "{}",
    },
    Shape {
        what: "length in two words",
        framing: "Content-Length: 2 2\r\n",
        before: "{}",
    },
    Shape {
        what: "length over 64 bits",
        framing: "Content-Length: 18446744073709551618\r\n",
        before: "{}",
    },
    Shape {
        what: "empty length",
        framing: "Content-Length: \r\n",
        before: "",
    },
    Shape {
        what: "unknown coding",
        framing: "Transfer-Encoding: xchunked\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "identity",
        framing: "Transfer-Encoding: identity\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "chunked is not last",
        framing: "Transfer-Encoding: chunked, identity\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "chunked twice",
        framing: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "chunked and another",
        framing: "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n",
        before: "0\r\n\r\n",
    },
    Shape {
        what: "space before the colon",
        framing: "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "vertical tab",
        framing: "Transfer-Encoding: \x0bchunked\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "folded line",
        framing: "Transfer-Encoding:\r\n chunked\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "name with a space",
        framing: "Foo bar: x\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "line without a colon",
        framing: "Foo\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "carriage return alone",
        framing: "Foo: x\rContent-Length: 200\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "NUL in a value",
        framing: "Foo: x\0y\r\nContent-Length: 2\r\n",
        before: "{}",
    },
    Shape {
        what: "chunk size over 64 bits",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "10000000000000002\r\n{}\r\n0\r\n\r\n",
    },
    Shape {
        what: "chunk size with a prefix",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "0x2\r\n{}\r\n0\r\n\r\n",
    },
    Shape {
        what: "negative chunk size",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "-2\r\n{}\r\n0\r\n\r\n",
    },
    Shape {
        what: "chunk without its end",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "1\r\n{}0\r\n\r\n",
    },
    Shape {
        what: "chunk size ended by LF",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "2\n{}\n0\n\n",
    },
    Shape {
        what: "well formed chunks",
        framing: "Transfer-Encoding: chunked\r\n",
        before: "2\r\n{}\r\n0\r\n\r\n",
    },
];

#[tokio::test]
async fn bytes_after_an_ambiguous_request_are_not_read_as_a_request() {
    let target = Target::start(&[]).await;
    let victim = target.server.create(&target.admin, "victim").await;
    let hidden = format!(
        "{}Content-Length: 0\r\n\r\n",
        target.head(&format!("POST {} HTTP/1.1", revoke_path(&victim.token_id)))
    );
    // The request itself targets a token that does not exist, and so changes nothing.
    let path = revoke_path(&unknown_id());
    for Shape {
        what,
        framing,
        before,
    } in SHAPES
    {
        let framing = framing.replace("{}", &(before.len() + hidden.len()).to_string());
        let head = target.head(&format!("POST {path} HTTP/1.1"));
        let answer = target
            .send(format!("{head}{framing}\r\n{before}{hidden}"))
            .await;
        let statuses = statuses(&answer);
        assert!(
            statuses.len() <= 1,
            "{what}: two requests were seen: {answer}"
        );
        assert!(
            statuses
                .iter()
                .all(|status| [400, 404, 422, 431].contains(status)),
            "{what}: {answer}"
        );
        assert_eq!(
            target.server.probe(&victim).await,
            200,
            "{what}: the hidden request was carried out"
        );
    }
    // Sent alone, the hidden request is carried out.
    let alone = hidden.replacen("Content-Length", "Connection: close\r\nContent-Length", 1);
    assert_eq!(statuses(&target.send(alone).await), [201]);
    assert_eq!(target.server.probe(&victim).await, 401);
    target.unharmed(16).await;
}

#[tokio::test]
async fn http_1_0_with_a_transfer_encoding_is_refused() {
    let target = Target::start(&[]).await;
    let hidden = target.head("GET /api/v1/tokens HTTP/1.1") + "\r\n";
    let answer = target
        .send(format!(
            "POST /healthz HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            5 + hidden.len()
        ))
        .await;
    assert_eq!(statuses(&answer), [400], "{answer}");
    target.unharmed(16).await;
}

#[tokio::test]
async fn host_must_be_sent_exactly_once() {
    let target = Target::start(&[]).await;
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"] {
        let answer = target
            .send(format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n"))
            .await;
        assert_eq!(statuses(&answer), [400], "{answer}");
        assert!(
            answer.ends_with(r#"{"detail":"The header host must be sent exactly once"}"#),
            "{answer}"
        );
    }
    for host in ["a/b", "me@a", "a:x", "a b", "a:1:2"] {
        let answer = target
            .send(format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"))
            .await;
        assert_eq!(statuses(&answer), [400], "{host}: {answer}");
        assert!(
            answer.contains("must be a host with at most a port"),
            "{answer}"
        );
    }
    let answer = target.send("GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(
        statuses(&answer),
        [200],
        "HTTP/1.0 does not require Host: {answer}"
    );
}

#[tokio::test]
async fn bytes_that_are_not_an_http_1_request_are_refused() {
    let target = Target::start(&[]).await;
    for bytes in [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz?\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz?\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"G\xff\xfeT /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\r\n\r\n\r\n\x00\x00\x00\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b" GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n x: y\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n",
    ] {
        let answer = target.send(bytes).await;
        // hyper closes without an answer when a client begins HTTP/2.
        let http_2 = bytes.starts_with(b"PRI ");
        let expected: &[u16] = if http_2 { &[] } else { &[400] };
        assert_eq!(statuses(&answer), expected, "{}", text(bytes));
    }
    target.unharmed(16).await;
}
