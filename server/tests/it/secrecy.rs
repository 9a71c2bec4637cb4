//! Logs at any level, metrics and the database hold no credential.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Folder, PATIENCE, Server, binary, output, revoke_path, text};
use crate::metrics;

#[test]
fn password_in_a_url_that_is_refused_is_not_repeated() {
    for url in [
        "postgres://dz:canary-password@host:no-port/dz",
        "mysql://dz:canary-password@host/dz",
    ] {
        let refused = output(binary().arg("migrate").env("DZ_DATABASE", url));
        assert_eq!(refused.status.code(), Some(2));
        let said = text(&refused.stderr);
        assert!(!said.contains("canary") && said.contains("***"), "{said}");
    }
}

#[test]
fn password_of_the_database_is_shown_nowhere() {
    let folder = Folder::new();
    // No server listens there.
    let url = "postgres://dz:canary-password@127.0.0.1:1/dz";
    for command in [
        &["config"][..],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--keys",
            "keys.json",
            "--log",
            "trace",
        ],
        &["migrate", "--log", "trace"],
        &["audit", "--log", "trace"],
        &["doctor"],
        &["serve", "--help"],
    ] {
        let output = output(
            binary()
                .args(command)
                .env("DZ_DATABASE", url)
                .current_dir(folder.path()),
        );
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("canary"), "{command:?}: {said}");
        assert!(
            said.contains("127.0.0.1") || command.contains(&"--help"),
            "{command:?}: {said}"
        );
    }
}

#[tokio::test]
pub(crate) async fn logs_metrics_and_database_hold_no_token_and_no_key() {
    for (level, format) in [
        ("trace", "json"),
        ("trace", "text"),
        ("debug", "json"),
        ("info", "text"),
        ("warn", "json"),
        ("error", "json"),
    ] {
        let folder = Folder::new();
        // The line with the address of the metrics is needed at any level.
        let filter = match level {
            "warn" | "error" => format!("{level},server::serve=info"),
            _ => level.to_owned(),
        };
        let arguments = [
            "--log",
            &filter,
            "--log-format",
            format,
            "--metrics-listen",
            "127.0.0.1:0",
        ];
        let (server, log) = Server::start_logging(folder, &arguments);
        let metrics = metrics::url_in(&log);
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
        let counted = metrics::scrape(&metrics).await;
        let trail = output(
            binary()
                .arg("audit")
                .args(&server.folder().arguments()[..2]),
        );
        assert!(trail.status.success(), "{}", text(&trail.stderr));
        let folder = server.stop();
        let log = fs::read_to_string(folder.path().join("log")).unwrap();
        assert_eq!(
            log.contains("token revoked"),
            ["trace", "debug", "info"].contains(&level),
            "level {level}: the log has been written"
        );
        let kept = match folder.postgres() {
            None => text(&fs::read(folder.database()).unwrap()),
            Some(database) => {
                let tables = ["tokens", "revocations", "audit_events", "users"];
                let rows = |table| database.execute(&format!("SELECT row::text FROM {table} row"));
                tables.map(rows).concat()
            }
        };
        assert!(kept.contains("canary"), "the database has been read");
        let places = [
            ("log", log),
            ("metrics", counted),
            ("audit trail", text(&trail.stdout)),
            ("database", kept),
        ];
        let payload = token.split('.').nth(1).unwrap();
        let header = &token[..60];
        for needle in [token.as_str(), &secret, &payload[..32], header] {
            for (place, contents) in &places {
                // The database holds the token's prefix, which the header is a part of.
                if *place == "database" && needle == header {
                    continue;
                }
                let line = contents.lines().find(|line| line.contains(needle));
                assert!(line.is_none(), "{place} ({level}, {format}): {line:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_request_leaves_a_line_with_its_id_route_status_and_user() {
    let (server, _) = Server::start_logging(Folder::new(), &["--log-format", "json"]);
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

#[tokio::test]
async fn log_lines_are_written_soon_and_the_last_ones_before_the_server_ends() {
    const REQUESTS: usize = 200;
    let (server, path) = Server::start_logging(Folder::new(), &["--log-format", "json"]);
    let answered = |log: &str| log.matches(r#""message":"answered""#).count();

    server.request("GET", "/healthz").send().await;
    let written = async {
        while answered(&fs::read_to_string(&path).unwrap()) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written)
        .await
        .expect("the line of a request while the server runs");

    let many = (0..REQUESTS).map(|_| server.request("GET", "/healthz").send());
    futures_util::future::join_all(many).await;
    let folder = server.stop();
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert_eq!(answered(&log), REQUESTS + 1);
    for line in log.lines() {
        serde_json::from_str::<Value>(line).expect("every line is whole");
    }
    assert!(
        log.lines()
            .last()
            .is_some_and(|line| line.contains("stopped")),
        "{log}"
    );
}
