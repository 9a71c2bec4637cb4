//! Texts that attack the place that they are written to: a database, a file system, a log, a header.

use serde_json::{Value, json};

use super::{Target, statuses};
use crate::harness::{revoke_path, text};

const CORPUS: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE revocations; --",
    "\"; DELETE FROM tokens; --",
    "1) UNION SELECT token_sha256 FROM tokens --",
    "' UNION SELECT name, sql FROM sqlite_master --",
    "'||(SELECT pg_sleep(10))||'",
    "%' ESCAPE '!' --",
    "$1 $$ ? :jti @p",
    "\\'; COPY tokens TO PROGRAM 'id'; --",
    "../../../../etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "....//....//etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "<script>alert(1)</script>",
    "%s%s%s%n",
    "`id`$(id)|id",
];

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn sql_and_paths_are_ordinary_texts_in_every_field() {
    let target = Target::start(&["--rate-per-caller", "off"]).await;
    let (server, admin) = (&target.server, &target.admin);
    for hostile in CORPUS {
        let encoded = percent_encoded(hostile);
        let path = server.revoke(admin, &encoded).await;
        assert_eq!(
            path.only_validation_error()["loc"],
            json!(["path", "token_id"]),
            "{hostile}"
        );
        for name in [
            "cursor",
            "limit",
            "direction",
            "sort_by",
            "descending",
            "include_revoked",
            "include_total_count",
        ] {
            let answer = server
                .request("GET", &format!("/api/v1/tokens?{name}={encoded}"))
                .by(admin)
                .send()
                .await;
            assert_eq!(
                answer.only_validation_error()["loc"],
                json!(["query", name]),
                "{hostile}"
            );
        }
        let unknown = server
            .request("GET", &format!("/api/v1/tokens?{encoded}={encoded}"))
            .by(admin)
            .send()
            .await;
        assert_eq!(unknown.status, 200);
        let file = server
            .request("GET", &format!("/docs/{encoded}"))
            .send()
            .await;
        assert_eq!(file.refusal(), (404, "Not Found".to_owned()), "{hostile}");
        let business = server
            .request("GET", "/api/v1/tokens")
            .header("authorization", &format!("Bearer {}", admin.token))
            .header("x-business-id", hostile)
            .send()
            .await;
        assert_eq!(business.status, 400);
        let token = server
            .request("GET", "/api/v1/tokens")
            .header("authorization", &format!("Bearer dz_{hostile}"))
            .header("x-business-id", &admin.business_id)
            .send()
            .await;
        assert_eq!(token.status, 401);

        // A text field comes back as it was sent.
        let created = server
            .request("POST", "/api/v1/tokens")
            .by(admin)
            .header("x-user-email", hostile)
            .header("x-request-id", hostile)
            .json(
                json!({ "name": hostile, "description": hostile, hostile.to_string(): hostile })
                    .to_string(),
            )
            .send()
            .await;
        assert_eq!(created.status, 201, "{}", created.body);
        let info = &created.json()["data"]["token_info"];
        assert_eq!(
            (&info["name"], &info["description"]),
            (&json!(hostile), &json!(hostile))
        );
        let days = json!({ "name": "x", "expires_in_days": hostile });
        let days = server.create_with(admin, &days).await;
        assert_eq!(
            days.only_validation_error()["loc"],
            json!(["body", "expires_in_days"])
        );

        let revoked = server
            .request("POST", &revoke_path(info["id"].as_str().unwrap()))
            .by(admin)
            .header("x-user-email", hostile)
            .json(json!({ "reason": hostile }).to_string())
            .send()
            .await;
        assert_eq!(revoked.status, 201, "{}", revoked.body);
        assert_eq!(revoked.json()["data"]["revocation_reason"], *hostile);
    }
    let listed = server
        .request(
            "GET",
            "/api/v1/tokens?include_revoked=true&include_total_count=true",
        )
        .by(admin)
        .send()
        .await
        .json();
    assert_eq!(
        listed["data"]["total"],
        CORPUS.len() + 1,
        "exactly the created tokens exist"
    );
    target.unharmed(16).await;
}

#[tokio::test]
async fn invalid_utf_8_is_refused_or_ignored_everywhere() {
    let target = Target::start(&[]).await;
    let bad = b"\xff\xfe\xc0\xaf\xed\xa0\x80";
    let path = revoke_path(&target.admin.token_id);
    let with = |parts: &[&[u8]]| parts.concat();
    let good = target.head("GET /api/v1/tokens HTTP/1.1") + "Connection: close\r\n";
    let without_business = good.replace(
        &format!("X-Business-Id: {}\r\n", target.admin.business_id),
        "",
    );
    let untyped = target.head(&format!("POST {path} HTTP/1.1")) + "Connection: close\r\n";
    let post = format!("{untyped}Content-Type: application/json\r\n");
    let body = |body: &[u8]| {
        with(&[
            post.as_bytes(),
            format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
            body,
        ])
    };

    for (what, request, expected) in [
        ("body", body(&with(&[b"{\"reason\": \"", bad, b"\"}"])), 422),
        ("key of the body", body(&with(&[b"{\"", bad, b"\": 1}"])), 422),
        ("whole body", body(bad), 422),
        ("x-user-email", with(&[good.as_bytes(), b"X-User-Email: ", bad, b"\r\n\r\n"]), 200),
        ("x-request-id", with(&[good.as_bytes(), b"X-Request-Id: ", bad, b"\r\n\r\n"]), 200),
        ("x-business-id", with(&[without_business.as_bytes(), b"X-Business-Id: ", bad, b"\r\n\r\n"]), 400),
        ("authorization", with(&[b"GET /api/v1/tokens HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer dz_", bad, b"\r\n\r\n"]), 401),
        ("content-type", with(&[untyped.as_bytes(), b"Content-Type: ", bad, b"\r\nContent-Length: 2\r\n\r\n{}"]), 422),
        ("name of a header", with(&[good.as_bytes(), bad, b": x\r\n\r\n"]), 400),
        ("percent-encoded in the path", (target.head("POST /api/v1/tokens/%ff%fe/revoke HTTP/1.1") + "Connection: close\r\n\r\n").into_bytes(), 422),
        ("percent-encoded in the query", (target.head("GET /api/v1/tokens?cursor=%ff%fe HTTP/1.1") + "Connection: close\r\n\r\n").into_bytes(), 422),
        ("percent-encoded name", (target.head("GET /api/v1/tokens?%ff%fe=1 HTTP/1.1") + "Connection: close\r\n\r\n").into_bytes(), 200),
        ("surrogate", body(br#"{"reason": "\ud800"}"#), 422),
    ] {
        let answer = target.send(&request).await;
        assert_eq!(statuses(&answer), [expected], "{what}: {}\n{answer}", text(&request));
    }
    target.unharmed(16).await;
}

#[tokio::test]
async fn nul_is_refused_everywhere() {
    let target = Target::start(&[]).await;
    let (server, admin) = (&target.server, &target.admin);
    for (body, field) in [
        (json!({ "name": "a\0b" }), "name"),
        (json!({ "name": "a", "description": "a\0b" }), "description"),
    ] {
        assert_eq!(
            server
                .create_with(admin, &body)
                .await
                .only_validation_error()["loc"],
            json!(["body", field])
        );
    }
    let reason = json!({ "reason": "a\0b" }).to_string();
    let refused = server.revoke_with(admin, &admin.token_id, reason).await;
    assert_eq!(
        refused.only_validation_error()["loc"],
        json!(["body", "reason"])
    );
    let refused = server
        .revoke(admin, &format!("{}%00", admin.token_id))
        .await;
    assert_eq!(
        refused.only_validation_error()["loc"],
        json!(["path", "token_id"])
    );
    let refused = server
        .request("GET", "/api/v1/tokens?cursor=%00")
        .by(admin)
        .send()
        .await;
    assert_eq!(
        refused.only_validation_error()["loc"],
        json!(["query", "cursor"])
    );
    assert_eq!(
        server
            .request("GET", "/docs/index.html%00.js")
            .send()
            .await
            .status,
        404
    );
    for header in [
        "X-User-Email",
        "X-Business-Id",
        "Authorization",
        "X-Request-Id",
        "Content-Type",
    ] {
        let answer = target
            .send(format!(
                "GET /healthz HTTP/1.1\r\nHost: a\r\n{header}: a\0b\r\n\r\n"
            ))
            .await;
        assert_eq!(statuses(&answer), [400], "{header}: {answer}");
    }
    target.unharmed(16).await;
}

/// A line break in a claimed email or a reason must not become one in a header or a log.
#[tokio::test]
async fn line_breaks_cannot_forge_a_header_or_a_log_line() {
    let target = Target::start(&[]).await;
    let (server, admin) = (&target.server, &target.admin);
    for (what, value, expected) in [
        ("CR", "a\rX-Forged: 1", 400),
        ("LF and a space", "a\n X-Forged: 1", 400),
        ("NEL", "a\u{85}X-Forged: 1", 200),
    ] {
        let request = target.head("GET /api/v1/tokens HTTP/1.1")
            + &format!("Connection: close\r\nX-User-Email: {value}\r\n\r\n");
        let answer = target.send(request).await;
        assert_eq!(statuses(&answer), [expected], "{what}: {answer}");
        assert!(!answer.contains("Forged"), "{what}: {answer}");
    }
    let victim = server
        .create(
            admin,
            "name\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
        )
        .await;
    let reason =
        "done\r\nX-Forged: 1\r\n\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{2028}\u{85}";
    let answer = server
        .request("POST", &revoke_path(&victim.token_id))
        .by(admin)
        .header("x-user-email", "a%0d%0aX-Forged: 1\tb")
        .json(json!({ "reason": reason }).to_string())
        .send()
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("x-forged"), None);
    assert_eq!(answer.json()["data"]["revocation_reason"], reason);
    for line in target.logged().await.lines() {
        let line: Value = serde_json::from_str(line).expect("every line is one of ours");
        assert_ne!(line["message"], "forged");
    }
    target.unharmed(16).await;
}

#[tokio::test]
async fn headers_that_decide_something_may_be_sent_only_once() {
    let target = Target::start(&[]).await;
    let head = target.head("GET /api/v1/tokens HTTP/1.1") + "Connection: close\r\n";
    let (token, business) = (&target.admin.token, &target.admin.business_id);
    for (further, expected) in [
        (format!("X-Business-Id: {business}\r\n"), 400),
        (format!("Authorization: Bearer {token}\r\n"), 401),
        ("Authorization: \r\n".to_owned(), 401),
        ("Host: another\r\n".to_owned(), 400),
        // The claimed email and the request id decide nothing.
        (
            "X-User-Email: a@b.example\r\nX-User-Email: c@d.example\r\n".to_owned(),
            200,
        ),
        ("X-Request-Id: a\r\nX-Request-Id: b\r\n".to_owned(), 200),
    ] {
        let answer = target.send(format!("{head}{further}\r\n")).await;
        assert_eq!(statuses(&answer), [expected], "{further}: {answer}");
    }
    let path = revoke_path(&target.admin.token_id);
    let two_types = target.head(&format!("POST {path} HTTP/1.1"))
        + "Connection: close\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(statuses(&target.send(two_types).await), [422]);
    target.unharmed(16).await;
}
