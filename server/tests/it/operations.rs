//! Health and readiness, also when the store fails.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testbed::reaper::{self, How};

use crate::harness::{Folder, PATIENCE, Server, binary, own_cluster};

#[tokio::test]
pub(crate) async fn healthy_and_ready_while_the_store_answers() {
    let server = Server::start();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            server.request("GET", path).send().await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn outage_is_logged_once_and_clients_are_asked_to_wait() {
    let (server, log) = Server::start_logging(Folder::new(), &[]);
    let admin = server.admin();
    fs::remove_file(server.folder().database()).unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    for _ in 0..20 {
        let answer = server
            .request("GET", "/api/v1/tokens")
            .by(&admin)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (503, Some("1"))
        );
    }
    let _folder = server.kill();
    let lines = fs::read_to_string(log).unwrap();
    assert_eq!(
        lines.matches("the store does not answer").count(),
        1,
        "{lines}"
    );
}

#[tokio::test]
async fn failing_store_means_503_and_no_accepted_request() {
    let server = Server::start();
    let admin = server.admin();
    let pool = server.folder().sqlite().await;
    sqlx::query("ALTER TABLE tokens RENAME TO elsewhere")
        .execute(&pool)
        .await
        .unwrap();

    let unavailable = (
        503,
        "The service is not available; try again shortly".to_owned(),
    );
    assert_eq!(
        server.request("GET", "/readyz").send().await.refusal(),
        unavailable
    );
    assert_eq!(
        server
            .request("GET", "/api/v1/tokens")
            .by(&admin)
            .send()
            .await
            .refusal(),
        unavailable
    );
    assert_eq!(
        server.revoke(&admin, &admin.token_id).await.refusal(),
        unavailable
    );
    assert_eq!(
        server.request("GET", "/healthz").send().await.status,
        200,
        "the process is up"
    );

    sqlx::query("ALTER TABLE elsewhere RENAME TO tokens")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(server.request("GET", "/readyz").send().await.status, 200);
    assert_eq!(server.probe(&admin).await, 200);
}

/// An outage is two lines in the log, however many requests it fails.
#[tokio::test]
async fn outage_is_logged_once_when_it_begins_and_once_with_a_count_when_it_is_over() {
    let Some(cluster) = own_cluster(&[]) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let folder = Folder::on(Arc::new(cluster.database()));
    let admin = folder.bootstrap("Acme", "ada@acme.example", "admin");
    let (server, log) = Server::start_logging(folder, &["--log-format", "json"]);
    assert_eq!(server.probe(&admin).await, 200);
    cluster.kill();
    for _ in 0..20 {
        assert_eq!(server.probe(&admin).await, 503);
    }
    cluster.restart();
    let lines = |what: &str| -> Vec<Value> {
        let log = std::fs::read_to_string(&log).unwrap();
        let lines = log.lines().filter(|line| line.contains(what));
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let begun = Instant::now();
    let ended = loop {
        assert_eq!(server.probe(&admin).await, 200);
        if let [ended] = &lines("the store answers again")[..] {
            break ended.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "no end is logged");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(ended["failures"], 20, "{ended}");
    assert_eq!(ended["level"], "WARN");
    let begun = lines("the store does not answer");
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert_eq!(begun[0]["level"], "ERROR");
}

#[tokio::test]
async fn documentation_can_be_switched_off() {
    let server = Server::start_on(Folder::new(), &["--docs", "off"]);
    for path in ["/docs", "/docs/", "/docs/swagger-ui.css"] {
        let answer = server.request("GET", path).send().await;
        assert_eq!(answer.refusal(), (404, "Not Found".to_owned()), "{path}");
    }
    assert_eq!(
        server.request("GET", "/openapi.json").send().await.status,
        200
    );
}

/// A process that reads its configuration from a pipe is stopped at a known place.
#[test]
fn sighup_during_the_start_does_not_end_the_server() {
    let folder = Folder::new();
    let (pipe, file) = (folder.path().join("pipe"), folder.path().join("file"));
    mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
    fs::write(&file, "").unwrap();
    let mut server = binary()
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&pipe)
        .args(folder.arguments())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reaper::end(&server, How::Kill);
    let mut text = fs::File::options().write(true).open(&pipe).unwrap();
    kill_process(Pid::from_child(&server), Signal::HUP).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.try_wait().unwrap(), None);
    // The signal makes it read the file again.
    fs::rename(file, pipe).unwrap();
    text.write_all(b"rate_per_caller = 100\n").unwrap();
    drop(text);
    let mut said = String::new();
    let stdout = server.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut said).unwrap();
    assert!(said.starts_with("listening on http://"), "{said}");
    kill_process(Pid::from_child(&server), Signal::TERM).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0));
}
