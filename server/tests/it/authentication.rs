//! Which credentials are accepted.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::forger::Forger;
use crate::harness::{Answer, Credential, PATIENCE, Server, revoke_path};

/// Asserts that an answer is the 401 of the contract, with `invalid_token` if a token was sent.
pub(crate) fn assert_not_authenticated(answer: &Answer, token_sent: bool) {
    assert_eq!(answer.refusal(), (401, "Not authenticated".to_owned()));
    assert_eq!(answer.body, r#"{"detail":"Not authenticated"}"#);
    let challenge = if token_sent {
        r#"Bearer realm="tokens", error="invalid_token""#
    } else {
        r#"Bearer realm="tokens""#
    };
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

async fn with_authorization(server: &Server, caller: &Credential, value: &str) -> Answer {
    server
        .request("POST", &revoke_path(&caller.token_id))
        .header("authorization", value)
        .header("x-business-id", &caller.business_id)
        .send()
        .await
}

#[tokio::test]
pub(crate) async fn anything_but_a_bearer_token_of_ours_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let token = &admin.token;
    let (head, signature) = token.rsplit_once('.').unwrap();

    let no_header = server
        .request("GET", "/api/v1/tokens")
        .header("x-business-id", &admin.business_id)
        .send()
        .await;
    assert_not_authenticated(&no_header, false);
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YWRhOnB3",
        token,
        &format!("Token {token}"),
    ] {
        assert_not_authenticated(&with_authorization(&server, &admin, value).await, false);
    }

    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let bad_signature = format!("{head}.{flipped}{}", &signature[1..]);
    for bad in [
        "dz_garbage",
        &token["dz_".len()..],
        &token[..token.len() - 1],
        &format!("{token}x"),
        &format!("DZ_{}", &token["dz_".len()..]),
        &bad_signature,
        &format!("{token} {token}"),
        &"x".repeat(100_000)[..8_000],
    ] {
        assert_not_authenticated(
            &with_authorization(&server, &admin, &format!("Bearer {bad}")).await,
            true,
        );
    }
    assert_eq!(server.probe(&admin).await, 200, "a refusal changes nothing");
}

#[tokio::test]
async fn name_of_the_scheme_is_case_insensitive() {
    let server = Server::start();
    let admin = server.admin();
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        let answer = server
            .request("GET", "/api/v1/tokens")
            .header("authorization", &format!("{scheme} {}", admin.token))
            .header("x-business-id", &admin.business_id)
            .send()
            .await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_refused_even_when_both_are_good() {
    let server = Server::start();
    let admin = server.admin();
    let request = format!(
        "GET /api/v1/tokens HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX-Business-Id: {}\r\n\
         Authorization: Bearer {}\r\nAuthorization: Bearer {}\r\n\r\n",
        admin.business_id, admin.token, admin.token
    );
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn token_in_the_query_string_is_refused_with_and_without_a_header() {
    let server = Server::start();
    let admin = server.admin();
    for name in ["access_token", "access%5Ftoken"] {
        let path = format!("/api/v1/tokens?limit=1&{name}={}", admin.token);
        let in_query = server
            .request("GET", &path)
            .header("x-business-id", &admin.business_id)
            .send()
            .await;
        assert_not_authenticated(&in_query, true);
        assert_not_authenticated(&server.request("GET", &path).by(&admin).send().await, true);
    }
}

#[tokio::test]
async fn unauthenticated_caller_gets_401_before_any_other_check() {
    let server = Server::start();
    let unknown = server
        .request("POST", "/api/v1/tokens/not-a-uuid/revoke")
        .header("x-business-id", "not-a-uuid")
        .json("{broken")
        .send()
        .await;
    assert_not_authenticated(&unknown, false);
}

#[tokio::test]
async fn token_signed_by_our_key_but_not_on_record_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let forger = Forger::new(server.folder());

    let claims = forger.claims(&admin, 3600);
    assert_not_authenticated(
        &forger.probe(&server, &admin, &forger.sign(&claims)).await,
        true,
    );

    // The jti of an active token in another token: the row exists, but its digest differs.
    let mut same_jti = claims.clone();
    same_jti["jti"] = json!(admin.jti);
    assert_not_authenticated(
        &forger.probe(&server, &admin, &forger.sign(&same_jti)).await,
        true,
    );

    // The same forgery is accepted once it is on record: only the digest kept it out.
    forger.record(&server, &admin, &claims).await;
    assert_eq!(
        forger
            .probe(&server, &admin, &forger.sign(&claims))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn recorded_token_in_another_algorithm_or_under_an_unknown_key_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let forger = Forger::new(server.folder());
    let claims = forger.claims(&admin, 3600);

    let ours = json!({ "typ": "JWT", "alg": "HS256", "kid": forger.kid });
    let mut tokens = vec![
        forger.sign_with(
            &json!({ "typ": "JWT", "alg": "HS384", "kid": forger.kid }),
            &claims,
            hmac::HMAC_SHA384,
        ),
        forger.sign_with(
            &json!({ "typ": "JWT", "alg": "HS512", "kid": forger.kid }),
            &claims,
            hmac::HMAC_SHA512,
        ),
        forger.sign_with(
            &json!({ "typ": "JWT", "alg": "HS256", "kid": "another" }),
            &claims,
            hmac::HMAC_SHA256,
        ),
        forger.sign_with(
            &json!({ "typ": "JWT", "alg": "HS256" }),
            &claims,
            hmac::HMAC_SHA256,
        ),
        forger.sign_with(
            &json!({ "alg": "RS256", "kid": forger.kid }),
            &claims,
            hmac::HMAC_SHA256,
        ),
    ];
    let none = forger.sign_with(
        &json!({ "alg": "none", "kid": forger.kid }),
        &claims,
        hmac::HMAC_SHA256,
    );
    tokens.push(format!("{}.", none.rsplit_once('.').unwrap().0));
    tokens.push(none);
    for token in tokens {
        // On record with its own digest, so that only the header and the signature can be the reason for the refusal.
        let claims = forger.record_as(&server, &admin, &claims, &token).await;
        assert_eq!(claims, 1);
        assert_not_authenticated(&forger.probe(&server, &admin, &token).await, true);
        forger.forget(&server, &token).await;
    }
    let good = forger.sign_with(&ours, &claims, hmac::HMAC_SHA256);
    forger.record_as(&server, &admin, &claims, &good).await;
    assert_eq!(forger.probe(&server, &admin, &good).await.status, 200);
}

#[tokio::test]
async fn accepted_token_does_not_make_a_changed_one_accepted() {
    let server = Server::start();
    let admin = server.admin();
    let forger = Forger::new(server.folder());
    let claims = forger.claims(&admin, 3600);
    let good = forger.record(&server, &admin, &claims).await;
    assert_eq!(forger.probe(&server, &admin, &good).await.status, 200);

    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let mut later = claims.clone();
    later["exp"] = json!(claims["exp"].as_i64().unwrap() + 60);
    let later = URL_SAFE_NO_PAD.encode(later.to_string());
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    for token in [
        format!("{message}.{flipped}{}", &signature[1..]),
        format!("{message}."),
        format!("{header}.{later}.{signature}"),
        format!("{header}.{payload}={signature}"),
        format!("{good}."),
    ] {
        // On record in place of the accepted token, with its own digest.
        forger.forget(&server, &good).await;
        forger.record_as(&server, &admin, &claims, &token).await;
        assert_not_authenticated(&forger.probe(&server, &admin, &token).await, true);
        forger.forget(&server, &token).await;
    }
    forger.record(&server, &admin, &claims).await;
    assert_eq!(forger.probe(&server, &admin, &good).await.status, 200);
}

#[tokio::test]
async fn recorded_token_without_a_valid_expiry_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let forger = Forger::new(server.folder());
    for exp in [
        Value::Null,
        json!("9999999999"),
        json!(-1),
        json!(0),
        json!([]),
    ] {
        let mut claims = forger.claims(&admin, 3600);
        claims["exp"] = exp;
        let token = forger.sign(&claims);
        forger.record_as(&server, &admin, &claims, &token).await;
        assert_not_authenticated(&forger.probe(&server, &admin, &token).await, true);
    }
}

#[tokio::test]
async fn token_is_refused_from_the_second_of_its_expiry() {
    let server = Server::start();
    let admin = server.admin();
    let forger = Forger::new(server.folder());
    let claims = forger.claims(&admin, 5);
    let token = forger.record(&server, &admin, &claims).await;
    assert_eq!(
        forger.probe(&server, &admin, &token).await.status,
        200,
        "it is accepted until then"
    );

    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(claims["exp"].as_u64().unwrap());
    while let Ok(left) = expiry.duration_since(SystemTime::now()) {
        assert!(left < PATIENCE);
        tokio::time::sleep(left).await;
    }
    assert_not_authenticated(&forger.probe(&server, &admin, &token).await, true);
}

#[tokio::test]
async fn user_who_left_the_business_is_refused() {
    let server = Server::start();
    let member = server.member();
    let pool = server.folder().sqlite().await;
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("PRAGMA foreign_keys = OFF")
        .execute(&mut *connection)
        .await
        .unwrap();
    let deleted = sqlx::query("DELETE FROM memberships WHERE user_id = ?")
        .bind(&member.user_id)
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(deleted.rows_affected(), 1);
    assert_eq!(server.probe(&member).await, 401);
}

/// SQLite's shell, unlike the server, can delete a membership that tokens refer to.
#[tokio::test]
async fn token_is_refused_after_its_membership_was_deleted() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());
    let mut shell = server.folder().sqlite().await.acquire().await.unwrap();
    for sql in [
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM memberships WHERE role = 'member'",
    ] {
        sqlx::query(sql).execute(&mut *shell).await.unwrap();
    }
    assert_eq!(server.probe(&member).await, 401);
    assert_eq!(server.probe(&admin).await, 200);
}
