//! Another contract, with a small server that keeps it or breaks it in one way.

#![expect(
    clippy::result_large_err,
    reason = "handlers fail with a whole response"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::local::Local;

/// The contract: notes that are read, and pinned with a priority of 1 to 5.
pub(crate) const CONTRACT: &str = r##"{
  "openapi": "3.1.0",
  "info": { "title": "Notes", "version": "2.0.0" },
  "paths": {
    "/notes/{note_id}": {
      "parameters": [{ "name": "note_id", "in": "path", "required": true, "example": 7, "schema": { "type": "integer", "minimum": 1 } }],
      "get": {
        "parameters": [{ "name": "lines", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 100 } }],
        "responses": {
          "200": { "description": "The note", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Note" } } } },
          "4XX": { "$ref": "#/components/responses/Problem" }
        }
      },
      "put": {
        "parameters": [{ "name": "x-reason", "in": "header", "required": true, "schema": { "type": "string", "enum": ["tidy", "urgent"] } }],
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pin" } } } },
        "responses": {
          "200": { "description": "Pinned", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Note" } } } },
          "4XX": { "$ref": "#/components/responses/Problem" }
        }
      }
    }
  },
  "components": {
    "responses": { "Problem": { "description": "A problem", "content": { "application/json": { "schema": {
      "type": "object", "required": ["problem"], "properties": { "problem": { "type": "string" } } } } } } },
    "schemas": {
      "Note": { "type": "object", "required": ["id", "priority"], "properties": { "id": { "type": "integer" }, "priority": { "type": "integer", "minimum": 0, "maximum": 5 } } },
      "Pin": { "type": "object", "required": ["priority"], "additionalProperties": false,
        "properties": { "priority": { "type": "integer", "minimum": 1, "maximum": 5 }, "by": { "type": "string", "minLength": 1, "maxLength": 40 } } }
    }
  }
}"##;

/// The fault of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No fault.
    None,
    /// A priority of 6 is accepted.
    TakesMore,
    /// A refused priority is stored.
    KeepsRefused,
    /// A missing header is a server error.
    ServerError,
    /// A refusal has an undocumented status.
    Undocumented,
    /// The note's priority is a string.
    WrongType,
    /// Refusals are plain text.
    PlainText,
    /// A query parameter out of bounds is accepted.
    AnyQuery,
}

type Notes = Arc<Mutex<BTreeMap<u32, i64>>>;

#[derive(Clone)]
struct Service {
    notes: Notes,
    fault: Fault,
}

/// A running server. It is stopped when this value is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    _service: Local,
}

impl Server {
    pub(crate) async fn start(fault: Fault) -> Server {
        let notes: Notes = Arc::new(Mutex::new(BTreeMap::from([(7, 0)])));
        let app = Router::new()
            .route("/notes/{note_id}", get(read).put(pin))
            .with_state(Service { notes, fault });
        let service = Local::serve(app).await;
        Server {
            url: service.url.clone(),
            _service: service,
        }
    }
}

fn refused(service: &Service, status: u16, problem: &str) -> Response {
    let status = match service.fault {
        Fault::Undocumented if status == 422 => 302,
        _ => status,
    };
    let status = StatusCode::from_u16(status).expect("a status");
    match service.fault {
        Fault::PlainText => (status, problem.to_owned()).into_response(),
        _ => (status, axum::Json(json!({ "problem": problem }))).into_response(),
    }
}

fn note(service: &Service, id: u32, priority: i64) -> Response {
    let priority = match service.fault {
        Fault::WrongType => json!(priority.to_string()),
        _ => json!(priority),
    };
    axum::Json(json!({ "id": id, "priority": priority })).into_response()
}

fn existing_id(service: &Service, id: &str) -> Result<u32, Response> {
    let id: u32 = match id.parse() {
        Ok(id) if id > 0 => id,
        _ => return Err(refused(service, 422, "not an id")),
    };
    let notes = service.notes.lock().expect("not poisoned");
    match notes.contains_key(&id) {
        true => Ok(id),
        false => Err(refused(service, 404, "no such note")),
    }
}

async fn read(
    State(service): State<Service>,
    Path(id): Path<String>,
    uri: axum::http::Uri,
) -> Result<Response, Response> {
    let id = existing_id(&service, &id)?;
    let lines = uri.query().and_then(|query| query.strip_prefix("lines="));
    let good = lines.is_none_or(|lines| {
        lines
            .parse()
            .is_ok_and(|lines: u32| (1..=100).contains(&lines))
    });
    if !good && service.fault != Fault::AnyQuery {
        return Err(refused(&service, 422, "lines"));
    }
    let priority = service.notes.lock().expect("not poisoned")[&id];
    Ok(note(&service, id, priority))
}

async fn pin(
    State(service): State<Service>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    let id = existing_id(&service, &id)?;
    let why = headers
        .get("x-reason")
        .map(axum::http::HeaderValue::as_bytes);
    if why.is_none() && service.fault == Fault::ServerError {
        return Err(refused(&service, 500, "why?"));
    }
    if why.is_none_or(|why| why != b"tidy" && why != b"urgent") {
        return Err(refused(&service, 422, "x-reason"));
    }
    let pin: Value =
        serde_json::from_slice(&body).map_err(|_| refused(&service, 422, "not JSON"))?;
    let fields = pin
        .as_object()
        .ok_or_else(|| refused(&service, 422, "not an object"))?;
    let by = fields.get("by").is_none_or(|by| {
        by.as_str()
            .is_some_and(|by| (1..=40).contains(&by.chars().count()))
    });
    let named = fields.keys().all(|name| name == "priority" || name == "by");
    let most = if service.fault == Fault::TakesMore {
        6
    } else {
        5
    };
    let priority = pin["priority"].as_i64();
    let mut notes = service.notes.lock().expect("not poisoned");
    match priority.filter(|priority| by && named && (1..=most).contains(priority)) {
        Some(priority) => {
            notes.insert(id, priority.min(5));
            Ok(note(&service, id, priority.min(5)))
        }
        None => {
            if service.fault == Fault::KeepsRefused {
                let other = (notes[&id] + 1) % 5;
                notes.insert(id, other);
            }
            Err(refused(&service, 422, "priority"))
        }
    }
}
