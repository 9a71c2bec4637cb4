//! Invalid input is 422 in pydantic's format, and changes nothing.

use serde_json::{Value, json};

use crate::harness::{Answer, Server, revoke_path};

#[tokio::test]
async fn token_id_must_be_a_canonical_uuid() {
    let server = Server::start();
    let admin = server.admin();
    let id = &admin.token_id;
    for bad in [
        "not-a-uuid",
        "%20",
        "%ff",
        "..%2F..%2Fetc%2Fpasswd",
        &id.replace('-', ""),
        &format!("%7B{id}%7D"),
        &format!("urn:uuid:{id}"),
        &format!("{id}0"),
        &format!("{id}%00"),
        &id[1..],
        "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
    ] {
        let error = server.revoke(&admin, bad).await.only_validation_error();
        assert_eq!(error["loc"], json!(["path", "token_id"]), "{bad}");
        assert_eq!(error["type"], "uuid_parsing");
    }
    assert_eq!(server.probe(&admin).await, 200);

    insta::assert_snapshot!(
        server.revoke(&admin, "not-a-uuid").await.body,
        @r#"{"detail":[{"type":"uuid_parsing","loc":["path","token_id"],"msg":"Input should be a valid UUID, expected the canonical form: 32 lower-case hexadecimal digits in groups of 8-4-4-4-12","input":"not-a-uuid","ctx":{"error":"expected the canonical form: 32 lower-case hexadecimal digits in groups of 8-4-4-4-12"}}]}"#
    );
}

#[tokio::test]
async fn reason_must_be_a_string_of_at_most_500_characters_without_nul() {
    let server = Server::start();
    let admin = server.admin();
    let refused = async |reason: Value| {
        let body = json!({ "reason": reason }).to_string();
        let error = server
            .revoke_with(&admin, &admin.token_id, body)
            .await
            .only_validation_error();
        assert_eq!(error["loc"], json!(["body", "reason"]));
        error["type"].as_str().unwrap().to_owned()
    };
    for reason in [
        json!(1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!(["a"]),
    ] {
        assert_eq!(refused(reason).await, "string_type");
    }
    assert_eq!(refused(json!("é".repeat(501))).await, "string_too_long");
    assert_eq!(refused(json!("😀".repeat(501))).await, "string_too_long");
    assert_eq!(refused(json!("a\0b")).await, "value_error");
    assert_eq!(server.probe(&admin).await, 200, "the token stays live");

    let too_long = json!({ "reason": "x".repeat(501) }).to_string();
    insta::assert_snapshot!(
        server.revoke_with(&admin, &admin.token_id, too_long).await.body,
        @r#"{"detail":[{"type":"string_too_long","loc":["body","reason"],"msg":"String should have at most 500 characters","input":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…","ctx":{"max_length":500}}]}"#
    );
}

#[tokio::test]
async fn reasons_come_back_as_they_were_sent() {
    let server = Server::start();
    let member = server.member();
    for reason in [
        "",
        "  leading and trailing  ",
        "line\nbreak\tand \"quotes\" \\ <b>&amp;</b>",
        "'; DROP TABLE revocations; --",
        "combining e\u{301}, right to left \u{202e}abc, emoji 👩‍👩‍👧‍👦",
        &"😀".repeat(500),
    ] {
        let token = server.create(&member, "t").await;
        let body = json!({ "reason": reason }).to_string();
        let answer = server.revoke_with(&member, &token.token_id, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.json()["data"]["revocation_reason"], reason);
    }
}

#[tokio::test]
async fn body_that_is_not_a_json_object_is_422() {
    let server = Server::start();
    let admin = server.admin();
    let send = async |body: &[u8]| {
        server
            .revoke_with(&admin, &admin.token_id, body)
            .await
            .only_validation_error()
    };

    for body in ["[]", "\"text\"", "1", "true", "[{\"reason\": \"r\"}]"] {
        let error = send(body.as_bytes()).await;
        assert_eq!(
            (&error["type"], &error["loc"]),
            (&json!("model_attributes_type"), &json!(["body"])),
            "{body}"
        );
    }
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep_field = format!(r#"{{"other": {deep}}}"#);
    for body in [
        &b"{"[..],
        b"{broken",
        b"{\"reason\": \"r\"",
        b"{\"reason\": NaN}",
        b"{\"reason\": Infinity}",
        b"{'reason': 'r'}",
        b"{\"reason\": \"r\"} trailing",
        b"{\"reason\": \"\xff\xfe\"}",
        b"{\"reason\": \"\\ud800\"}",
        b"{\"reason\": \"a\nb\"}",
        b" ",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        deep_field.as_bytes(),
    ] {
        let error = send(body).await;
        assert_eq!(
            error["type"],
            "json_invalid",
            "{}",
            String::from_utf8_lossy(body)
        );
        assert_eq!(error["loc"][0], "body");
        assert!(error["loc"][1].is_u64());
    }
    assert_eq!(server.probe(&admin).await, 200, "the token stays live");

    insta::assert_snapshot!(
        server.revoke_with(&admin, &admin.token_id, "{\n  \"reason\": nul\n}").await.body,
        @r#"{"detail":[{"type":"json_invalid","loc":["body",17],"msg":"JSON decode error","input":{},"ctx":{"error":"expected ident"}}]}"#
    );
}

#[tokio::test]
async fn body_of_another_media_type_is_422_and_of_a_json_type_is_read() {
    let server = Server::start();
    let admin = server.admin();
    let send = async |content_type: &str| -> Answer {
        server
            .request("POST", &revoke_path(&admin.token_id))
            .by(&admin)
            .header("content-type", content_type)
            .body(r#"{"reason": 1}"#)
            .send()
            .await
    };
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "jsonx",
    ] {
        assert_eq!(
            send(other).await.only_validation_error()["loc"],
            json!(["body"]),
            "{other}"
        );
    }
    // The error about the field shows that the body was read.
    for json in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        assert_eq!(
            send(json).await.only_validation_error()["loc"],
            json!(["body", "reason"]),
            "{json}"
        );
    }
    assert_eq!(server.probe(&admin).await, 200);
}

#[tokio::test]
async fn body_with_a_content_coding_is_415() {
    let server = Server::start();
    let admin = server.admin();
    let send = async |coding: &str, body: &str| -> u16 {
        let request = server.request("POST", &revoke_path(&admin.token_id));
        let request = request
            .by(&admin)
            .json(body)
            .header("content-encoding", coding);
        request.send().await.status
    };
    for coding in ["gzip", "identity, br", "x"] {
        assert_eq!(send(coding, "{}").await, 415, "{coding}");
    }
    assert_eq!(server.probe(&admin).await, 200);
    assert_eq!(send("identity", "{}").await, 201);
}

#[tokio::test]
async fn body_over_the_limit_is_413() {
    let server = Server::start();
    let admin = server.admin();
    let answer = server
        .revoke_with(&admin, &admin.token_id, vec![b' '; 64 * 1024 + 1])
        .await;
    assert_eq!(
        answer.refusal(),
        (
            413,
            "The request body is larger than 65536 bytes".to_owned()
        )
    );

    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nX-Business-Id: {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}1\r\n \r\n0\r\n\r\n",
        revoke_path(&admin.token_id),
        admin.token,
        admin.business_id
    );
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(server.probe(&admin).await, 200);
}

#[tokio::test]
async fn echoed_input_never_holds_a_credential() {
    let server = Server::start();
    let admin = server.admin();
    let token = &admin.token;
    let answers = [
        server.revoke(&admin, token).await,
        server
            .revoke_with(
                &admin,
                &admin.token_id,
                json!({ "reason": [token] }).to_string(),
            )
            .await,
        server
            .revoke_with(
                &admin,
                &admin.token_id,
                json!([{ (token): token }]).to_string(),
            )
            .await,
        server
            .request("POST", &revoke_path(&admin.token_id))
            .by(&admin)
            .body(token.clone())
            .send()
            .await,
        server
            .request(
                "GET",
                &format!("/api/v1/tokens?cursor={token}&limit={token}"),
            )
            .by(&admin)
            .send()
            .await,
    ];
    let part = server
        .revoke(&admin, "dz_part-of-a-token")
        .await
        .only_validation_error();
    assert_eq!(part["input"], "[redacted]");
    for answer in answers {
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(!answer.body.contains(&token[3..20]), "{}", answer.body);
    }
}
