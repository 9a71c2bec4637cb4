//! What a contract names by another member than its id, as in `/parts/number/{number}`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// Parts by their ids; the deployment numbers them.
type Parts = BTreeMap<u64, Value>;

/// Answers a request. A service that finds the first looks at no number.
fn answer(
    parts: &mut Parts,
    finds_the_first: bool,
    method: &Method,
    uri: &Uri,
    body: &[u8],
) -> Response {
    let segments: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let found = match segments[..] {
        ["parts", id] => (parts.keys().copied()).find(|key| key.to_string() == id),
        ["parts", "number", number] => (parts.iter())
            .find(|(_, part)| part["number"] == number)
            .and_then(|found| match finds_the_first {
                true => parts.first_key_value(),
                false => Some(found),
            })
            .map(|(id, _)| *id),
        _ => None,
    };
    match (method.as_str(), &segments[..], found) {
        ("POST", ["parts"], _) if body["text"].is_string() => {
            let id = parts.keys().max().map_or(1, |last| last + 1);
            let number = format!("N-{id:04}");
            let part = json!({ "id": id, "number": number, "text": body["text"] });
            parts.insert(id, part.clone());
            (StatusCode::CREATED, axum::Json(part)).into_response()
        }
        ("POST", ["parts"], _) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        ("GET", ["parts", ..], Some(id)) => axum::Json(parts[&id].clone()).into_response(),
        ("DELETE", ["parts", ..], Some(id)) => {
            parts.remove(&id);
            StatusCode::NO_CONTENT.into_response()
        }
        ("GET" | "DELETE", ["parts", _, ..], None) => StatusCode::NOT_FOUND.into_response(),
        (_, [_], _) => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "POST")]).into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET, DELETE")]).into_response(),
    }
}

fn contract() -> Value {
    let statuses = |statuses: &[&str]| {
        let described = |status: &&str| ((*status).to_owned(), json!({ "description": "So" }));
        Value::Object(statuses.iter().map(described).collect())
    };
    let named = |name: &str, kind: &str| json!([{ "name": name, "in": "path", "required": true, "schema": { "type": kind } }]);
    let schema = json!({ "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } });
    let body = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Parts", "version": "1" },
        "paths": {
            "/parts": { "post": { "requestBody": body, "responses": statuses(&["201", "422"]) } },
            "/parts/{id}": {
                "parameters": named("id", "integer"),
                "delete": { "responses": statuses(&["204", "404"]) },
            },
            "/parts/number/{number}": {
                "parameters": named("number", "string"),
                "get": { "responses": statuses(&["200", "404"]) },
            },
        },
    })
}

/// Runs the contract against a service. Returns what the service keeps after the run, too.
async fn run_with(finds_the_first: bool) -> (Run, usize) {
    let parts = Arc::new(Mutex::new(Parts::new()));
    let serving = Arc::clone(&parts);
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: axum::body::Bytes| {
        let mut parts = serving.lock().expect("whole");
        let answer = answer(&mut parts, finds_the_first, &method, &uri, &body);
        async move { answer }
    });
    let run = run_contract(app, &contract(), "delete", "").await;
    let left = parts.lock().expect("whole").len();
    (run, left)
}

#[tokio::test]
async fn operations_that_look_up_by_another_member_are_reached_with_what_the_run_made() {
    let (run, left) = run_with(false).await;
    let report = run.report.as_ref().expect("a report");
    let operations = report["end"]["coverage"]["operations"].as_array();
    let mut operations = operations.expect("operations").iter();
    let lookup = operations.find(|one| one["operation"] == "GET /parts/number/{number}");
    let lookup = lookup.expect("the lookup");
    assert_eq!(lookup["reached"], true, "{}", run.stdout);
    let values = json!([{ "place": "path.number", "origin": "the answer of POST /parts" }]);
    assert_eq!(lookup["values"], values);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(left, 0, "{}", run.stdout);
}

#[tokio::test]
async fn a_lookup_that_finds_another_one_is_noticed() {
    let (run, _) = run_with(true).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let case = "generated.get_number.lifecycle.named_is_found";
    assert_eq!(run.verdict(case), "fail", "{}", run.stdout);
    let cause = "GET /parts/number/{number}: another number than the path names";
    assert!(run.stdout.contains(cause), "{}", run.stdout);
    assert!(run.stdout.contains("1 fault in "), "{}", run.stdout);
}
