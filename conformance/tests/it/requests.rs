//! Ordinary requests, as services that look closely take them.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// Runs the contract of one operation against a service that answers each request to it.
async fn run_with(
    operation: &Value,
    answer: impl Fn(&str, &str, &str, &[u8]) -> u16 + Clone + Send + Sync + 'static,
) -> Run {
    let app = Router::new().fallback(move |request: Request| {
        let answer = answer.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            let media_type = head.headers.get("content-type");
            let media_type = media_type.map_or("", |value| value.to_str().expect("a text"));
            let query = head.uri.query().unwrap_or_default();
            let status = answer(head.method.as_str(), query, media_type, &body);
            let status = StatusCode::from_u16(status).expect("a status");
            match status {
                StatusCode::METHOD_NOT_ALLOWED => {
                    (status, [("allow", "GET, POST")]).into_response()
                }
                status => Response::into_response(status.into_response()),
            }
        }
    });
    let contract = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/things": operation },
    });
    run_contract(app, &contract, "create", "").await
}

fn responses(statuses: &[&str]) -> Value {
    let responses = statuses
        .iter()
        .map(|status| ((*status).to_owned(), json!({ "description": "As it says" })));
    Value::Object(responses.collect())
}

#[tokio::test]
async fn files_of_a_form_have_names() {
    for file in [
        json!({ "type": "string", "format": "binary" }),
        json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        json!({ "anyOf": [{ "type": "string", "contentMediaType": "image/png" }, { "type": "null" }] }),
        json!({ "type": "array", "minItems": 1, "items": { "type": "string", "format": "binary" } }),
    ] {
        let schema = json!({
            "type": "object",
            "required": ["file", "title"],
            "properties": { "file": file, "title": { "type": "string" } },
        });
        let operation = json!({ "post": {
            "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": { "allOf": [schema] } } } },
            "responses": responses(&["201", "415", "422"]),
        } });
        let run = run_with(&operation, |method, _, media_type, body| {
            let body = String::from_utf8_lossy(body);
            let is_named = |part: &str| body.contains(part);
            match method {
                "POST" if !media_type.starts_with("multipart/form-data; boundary=") => 415,
                "POST"
                    if is_named("name=\"file\"; filename=\"") && is_named("name=\"title\"\r\n") =>
                {
                    201
                }
                "POST" => 422,
                _ => 405,
            }
        })
        .await;
        assert_eq!(run.code, 0, "{file}: {}{}", run.stdout, run.stderr);
    }
}

#[tokio::test]
async fn a_list_that_may_be_empty_is_sent_with_an_item() {
    let ids = json!({
        "name": "ids", "in": "query", "required": true, "explode": false,
        "schema": { "type": "array", "items": { "type": "integer" } },
    });
    let operation =
        json!({ "get": { "parameters": [ids], "responses": responses(&["200", "400"]) } });
    let run = run_with(&operation, |method, query, _, _| {
        let ids = query.split('&').find_map(|pair| pair.strip_prefix("ids="));
        let is_number = |id: &str| id.parse::<i64>().is_ok();
        match (method, ids) {
            ("GET", Some(ids)) if ids.split(',').all(is_number) => 200,
            ("GET", _) => 400,
            _ => 405,
        }
    })
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

/// HTTP has these statuses for a request without a body, which frameworks refuse before they reach the operation.
#[tokio::test]
async fn a_missing_body_may_be_a_missing_media_type() {
    let operation = json!({ "post": {
        "requestBody": { "required": true, "content": { "text/csv": { "schema": { "type": "string" } } } },
        "responses": responses(&["201", "400"]),
    } });
    for (status, code) in [(415, 0), (411, 0), (409, 1), (201, 1)] {
        let run = run_with(
            &operation,
            move |method, _, media_type, body| match method {
                "POST" if media_type.is_empty() || body.is_empty() => status,
                "POST" => 201,
                _ => 405,
            },
        )
        .await;
        assert_eq!(run.code, code, "{status}: {}{}", run.stdout, run.stderr);
    }
}

#[tokio::test]
async fn a_range_of_media_types_is_sent_as_one_that_suits_its_schema() {
    let object = json!({ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } });
    let text = json!({ "type": "string" });
    for (range, schema, sent) in [
        ("*/*", &object, "application/json"),
        ("application/*", &object, "application/json"),
        ("*/*", &text, "text/plain"),
        ("image/*", &json!({}), "image/png"),
    ] {
        let operation = json!({ "post": {
            "requestBody": { "required": true, "content": { (range): { "schema": schema } } },
            "responses": responses(&["201", "400", "415"]),
        } });
        let is_object = sent == "application/json";
        let run = run_with(&operation, move |method, _, media_type, body| {
            let value = serde_json::from_slice::<Value>(body).ok();
            let has_name = value.is_some_and(|value| value["name"].is_string());
            match method {
                "POST" if body.is_empty() => 400,
                "POST" if media_type != sent => 415,
                "POST" if is_object && !has_name => 400,
                "POST" => 201,
                _ => 405,
            }
        })
        .await;
        assert_eq!(run.code, 0, "{range}: {}{}", run.stdout, run.stderr);
    }
}

/// An operation that takes a thing as JSON and as a form.
fn of_both_media_types() -> Value {
    let schema = json!({
        "type": "object",
        "required": ["name", "size"],
        "properties": {
            "name": { "type": "string", "minLength": 1 },
            "size": { "type": "integer", "minimum": 1, "maximum": 9 },
        },
    });
    json!({ "post": {
        "requestBody": { "required": true, "content": {
            "application/json": { "schema": schema },
            "application/x-www-form-urlencoded": { "schema": schema },
            "text/csv": { "schema": { "type": "string" } },
        } },
        "responses": responses(&["201", "400", "415"]),
    } })
}

#[tokio::test]
async fn a_body_is_sent_in_each_media_type_that_can_carry_it() {
    const CASE: &str = "generated.post_things.body_in_application_x_www_form_urlencoded.ordinary";
    for (status, code) in [(201, 0), (400, 1), (415, 1), (500, 1)] {
        let run = run_with(
            &of_both_media_types(),
            move |method, _, media_type, body| {
                let value = serde_json::from_slice::<Value>(body).ok();
                let is_valid = value.is_some_and(|value| {
                    let has_name = value["name"].as_str().is_some_and(|name| !name.is_empty());
                    has_name
                        && value["size"]
                            .as_f64()
                            .is_some_and(|size| (1.0..=9.0).contains(&size) && size.fract() == 0.0)
                });
                match method {
                    "POST" if media_type == "application/x-www-form-urlencoded" => status,
                    "POST" if body.is_empty() => 400,
                    "POST" if media_type != "application/json" => 415,
                    "POST" if is_valid => 201,
                    "POST" => 400,
                    _ => 405,
                }
            },
        )
        .await;
        assert_eq!(run.code, code, "{status}: {}{}", run.stdout, run.stderr);
        let verdict = if code == 0 { "pass" } else { "fail" };
        assert_eq!(run.verdict(CASE), verdict, "{status}: {}", run.stdout);
        let left_out = "no value of the body in text/csv is tested";
        assert!(run.stdout.contains(left_out), "{}", run.stdout);
    }
}

#[tokio::test]
async fn fields_of_a_form_may_have_each_value_that_is_allowed() {
    let mut operation = of_both_media_types();
    let content = &mut operation["post"]["requestBody"]["content"];
    let form = content["application/x-www-form-urlencoded"].clone();
    *content = json!({ "application/x-www-form-urlencoded": form });
    for (refused, code) in [("", 0), ("9", 1)] {
        let run = run_with(&operation, move |method, _, media_type, body| {
            let form = reqwest::Url::parse(&format!(
                "http://a.example/?{}",
                String::from_utf8_lossy(body)
            ));
            let form = form.expect("a form");
            let field = |wanted: &str| {
                let mut fields = form.query_pairs();
                fields
                    .find(|(name, _)| name == wanted)
                    .map(|(_, value)| value.into_owned())
            };
            let size = field("size").filter(|size| size != refused);
            let has_size = size
                .is_some_and(|size| size.parse::<u8>().is_ok_and(|size| (1..=9).contains(&size)));
            let has_name = field("name").is_some_and(|name| !name.is_empty());
            match method {
                "POST" if !body.is_empty() && media_type != "application/x-www-form-urlencoded" => {
                    415
                }
                "POST" if has_size && has_name => 201,
                "POST" => 400,
                _ => 405,
            }
        })
        .await;
        assert_eq!(run.code, code, "{refused}: {}{}", run.stdout, run.stderr);
    }
}
