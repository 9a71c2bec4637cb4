//! Creating and listing tokens.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Credential, PATIENCE, Server, string, text};

async fn list(server: &Server, by: &Credential, query: &str) -> Value {
    let answer = server
        .request("GET", &format!("/api/v1/tokens?{query}"))
        .by(by)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].clone()
}

fn names(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| string(&item["name"]))
        .collect()
}

#[tokio::test]
pub(crate) async fn created_token_works_at_once_and_is_shown_once() {
    let server = Server::start();
    let admin = server.admin();
    let asked = json!({ "name": "ci", "description": "for CI", "expires_in_days": 7 });
    let answer = server.create_with(&admin, &asked).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(
        (&body["success"], &body["code"]),
        (&json!(true), &json!("TOKEN_CREATED"))
    );
    let (token, info) = (string(&body["data"]["token"]), &body["data"]["token_info"]);
    let prefix = string(&info["token_prefix"]);
    assert!(token.starts_with(&prefix) && token.starts_with("dz_"));
    // People recognise a token by its prefix: it is unique, and reveals nothing that the record does not.
    assert!(!admin.token.starts_with(&prefix));
    let shown = prefix.split('.').nth(1).expect("the header is shown whole");
    assert_eq!(
        text(&URL_SAFE_NO_PAD.decode(&shown[..20]).unwrap()),
        format!(r#"{{"jti":"{}"#, &string(&info["jti"])[..7])
    );
    assert_eq!(
        prefix.matches('.').count(),
        1,
        "it holds no part of the signature"
    );
    assert_eq!(
        (&info["name"], &info["description"]),
        (&json!("ci"), &json!("for CI"))
    );
    assert_eq!(info["token_type"], "api");
    for absent in ["last_used_at", "revoked_at", "revocation_reason"] {
        assert!(info[absent].is_null(), "{absent}");
    }
    let instant =
        |name: &str| chrono::DateTime::parse_from_rfc3339(info[name].as_str().unwrap()).unwrap();
    assert_eq!(
        (instant("expires_at") - instant("created_at")).num_hours(),
        7 * 24 - 1,
        "cut to whole seconds"
    );

    let created = Credential {
        token: token.clone(),
        ..admin.clone()
    };
    assert_eq!(server.probe(&created).await, 200);
    let listed = list(&server, &admin, "").await;
    assert!(!listed.to_string().contains(&token));
    assert_eq!(&listed["items"][0], info);
}

#[tokio::test]
async fn create_checks_each_field_without_converting_types() {
    let server = Server::start();
    let admin = server.admin();
    let kind = async |body: Value| {
        let error = server
            .create_with(&admin, &body)
            .await
            .only_validation_error();
        (string(&error["type"]), error["loc"].clone())
    };
    let at = |name: &str| json!(["body", name]);
    assert_eq!(kind(json!({})).await, ("missing".into(), at("name")));
    assert_eq!(
        kind(json!({ "name": "" })).await,
        ("string_too_short".into(), at("name"))
    );
    assert_eq!(
        kind(json!({ "name": "x".repeat(256) })).await,
        ("string_too_long".into(), at("name"))
    );
    assert_eq!(
        kind(json!({ "name": null })).await,
        ("string_type".into(), at("name"))
    );
    assert_eq!(
        kind(json!({ "name": "x", "description": 1 })).await,
        ("string_type".into(), at("description"))
    );
    for (days, expected) in [
        (json!(0), "greater_than_equal"),
        (json!(-1), "greater_than_equal"),
        (json!(366), "less_than_equal"),
        (json!(u64::MAX), "less_than_equal"),
        (json!("5"), "int_type"),
        (json!(5.5), "int_type"),
        (json!(366.0), "less_than_equal"),
        (json!(true), "int_type"),
        (json!(null), "int_type"),
    ] {
        let body = json!({ "name": "x", "expires_in_days": days });
        assert_eq!(
            kind(body).await,
            (expected.into(), at("expires_in_days")),
            "{days}"
        );
    }
    let no_body = server
        .request("POST", "/api/v1/tokens")
        .by(&admin)
        .send()
        .await;
    assert_eq!(no_body.only_validation_error()["loc"], json!(["body"]));

    let wrong = json!({ "name": 1, "description": 2, "expires_in_days": "3" });
    let all = server.create_with(&admin, &wrong).await;
    assert_eq!(
        all.json()["detail"].as_array().unwrap().len(),
        3,
        "all errors are in one answer"
    );
    for good in [
        json!({ "name": "é".repeat(255), "expires_in_days": 365 }),
        json!({ "name": "x", "expires_in_days": 1 }),
    ] {
        assert_eq!(server.create_with(&admin, &good).await.status, 201);
    }
}

#[tokio::test]
pub(crate) async fn eleventh_active_token_is_refused_until_one_is_revoked() {
    let server = Server::start();
    let admin = server.admin();
    let mut last = admin.clone();
    for number in 2..=10 {
        last = server.create(&admin, &format!("number {number}")).await;
    }
    let answer = server
        .create_with(&admin, &json!({ "name": "eleventh" }))
        .await;
    let detail = "A user may have at most 10 active tokens; revoke one first";
    assert_eq!(answer.refusal(), (400, detail.to_owned()));
    assert_eq!(server.revoke(&admin, &last.token_id).await.status, 201);
    assert_eq!(
        server
            .create_with(&admin, &json!({ "name": "tenth again" }))
            .await
            .status,
        201
    );
}

#[tokio::test]
pub(crate) async fn parallel_creates_do_not_pass_the_limit() {
    let server = std::sync::Arc::new(Server::start());
    let admin = server.admin();
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (server, admin) = (server.clone(), admin.clone());
        tasks.spawn(async move {
            server
                .create_with(&admin, &json!({ "name": format!("{number}") }))
                .await
                .status
        });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        9,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 400).count(),
        41,
        "{statuses:?}"
    );
}

#[tokio::test]
pub(crate) async fn list_shows_the_callers_tokens_and_hides_revoked_ones() {
    let server = Server::start();
    let (admin, member) = (server.admin(), server.member());
    let elsewhere = server.bootstrap("Globex", "max@acme.example", "member");
    let revoked = server.create(&member, "gone").await;
    let before = list(&server, &member, "").await;
    assert_eq!(names(&before), ["gone", "bootstrap"]);
    let body = json!({ "reason": "lost" }).to_string();
    assert_eq!(
        server
            .revoke_with(&admin, &revoked.token_id, body)
            .await
            .status,
        201
    );

    assert_eq!(names(&list(&server, &member, "").await), ["bootstrap"]);
    let page = list(&server, &member, "include_total_count=true").await;
    assert_eq!(
        names(&page),
        ["bootstrap"],
        "neither the admin's, nor the other business's, nor the revoked one"
    );
    assert_eq!(page["total"], 1);
    let page = list(
        &server,
        &member,
        "include_revoked=true&include_total_count=1",
    )
    .await;
    assert_eq!(names(&page), ["gone", "bootstrap"], "newest first");
    assert_eq!(page["total"], 2);
    assert_eq!(page["items"][0]["revocation_reason"], "lost");
    assert!(page["items"][0]["revoked_at"].is_string());
    assert_eq!(
        list(&server, &elsewhere, "").await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
pub(crate) async fn pages_hold_each_token_once_in_any_order_and_direction() {
    let server = Server::start();
    let admin = server.admin();
    for name in ["b", "a", "a", "ü", "c"] {
        server.create(&admin, name).await;
    }
    for order in ["created_at", "name", "expires_at"] {
        for descending in ["true", "false"] {
            let query = format!("sort_by={order}&descending={descending}");
            let all = list(&server, &admin, &query).await;
            let ids = |page: &Value| {
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| string(&item["id"]))
                    .collect::<Vec<_>>()
            };
            let keys: Vec<_> = all["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| string(&item[order]))
                .collect();
            let mut sorted = keys.clone();
            sorted.sort();
            if descending == "true" {
                sorted.reverse();
            }
            assert_eq!(keys, sorted);

            let mut page = list(&server, &admin, &format!("{query}&limit=2")).await;
            assert_eq!(page["has_prev"], false);
            let mut walked = ids(&page);
            while page["has_next"] == true {
                let cursor = string(&page["next_cursor"]);
                page = list(&server, &admin, &format!("{query}&limit=2&cursor={cursor}")).await;
                walked.extend(ids(&page));
            }
            assert!(page["next_cursor"].is_null());
            assert_eq!(walked, ids(&all), "{query}");
            assert_eq!(walked.iter().collect::<HashSet<_>>().len(), 6);

            let mut back = ids(&page);
            while page["has_prev"] == true {
                let cursor = string(&page["prev_cursor"]);
                page = list(
                    &server,
                    &admin,
                    &format!("{query}&limit=2&direction=prev&cursor={cursor}"),
                )
                .await;
                assert_eq!(page["has_next"], true);
                back.splice(0..0, ids(&page));
            }
            assert_eq!(back, ids(&all), "{query} backwards");
        }
    }
}

#[tokio::test]
pub(crate) async fn list_checks_its_parameters() {
    let server = Server::start();
    let admin = server.admin();
    let cursor = {
        server.create(&admin, "another").await;
        string(&list(&server, &admin, "limit=1").await["next_cursor"])
    };
    // In the form of our cursors, but with values that no token has.
    let forged = |by: &str, key: Value| {
        let cursor = json!({ "by": by, "desc": true, "key": key, "id": admin.token_id });
        format!(
            "cursor={}&sort_by={by}",
            URL_SAFE_NO_PAD.encode(cursor.to_string())
        )
    };
    for (query, kind, name) in [
        ("limit=0", "greater_than_equal", "limit"),
        ("limit=-5", "greater_than_equal", "limit"),
        ("limit=1001", "less_than_equal", "limit"),
        ("limit=ten", "int_parsing", "limit"),
        ("limit=", "int_parsing", "limit"),
        ("include_revoked=maybe", "bool_parsing", "include_revoked"),
        ("sort_by=token_sha256", "literal_error", "sort_by"),
        ("direction=up", "literal_error", "direction"),
        ("cursor=nonsense", "value_error", "cursor"),
        (&forged("name", json!("a\0")), "value_error", "cursor"),
        (
            &forged("created_at", json!(i64::MIN)),
            "value_error",
            "cursor",
        ),
        (&forged("expires_at", json!(-1)), "value_error", "cursor"),
        (&forged("name", json!(1)), "value_error", "cursor"),
        (
            &format!("cursor={cursor}&sort_by=name"),
            "value_error",
            "cursor",
        ),
        (
            &format!("cursor={cursor}&descending=no"),
            "value_error",
            "cursor",
        ),
    ] {
        let answer = server
            .request("GET", &format!("/api/v1/tokens?{query}"))
            .by(&admin)
            .send()
            .await;
        let error = answer.only_validation_error();
        assert_eq!(
            (&error["type"], &error["loc"]),
            (&json!(kind), &json!(["query", name])),
            "{query}"
        );
    }
    for good in [
        "limit=1000",
        "limit=1",
        "unknown=1",
        &forged("name", json!("a")),
        &forged("expires_at", json!(i64::MAX)),
        "descending=FALSE",
        "%ff=%ff",
    ] {
        list(&server, &admin, good).await;
    }
}

#[tokio::test]
pub(crate) async fn last_use_of_a_token_shows_in_the_list_soon() {
    let server = Server::start();
    let admin = server.admin();
    let token = server.create(&admin, "used").await;
    let before = chrono::Utc::now();
    assert_eq!(server.probe(&token).await, 200);
    let shown = async {
        loop {
            let page = list(&server, &admin, "sort_by=name").await;
            let item = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|item| item["name"] == "used")
                .unwrap();
            if let Some(text) = item["last_used_at"].as_str() {
                break chrono::DateTime::parse_from_rfc3339(text).unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let last_used = tokio::time::timeout(PATIENCE, shown)
        .await
        .expect("the use is written");
    assert!(last_used.timestamp_micros() >= before.timestamp_micros());
}

#[tokio::test]
async fn last_use_of_a_token_is_on_record_when_the_server_has_stopped() {
    let server = Server::start();
    let admin = server.admin();
    // The use waits to be written within the next second.
    let token = server.create(&admin, "used").await;
    assert_eq!(server.probe(&token).await, 200);
    let folder = server.stop();
    let last_used: Option<i64> =
        sqlx::query_scalar("SELECT last_used_at FROM tokens WHERE name = 'used'")
            .fetch_one(&folder.sqlite().await)
            .await
            .unwrap();
    assert!(last_used.is_some());
}
