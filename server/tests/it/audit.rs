//! The audit trail, as `server audit` prints it.

use serde_json::{Value, json};

use crate::harness::{Folder, Server, binary, output, revoke_path, string, text};

/// Returns the events that `server audit` prints. A server may be running.
pub(crate) fn audit(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let output = output(
        binary()
            .arg("audit")
            .args(arguments)
            .args(&folder.arguments()[..2]),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

#[tokio::test]
pub(crate) async fn trail_says_who_did_what_to_which_token_and_from_where() {
    let server = Server::start_on(Folder::new(), &["--trusted-proxies", "127.0.0.1"]);
    let (admin, member) = (server.admin(), server.member());
    let created = server.create(&member, "audited").await;
    let revoke = |id: &str| {
        server
            .request("POST", &revoke_path(id))
            .header("x-user-email", "claimed@acme.example")
    };
    let revoked = revoke(&created.token_id)
        .by(&admin)
        .header("x-forwarded-for", "192.0.2.7")
        .json(json!({ "reason": "lost" }).to_string())
        .send()
        .await;
    assert_eq!(revoked.status, 201);
    assert_eq!(
        revoke(&created.token_id).by(&admin).send().await.status,
        201
    );
    assert_eq!(revoke(&admin.token_id).by(&member).send().await.status, 403);

    let mut events = audit(server.folder(), &[]);
    // On PostgreSQL the harness has bootstrapped another business first.
    events.retain(|event| event["business_id"] == admin.business_id.as_str());
    // Those of the business and its users have tests of their own.
    events.retain(|event| string(&event["action"]).starts_with("token."));
    let summary: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["action"].as_str().unwrap(),
                event["actor_user_id"].as_str(),
                event["target_token_id"].as_str().unwrap(),
                event["remote_address"].as_str(),
            )
        })
        .collect();
    let (admin_user, member_user) = (Some(admin.user_id.as_str()), Some(member.user_id.as_str()));
    let here = Some("127.0.0.1");
    assert_eq!(
        summary,
        [
            ("token.bootstrapped", None, admin.token_id.as_str(), None),
            ("token.bootstrapped", None, member.token_id.as_str(), None),
            (
                "token.created",
                member_user,
                created.token_id.as_str(),
                here
            ),
            (
                "token.revoked",
                admin_user,
                created.token_id.as_str(),
                Some("192.0.2.7")
            ),
            (
                "token.revoke_repeated",
                admin_user,
                created.token_id.as_str(),
                here
            ),
            (
                "token.revoke_refused",
                member_user,
                admin.token_id.as_str(),
                here
            ),
        ]
    );
    let revocation = &events[3];
    assert_eq!(revocation["claimed_email"], "claimed@acme.example");
    assert_eq!(revocation["reason"], "lost");
    assert_eq!(revocation["business_id"], admin.business_id.as_str());
    assert_eq!(revocation["actor_token_id"], admin.token_id.as_str());
    assert_eq!(revocation["at"], revoked.json()["data"]["revoked_at"]);
    let whole = format!("{events:?}");
    assert!(!whole.contains(&admin.token[..40]) && !whole.contains(&created.token[3..40]));
}

#[tokio::test]
async fn trail_since_an_instant_is_complete_over_several_pages() {
    let server = Server::start();
    let admin = server.admin();
    let pool = server.folder().sqlite().await;
    // More events than a page holds, one per second from 1970 on.
    sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
         INSERT INTO audit_events (at, action) SELECT i * 1000000, 'token.created' FROM n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let tokens = |arguments: &[&str]| {
        let mut events = audit(server.folder(), arguments);
        events.retain(|event| string(&event["action"]).starts_with("token."));
        events
    };
    assert_eq!(tokens(&[]).len(), 2501);
    assert_eq!(tokens(&["--since", "1970-01-01T00:00:11Z"]).len(), 2491);
    assert_eq!(tokens(&["--since", "1971-01-01"]).len(), 1);
    let recent = tokens(&["--since", "1h"]);
    assert_eq!(recent.len(), 1);
    assert_eq!(recent[0]["target_token_id"], admin.token_id.as_str());
}

#[tokio::test]
async fn trail_is_append_only() {
    let folder = Folder::new();
    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let pool = folder.sqlite().await;
    for statement in [
        "UPDATE audit_events SET action = 'nothing'",
        "DELETE FROM audit_events",
    ] {
        let refused = sqlx::query(statement).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    let replaced = sqlx::query(
        "INSERT OR REPLACE INTO audit_events (id, at, action) VALUES (1, 0, 'nothing')",
    )
    .execute(&pool)
    .await;
    let events = audit(&folder, &[]);
    assert_eq!(events[0]["action"], "business.added", "{replaced:?}");
}

#[test]
fn invalid_instant_is_refused_with_examples() {
    let output = output(binary().args(["audit", "--since", "yesterday"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("such as 24h or 7d"),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test]
async fn audit_creates_and_migrates_nothing() {
    let folder = Folder::new();
    let audit = || {
        let output = output(binary().arg("audit").args(&folder.arguments()[..2]));
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
        text(&output.stderr)
    };
    let said = audit();
    assert!(said.contains("there is no file"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    folder.bootstrap("Acme", "ada@acme.example", "admin");
    let pool = folder.sqlite().await;
    let older = sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 1")
        .execute(&pool)
        .await;
    assert!(older.unwrap().rows_affected() > 0);
    let said = audit();
    assert!(
        said.contains("`server migrate`: 0002 audit events"),
        "{said}"
    );
    let applied: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(applied, 1);
}
