//! The deletion of what a run created, where the deployment does not delete it at the first request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// How a service answers requests to delete something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deletes {
    /// The first one of each thing with this status.
    SecondTime(u16),
    /// All but the first three with this status.
    OfThree(u16),
}

#[derive(Debug, Default)]
struct Things {
    things: BTreeMap<u64, Value>,
    /// The things of which a deletion was asked for.
    asked: BTreeSet<u64>,
    asks: usize,
    last: u64,
}

impl Things {
    fn answer(&mut self, deletes: Deletes, method: &Method, uri: &Uri, body: &[u8]) -> Response {
        let id = uri.path().strip_prefix("/things/");
        match (method.as_str(), id.map(str::parse::<u64>)) {
            ("POST", None) => {
                let Ok(body) = serde_json::from_slice::<Value>(body) else {
                    return StatusCode::BAD_REQUEST.into_response();
                };
                if !body["name"].is_string() {
                    return StatusCode::UNPROCESSABLE_ENTITY.into_response();
                }
                self.last += 1;
                let thing = json!({ "id": self.last, "name": body["name"] });
                self.things.insert(self.last, thing.clone());
                (StatusCode::CREATED, axum::Json(thing)).into_response()
            }
            ("GET", Some(Ok(id))) if self.things.contains_key(&id) => {
                axum::Json(self.things[&id].clone()).into_response()
            }
            ("DELETE", Some(Ok(id))) if self.things.contains_key(&id) => {
                self.asks += 1;
                let refusal = match deletes {
                    Deletes::SecondTime(status) => self.asked.insert(id).then_some(status),
                    Deletes::OfThree(status) => (self.asks > 3).then_some(status),
                };
                let refusal = refusal.map(|status| StatusCode::from_u16(status).expect("one"));
                refusal
                    .unwrap_or_else(|| {
                        self.things.remove(&id);
                        StatusCode::NO_CONTENT
                    })
                    .into_response()
            }
            ("GET" | "DELETE", Some(_)) => StatusCode::NOT_FOUND.into_response(),
            (_, id) => {
                let allowed = if id.is_some() { "GET, DELETE" } else { "POST" };
                (StatusCode::METHOD_NOT_ALLOWED, [("allow", allowed)]).into_response()
            }
        }
    }
}

/// Runs the contract of things with effects up to `create`, so that only the clean-up deletes. Returns the run, and what the service
/// has then.
async fn run_with(deletes: Deletes) -> (Run, usize) {
    let things = Arc::new(Mutex::new(Things::default()));
    let serving = Arc::clone(&things);
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: axum::body::Bytes| {
        let mut things = serving.lock().expect("whole");
        let answer = things.answer(deletes, &method, &uri, &body);
        async move { answer }
    });
    let described = |statuses: &[&str]| {
        let statuses = statuses.iter();
        let described = statuses.map(|one| ((*one).to_owned(), json!({ "description": "So" })));
        Value::Object(described.collect())
    };
    let schema = json!({
        "type": "object",
        "required": ["name"],
        "properties": { "name": { "type": "string", "maxLength": 40 } },
    });
    let contract = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": {
            "/things": {
                "post": {
                    "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
                    "responses": described(&["201", "400", "422"]),
                },
            },
            "/things/{id}": {
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
                "get": { "responses": described(&["200", "404", "422"]) },
                "delete": { "responses": described(&["204", "404", "422"]) },
            },
        },
    });
    let run = run_contract(app, &contract, "create", "").await;
    let left = things.lock().expect("whole").things.len();
    (run, left)
}

fn resources(run: &Run) -> &Value {
    &run.report.as_ref().expect("a report")["end"]["resources"]
}

#[tokio::test]
async fn what_a_busy_service_does_not_delete_at_once_is_deleted_later() {
    for status in [503, 500, 429, 409] {
        let (run, left) = run_with(Deletes::SecondTime(status)).await;
        assert_eq!(left, 0, "{status}: {}{}", run.stdout, run.stderr);
        let resources = resources(&run);
        assert!(resources["created"].as_u64() > Some(3), "{resources}");
        assert_eq!(resources["created"], resources["deleted"], "{status}");
        assert_eq!(resources.get("left_behind"), None, "{status}");
    }
}

#[tokio::test]
async fn what_a_service_never_deletes_is_named() {
    for status in [503, 409, 403] {
        let (run, left) = run_with(Deletes::OfThree(status)).await;
        assert!(left > 0, "{}", run.stdout);
        let resources = resources(&run);
        assert_eq!(resources["deleted"], 3, "{status}: {resources}");
        let named = resources["left_behind"].as_array().expect("a list");
        assert_eq!(named.len(), left, "{status}: {resources}");
        let why = format!("its DELETE was answered with {status}");
        for one in named {
            assert_eq!(one["reason"], why, "{status}");
        }
    }
}
