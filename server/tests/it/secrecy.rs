//! Nothing that is logged at any level holds a credential.

use std::fs::{self, File};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Folder, Server, revoke_path};

#[tokio::test]
async fn logs_at_trace_level_hold_no_token_and_no_key_wherever_a_client_puts_it() {
    for format in ["json", "pretty"] {
        let folder = Folder::new();
        let log = folder.path().join("log");
        let stderr = Stdio::from(File::create(&log).unwrap());
        let server =
            Server::start_with_stderr(folder, &["--log", "trace", "--log-format", format], stderr);
        let admin = server.admin();
        let created = server.create(&admin, "canary").await;
        let token = created.token.clone();

        for path in [
            format!("/api/v1/tokens?access_token={token}"),
            format!("/api/v1/tokens/{token}/revoke"),
            format!("/{token}"),
            format!("/docs/{token}"),
            format!("/api/v1/tokens?cursor={token}"),
        ] {
            server.request("GET", &path).by(&created).send().await;
            server
                .request("POST", &path)
                .by(&created)
                .json(json!({ "reason": [token] }).to_string())
                .send()
                .await;
        }
        server
            .request("POST", &revoke_path(&created.token_id))
            .by(&created)
            .header("x-user-email", &token[..200])
            .header("x-request-id", &token[..60])
            .json(json!({ "reason": "canary" }).to_string())
            .send()
            .await;
        server
            .request(&token.replace('.', "-"), "/healthz")
            .send()
            .await;
        assert_eq!(server.probe(&created).await, 401);

        let keys: Value =
            serde_json::from_slice(&fs::read(server.folder().key_file()).unwrap()).unwrap();
        let secret = keys["keys"][0]["secret"].as_str().unwrap().to_owned();
        let folder = server.stop();
        let log = fs::read_to_string(folder.path().join("log")).unwrap();
        assert!(
            log.contains("token revoked") && log.contains("sqlx"),
            "the log is there, at trace level"
        );
        let payload = token.split('.').nth(1).unwrap();
        for needle in [
            &token,
            &secret,
            &payload[..32].to_owned(),
            &token.replace('.', "-")[..60].to_owned(),
        ] {
            let line = log.lines().find(|line| line.contains(needle.as_str()));
            assert!(line.is_none(), "{format}: {line:?}");
        }
    }
}

#[tokio::test]
async fn every_request_leaves_a_line_with_its_id_route_status_and_user() {
    let folder = Folder::new();
    let log = folder.path().join("log");
    let stderr = Stdio::from(File::create(&log).unwrap());
    let server = Server::start_with_stderr(folder, &["--log-format", "json"], stderr);
    let admin = server.admin();
    server
        .request("POST", &revoke_path(&admin.token_id))
        .by(&admin)
        .header("x-request-id", "id-of-the-client")
        .header("x-user-email", "claimed@acme.example")
        .send()
        .await;
    let folder = server.stop();
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect();
    let line = lines
        .iter()
        .find(|line| line["message"] == "answered")
        .expect("the request's line");
    assert_eq!(line["status"], 201);
    assert_eq!(line["span"]["request_id"], "id-of-the-client");
    assert_eq!(line["span"]["route"], "/api/v1/tokens/{token_id}/revoke");
    assert_eq!(line["span"]["user_id"], admin.user_id.as_str());
    assert_eq!(line["span"]["claimed_email"], "claimed@acme.example");
}
