//! How answers are judged by any contract: media types and ranges, directions, headers, bodies, codings and streams.

use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZstdEncoder};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Response, Uri};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::local::run_contract;
use crate::suite::Run;

/// Returns a contract with one operation.
#[expect(clippy::needless_pass_by_value, reason = "callers pass literals")]
fn contract(method: &str, operation: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/thing": { (method): operation } },
    })
}

/// Returns an operation whose 200 has a body of a media type.
#[expect(clippy::needless_pass_by_value, reason = "callers pass literals")]
fn with_body(media_type: &str, schema: Value) -> Value {
    let content = json!({ (media_type): { "schema": schema } });
    json!({ "responses": { "200": { "description": "A thing", "content": content } } })
}

/// Runs a contract against a service.
async fn run_against(profile: &str, contract: &Value, service: Router) -> Run {
    run_contract(service, contract, "delete", profile).await
}

/// Returns a service with one answer.
fn answering(status: u16, headers: Vec<(&'static str, String)>, body: impl Into<Bytes>) -> Router {
    let body = body.into();
    Router::new().route(
        "/thing",
        any(move |method: Method| {
            let is_declared = method != Method::PUT && method != Method::PATCH;
            let status = if is_declared { status } else { 404 };
            let mut response = Response::builder().status(status);
            for (name, value) in headers.clone() {
                response = response.header(name, value);
            }
            let response = response.body(Body::from(body.clone()));
            async move { response.expect("an answer") }
        }),
    )
}

fn of_type(media_type: &str) -> Vec<(&'static str, String)> {
    vec![("content-type", media_type.to_owned())]
}

#[tokio::test]
async fn schema_is_applied_to_each_media_type_and_range_of_json_and_text() {
    let thing = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } });
    let word = json!({ "type": "string", "enum": ["big", "small"] });
    let number = json!({ "type": "integer", "minimum": 1 });
    let (sound, wrong) = (r#"{"id":1}"#, r#"{"id":"1"}"#);
    for (documented, schema, given, good, bad) in [
        ("*/*", &thing, "application/json", sound, wrong),
        ("application/*", &thing, "application/json", sound, wrong),
        (
            "application/vnd.api+json",
            &thing,
            "application/vnd.api+json",
            sound,
            wrong,
        ),
        ("application/*+json", &thing, "application/json", "", sound),
        (
            "application/json; charset=utf-8",
            &thing,
            "application/json; charset=utf-8",
            sound,
            wrong,
        ),
        (
            "application/json",
            &thing,
            "application/json; profile=\"x\"",
            sound,
            wrong,
        ),
        ("application/json", &thing, "application/json", sound, "{"),
        ("application/json", &thing, "application/json", sound, ""),
        (
            "application/vnd.api+json",
            &thing,
            "application/vnd.api+json",
            sound,
            r#"{"id":1,"id":2}"#,
        ),
        (
            "text/plain",
            &word,
            "text/plain; charset=utf-8",
            "big",
            "huge",
        ),
        ("text/*", &number, "text/plain", "7", "seven"),
        ("text/csv", &thing, "text/csv", "id\n1\n", "\u{0}skipped"),
    ] {
        let contract = contract("get", with_body(documented, schema.clone()));
        for (body, code) in [(good, 0), (bad, 1)] {
            if body.is_empty() && code == 0 || body.contains('\0') {
                continue;
            }
            let run = run_against("", &contract, answering(200, of_type(given), body)).await;
            assert_eq!(
                run.code, code,
                "{documented} {given} {body}: {}{}",
                run.stdout, run.stderr
            );
        }
    }
}

#[tokio::test]
async fn write_only_members_are_not_in_answers_and_not_required_there() {
    let user = json!({
        "type": "object",
        "required": ["name", "password"],
        "properties": { "name": { "type": "string" }, "password": { "type": "string", "writeOnly": true } },
    });
    let contract = contract("get", with_body("application/json", user));
    for (body, code) in [
        (r#"{"name":"Olga"}"#, 0),
        (r#"{"name":"Olga","password":"hunter2!"}"#, 1),
        (r#"{"password":"hunter2!"}"#, 1),
    ] {
        let service = answering(200, of_type("application/json"), body);
        let run = run_against("", &contract, service).await;
        assert_eq!(run.code, code, "{body}: {}{}", run.stdout, run.stderr);
        if code == 1 {
            assert!(
                run.stdout.contains("/password: must not be here"),
                "{}",
                run.stdout
            );
        }
    }
}

#[tokio::test]
async fn headers_of_an_answer_are_those_documented() {
    let headers = json!({
        "X-Total": { "required": true, "schema": { "type": "integer", "minimum": 0 } },
        "X-Kinds": { "schema": { "type": "array", "items": { "enum": ["a", "b"] } } },
        "Content-Type": { "schema": { "const": "ignored" } },
    });
    let contract = contract(
        "get",
        json!({ "responses": { "200": { "description": "Things", "headers": headers } } }),
    );
    for (headers, problem) in [
        (vec![("x-total", "7")], None),
        (vec![("x-total", "7"), ("x-kinds", "a, b")], None),
        (vec![], Some("header x-total: missing in the 200")),
        (vec![("x-total", "many")], Some("header x-total: ")),
        (vec![("x-total", "-1")], Some("header x-total: ")),
        (
            vec![("x-total", "7"), ("x-kinds", "a,c")],
            Some("header x-kinds: "),
        ),
    ] {
        let given = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let service = answering(200, given.collect(), "");
        let run = run_against("", &contract, service).await;
        assert_eq!(
            run.code == 0,
            problem.is_none(),
            "{headers:?}: {}",
            run.stdout
        );
        let cause = run.report.as_ref().expect("a report")["cases"][0]["cause"].clone();
        let cause = cause.as_str().unwrap_or_default();
        assert!(
            cause.contains(problem.unwrap_or_default()),
            "{headers:?}: {cause}"
        );
    }
}

#[tokio::test]
async fn answers_without_a_body_need_no_media_type() {
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    let operation =
        json!({ "responses": { "default": { "description": "Any", "content": content } } });
    let none = || answering(204, Vec::new(), "");
    let profile = "[operations.\"DELETE /thing\"]\nexpendable = true\n";
    let run = run_against(profile, &contract("delete", operation), none()).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for (status, code) in [(200, 0), (500, 1)] {
        let operation = with_body("application/json", json!({ "type": "object" }));
        let service = answering(status, of_type("application/json"), "");
        let run = run_against("", &contract("head", operation), service).await;
        assert_eq!(run.code, code, "{status}: {}{}", run.stdout, run.stderr);
    }
    let operation = json!({ "responses": { "204": { "description": "None" } } });
    let run = run_against("", &contract("options", operation), none()).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn content_codings_are_decoded() {
    async fn encoded(mut encoder: impl tokio::io::AsyncRead + Unpin) -> Vec<u8> {
        let mut bytes = Vec::new();
        encoder.read_to_end(&mut bytes).await.expect("encoded");
        bytes
    }
    let contract = contract(
        "get",
        with_body("application/json", json!({ "required": ["id"] })),
    );
    let body = br#"{"id":1}"#.as_slice();
    for (coding, bytes, code) in [
        ("gzip", encoded(GzipEncoder::new(body)).await, 0),
        ("br", encoded(BrotliEncoder::new(body)).await, 0),
        ("zstd", encoded(ZstdEncoder::new(body)).await, 0),
        ("deflate", encoded(DeflateEncoder::new(body)).await, 0),
        ("gzip", encoded(GzipEncoder::new(b"{}".as_slice())).await, 1),
        ("gzip", body.to_vec(), 1),
    ] {
        let mut headers = of_type("application/json");
        headers.push(("content-encoding", coding.to_owned()));
        let run = run_against("", &contract, answering(200, headers, bytes)).await;
        assert_eq!(run.code, code, "{coding}: {}{}", run.stdout, run.stderr);
    }
}

#[tokio::test]
async fn endless_stream_of_events_is_judged_by_its_first_event() {
    use futures_util::StreamExt;
    let service = Router::new().route(
        "/thing",
        get(|| async {
            let first = futures_util::stream::iter([
                Ok::<_, std::io::Error>(": hello\n\n"),
                Ok("data: 1\n\n"),
            ]);
            let body = Body::from_stream(first.chain(futures_util::stream::pending()));
            let response = Response::builder().header("content-type", "text/event-stream");
            response.body(body).expect("an answer")
        }),
    );
    let contract = contract(
        "get",
        with_body("text/event-stream", json!({ "type": "string" })),
    );
    let clock = std::time::Instant::now();
    let run = run_against("", &contract, service).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(clock.elapsed().as_secs() < 4, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn answers_are_read_up_to_the_limit_of_the_profile() {
    let contract = contract(
        "get",
        with_body("application/json", json!({ "type": "array" })),
    );
    let long = format!("[\"{}\"]", "x".repeat(3 << 20));
    for (more, code) in [("", 0), ("[answers]\nmax_mib = 2\n", 1)] {
        let service = answering(200, of_type("application/json"), long.clone());
        let run = run_against(more, &contract, service).await;
        assert_eq!(run.code, code, "{more}: {}{}", run.stdout, run.stderr);
    }
}

/// Returns a service that refuses a limit out of 1 to 9 with a status, and the limit 9 with another.
fn limited(refusal: u16, nine: u16) -> Router {
    Router::new().route(
        "/thing",
        get(move |uri: Uri| async move {
            let limit = uri.query().map(|query| query.trim_start_matches("limit="));
            let limit = limit.map(|limit| limit.parse().unwrap_or(0));
            let status = match limit {
                Some(9) => nine,
                None | Some(1..=9) => 200,
                Some(_) => refusal,
            };
            let response = Response::builder().status(status).body(Body::empty());
            response.expect("an answer")
        }),
    )
}

#[tokio::test]
async fn kind_of_refusal_counts() {
    let contract = contract(
        "get",
        json!({
            "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 9 } }],
            "responses": { "200": { "description": "Things" }, "4XX": { "description": "No" } },
        }),
    );
    let policy = "[policy]\nbad_input = [409]\n";
    for (profile, refusal, nine, cause) in [
        ("", 400, 200, None),
        ("", 422, 200, None),
        (
            "",
            401,
            200,
            Some("GET /thing: 401 for a query parameter limit that is not allowed"),
        ),
        (
            "",
            404,
            200,
            Some("GET /thing: 404 for a query parameter limit that is not allowed"),
        ),
        (
            "",
            429,
            200,
            Some("GET /thing: 429 for a query parameter limit that is not allowed"),
        ),
        (
            "",
            200,
            200,
            Some("GET /thing: 200 for a query parameter limit that is not allowed"),
        ),
        (policy, 409, 200, None),
        (
            policy,
            400,
            200,
            Some("GET /thing: 400 for a query parameter limit that is not allowed"),
        ),
        (
            "",
            400,
            400,
            Some("GET /thing: 400 for a query parameter limit that is allowed"),
        ),
        ("", 400, 404, None),
    ] {
        let run = run_against(profile, &contract, limited(refusal, nine)).await;
        let report = run.report.as_ref().expect("a report");
        let causes = report["cases"].as_array().expect("cases").iter();
        let causes: std::collections::BTreeSet<&str> =
            causes.filter_map(|case| case["cause"].as_str()).collect();
        assert_eq!(
            causes.len(),
            usize::from(cause.is_some()),
            "{refusal} {nine}: {causes:?}"
        );
        let has = |cause: &str| causes.iter().all(|found| found.starts_with(cause));
        assert!(cause.is_none_or(has), "{refusal} {nine}: {causes:?}");
    }
}

#[tokio::test]
async fn read_only_members_are_not_in_requests_and_not_required_there() {
    let thing = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": { "id": { "type": "integer", "readOnly": true }, "name": { "type": "string" } },
    });
    let contract = contract(
        "post",
        json!({
            "requestBody": { "required": true, "content": { "application/json": { "schema": thing } } },
            "responses": { "201": { "description": "Made" }, "422": { "description": "No" } },
        }),
    );
    let service = Router::new().route(
        "/thing",
        post(|body: Bytes| async move {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let sound = body["name"].is_string() && body.get("id").is_none();
            let response = Response::builder().status(if sound { 201 } else { 422 });
            response.body(Body::empty()).expect("an answer")
        }),
    );
    let run = run_against("", &contract, service).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.with_verdict("pass").len() > 3, "{}", run.stdout);
}

#[tokio::test]
async fn values_that_are_left_out_are_counted() {
    let names: Vec<String> = (0..40).map(|number| format!("name{number}")).collect();
    let contract = contract(
        "get",
        json!({
            "parameters": [{ "name": "name", "in": "query", "schema": { "type": "string", "enum": names } }],
            "responses": { "200": { "description": "Things" }, "400": { "description": "No" } },
        }),
    );
    let service = Router::new().route(
        "/thing",
        get(|uri: Uri| async move {
            let known = uri
                .query()
                .is_none_or(|query| query.starts_with("name=name"));
            let response = Response::builder().status(if known { 200 } else { 400 });
            response.body(Body::empty()).expect("an answer")
        }),
    );
    let run = run_against("", &contract, service).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let left_out = &report["end"]["coverage"]["operations"][0]["left_out"][0];
    let left_out = left_out.as_str().expect("a text");
    assert!(
        left_out.ends_with("values of the query parameter name are tested"),
        "{left_out}"
    );
    let shown = format!("left out of GET /thing: {left_out}");
    assert!(run.stdout.contains(&shown), "{}", run.stdout);
}

#[tokio::test]
async fn events_of_a_stream_are_judged_by_the_schema_of_items() {
    let job = json!({ "type": "object", "required": ["done"], "properties": { "done": { "type": "boolean" } } });
    let event = json!({
        "type": "object",
        "required": ["event"],
        "properties": {
            "event": { "enum": ["progress", "end"] },
            "retry": { "type": "integer", "minimum": 10 },
            "data": { "type": "string", "contentMediaType": "application/json", "contentSchema": job },
        },
    });
    let content = json!({ "text/event-stream": { "itemSchema": event } });
    let operation =
        json!({ "responses": { "200": { "description": "Events", "content": content } } });
    let mut contract = contract("get", operation);
    contract["openapi"] = json!("3.2.0");
    for (body, code, said) in [
        ("event: progress\ndata: {\"done\":\ndata: true}\n\n", 0, ""),
        (
            ": hello\r\n\r\nid: 7\r\nretry: 20\r\nevent:end\r\ndata:{\"done\":false}\r\n\r\n",
            0,
            "",
        ),
        ("data: {\"done\":true}\n\n", 1, "/event: missing"),
        ("event: progress\ndata: {\"done\":1}\n\n", 1, "/data/done"),
        ("event: progress\ndata: done\n\n", 1, "/data: not JSON"),
        (
            "event: end\nretry: 1\ndata: {\"done\":true}\n\n",
            1,
            "/retry",
        ),
    ] {
        let service = answering(200, of_type("text/event-stream"), body);
        let run = run_against("", &contract, service).await;
        assert_eq!(run.code, code, "{body}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(said), "{said} in {}", run.stdout);
    }
}

/// One place judges the version that a client asks for, before any operation. No document says so.
#[tokio::test]
async fn header_that_each_operation_refuses_is_one_finding() {
    let version = json!({ "name": "x-version", "in": "header", "schema": { "type": "string" } });
    let answers = json!({ "204": { "description": "Nothing" } });
    let reading = json!({ "get": { "parameters": [version], "responses": answers } });
    let contract = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/big": reading, "/small": reading, "/square": reading },
    });
    let answer = async |headers: axum::http::HeaderMap| match headers.contains_key("x-version") {
        true => axum::http::StatusCode::BAD_REQUEST,
        false => axum::http::StatusCode::NO_CONTENT,
    };
    let reading = || get(async move |headers| answer(headers).await);
    let service = Router::new()
        .route("/big", reading())
        .route("/small", reading())
        .route("/square", reading());
    let run = run_against("", &contract, service).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let findings = run.stdout.lines().filter(|line| line.starts_with("fail "));
    assert_eq!(findings.count(), 1, "{}", run.stdout);
    for path in ["/big", "/small", "/square"] {
        let cause = format!("GET {path}: 400, which is not documented");
        assert!(run.stdout.contains(&cause), "{}", run.stdout);
    }
}
