//! Revocations: their answers and their effect.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::harness::{Credential, Server, revoke_path, string};

#[tokio::test]
pub(crate) async fn revoked_token_is_refused_and_a_bystander_is_not() {
    let server = Server::start();
    let admin = server.admin();
    let (token, bystander) = (
        server.create(&admin, "ci").await,
        server.create(&admin, "bystander").await,
    );
    assert_eq!(server.probe(&token).await, 200);

    let before = chrono::Utc::now();
    let answer = server
        .revoke_with(&admin, &token.token_id, r#"{"reason": "laptop stolen"}"#)
        .await;
    let after = chrono::Utc::now();

    assert_eq!(answer.status, 201);
    let body = answer.json();
    let revoked_at = string(&body["data"]["revoked_at"]);
    let instant = chrono::DateTime::parse_from_rfc3339(&revoked_at).unwrap();
    assert!(
        before.timestamp_micros() <= instant.timestamp_micros() && instant <= after,
        "{revoked_at}"
    );
    assert_eq!(
        revoked_at.len(),
        "2026-01-02T03:04:05.000006Z".len(),
        "{revoked_at}"
    );
    assert_eq!(
        body,
        serde_json::json!({
            "success": true,
            "message": "Token revoked successfully",
            "code": "TOKEN_REVOKED",
            "data": {
                "id": token.token_id,
                "jti": token.jti,
                "name": "ci",
                "revoked_at": revoked_at,
                "revoked_by": "ada@acme.example",
                "revocation_reason": "laptop stolen",
            },
        })
    );
    assert_eq!(server.probe(&token).await, 401);
    assert_eq!(server.probe(&bystander).await, 200);
}

const BODY: &str = r#"{"name": "minted by a thief", "reason": "in spite"}"#;

/// Sends the head of a POST without its body, and waits for `100 Continue`: then the server has authenticated the head.
async fn head_alone(server: &Server, path: &str, by: &Credential) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        by.token,
        by.business_id,
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 "), "{path}");
    stream
}

/// Sends the body, and reads the answer.
async fn with_body(mut stream: TcpStream) -> String {
    stream.write_all(BODY.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A request is authenticated by its head, and the client chooses when to send the body.
#[tokio::test]
pub(crate) async fn request_whose_body_comes_after_the_revocation_of_its_token_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let target = server.create(&admin, "target").await;
    for path in ["/api/v1/tokens".to_owned(), revoke_path(&target.token_id)] {
        let stolen = server.create(&admin, "stolen").await;
        let stream = head_alone(&server, &path, &stolen).await;
        assert_eq!(server.revoke(&admin, &stolen.token_id).await.status, 201);
        let answer = with_body(stream).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{path}: {answer}");
    }

    assert_eq!(server.probe(&target).await, 200);
    let list = server
        .request("GET", "/api/v1/tokens")
        .by(&admin)
        .send()
        .await;
    assert!(!list.body.contains("thief"), "{}", list.body);
}

#[tokio::test]
pub(crate) async fn admin_who_loses_the_role_before_the_body_comes_is_refused() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());
    let stream = head_alone(&server, &revoke_path(&member.token_id), &admin).await;
    const DEMOTE: &str = "UPDATE memberships SET role = 'member'";
    match server.folder().postgres() {
        Some(database) => {
            database.execute(DEMOTE);
        }
        None => {
            let shell = server.folder().sqlite().await;
            sqlx::query(DEMOTE).execute(&shell).await.unwrap();
        }
    }
    let answer = with_body(stream).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(server.probe(&member).await, 200);
}

#[tokio::test]
pub(crate) async fn every_way_to_give_no_reason_is_equivalent() {
    let server = Server::start();
    let admin = server.admin();
    let answers = [
        server
            .revoke(&admin, &server.create(&admin, "no body").await.token_id)
            .await,
        server
            .revoke_with(
                &admin,
                &server.create(&admin, "empty JSON").await.token_id,
                "",
            )
            .await,
        server
            .revoke_with(
                &admin,
                &server.create(&admin, "null").await.token_id,
                "null",
            )
            .await,
        server
            .revoke_with(
                &admin,
                &server.create(&admin, "object").await.token_id,
                "{}",
            )
            .await,
        server
            .revoke_with(
                &admin,
                &server.create(&admin, "reason").await.token_id,
                r#"{"reason": null}"#,
            )
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert!(answer.json()["data"]["revocation_reason"].is_null());
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let server = Server::start();
    let admin = server.admin();
    let answer = server
        .revoke_with(
            &admin,
            &admin.token_id,
            r#"{"reason": "r", "token": {"id": 1}, "extra": [null]}"#,
        )
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["data"]["revocation_reason"], "r");
}

#[tokio::test]
pub(crate) async fn second_revoke_returns_the_original_record_with_another_code() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());
    let token = server.create(&member, "ci").await;

    let first = server
        .revoke_with(&member, &token.token_id, r#"{"reason": "first"}"#)
        .await
        .json();
    let second = server
        .revoke_with(&admin, &token.token_id, r#"{"reason": "second"}"#)
        .await;
    assert_eq!(second.status, 201);
    let second = second.json();
    assert_eq!(first["code"], "TOKEN_REVOKED");
    assert_eq!(second["code"], "TOKEN_ALREADY_REVOKED");
    assert_eq!(first["data"], second["data"]);
    assert_eq!(second["data"]["revoked_by"], "max@acme.example");
    assert_eq!(server.probe(&token).await, 401);
}

#[tokio::test]
pub(crate) async fn caller_may_revoke_the_token_that_it_is_using() {
    let server = Server::start();
    let member = server.member();
    assert_eq!(server.revoke(&member, &member.token_id).await.status, 201);
    assert_eq!(server.revoke(&member, &member.token_id).await.status, 401);
}

#[tokio::test]
pub(crate) async fn parallel_revokes_agree_on_one_record_and_one_of_them_is_first() {
    let server = std::sync::Arc::new(Server::start());
    let admin = server.admin();
    let token = server.create(&admin, "ci").await;

    let mut tasks = JoinSet::new();
    for number in 0..16 {
        let (server, admin, id) = (server.clone(), admin.clone(), token.token_id.clone());
        tasks.spawn(async move {
            let body = format!(r#"{{"reason": "number {number}"}}"#);
            let answer = server.revoke_with(&admin, &id, body).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
            answer.json()
        });
    }
    let answers = tasks.join_all().await;
    assert!(
        answers
            .iter()
            .all(|answer| answer["data"] == answers[0]["data"])
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer["code"] == "TOKEN_REVOKED")
            .count(),
        1
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer["code"] == "TOKEN_ALREADY_REVOKED")
            .count(),
        15
    );
}

#[tokio::test]
async fn claimed_email_is_recorded_and_is_not_an_identity() {
    let server = Server::start();
    let admin = server.admin();
    let answer = server
        .request("POST", &revoke_path(&admin.token_id))
        .by(&admin)
        .header("x-user-email", "somebody@else.example")
        .send()
        .await;
    assert_eq!(answer.json()["data"]["revoked_by"], "ada@acme.example");

    let pool = server.folder().sqlite().await;
    let claimed: String = sqlx::query_scalar("SELECT claimed_email FROM revocations WHERE jti = ?")
        .bind(&admin.jti)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(claimed, "somebody@else.example");
}

#[tokio::test]
async fn database_refuses_to_change_or_delete_a_revocation() {
    let server = Server::start();
    let (admin, token) = (server.admin(), server.member());
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    let pool = server.folder().sqlite().await;

    for (statement, reason) in [
        ("UPDATE revocations SET revoked_at = 0", "append-only"),
        ("UPDATE revocations SET jti = 'another'", "append-only"),
        ("DELETE FROM revocations", "append-only"),
        (
            "DELETE FROM tokens WHERE jti IN (SELECT jti FROM revocations)",
            "a revoked token stays on record",
        ),
        ("UPDATE tokens SET jti = 'another'", "never change"),
    ] {
        let error = sqlx::query(statement)
            .execute(&pool)
            .await
            .expect_err(statement)
            .to_string();
        assert!(error.contains(reason), "{statement}: {error}");
    }
    // This statement is not refused but has no effect: the first revocation stays.
    sqlx::query(
        "INSERT OR REPLACE INTO revocations (jti, revoked_at, revoked_by) VALUES (?, 0, 'mallory')",
    )
    .bind(&token.jti)
    .execute(&pool)
    .await
    .unwrap();
    let revoked_by: String = sqlx::query_scalar("SELECT revoked_by FROM revocations")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(revoked_by, "ada@acme.example");
    assert_eq!(server.probe(&token).await, 401);
}
