//! Who may do what, and in which business.

use crate::harness::{Server, revoke_path, unknown_id};

#[tokio::test]
async fn business_header_is_required_once_and_a_uuid() {
    let server = Server::start();
    let admin = server.admin();
    let path = revoke_path(&admin.token_id);
    let authorization = format!("Bearer {}", admin.token);
    let request = || {
        server
            .request("POST", &path)
            .header("authorization", &authorization)
    };

    insta::assert_snapshot!(request().send().await.body, @r#"{"detail":"The header x-business-id is missing; send the id of your business"}"#);
    let twice = request()
        .header("x-business-id", &admin.business_id)
        .header("x-business-id", &admin.business_id)
        .send()
        .await;
    assert_eq!(twice.status, 400);
    insta::assert_snapshot!(twice.body, @r#"{"detail":"The header x-business-id was sent more than once"}"#);
    for bad in [
        "",
        "acme",
        &admin.business_id.replace('-', ""),
        &format!("{{{}}}", admin.business_id),
    ] {
        let answer = request().header("x-business-id", bad).send().await;
        assert_eq!(
            answer.refusal(),
            (400, "The header x-business-id is not a UUID".to_owned())
        );
    }
    assert_eq!(server.probe(&admin).await, 200, "the token stays live");
}

#[tokio::test]
async fn business_is_checked_before_path_and_body() {
    let server = Server::start();
    let admin = server.admin();
    let answer = server
        .request("POST", "/api/v1/tokens/not-a-uuid/revoke")
        .header("authorization", &format!("Bearer {}", admin.token))
        .json("{broken")
        .send()
        .await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
pub(crate) async fn foreign_unknown_and_wrong_business_are_the_same_404() {
    let server = Server::start();
    let admin = server.admin();
    let foreign = server.bootstrap("Globex", "gil@globex.example", "admin");
    let mut elsewhere = admin.clone();
    elsewhere.business_id.clone_from(&foreign.business_id);
    let mut nowhere = admin.clone();
    nowhere.business_id = unknown_id();

    let answers = [
        server.revoke(&admin, &unknown_id()).await,
        server.revoke(&admin, &foreign.token_id).await,
        server.revoke(&elsewhere, &admin.token_id).await,
        server.revoke(&elsewhere, &foreign.token_id).await,
        server.revoke(&nowhere, &admin.token_id).await,
    ];
    for answer in &answers {
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, r#"{"detail":"Resource not found"}"#)
        );
        let names = |answer: &crate::harness::Answer| {
            answer
                .headers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(answer), names(&answers[0]));
    }
    for path in ["/api/v1/tokens", "/api/v1/tokens?limit=1"] {
        assert_eq!(
            server
                .request("GET", path)
                .by(&elsewhere)
                .send()
                .await
                .status,
            404
        );
    }
    let create = server
        .request("POST", "/api/v1/tokens")
        .by(&elsewhere)
        .json(r#"{"name": "x"}"#)
        .send()
        .await;
    assert_eq!(create.status, 404);
    assert_eq!(server.probe(&admin).await, 200);
    assert_eq!(server.probe(&foreign).await, 200);
}

#[tokio::test]
async fn malformed_request_in_a_foreign_business_is_422_before_404() {
    let server = Server::start();
    let mut admin = server.admin();
    admin.business_id = unknown_id();
    assert_eq!(server.revoke(&admin, "not-a-uuid").await.status, 422);
    assert_eq!(
        server.revoke_with(&admin, &unknown_id(), "[]").await.status,
        422
    );
    assert_eq!(
        server
            .request("GET", "/api/v1/tokens?limit=0")
            .by(&admin)
            .send()
            .await
            .status,
        422
    );
}

#[tokio::test]
pub(crate) async fn member_may_revoke_only_its_own_tokens_and_an_admin_all() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());

    let answer = server.revoke(&member, &admin.token_id).await;
    assert_eq!(answer.refusal(), (403, "Not enough permissions".to_owned()));
    assert_eq!(server.probe(&admin).await, 200, "the token still works");
    // 403 is also the answer for a token that is already revoked: its state is checked last.
    let token = server.create(&admin, "gone").await;
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    assert_eq!(server.revoke(&member, &token.token_id).await.status, 403);

    let own = server.create(&member, "own").await;
    assert_eq!(server.revoke(&member, &own.token_id).await.status, 201);
    assert_eq!(server.revoke(&admin, &member.token_id).await.status, 201);
    assert_eq!(server.probe(&member).await, 401);
}

#[tokio::test]
pub(crate) async fn same_person_has_a_role_in_each_business() {
    let server = Server::start();
    let at_acme = server.bootstrap("Acme", "ada@acme.example", "admin");
    let at_globex = server.bootstrap("Globex", "ada@acme.example", "member");
    let colleague = server.bootstrap("Globex", "gil@globex.example", "member");
    assert_eq!(at_acme.user_id, at_globex.user_id);
    assert_eq!(
        server.revoke(&at_globex, &colleague.token_id).await.status,
        403
    );
    assert_eq!(
        server.revoke(&at_globex, &at_acme.token_id).await.status,
        404
    );
}
