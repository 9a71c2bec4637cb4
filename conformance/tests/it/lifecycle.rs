//! The life of things: what an answer keeps of what was sent, and what an update shows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// What a service does that its contract does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    None,
    /// A note is not kept.
    LosesNotes,
    /// A note within another member is not kept.
    LosesInnerNotes,
    /// A note is kept, and `GET` of one does not show it.
    HidesNotes,
    /// `PUT` changes the name alone.
    UpdatesNames,
    /// All files have one content.
    ForgetsFiles,
    /// `PUT` of a file that is there changes nothing.
    KeepsOldFiles,
    /// A note is refused, although the contract allows it.
    RefusesNotes,
    /// What says nothing is left out of answers.
    LeavesOutEmpty,
    /// `PUT` of what was deleted succeeds.
    UpdatesDeleted,
    /// The same is a server error.
    BreaksOnDeleted,
    /// Each operation on what is not there is a server error.
    BreaksOnUnknown,
    /// `DELETE` of one deletes the one before it, too.
    DeletesNeighbours,
    /// `DELETE` deletes the oldest one, whichever it names.
    DeletesOldest,
    /// `DELETE` deletes all that are older, too.
    DeletesOlder,
    /// `POST` leads to what it has created, as the contract says.
    Redirects,
    /// `DELETE` deletes nothing.
    KeepsDeleted,
    /// The status of a thing changes by itself.
    GoesOn,
}

fn thing() -> Value {
    json!({
        "type": "object",
        "required": ["name", "size"],
        "properties": {
            "name": { "type": "string", "minLength": 1 },
            "size": { "type": "integer", "minimum": 1, "maximum": 9 },
            "color": { "enum": ["red", "blue"] },
            "note": { "type": "string" },
            "is_open": { "type": "boolean" },
            "maker": { "type": "object", "properties": { "note": { "type": "string" } } },
            "status": { "enum": ["new", "old"] },
        },
    })
}

fn contract() -> Value {
    let mut shown = thing();
    shown["properties"]["id"] = json!({ "type": "integer" });
    shown["required"] = json!(["id", "name", "size"]);
    let content = |media_type: &str, schema: &Value| json!({ "description": "Done", "content": { (media_type): { "schema": schema } } });
    let body = |media_type: &str, schema: &Value| json!({ "required": true, "content": { (media_type): { "schema": schema } } });
    let responses = |status: &str, success: Value| {
        let refused = json!({ "description": "Refused" });
        json!({ (status): success, "400": refused, "404": refused })
    };
    let gone = json!({ "description": "Gone" });
    let mut stored = responses("204", gone.clone());
    stored["201"] = json!({ "description": "New" });
    let id =
        |schema: Value| json!([{ "name": "id", "in": "path", "required": true, "schema": schema }]);
    let json = |status: &str| responses(status, content("application/json", &shown));
    let text = json!({ "type": "string" });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": {
            "/things": { "post": { "requestBody": body("application/json", &thing()), "responses": json("201") } },
            "/things/{id}": {
                "parameters": id(json!({ "type": "integer" })),
                "get": { "responses": json("200") },
                "put": { "requestBody": body("application/json", &thing()), "responses": json("200") },
                "delete": { "responses": responses("204", gone.clone()) },
            },
            "/files/{id}": {
                "parameters": id(text.clone()),
                "get": { "responses": responses("200", content("text/plain", &text)) },
                "put": { "requestBody": body("text/plain", &text), "responses": stored },
                "delete": { "responses": responses("204", gone) },
            },
        },
    })
}

/// What a service keeps.
#[derive(Default)]
struct State {
    things: BTreeMap<u64, Value>,
    files: BTreeMap<String, String>,
    asked: usize,
}

/// The number of requests after which statuses change by themselves.
const TURN: usize = 150;

/// Answers a request of the contract.
fn answer(habit: Habit, state: &mut State, method: &str, path: &str, body: &[u8]) -> Response {
    let is = |one: Habit| habit == one;
    state.asked += 1;
    let refused = |status: u16| {
        StatusCode::from_u16(status)
            .expect("a status")
            .into_response()
    };
    let sent = || {
        let value = serde_json::from_slice::<Value>(body).ok()?;
        let is_valid = jsonschema::is_valid(&thing(), &value);
        let is_refused = is(Habit::RefusesNotes) && value.get("note").is_some();
        (is_valid && !is_refused).then_some(value)
    };
    let kept = |mut thing: Value, id: u64| {
        thing["id"] = id.into();
        // The service decides about it.
        thing["status"] = "new".into();
        if is(Habit::LosesNotes)
            && let Some(members) = thing.as_object_mut()
        {
            members.remove("note");
        }
        if is(Habit::LosesInnerNotes)
            && let Some(members) = thing.get_mut("maker").and_then(Value::as_object_mut)
        {
            members.remove("note");
        }
        if is(Habit::LeavesOutEmpty)
            && let Some(members) = thing.as_object_mut()
        {
            members.retain(|_, value| *value != false && *value != "");
        }
        thing
    };
    let shown = |status: StatusCode, thing: &Value| (status, axum::Json(thing)).into_response();
    let (of, id) = path
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((path, ""));
    let number = id.parse::<u64>();
    match (method, of, number) {
        ("POST", "/things", _) => {
            let Some(value) = sent() else {
                return refused(400);
            };
            let next = state.things.keys().last().map_or(1, |last| last + 1);
            let id = match habit {
                // Another one each time: what got the id of one that is gone is not the run's own, and is not changed.
                Habit::DeletesOlder | Habit::DeletesOldest | Habit::DeletesNeighbours => {
                    state.asked as u64
                }
                _ => next,
            };
            let thing = kept(value, id);
            state.things.insert(id, thing.clone());
            match is(Habit::Redirects) {
                true => (
                    StatusCode::SEE_OTHER,
                    [("location", format!("/things/{id}"))],
                )
                    .into_response(),
                false => shown(StatusCode::CREATED, &thing),
            }
        }
        ("GET" | "PUT" | "DELETE", "things", Err(_)) => refused(400),
        ("PUT", "things", Ok(id))
            if !state.things.contains_key(&id) && is(Habit::BreaksOnDeleted) =>
        {
            refused(500)
        }
        ("PUT", "things", Ok(id))
            if !state.things.contains_key(&id) && is(Habit::UpdatesDeleted) =>
        {
            sent().map_or_else(
                || refused(400),
                |value| shown(StatusCode::OK, &kept(value, id)),
            )
        }
        (_, "things", Ok(id)) if !state.things.contains_key(&id) => {
            refused(if is(Habit::BreaksOnUnknown) { 500 } else { 404 })
        }
        ("GET", "things", Ok(id)) => {
            let mut thing = state.things[&id].clone();
            if is(Habit::HidesNotes)
                && let Some(members) = thing.as_object_mut()
            {
                members.remove("note");
            }
            if is(Habit::GoesOn) {
                thing["status"] = ["new", "old"][state.asked / TURN % 2].into();
            }
            shown(StatusCode::OK, &thing)
        }
        ("PUT", "things", Ok(id)) => {
            let Some(value) = sent() else {
                return refused(400);
            };
            let thing = match is(Habit::UpdatesNames) {
                true => {
                    let mut thing = state.things[&id].clone();
                    thing["name"] = value["name"].clone();
                    thing
                }
                false => kept(value, id),
            };
            state.things.insert(id, thing.clone());
            shown(StatusCode::OK, &thing)
        }
        ("DELETE", "things", Ok(_)) if is(Habit::KeepsDeleted) => refused(204),
        ("DELETE", "things", Ok(_)) if is(Habit::DeletesOldest) => {
            state.things.pop_first();
            refused(204)
        }
        ("DELETE", "things", Ok(id)) if is(Habit::DeletesOlder) => {
            state.things.retain(|one, _| *one > id);
            refused(204)
        }
        ("DELETE", "things", Ok(id)) => {
            state.things.remove(&id);
            let before = state.things.keys().copied().rfind(|one| *one < id);
            if let Some(before) = before.filter(|_| is(Habit::DeletesNeighbours)) {
                state.things.remove(&before);
            }
            refused(204)
        }
        ("PUT", "files", _) if body.is_empty() => refused(400),
        ("PUT", "files", _) => {
            let is_there = state.files.contains_key(id);
            if !(is_there && is(Habit::KeepsOldFiles)) {
                let text = String::from_utf8_lossy(body).into_owned();
                state.files.insert(id.to_owned(), text);
            }
            refused(if is_there { 204 } else { 201 })
        }
        (_, "files", _) if !state.files.contains_key(id) => refused(404),
        ("GET", "files", _) if is(Habit::ForgetsFiles) => "content".into_response(),
        ("GET", "files", _) => state.files[id].clone().into_response(),
        ("DELETE", "files", _) => {
            state.files.remove(id);
            refused(204)
        }
        (_, _, _) => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET")]).into_response(),
    }
}

/// Runs the contract against a service. Returns what the service keeps after the run, too.
async fn run_with(habit: Habit) -> (Run, Arc<Mutex<State>>) {
    let mut contract = contract();
    if habit == Habit::Redirects {
        let responses = &mut contract["paths"]["/things"]["post"]["responses"];
        let location = json!({ "Location": { "required": true, "schema": { "type": "string" } } });
        *responses = json!({
            "303": { "description": "There", "headers": location },
            "400": { "description": "Refused" },
        });
    }
    let state = Arc::new(Mutex::new(State::default()));
    let kept = Arc::clone(&state);
    let app = Router::new().fallback(move |method: Method, uri: Uri, body: Bytes| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answer(habit, &mut state, method.as_str(), uri.path(), &body);
        async move { answer }
    });
    (run_contract(app, &contract, "delete", "").await, kept)
}

#[tokio::test]
async fn what_was_sent_is_kept() {
    for habit in [
        Habit::None,
        Habit::LeavesOutEmpty,
        Habit::Redirects,
        Habit::GoesOn,
    ] {
        let (run, state) = run_with(habit).await;
        assert_eq!(run.code, 0, "{habit:?}: {}{}", run.stdout, run.stderr);
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let left = (state.things.len(), state.files.len());
        assert_eq!(left, (0, 0), "{habit:?}: {}", run.stdout);
    }
}

#[tokio::test]
async fn what_is_not_kept_is_noticed() {
    const CREATED: &str = "generated.post_things.lifecycle.created_can_be_read";
    const UPDATED: &str = "generated.put_things.lifecycle.update_shows";
    const DELETED: &str = "generated.put_things.lifecycle.deleted_is_not_found";
    const GONE: &str = "generated.delete_things.lifecycle.deleted_cannot_be_read";
    const FILE: &str = "generated.put_files.lifecycle.created_can_be_read";
    const FILE_UPDATED: &str = "generated.put_files.lifecycle.update_shows";
    for (habit, case, cause) in [
        (Habit::LosesNotes, CREATED, "`note` as it was sent"),
        (
            Habit::LosesInnerNotes,
            CREATED,
            "`maker/note` as it was sent",
        ),
        (Habit::HidesNotes, CREATED, "`note` as it was sent"),
        (Habit::UpdatesNames, UPDATED, "`size` as it was sent"),
        (
            Habit::UpdatesDeleted,
            DELETED,
            "PUT /things/{id} after that: status",
        ),
        (
            Habit::BreaksOnDeleted,
            DELETED,
            "PUT /things/{id}: server error 500",
        ),
        (
            Habit::BreaksOnUnknown,
            GONE,
            "GET /things/{id}: server error 500",
        ),
        (
            Habit::DeletesNeighbours,
            GONE,
            "GET /things/{id}: changed by DELETE /things/{id} of another thing",
        ),
        (
            Habit::KeepsDeleted,
            GONE,
            "GET /things/{id}: status of the 200; PUT /things/{id}: status of the 200",
        ),
        (
            Habit::DeletesOldest,
            GONE,
            "GET /things/{id}: status of the 200",
        ),
        (
            Habit::DeletesOlder,
            GONE,
            "GET /things/{id}: changed by DELETE /things/{id} of another thing",
        ),
        (Habit::ForgetsFiles, FILE, "the body as it was sent"),
        (
            Habit::KeepsOldFiles,
            FILE_UPDATED,
            "the body as it was sent",
        ),
    ] {
        let (run, _) = run_with(habit).await;
        assert_eq!(run.code, 1, "{habit:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.verdict(case), "fail", "{habit:?}: {}", run.stdout);
        assert!(run.stdout.contains(cause), "{habit:?}: {}", run.stdout);
        assert!(
            run.stdout.contains("1 fault in "),
            "{habit:?}: {}",
            run.stdout
        );
    }
}

/// What a service refuses beyond its schemas does not keep it from being read.
#[tokio::test]
async fn members_that_are_refused_are_left_out() {
    let (run, _) = run_with(Habit::RefusesNotes).await;
    for case in [
        "generated.post_things.lifecycle.created_can_be_read",
        "generated.put_things.lifecycle.update_shows",
    ] {
        assert_eq!(run.verdict(case), "pass", "{}", run.stdout);
    }
    let said =
        "the optional members of the body is not tested: with all of them it is answered with 400";
    assert!(run.stdout.contains(said), "{}", run.stdout);
    let report = run.report.as_ref().expect("a report");
    let operations = report["end"]["coverage"]["operations"].as_array();
    let silent = |operation: &&Value| !operation["left_out"].to_string().contains(said);
    let silent = operations.into_iter().flatten().filter(silent);
    let silent: Vec<&str> = silent.filter_map(|one| one["operation"].as_str()).collect();
    assert!(
        !silent.contains(&"POST /things") && !silent.contains(&"PUT /things/{id}"),
        "{silent:?}"
    );
    assert!(silent.contains(&"PUT /files/{id}"), "{silent:?}");
}

/// Returns a contract whose `PUT` demands the tag of what it changes.
fn with_tags() -> Value {
    let mut contract = contract();
    let paths = contract["paths"].as_object_mut().expect("paths");
    paths.remove("/files/{id}");
    let one = &mut paths["/things/{id}"];
    one["put"]["parameters"] = json!([{ "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" } }]);
    for status in ["412", "428"] {
        one["put"]["responses"][status] = json!({ "description": "Another state" });
    }
    contract
}

/// Each update changes the tag, and one of an earlier state is refused.
#[tokio::test]
async fn an_update_gets_the_tag_of_a_reading() {
    for (name, code) in [("etag", 0), ("x-tag", 4)] {
        let state = Arc::new(Mutex::new((State::default(), BTreeMap::new())));
        let app = Router::new().fallback(
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let (things, versions) = &mut *state;
                let id = uri.path().rsplit('/').next().and_then(|id| id.parse().ok());
                let id = id.filter(|id| things.things.contains_key(id));
                let version: &mut u64 = versions.entry(id).or_default();
                let given = headers.get("if-match");
                let is_now = given.is_some_and(|given| *given == format!("\"v{version}\""));
                let is_update = method == Method::PUT && id.is_some();
                let mut answer = match given {
                    None if is_update => StatusCode::PRECONDITION_REQUIRED.into_response(),
                    Some(_) if is_update && !is_now => {
                        StatusCode::PRECONDITION_FAILED.into_response()
                    }
                    _ => answer(Habit::None, things, method.as_str(), uri.path(), &body),
                };
                *version += u64::from(is_update && answer.status().is_success());
                let tag = format!("\"v{version}\"").parse().expect("a header");
                answer.headers_mut().insert(name, tag);
                async move { answer }
            },
        );
        let run = run_contract(app, &with_tags(), "delete", "").await;
        assert_eq!(run.code, code, "{name}: {}{}", run.stdout, run.stderr);
        let said = "document its `If-Match` as a required parameter";
        assert_eq!(run.stdout.contains(said), code == 4, "{}", run.stdout);
    }
}

/// The case cannot be run again to see whether the effect shows again: the settings are already as the first refused request has left
/// them.
#[tokio::test]
async fn a_refused_request_that_sets_what_all_share_is_noticed() {
    let schema = json!({ "type": "object", "required": ["theme"], "properties": { "theme": { "enum": ["dark", "light"] } } });
    let content = json!({ "application/json": { "schema": schema } });
    let contract = json!({
        "openapi": "3.1.0",
        "info": { "title": "Settings", "version": "1" },
        "paths": { "/settings": {
            "get": { "responses": { "200": { "description": "Set", "content": content } } },
            "put": {
                "requestBody": { "required": true, "content": content },
                "responses": { "204": { "description": "Set" }, "400": { "description": "Refused" } },
            },
        } },
    });
    let theme = Arc::new(Mutex::new("light".to_owned()));
    let app = Router::new().fallback(move |method: Method, body: Bytes| {
        let mut theme = theme.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = serde_json::from_slice::<Value>(&body).unwrap_or_default();
        let answer = match (method.as_str(), sent["theme"].as_str()) {
            ("GET", _) => axum::Json(json!({ "theme": *theme })).into_response(),
            ("PUT", Some(wanted @ ("dark" | "light"))) => {
                wanted.clone_into(&mut theme);
                StatusCode::NO_CONTENT.into_response()
            }
            ("PUT", _) => {
                "unset".clone_into(&mut theme);
                StatusCode::BAD_REQUEST.into_response()
            }
            _ => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET, PUT")]).into_response(),
        };
        async move { answer }
    });
    let profile = "[operations.\"PUT /settings\"]\nexpendable = true\n";
    let run = run_contract(app, &contract, "delete", profile).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let cause = "GET /settings: changed by a request that must not change it";
    assert!(run.stdout.contains(cause), "{}", run.stdout);
}
