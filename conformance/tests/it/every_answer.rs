//! Answers that no case is about: to make things, to read them before and after, and to delete them at last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// What a service does that its contract does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    None,
    /// What was archived is not deleted: 409.
    KeepsArchived,
    /// The deletion of what has a note is a server error.
    BreaksOnNotes,
    /// Each ninth reading shows the id as a text.
    MixesTypes,
    /// What has the name of another one is a server error.
    BreaksOnTwice,
    /// What has the name of another one is refused with 409.
    RefusesTwice,
    /// A change of one member loses the others.
    LosesOthers,
    /// Each ninth reading lacks a header.
    LosesHeaders,
    /// Nothing can be archived or restored: 501.
    HasNoActions,
}

/// A service of boxes.
#[derive(Debug, Default)]
struct Service {
    boxes: BTreeMap<u64, Value>,
    /// Those that were deleted, to restore them.
    deleted: BTreeMap<u64, Value>,
    last: u64,
    read: usize,
}

impl Service {
    fn answer(&mut self, habit: Habit, method: &Method, uri: &Uri, body: &[u8]) -> Response {
        let is = |one: Habit| habit == one;
        let segments: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = segments.get(1).map(|id| id.parse::<u64>());
        match (method.as_str(), id, segments.get(2)) {
            ("POST", None, _) if !is_box(&body, true) => empty(422),
            ("POST", None, _) => {
                let is_twice = self.boxes.values().any(|one| one["name"] == body["name"]);
                match is_twice {
                    true if is(Habit::BreaksOnTwice) => return empty(500),
                    true if is(Habit::RefusesTwice) => return empty(409),
                    _ => {}
                }
                self.last += 1;
                let mut one = body;
                one["id"] = self.last.into();
                self.boxes.insert(self.last, one.clone());
                (StatusCode::CREATED, axum::Json(one)).into_response()
            }
            ("GET" | "PATCH" | "DELETE", Some(Err(_)), None) | ("POST", Some(Err(_)), Some(_)) => {
                empty(422)
            }
            ("POST", Some(Ok(id)), Some(&"restore")) if self.deleted.contains_key(&id) => {
                let restored = self.deleted.remove(&id).expect("it was deleted");
                self.boxes.insert(id, restored);
                empty(204)
            }
            (_, Some(Ok(id)), _) if !self.boxes.contains_key(&id) => empty(404),
            ("GET", Some(Ok(id)), None) => {
                self.read += 1;
                let mut one = self.boxes[&id].clone();
                let is_ninth = self.read.is_multiple_of(9);
                if is(Habit::MixesTypes) && is_ninth {
                    one["id"] = id.to_string().into();
                }
                match is(Habit::LosesHeaders) && is_ninth {
                    true => axum::Json(one).into_response(),
                    false => ([("x-version", "1")], axum::Json(one)).into_response(),
                }
            }
            ("PATCH", Some(Ok(_)), None) if !is_box(&body, false) => empty(422),
            ("PATCH", Some(Ok(id)), None) => {
                let one = self.boxes.get_mut(&id).expect("it is there");
                if is(Habit::LosesOthers) {
                    *one = json!({ "id": id, "name": one["name"] });
                }
                for (name, value) in body.as_object().expect("an object") {
                    one[name] = value.clone();
                }
                axum::Json(one.clone()).into_response()
            }
            ("POST", Some(Ok(_)), Some(_)) if is(Habit::HasNoActions) => empty(501),
            ("POST", Some(Ok(_)), Some(&"restore")) => empty(204),
            ("POST", Some(Ok(id)), Some(_)) => {
                self.boxes.get_mut(&id).expect("it is there")["is_archived"] = true.into();
                empty(204)
            }
            ("DELETE", Some(Ok(id)), None) => {
                let one = &self.boxes[&id];
                if is(Habit::KeepsArchived) && one["is_archived"] == true {
                    return empty(409);
                }
                if is(Habit::BreaksOnNotes) && one["note"].is_string() {
                    return empty(500);
                }
                let deleted = self.boxes.remove(&id).expect("it is there");
                self.deleted.insert(id, deleted);
                empty(204)
            }
            (_, None, _) => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "POST")]).into_response(),
            (_, _, Some(_)) => {
                (StatusCode::METHOD_NOT_ALLOWED, [("allow", "POST")]).into_response()
            }
            _ => (
                StatusCode::METHOD_NOT_ALLOWED,
                [("allow", "GET, PATCH, DELETE")],
            )
                .into_response(),
        }
    }
}

fn empty(status: u16) -> Response {
    StatusCode::from_u16(status)
        .expect("a status")
        .into_response()
}

/// Returns whether a body is one of the contract, with a name if it must have one.
fn is_box(body: &Value, is_whole: bool) -> bool {
    let is_text = |name: &str| body.get(name).is_none_or(Value::is_string);
    let size = body.get("size").is_none_or(Value::is_u64);
    let has_name = !is_whole || body["name"].is_string();
    body.is_object() && has_name && size && is_text("name") && is_text("note")
}

fn contract() -> Value {
    let statuses = |statuses: &[&str]| {
        let described = |status: &&str| ((*status).to_owned(), json!({ "description": "So" }));
        Value::Object(statuses.iter().map(described).collect())
    };
    let with = |mut responses: Value, status: &str| {
        let shown = json!({
            "type": "object",
            "required": ["id", "name"],
            "properties": {
                "id": { "type": "integer" },
                "name": { "type": "string" },
                "note": { "type": "string" },
                "size": { "type": "integer" },
                "is_archived": { "type": "boolean" },
            },
        });
        let content = json!({ "application/json": { "schema": shown } });
        responses[status] = json!({ "description": "A box", "content": content });
        responses
    };
    let body = |required: &[&str]| {
        let properties = json!({
            "name": { "type": "string" },
            "note": { "type": "string" },
            "size": { "type": "integer", "minimum": 0 },
        });
        let schema = json!({ "type": "object", "required": required, "properties": properties });
        json!({ "required": true, "content": { "application/json": { "schema": schema } } })
    };
    let id =
        json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }]);
    let mut read = with(statuses(&["200", "404", "422"]), "200");
    read["200"]["headers"] =
        json!({ "X-Version": { "required": true, "schema": { "type": "integer" } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Boxes", "version": "1" },
        "paths": {
            "/boxes": {
                "post": { "requestBody": body(&["name"]), "responses": with(statuses(&["422"]), "201") },
            },
            "/boxes/{id}": {
                "parameters": id,
                "get": { "responses": read },
                "patch": {
                    "requestBody": body(&[]),
                    "responses": with(statuses(&["404", "422"]), "200"),
                },
                "delete": { "responses": statuses(&["204", "404", "422"]) },
            },
            "/boxes/{id}/archive": {
                "parameters": id,
                "post": { "responses": statuses(&["204", "404", "422"]) },
            },
            "/boxes/{id}/restore": {
                "parameters": id,
                "post": { "responses": statuses(&["204", "404", "422"]) },
            },
        },
    })
}

/// Runs the contract against a service. Returns how many boxes the service has after the run, too.
async fn run_with(habit: Habit) -> (Run, usize) {
    let service = Arc::new(Mutex::new(Service::default()));
    let serving = Arc::clone(&service);
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: axum::body::Bytes| {
        let mut service = serving.lock().expect("whole");
        let answer = service.answer(habit, &method, &uri, &body);
        async move { answer }
    });
    let run = run_contract(app, &contract(), "delete", "").await;
    let left = service.lock().expect("whole").boxes.len();
    (run, left)
}

#[tokio::test]
async fn a_service_whose_every_answer_is_documented_is_conformant() {
    let (run, _) = run_with(Habit::None).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[tokio::test]
async fn an_answer_that_no_case_is_about_is_judged() {
    for (habit, case, cause) in [
        (
            Habit::KeepsArchived,
            "generated.delete_boxes.answers.each_as_documented",
            "DELETE /boxes/{id}: 409, which is not documented",
        ),
        (
            Habit::BreaksOnNotes,
            "generated.delete_boxes.answers.each_as_documented",
            "DELETE /boxes/{id}: server error 500",
        ),
        (
            Habit::MixesTypes,
            "generated.get_boxes.answers.each_as_documented",
            "GET /boxes/{id}: /id: value is not of type \"integer\" in the 200",
        ),
        (
            Habit::BreaksOnTwice,
            "generated.post_boxes.answers.each_as_documented",
            "POST /boxes: server error 500",
        ),
        (
            Habit::RefusesTwice,
            "generated.post_boxes.answers.each_as_documented",
            "POST /boxes: 409, which is not documented",
        ),
        (
            Habit::LosesHeaders,
            "generated.get_boxes.answers.each_as_documented",
            "GET /boxes/{id}: header x-version: missing in the 200",
        ),
    ] {
        let (run, _) = run_with(habit).await;
        assert_eq!(run.code, 1, "{habit:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.verdict(case), "fail", "{habit:?}: {}", run.stdout);
        assert!(run.stdout.contains(cause), "{habit:?}: {}", run.stdout);
        let one = run.stdout.contains("1 fault in ");
        assert!(one, "{habit:?}: {}", run.stdout);
    }
}

#[tokio::test]
async fn an_answer_about_what_was_deleted_only_later_is_no_fault_of_deletions() {
    let (run, _) = run_with(Habit::HasNoActions).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    for action in ["archive", "restore"] {
        let cause = format!("POST /boxes/{{id}}/{action}: server error 501");
        assert!(run.stdout.contains(&cause), "{}", run.stdout);
    }
    assert!(run.stdout.contains("2 faults in "), "{}", run.stdout);
}

#[tokio::test]
async fn a_change_of_one_member_that_loses_others_is_noticed() {
    let (run, _) = run_with(Habit::LosesOthers).await;
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let case = "generated.patch_boxes.lifecycle.patch_spares_other_members";
    assert_eq!(run.verdict(case), "fail", "{}", run.stdout);
    let cause = "GET /boxes/{id}: changed by PATCH /boxes/{id} of another member";
    assert!(run.stdout.contains(cause), "{}", run.stdout);
    assert!(run.stdout.contains("1 fault in "), "{}", run.stdout);
}

#[tokio::test]
async fn what_an_operation_restores_is_not_blamed_and_is_deleted_at_last() {
    let (run, left) = run_with(Habit::None).await;
    let case = "generated.post_restore.lifecycle.deleted_is_not_found";
    assert_eq!(run.verdict(case), "pass", "{}", run.stdout);
    let report = run.report.as_ref().expect("a report");
    let mut cases = report["cases"].as_array().expect("cases").iter();
    let restores = cases.find(|one| one["id"] == case).expect("the case");
    let reason = restores["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("restores"), "{restores}");
    assert_eq!(left, 0, "{}", run.stdout);
}
