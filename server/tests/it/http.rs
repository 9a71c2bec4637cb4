//! HTTP around the operations: methods, routes, request ids, timeouts.

use serde_json::json;

use crate::harness::{Folder, Server, revoke_path, unknown_id};

#[tokio::test]
async fn other_methods_are_405_with_allow_as_json() {
    let server = Server::start();
    let admin = server.admin();
    for method in [
        "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "FROB",
    ] {
        let answer = server
            .request(method, &revoke_path(&admin.token_id))
            .by(&admin)
            .send()
            .await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{method}"
        );
        if method != "HEAD" {
            assert_eq!(answer.json(), json!({ "detail": "Method Not Allowed" }));
        }
    }
    let answer = server
        .request("DELETE", "/api/v1/tokens")
        .by(&admin)
        .send()
        .await;
    let allow = answer.header("allow").unwrap();
    assert_eq!(answer.status, 405);
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    assert_eq!(server.probe(&admin).await, 200);
}

#[tokio::test]
async fn unknown_routes_are_404_as_json() {
    let server = Server::start();
    let admin = server.admin();
    let id = &admin.token_id;
    for path in [
        "/api/v1/tokens/",
        &format!("/api/v1/tokens/{id}"),
        &format!("/api/v1/tokens/{id}/revoke/"),
        &format!("/api/v1/tokens/{id}/x/revoke"),
        "/docs/no-such-file.js",
        "/docs/..%2F..%2FCargo.toml",
    ] {
        let answer = server.request("POST", path).by(&admin).send().await;
        let answer = if answer.status == 405 {
            server.request("GET", path).send().await
        } else {
            answer
        };
        assert_eq!(answer.refusal(), (404, "Not Found".to_owned()), "{path}");
    }
    assert_eq!(server.probe(&admin).await, 200);
}

#[tokio::test]
async fn connection_stays_usable_after_refusals() {
    let server = Server::start();
    let admin = server.admin();
    let bad = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{{}}",
        revoke_path(&unknown_id())
    );
    let good = format!(
        "GET /api/v1/tokens HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         X-Business-Id: {}\r\n\r\n",
        admin.token, admin.business_id
    );
    let answers = server.raw(format!("{bad}{bad}{good}").as_bytes()).await;
    assert_eq!(answers.matches("HTTP/1.1 401 ").count(), 2, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 1, "{answers}");
}

#[tokio::test]
async fn request_id_of_the_client_is_used_if_it_is_well_formed() {
    let server = Server::start();
    let request = |id: &str| {
        server
            .request("GET", "/healthz")
            .header("x-request-id", id)
            .send()
    };
    assert_eq!(
        request("trace-01.a_B").await.header("x-request-id"),
        Some("trace-01.a_B")
    );
    for forged in [
        "two words",
        "a\"b",
        "dz_eyJ0",
        "x.dz_secret",
        "eyJhbGciOiJIUzI1NiJ9.x",
        &"x".repeat(65),
        "",
    ] {
        let answer = request(forged).await;
        let id = answer.header("x-request-id").unwrap();
        assert!(
            uuid::Uuid::try_parse(id).is_ok(),
            "{forged:?} became {id:?}"
        );
    }
}

#[tokio::test]
async fn request_that_takes_too_long_is_408_and_changes_nothing() {
    let server = Server::start_on(Folder::new(), &["--request-timeout", "1"]);
    let admin = server.admin();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{{\"reason\"",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id
    );
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        answer.ends_with(r#"{"detail":"The request took too long; send it again"}"#),
        "{answer}"
    );
    assert_eq!(server.probe(&admin).await, 200);
}

#[tokio::test]
async fn connection_that_never_sends_a_whole_head_is_closed() {
    let server = Server::start_on(Folder::new(), &["--head-timeout", "0.5"]);
    // `raw` returns when the server closes, and fails when it does not.
    for head in ["", "GET /healthz HTTP/1.1\r\nHost: te"] {
        assert_eq!(server.raw(head.as_bytes()).await, "");
    }
    let idle = server
        .raw(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
        .await;
    assert!(idle.starts_with("HTTP/1.1 200 "), "{idle}");
}

#[tokio::test]
async fn no_answer_may_be_cached_or_sniffed() {
    let server = Server::start();
    let admin = server.admin();
    let answers = [
        server
            .request("GET", "/api/v1/tokens")
            .by(&admin)
            .send()
            .await,
        server.request("GET", "/api/v1/tokens").send().await,
        server.request("GET", "/nothing").send().await,
        server.revoke(&admin, "bad").await,
        server.revoke(&admin, &admin.token_id).await,
    ];
    for answer in answers {
        assert_eq!(
            answer.header("cache-control"),
            Some("no-store"),
            "{answer:?}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{answer:?}"
        );
    }
}
