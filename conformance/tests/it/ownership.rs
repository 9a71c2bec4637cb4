//! What the run did not create: operations that answer with what was there before, as if they had created it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// The names of labels have no more characters.
const LONGEST: usize = 24;

/// What `POST /labels` and `PUT /settings/{name}` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Creates {
    /// Something new each time.
    Always,
    /// The same with the lowest id that is free, so that ids come again.
    WithFreeId,
    /// Something new, unless there is one of this name: 409.
    Once,
    /// Something new with 201, or the one of this name with 200.
    OrGets,
    /// The same with one status for both.
    OrGetsAlike,
    /// The first one, whatever is sent.
    Never,
    /// The first one, which only `Location` names.
    NeverButLocates,
    /// One after another of those that were there.
    OneOfThose,
}

/// A service with labels and settings.
struct Service {
    creates: Creates,
    status: u16,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    labels: BTreeMap<u64, Value>,
    settings: BTreeMap<String, Value>,
    /// Labels of these ids were there before the run.
    before: Vec<u64>,
    asked: usize,
}

impl State {
    fn add(&mut self, id: u64, body: &Value) -> Value {
        let label = json!({ "id": id, "name": body["name"], "note": body["note"] });
        self.labels.insert(id, label.clone());
        label
    }

    /// Returns the label of a name. Those of the shortest and the longest names were there before the run.
    fn named(&mut self, body: &Value) -> Option<Value> {
        let name = body["name"].as_str()?;
        if name.len() == 1 || name.len() == LONGEST {
            let id = 100 + name.len() as u64;
            if !self.before.contains(&id) {
                self.before.push(id);
                self.add(id, body);
            }
        }
        let mut labels = self.labels.values();
        labels.find(|label| label["name"] == name).cloned()
    }
}

impl Service {
    fn answer(&self, method: &Method, uri: &Uri, body: &[u8]) -> Response {
        let path = uri.path().trim_start_matches('/').to_owned();
        let mut state = self.state.lock().expect("whole");
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        match path.split_once('/') {
            None if method == Method::GET => {
                let labels: Vec<Value> = state.labels.values().cloned().collect();
                axum::Json(labels).into_response()
            }
            None if method == Method::POST => self.post(&mut state, &body),
            Some(("labels", id)) => Service::label(&mut state, method, id.parse().ok(), &body),
            Some(("settings", name)) => self.setting(&mut state, method, name, body),
            _ => not_allowed(),
        }
    }

    fn post(&self, state: &mut State, body: &Value) -> Response {
        if !fits(body) {
            return StatusCode::UNPROCESSABLE_ENTITY.into_response();
        }
        let shown = |status: u16, label: Value| {
            (
                StatusCode::from_u16(status).expect("a status"),
                axum::Json(label),
            )
                .into_response()
        };
        let next = state.labels.keys().max().map_or(1, |last| last + 1);
        let free = (1..).find(|id| !state.labels.contains_key(id));
        state.asked += 1;
        match self.creates {
            Creates::Always => shown(self.status, state.add(next, body)),
            Creates::WithFreeId => shown(self.status, state.add(free.unwrap_or(next), body)),
            Creates::Never => shown(self.status, state.labels[&1].clone()),
            Creates::OneOfThose => {
                let one = state.labels[&(1 + state.asked as u64 % 2)].clone();
                shown(self.status, one)
            }
            Creates::NeverButLocates => {
                (StatusCode::CREATED, [("location", "/labels/1")]).into_response()
            }
            Creates::Once | Creates::OrGets | Creates::OrGetsAlike => {
                match (self.creates, state.named(body)) {
                    (_, None) => shown(self.status, state.add(next.max(1000), body)),
                    (Creates::Once, Some(_)) => StatusCode::CONFLICT.into_response(),
                    (Creates::OrGets, Some(label)) => shown(200, label),
                    (_, Some(label)) => shown(self.status, label),
                }
            }
        }
    }

    fn label(state: &mut State, method: &Method, id: Option<u64>, body: &Value) -> Response {
        let Some(id) = id.filter(|id| state.labels.contains_key(id)) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match method.as_str() {
            "GET" => axum::Json(state.labels[&id].clone()).into_response(),
            "PUT" if fits(body) => axum::Json(state.add(id, body)).into_response(),
            "PUT" => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
            "DELETE" => {
                state.labels.remove(&id);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => not_allowed(),
        }
    }

    fn setting(&self, state: &mut State, method: &Method, name: &str, body: Value) -> Response {
        let is_there = state.settings.contains_key(name);
        match method.as_str() {
            "PUT" if !body["value"].is_string() => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
            "PUT" => {
                let status = match (self.creates, is_there) {
                    (Creates::OrGets, true) => 200,
                    _ => self.status,
                };
                state.settings.insert(name.to_owned(), body.clone());
                (
                    StatusCode::from_u16(status).expect("a status"),
                    axum::Json(body),
                )
                    .into_response()
            }
            _ if !is_there => StatusCode::NOT_FOUND.into_response(),
            "GET" => axum::Json(state.settings[name].clone()).into_response(),
            "DELETE" => {
                state.settings.remove(name);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => not_allowed(),
        }
    }
}

/// Returns whether a body is one of a label.
fn fits(body: &Value) -> bool {
    let fits = |name: &str| (1..=LONGEST).contains(&name.chars().count());
    body["name"].as_str().is_some_and(fits) && body["note"].is_string()
}

fn not_allowed() -> Response {
    let allowed = [("allow", "GET, POST, PUT, DELETE")];
    (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response()
}

/// The contract: labels, or settings, with a success that has one of these statuses.
fn contract(of: &str, successes: &[&str]) -> Value {
    let described = |statuses: &[&str]| {
        let mut responses = json!({});
        for status in statuses {
            responses[*status] = json!({ "description": "As it says" });
        }
        responses
    };
    let body = |schema: Value| json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    let label = json!({
        "type": "object",
        "required": ["name", "note"],
        "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": LONGEST },
            "note": { "type": "string" },
        },
    });
    let setting = json!({ "type": "object", "required": ["value"], "properties": { "value": { "type": "string" } } });
    let created = described(&[successes, &["400", "409", "415", "422"]].concat());
    let id = |kind: &str| json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": kind } }]);
    let paths = match of {
        "labels" => json!({
            "/labels": {
                "get": { "responses": described(&["200"]) },
                "post": { "requestBody": body(label.clone()), "responses": created },
            },
            "/labels/{id}": {
                "parameters": id("integer"),
                "get": { "responses": described(&["200", "404"]) },
                "put": { "requestBody": body(label), "responses": described(&["200", "404", "415", "422"]) },
                "delete": { "responses": described(&["204", "404"]) },
            },
        }),
        _ => json!({
            "/settings/{id}": {
                "parameters": id("string"),
                "get": { "responses": described(&["200", "404"]) },
                "put": { "requestBody": body(setting), "responses": created },
                "delete": { "responses": described(&["204", "404"]) },
            },
        }),
    };
    json!({ "openapi": "3.1.0", "info": { "title": "Labels", "version": "1" }, "paths": paths })
}

/// The state before a run.
fn before() -> State {
    let mut state = State::default();
    for id in 1..=3 {
        state.before.push(id);
        state.add(
            id,
            &json!({ "name": format!("label {id}"), "note": "of a user" }),
        );
    }
    let theme = json!({ "value": "dark" });
    state.settings.insert("theme".to_owned(), theme);
    state
}

/// Runs the contract against a service. Returns the run, and the state after it.
async fn run_with(creates: Creates, contract: &Value, status: u16, profile: &str) -> (Run, State) {
    let service = Arc::new(Service {
        creates,
        status,
        state: Mutex::new(before()),
    });
    let serving = Arc::clone(&service);
    let app = Router::new().fallback(
        move |method: Method, uri: Uri, headers: HeaderMap, body: axum::body::Bytes| {
            let is_json = headers
                .get("content-type")
                .is_none_or(|one| one == "application/json");
            let answer = match is_json {
                true => serving.answer(&method, &uri, &body),
                false => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
            };
            async move { answer }
        },
    );
    let run = run_contract(app, contract, "delete", profile).await;
    let state = service.state.lock().expect("whole").clone();
    (run, state)
}

/// Checks that what was there before the run is as it was. Returns the ids of the labels that are there beside it.
fn left(state: &State, run: &Run) -> Vec<u64> {
    let earlier = before();
    for (id, label) in &earlier.labels {
        assert_eq!(state.labels.get(id), Some(label), "{}", run.stdout);
    }
    assert!(state.settings.contains_key("theme"), "{}", run.stdout);
    for id in &state.before {
        assert!(state.labels.contains_key(id), "{id}: {}", run.stdout);
    }
    let others = state.labels.keys().copied();
    others.filter(|id| !state.before.contains(id)).collect()
}

/// Returns the paths of what the report says was kept.
fn kept(run: &Run) -> Vec<String> {
    let report = run.report.as_ref().expect("a report");
    let kept = report["end"]["resources"]["kept"].as_array();
    let kept = kept.into_iter().flatten();
    kept.map(|one| one["path"].as_str().expect("a path").to_owned())
        .collect()
}

#[tokio::test]
async fn what_operations_create_is_deleted() {
    for (creates, status) in [
        (Creates::Always, 201),
        (Creates::Always, 200),
        (Creates::WithFreeId, 200),
        (Creates::Once, 201),
    ] {
        let contract = contract("labels", &[&status.to_string()]);
        let (run, state) = run_with(creates, &contract, status, "").await;
        assert_eq!(run.code, 0, "{creates:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(
            left(&state, &run),
            Vec::<u64>::new(),
            "{creates:?}: {}",
            run.stdout
        );
        assert_eq!(kept(&run), Vec::<String>::new(), "{creates:?}");
    }
}

#[tokio::test]
async fn what_was_there_before_is_neither_changed_nor_deleted() {
    for (creates, status, reason) in [
        (Creates::Never, 200, "had shown it already"),
        (Creates::Never, 201, "had shown it already"),
        (Creates::NeverButLocates, 201, "had shown it already"),
        (Creates::OneOfThose, 201, "had shown it already"),
    ] {
        let contract = contract("labels", &["200", "201"][usize::from(status - 200)..][..1]);
        let (run, state) = run_with(creates, &contract, status, "").await;
        assert_eq!(left(&state, &run), Vec::<u64>::new(), "{creates:?}");
        assert!(
            kept(&run).contains(&"/labels/1".to_owned()),
            "{creates:?}: {}",
            run.stdout
        );
        let said = format!(
            "not deleted /labels/1, which POST /labels answered with: an earlier answer of this run {reason}"
        );
        assert!(run.stdout.contains(&said), "{creates:?}: {}", run.stdout);
        assert_eq!(
            run.verdict("generated.delete_labels.request.ordinary"),
            "skip",
            "{creates:?}: {}",
            run.stdout
        );
        assert_eq!(run.code, 4, "{creates:?}: {}", run.stdout);
    }
}

/// Without a list, only a repetition shows what such an operation does.
#[tokio::test]
async fn what_was_there_before_is_seen_without_a_list() {
    for (creates, deletes) in [
        (Creates::Always, true),
        (Creates::Once, true),
        (Creates::OrGets, true),
        (Creates::OrGetsAlike, true),
        (Creates::Never, false),
    ] {
        let mut contract = contract("labels", &["201"]);
        let labels = contract["paths"]["/labels"]
            .as_object_mut()
            .expect("a path");
        labels.remove("get");
        if creates == Creates::OrGets {
            contract["paths"]["/labels"]["post"]["responses"]["200"] =
                json!({ "description": "It was there" });
        }
        let (run, state) = run_with(creates, &contract, 201, "").await;
        let deleted = run.verdict("generated.delete_labels.request.ordinary");
        assert_eq!(deleted == "pass", deletes, "{creates:?}: {}", run.stdout);
        let left: Vec<String> = (left(&state, &run).iter())
            .map(|id| format!("/labels/{id}"))
            .collect();
        let mut kept = kept(&run);
        let was_there: &[&str] = match creates {
            // The run made others with bodies that may have been those of older labels, and says so.
            Creates::OrGetsAlike => &["/labels/101", "/labels/124"],
            Creates::Never => &["/labels/1"],
            _ => &[],
        };
        for path in was_there {
            let place = kept.iter().position(|kept| kept == path);
            kept.remove(place.expect("it is named"));
        }
        kept.sort();
        assert_eq!(left, kept, "{creates:?}: {}", run.stdout);
        assert!(
            left.is_empty() || creates == Creates::OrGetsAlike,
            "{left:?}"
        );
    }
}

#[tokio::test]
async fn settings_that_a_put_did_not_create_stay() {
    let profile = "[operations.\"PUT /settings/{id}\"]\npath.id = \"theme\"\nexpendable = true\n";
    for (creates, status, documented) in [
        (Creates::Always, 200, &["200", "201"][..]),
        (Creates::Always, 200, &["201"]),
        (Creates::Always, 201, &["201"]),
        (Creates::OrGets, 201, &["200", "201"]),
    ] {
        for profile in ["", profile] {
            let contract = contract("settings", documented);
            let (run, state) = run_with(creates, &contract, status, profile).await;
            assert_eq!(left(&state, &run), Vec::<u64>::new());
            assert_eq!(
                state.settings.len(),
                1,
                "{creates:?} {status}: {:?}\n{}",
                state.settings,
                run.stdout
            );
        }
    }
}
