//! Redirects, and connections that break because of another request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::local::{Local, run_contract};
use crate::suite::{Run, run};

/// Runs a contract with these paths against a target, by an operator with a token.
async fn run_against(target: &str, paths: &Value) -> Run {
    run_cases("", target, paths).await
}

/// Runs the cases whose ids contain a text.
async fn run_cases(filter: &str, target: &str, paths: &Value) -> Run {
    let folder = testbed::folder().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let contract = json!({ "openapi": "3.1.0", "info": { "title": "Things", "version": "1" }, "paths": paths });
    let contract = write("contract.json", &contract.to_string());
    let profile = write(
        "profile.toml",
        "[operator]\ntoken = { file = \"operator.token\" }\n",
    );
    write("operator.token", "any_text_as_token");
    let contract = contract.to_str().expect("UTF-8");
    let more = ["--contract", contract, "--filter", filter];
    run(target, &profile, &more).await
}

/// Returns the path item of a GET with these responses.
#[expect(clippy::needless_pass_by_value, reason = "callers pass literals")]
fn reading(responses: Value) -> Value {
    json!({ "get": { "responses": responses } })
}

/// Starts a service whose `/thing` answers a status and a location.
async fn redirecting(status: u16, location: Option<String>) -> Local {
    let answer = move || {
        let mut answer = StatusCode::from_u16(status)
            .expect("a status")
            .into_response();
        if let Some(location) = &location {
            let location = location.parse().expect("a header");
            answer.headers_mut().insert("location", location);
        }
        async move { answer }
    };
    Local::serve(Router::new().route("/thing", get(answer))).await
}

#[tokio::test]
async fn documented_redirect_says_where_it_leads() {
    let location = json!({ "Location": { "schema": { "type": "string" } } });
    let with = reading(json!({ "302": { "description": "Elsewhere", "headers": location } }));
    let without = reading(json!({ "302": { "description": "Elsewhere" } }));
    for (paths, place, code, said) in [
        (&with, Some("/things/1"), 0, ""),
        (&with, Some("https://things.example/1?a=b"), 0, ""),
        (&with, None, 1, "location: missing"),
        (&with, Some(""), 1, "location: not a reference to a URI"),
        (
            &with,
            Some("http://[things"),
            1,
            "location: not a reference to a URI",
        ),
        (&without, None, 0, ""),
    ] {
        let local = redirecting(302, place.map(str::to_owned)).await;
        let run = run_against(&local.url, &json!({ "/thing": paths })).await;
        assert_eq!(run.code, code, "{place:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(said), "{place:?}: {}", run.stdout);
    }
}

#[tokio::test]
async fn undocumented_redirect_is_a_finding_and_is_not_followed() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let other = Local::serve(Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        async { "stolen" }
    }))
    .await;
    let place = format!("{}/login", other.url);
    let local = redirecting(307, Some(place.clone())).await;
    let paths = json!({ "/thing": reading(json!({ "200": { "description": "A thing" } })) });
    let run = run_against(&local.url, &paths).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("307, which is not documented"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains(&format!("307, which leads to {place}")),
        "{}",
        run.stdout
    );
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

/// How a request ended that a service of one process closed with others.
#[derive(Debug, Default)]
struct Crash {
    waits: Notify,
    crashes: Notify,
    is_over: AtomicBool,
    /// Whether `/slow` breaks each time.
    is_slow_broken: bool,
}

/// Answers a connection: `/bad` is a server error, after which the waiting `/slow` breaks.
async fn answer(mut stream: TcpStream, crash: Arc<Crash>) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let is_over = crash.is_over.load(Ordering::Relaxed);
        let text = if head.contains(" /bad ") {
            if !is_over {
                // The other request is on its way by then, or never comes.
                let waits = tokio::time::timeout(Duration::from_secs(2), crash.waits.notified());
                let _ = waits.await;
                crash.is_over.store(true, Ordering::Relaxed);
            }
            crash.crashes.notify_waiters();
            "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"
        } else if head.contains(" /slow ") && (crash.is_slow_broken || !is_over) {
            let crashes = crash.crashes.notified();
            crash.waits.notify_one();
            let _ = tokio::time::timeout(Duration::from_secs(2), crashes).await;
            return;
        } else {
            "HTTP/1.1 204 No Content\r\n\r\n"
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn crashing(is_slow_broken: bool) -> Local {
    let crash = Arc::new(Crash {
        is_slow_broken,
        ..Crash::default()
    });
    Local::start(|listener| async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&crash)));
        }
    })
    .await
}

#[tokio::test]
async fn connection_that_another_server_error_broke_is_not_blamed() {
    let none = || reading(json!({ "204": { "description": "Nothing" } }));
    let paths = json!({ "/slow": none(), "/bad": none() });
    // One request for each path: that of a case with a connection of its own would be another one to break.
    let local = crashing(false).await;
    let run = run_cases("request.ordinary", &local.url, &paths).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        run.verdict("generated.get_slow.request.ordinary"),
        "pass",
        "{}",
        run.stdout
    );
    assert_eq!(
        run.verdict("generated.get_bad.request.ordinary"),
        "fail",
        "{}",
        run.stdout
    );
    assert_eq!(run.report.expect("a report")["end"]["retries"], json!(1));

    // What breaks again breaks by itself.
    let local = crashing(true).await;
    let run = run_cases("request.ordinary", &local.url, &paths).await;
    assert_eq!(
        run.verdict("generated.get_slow.request.ordinary"),
        "fail",
        "{}",
        run.stdout
    );
}

/// Starts a service that answers each request for `/thing` with a text.
async fn raw(text: &'static str) -> Local {
    Local::start(move |listener| async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                let text = match String::from_utf8_lossy(&head).contains(" /thing ") {
                    true => text,
                    false => {
                        "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                    }
                };
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    })
    .await
}

#[tokio::test]
async fn answers_without_a_body_have_no_byte_of_one() {
    let nothing = |method: &str, status: &str| json!({ "/thing": { (method): { "responses": { (status): { "description": "Nothing" } } } } });
    for (method, status, answer, cause) in [
        (
            "get",
            "204",
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
            "",
        ),
        (
            "get",
            "204",
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\nnull",
            "an answer of 204 with a body",
        ),
        (
            "get",
            "304",
            "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n",
            "",
        ),
        (
            "get",
            "304",
            "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\nnull",
            "an answer of 304 with a body",
        ),
        (
            "head",
            "200",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\n",
            "",
        ),
        (
            "head",
            "200",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nnull",
            "an answer to HEAD of 200 with a body",
        ),
    ] {
        let local = raw(answer).await;
        let run = run_against(&local.url, &nothing(method, status)).await;
        let code = match (cause, status) {
            // Nothing shows that the operation works.
            ("", "304") => 4,
            ("", _) => 0,
            (_, _) => 1,
        };
        assert_eq!(run.code, code, "{answer}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(cause), "{answer}: {}", run.stdout);
    }
}

/// Without a documented success nothing shows that an operation works; a waiver accepts that openly.
#[tokio::test]
async fn operation_without_a_documented_success_is_not_reached() {
    let responses = |statuses: &[&str]| {
        let named = |status: &&str| ((*status).to_owned(), json!({ "description": "An answer" }));
        let responses: serde_json::Map<String, Value> = statuses.iter().map(named).collect();
        json!({ "/thing": reading(Value::Object(responses)) })
    };
    for (documented, answered, code, said) in [
        (
            &["304"][..],
            304,
            4,
            "the contract documents no success of it, only 304",
        ),
        (
            &["404"],
            404,
            4,
            "the contract documents no success of it, only 404",
        ),
        (&["304", "default"], 304, 4, "304 in place of a success"),
        (&["default"], 200, 0, ""),
        (&["default"], 302, 4, "302 in place of a success"),
        (&["302", "default"], 302, 0, ""),
        (&["304", "302"], 302, 0, ""),
        (&["3XX"], 303, 0, ""),
        (&["3XX"], 304, 4, "304 in place of 3XX"),
        (&["2XX", "302"], 202, 0, ""),
        (&["2XX", "302"], 302, 4, "302 in place of 2XX"),
    ] {
        let local = redirecting(answered, (answered == 302).then(|| "/other".to_owned())).await;
        let run = run_against(&local.url, &responses(documented)).await;
        assert_eq!(
            run.code, code,
            "{documented:?}: {}{}",
            run.stdout, run.stderr
        );
        assert!(run.stdout.contains(said), "{documented:?}: {}", run.stdout);
        let report = run.report.as_ref().expect("a report");
        let operation = &report["end"]["coverage"]["operations"][0];
        assert_eq!(
            operation["reached"],
            code == 0,
            "{documented:?}: {operation}"
        );
    }
    let mut paths = responses(&["200"]);
    paths["/cached"] = responses(&["304"])["/thing"].clone();
    let contract = json!({ "openapi": "3.1.0", "info": { "title": "Things", "version": "1" }, "paths": paths });
    let waiver = "[[waiver]]\ncase = \"generated.get_cached.*\"\nreason = \"a cache alone\"\nexpires = 2099-12-31\n";
    for (waiver, code) in [("", 4), (waiver, 0)] {
        let app = Router::new()
            .route("/thing", get(|| async {}))
            .route("/cached", get(|| async { StatusCode::NOT_MODIFIED }));
        let run = run_contract(app, &contract, "safe", waiver).await;
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        let said = "GET /cached the contract documents no success of it, only 304";
        assert!(run.stdout.contains(said), "{}", run.stdout);
    }
}
