//! Things that no operation reads one by one: what becomes of them shows in their list.

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
    /// An update is answered with what was asked for, and not kept.
    UpdatesNothing,
    /// What has an id that three divides is not deleted.
    KeepsEachThird,
    /// All answers have a number in place of the name.
    NumbersNames,
}

#[derive(Debug, Default)]
struct Service {
    tags: BTreeMap<u64, Value>,
    last: u64,
}

impl Service {
    fn answer(&mut self, habit: Habit, method: &Method, uri: &Uri, body: &[u8]) -> Response {
        let is = |one: Habit| habit == one;
        let id = uri.path().strip_prefix("/tags/").map(str::parse::<u64>);
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let shown = |tag: &Value| {
            let mut tag = tag.clone();
            if is(Habit::NumbersNames) {
                tag["name"] = 7.into();
            }
            tag
        };
        let has_name = body["name"].is_string();
        match (method.as_str(), id) {
            ("POST", None) | ("PATCH", Some(Ok(_))) if !has_name => {
                StatusCode::UNPROCESSABLE_ENTITY.into_response()
            }
            ("GET", None) => {
                let tags: Vec<Value> = self.tags.values().map(shown).collect();
                axum::Json(tags).into_response()
            }
            ("POST", None) => {
                self.last += 1;
                let tag = json!({ "id": self.last, "name": body["name"] });
                self.tags.insert(self.last, tag.clone());
                (StatusCode::CREATED, axum::Json(shown(&tag))).into_response()
            }
            ("PATCH" | "DELETE", Some(Err(_))) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
            ("PATCH" | "DELETE", Some(Ok(id))) if !self.tags.contains_key(&id) => {
                StatusCode::NOT_FOUND.into_response()
            }
            ("PATCH", Some(Ok(id))) => {
                let tag = json!({ "id": id, "name": body["name"] });
                if !is(Habit::UpdatesNothing) {
                    self.tags.insert(id, tag.clone());
                }
                axum::Json(shown(&tag)).into_response()
            }
            ("DELETE", Some(Ok(id))) => {
                if !(is(Habit::KeepsEachThird) && id.is_multiple_of(3)) {
                    self.tags.remove(&id);
                }
                StatusCode::NO_CONTENT.into_response()
            }
            (_, None) => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET, POST")]).into_response(),
            _ => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "PATCH, DELETE")]).into_response(),
        }
    }
}

fn contract() -> Value {
    let tag = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": { "id": { "type": "integer" }, "name": { "type": "string" } },
    });
    let schema = json!({ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } });
    let body = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    let success = |schema: &Value| json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
    let none = json!({ "description": "None" });
    let id =
        json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }]);
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Tags", "version": "1" },
        "paths": {
            "/tags": {
                "get": { "responses": { "200": success(&json!({ "type": "array", "items": tag })) } },
                "post": { "requestBody": body, "responses": { "201": success(&tag), "422": none } },
            },
            "/tags/{id}": {
                "parameters": id,
                "patch": {
                    "requestBody": body,
                    "responses": { "200": success(&tag), "404": none, "422": none },
                },
                "delete": { "responses": { "204": none, "404": none, "422": none } },
            },
        },
    })
}

async fn run_with(habit: Habit) -> Run {
    run(habit, &contract()).await
}

async fn run(habit: Habit, contract: &Value) -> Run {
    let service = Arc::new(Mutex::new(Service::default()));
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: axum::body::Bytes| {
        let mut service = service.lock().expect("whole");
        let answer = service.answer(habit, &method, &uri, &body);
        async move { answer }
    });
    run_contract(app, contract, "delete", "").await
}

#[tokio::test]
async fn what_no_operation_reads_is_looked_for_in_its_list() {
    let run = run_with(Habit::None).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for (habit, case, cause) in [
        (
            Habit::UpdatesNothing,
            "generated.patch_tags.lifecycle.update_shows",
            "GET /tags: `name` as it was sent of the 200",
        ),
        (
            Habit::KeepsEachThird,
            "generated.delete_tags.lifecycle.deleted_is_not_listed",
            "GET /tags: with what DELETE /tags/{id} has deleted",
        ),
        (
            Habit::NumbersNames,
            "generated.post_tags.request.ordinary",
            "/name: value is not of type \"string\" in the 201",
        ),
    ] {
        let run = run_with(habit).await;
        assert_eq!(run.code, 1, "{habit:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.verdict(case), "fail", "{habit:?}: {}", run.stdout);
        assert!(run.stdout.contains(cause), "{habit:?}: {}", run.stdout);
        let one = run.stdout.contains("1 fault in ");
        assert!(one, "{habit:?}: {}", run.stdout);
    }
}

/// It would delete what the run has not made.
#[tokio::test]
async fn a_post_that_deletes_all_is_not_sent() {
    let mut contract = contract();
    contract["paths"]["/tags/bulk_delete"] =
        json!({ "post": { "responses": { "200": { "description": "All are deleted" } } } });
    let run = run(Habit::None, &contract).await;
    assert_eq!(run.code, 4, "{}", run.stdout);
    let why = "so POST /tags/bulk_delete is not sent";
    assert!(run.stdout.contains(why), "{}", run.stdout);
    let sent = |exchange: &&Value| {
        let url = exchange["request"]["url"].as_str().unwrap_or_default();
        exchange["request"]["method"] == "POST" && url.ends_with("/tags/bulk_delete")
    };
    assert_eq!(run.exchanges().filter(sent).count(), 0);
}
