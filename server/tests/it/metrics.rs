//! The metrics that Prometheus scrapes.

use std::path::Path;
use std::time::Instant;

use crate::harness::{Folder, PATIENCE, Request, Server, revoke_path};

/// Starts a server with metrics; returns it and the base URL of the metrics.
pub(crate) fn start(arguments: &[&str]) -> (Server, String) {
    let own = ["--log-format", "json", "--metrics-listen", "127.0.0.1:0"];
    let (server, log) = Server::start_logging(Folder::new(), &[&own, arguments].concat());
    let metrics = url_in(&log);
    (server, metrics)
}

/// Reads the base URL of the metrics from a server's log, in any format.
pub(crate) fn url_in(log: &Path) -> String {
    // The server logs it before it prints the line that the harness waits for, but another thread writes the log.
    let begun = Instant::now();
    loop {
        let log = std::fs::read_to_string(log).unwrap();
        let line = log
            .lines()
            .find(|line| line.contains("metrics at /metrics"));
        if let Some((_, rest)) = line.and_then(|line| line.split_once("127.0.0.1:")) {
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return format!("http://127.0.0.1:{port}");
        }
        assert!(begun.elapsed() < PATIENCE, "{log}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

pub(crate) async fn scrape(metrics: &str) -> String {
    let answer = Request::new("GET", &format!("{metrics}/metrics"))
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    answer.body
}

/// Returns the value of a time series.
pub(crate) fn value(scraped: &str, series: &str) -> f64 {
    scraped
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("no {series} in\n{scraped}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn requests_authentications_and_revocations_are_counted() {
    let (server, metrics) = start(&[]);
    let admin = server.admin();
    let token = server.create(&admin, "counted").await;
    for _ in 0..2 {
        assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    }
    assert_eq!(server.probe(&token).await, 401);
    server.request("GET", "/some/path/of/a/client").send().await;
    server.request("FROBNICATE", "/healthz").send().await;

    let scraped = scrape(&metrics).await;
    for (series, expected) in [
        (
            r#"http_requests_total{method="POST",route="/api/v1/tokens",status="201"}"#,
            1.0,
        ),
        (
            r#"http_requests_total{method="POST",route="/api/v1/tokens/{token_id}/revoke",status="201"}"#,
            2.0,
        ),
        (
            r#"http_requests_total{method="GET",route="/api/v1/tokens",status="401"}"#,
            1.0,
        ),
        (
            r#"http_requests_total{method="GET",route="unknown",status="404"}"#,
            1.0,
        ),
        (
            r#"http_requests_total{method="other",route="/healthz",status="405"}"#,
            1.0,
        ),
        (
            r#"http_request_duration_seconds_count{method="POST",route="/api/v1/tokens/{token_id}/revoke"}"#,
            2.0,
        ),
        (r#"dz_authentications_total{result="accepted"}"#, 3.0),
        (r#"dz_authentications_total{result="refused"}"#, 1.0),
        ("dz_tokens_created_total", 1.0),
        (r#"dz_revocations_total{kind="first"}"#, 1.0),
        (r#"dz_revocations_total{kind="repeated"}"#, 1.0),
        ("http_requests_in_flight", 0.0),
        ("dz_ready", 1.0),
    ] {
        assert_eq!(value(&scraped, series), expected, "{series}");
    }
    assert!(value(&scraped, "process_resident_memory_bytes") > 1e6);
    assert!(value(&scraped, "process_open_fds") > 3.0);
    assert!(!scraped.contains("some/path"), "{scraped}");
}

#[tokio::test]
async fn rate_limits_and_store_errors_are_counted() {
    let (server, metrics) = start(&["--rate-per-address", "1"]);
    let requests = (0..20).map(|_| server.request("GET", "/openapi.json").send());
    let answers = futures_util::future::join_all(requests).await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    let pool = server.folder().sqlite().await;
    sqlx::query("ALTER TABLE tokens RENAME TO elsewhere")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(server.request("GET", "/readyz").send().await.status, 503);

    let scraped = scrape(&metrics).await;
    let counted = value(&scraped, r#"dz_rate_limited_total{limit="address"}"#);
    assert!(refused > 0);
    assert_eq!(counted, f64::from(u32::try_from(refused).unwrap()));
    assert_eq!(value(&scraped, "dz_ready"), 0.0);
    assert!(value(&scraped, r#"dz_store_errors_total{kind="unavailable"}"#) >= 1.0);
}

#[tokio::test]
async fn metrics_and_api_are_on_separate_listeners() {
    let (server, metrics) = start(&[]);
    assert_eq!(server.request("GET", "/metrics").send().await.status, 404);
    for path in ["/", "/healthz", "/api/v1/tokens", &revoke_path("x")] {
        let answer = Request::new("GET", &format!("{metrics}{path}"))
            .send()
            .await;
        assert_eq!(answer.refusal(), (404, "Not Found".to_owned()), "{path}");
    }
    let wrong = Request::new("POST", &format!("{metrics}/metrics"))
        .send()
        .await;
    assert_eq!(wrong.refusal(), (405, "Method Not Allowed".to_owned()));
}

#[tokio::test]
async fn time_of_the_store_is_measured_by_operation() {
    let (server, metrics) = start(&[]);
    let admin = server.admin();
    let token = server.create(&admin, "measured").await;
    assert_eq!(server.revoke(&admin, &token.token_id).await.status, 201);
    assert_eq!(server.probe(&admin).await, 200);
    let scraped = scrape(&metrics).await;
    for (operation, least) in [
        ("authentication", 3.0),
        ("create", 1.0),
        ("revoke", 1.0),
        ("list", 1.0),
    ] {
        let count = format!(r#"dz_store_duration_seconds_count{{operation="{operation}"}}"#);
        assert!(value(&scraped, &count) >= least, "{operation}: {scraped}");
        let sum = format!(r#"dz_store_duration_seconds_sum{{operation="{operation}"}}"#);
        assert!((0.0..10.0).contains(&value(&scraped, &sum)), "{operation}");
    }
}
