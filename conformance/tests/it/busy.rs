//! Deployments that are busy now and then: the answer of one moment decides nothing about the rest of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;

/// The number of requests of each operation that are answered with 503 before the others are served.
const BUSY: usize = 2;

/// A service of notes, and of comments on them.
#[derive(Debug, Default)]
struct Service {
    asked: BTreeMap<String, usize>,
    notes: BTreeSet<u64>,
    last: u64,
}

impl Service {
    fn answer(&mut self, method: &Method, uri: &Uri, body: &[u8]) -> Response {
        let mut segments = uri.path().trim_matches('/').split('/');
        let (kind, id) = (segments.next().unwrap_or_default(), segments.next());
        let asked = self.asked.entry(format!("{method} {kind}")).or_default();
        *asked += 1;
        if *asked <= BUSY {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let body: Value = match serde_json::from_slice(body) {
            Ok(body) => body,
            Err(_) if matches!(method.as_str(), "POST" | "PUT") => {
                return StatusCode::UNPROCESSABLE_ENTITY.into_response();
            }
            Err(_) => Value::Null,
        };
        let id = id.map(str::parse::<u64>);
        match (method.as_str(), kind, id) {
            ("POST", "notes" | "comments", None) if !body["text"].is_string() => {
                StatusCode::UNPROCESSABLE_ENTITY.into_response()
            }
            ("POST", "notes", None) => {
                self.last += 1;
                self.notes.insert(self.last);
                let note = json!({ "id": self.last, "text": body["text"] });
                (StatusCode::CREATED, axum::Json(note)).into_response()
            }
            ("POST", "comments", None) => match body["note_id"].as_u64() {
                None => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
                Some(note) if !self.notes.contains(&note) => StatusCode::CONFLICT.into_response(),
                Some(_) => StatusCode::NO_CONTENT.into_response(),
            },
            ("GET" | "DELETE", "notes", Some(Err(_))) => {
                StatusCode::UNPROCESSABLE_ENTITY.into_response()
            }
            ("GET", "notes", Some(Ok(id))) if self.notes.contains(&id) => {
                axum::Json(json!({ "id": id })).into_response()
            }
            ("DELETE", "notes", Some(Ok(id))) if self.notes.remove(&id) => {
                StatusCode::NO_CONTENT.into_response()
            }
            ("GET" | "DELETE", "notes", Some(Ok(_))) => StatusCode::NOT_FOUND.into_response(),
            (_, _, id) => {
                let allowed = if id.is_some() { "GET, DELETE" } else { "POST" };
                (StatusCode::METHOD_NOT_ALLOWED, [("allow", allowed)]).into_response()
            }
        }
    }
}

fn contract() -> Value {
    let statuses = |statuses: &[&str]| {
        let described = |status: &&str| ((*status).to_owned(), json!({ "description": "So" }));
        Value::Object(statuses.iter().map(described).collect())
    };
    let body = |properties: Value| {
        let names: Vec<&String> = properties.as_object().expect("some").keys().collect();
        let schema = json!({ "type": "object", "required": names, "properties": properties });
        json!({ "required": true, "content": { "application/json": { "schema": schema } } })
    };
    let note = json!({ "text": { "type": "string" } });
    let comment = json!({ "text": { "type": "string" }, "note_id": { "type": "integer" } });
    let id =
        json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }]);
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Notes", "version": "1" },
        "paths": {
            "/notes": {
                "post": { "requestBody": body(note), "responses": statuses(&["201", "422"]) },
            },
            "/notes/{id}": {
                "parameters": id,
                "get": { "responses": statuses(&["200", "404", "422"]) },
                "delete": { "responses": statuses(&["204", "404", "422"]) },
            },
            "/comments": {
                "post": { "requestBody": body(comment), "responses": statuses(&["204", "409", "422"]) },
            },
        },
    })
}

#[tokio::test]
async fn operations_of_a_deployment_that_was_busy_are_reached_and_its_503s_are_named() {
    let service = Arc::new(Mutex::new(Service::default()));
    let serving = Arc::clone(&service);
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: axum::body::Bytes| {
        let answer = serving.lock().expect("whole").answer(&method, &uri, &body);
        async move { answer }
    });
    let run = run_contract(app, &contract(), "delete", "").await;
    let report = run.report.as_ref().expect("a report");
    let operations = report["end"]["coverage"]["operations"].as_array();
    for operation in operations.expect("operations") {
        assert_eq!(operation["reached"], true, "{operation}\n{}", run.stdout);
    }
    let cases = report["cases"].as_array().expect("cases");
    let is_bad = |case: &&Value| {
        ["fail", "blocked", "unproven"]
            .iter()
            .any(|bad| case["verdict"] == *bad)
    };
    for case in cases.iter().filter(is_bad) {
        let cause = case["cause"].as_str().unwrap_or_default();
        assert!(cause.contains("server error 503"), "{case}");
    }
    for operation in [
        "POST /notes",
        "GET /notes/{id}",
        "DELETE /notes/{id}",
        "POST /comments",
    ] {
        let cause = format!("{operation}: server error 503");
        let mut causes = cases.iter().map(|case| &case["cause"]);
        assert!(causes.any(|one| *one == cause), "{cause}\n{}", run.stdout);
    }
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("1 fault in "), "{}", run.stdout);
}
