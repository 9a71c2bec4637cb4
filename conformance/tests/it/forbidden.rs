//! Requests that a contract forbids otherwise than by a schema, and values that it allows.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::local::run_contract;
use crate::suite::Run;

/// What a broken service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// `PUT /things` works.
    PutWorks,
    /// `PUT` works on all paths.
    AllPutsWork,
    /// A 405 does not name the methods that are allowed.
    NoAllow,
    /// A body in another media type is taken for JSON.
    TakesText,
    /// NUL in a text is a server error.
    NulInBody,
    /// The same in a query.
    NulInQuery,
    /// Half of a surrogate pair in a text is a server error.
    LoneSurrogate,
    /// The widest thing is refused.
    RefusesWidest,
    /// The widest thing in a list is refused.
    RefusesWidestPart,
    /// XML without its end is taken.
    TakesAnyXml,
}

/// The schema of a thing.
fn thing() -> Value {
    let size = json!({
        "type": "object",
        "required": ["width"],
        "properties": { "width": { "type": "integer", "minimum": 1, "maximum": 10 } },
    });
    json!({
        "type": "object",
        "required": ["note", "size", "parts"],
        "properties": {
            "note": { "type": "string" },
            "size": size,
            "parts": { "type": "array", "minItems": 1, "items": size },
        },
    })
}

fn contract() -> Value {
    let description = |text: &str| json!({ "description": text });
    let responses = |success: &str| {
        let mut responses = json!({ (success): description("Done") });
        for status in ["400", "415", "422"] {
            responses[status] = description("Refused");
        }
        responses
    };
    let body = |media_type: &str, content: Value| json!({ "required": true, "content": { (media_type): content } });
    let search = json!({ "name": "q", "in": "query", "schema": { "type": "string" } });
    let example = "<report><line/></report>";
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": {
            "/things": {
                "get": { "parameters": [search], "responses": responses("200") },
                "post": { "requestBody": body("application/json", json!({ "schema": thing() })), "responses": responses("201") },
            },
            "/reports": {
                "post": {
                    "requestBody": body("application/xml", json!({ "schema": { "type": "object" }, "example": example })),
                    "responses": responses("201"),
                },
            },
        },
    })
}

/// Answers a request.
fn answer(
    fault: Fault,
    refuses_unknown: bool,
    schema: &jsonschema::Validator,
    (method, uri, headers, body): (Method, Uri, HeaderMap, String),
) -> Response {
    let is = |wanted: Fault| fault == wanted;
    let media_type = headers
        .get("content-type")
        .map(|value| value.to_str().unwrap_or_default());
    let media_type = media_type.unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let status = match (method.as_str(), uri.path()) {
        ("GET", "/things") if is(Fault::NulInQuery) && query.contains("%00") => 500,
        ("GET", "/things") if refuses_unknown && query.contains("undeclared") => 400,
        ("GET", "/things") => 200,
        ("PUT", "/things") if is(Fault::PutWorks) => 200,
        ("PUT", _) if is(Fault::AllPutsWork) => 200,
        ("POST", "/things") => {
            let is_json = media_type == "application/json" || is(Fault::TakesText);
            match serde_json::from_str::<Value>(&body) {
                _ if !is_json => 415,
                Err(_) if is(Fault::LoneSurrogate) && body.contains("\\ud800") => 500,
                Err(_) => 400,
                Ok(value) if !schema.is_valid(&value) => 422,
                Ok(value) if is(Fault::RefusesWidest) && value["size"]["width"] == 10 => 422,
                Ok(value) if is(Fault::RefusesWidestPart) && value["parts"][0]["width"] == 10 => {
                    422
                }
                Ok(value)
                    if is(Fault::NulInBody)
                        && value["note"]
                            .as_str()
                            .is_some_and(|note| note.contains('\0')) =>
                {
                    500
                }
                Ok(_) => 201,
            }
        }
        ("POST", "/reports") if media_type != "application/xml" => 415,
        ("POST", "/reports") if body.ends_with("</report>") || is(Fault::TakesAnyXml) => 201,
        ("POST", "/reports") => 422,
        (_, "/things" | "/reports") => 405,
        (_, _) => 404,
    };
    let status = StatusCode::from_u16(status).expect("a status");
    match status {
        StatusCode::METHOD_NOT_ALLOWED if !is(Fault::NoAllow) => {
            (status, [("allow", "GET, POST")]).into_response()
        }
        status => status.into_response(),
    }
}

/// Runs the contract against a service.
async fn run_with(fault: Fault, refuses_unknown: bool, policy: &str) -> Run {
    let schema = Arc::new(jsonschema::validator_for(&thing()).expect("a schema"));
    let app = Router::new().fallback(
        move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
            let answer = answer(
                fault,
                refuses_unknown,
                &schema,
                (method, uri, headers, body),
            );
            async move { answer }
        },
    );
    let policy = format!("[policy]\n{policy}\n");
    run_contract(app, &contract(), "delete", &policy).await
}

#[tokio::test]
async fn sound_service_refuses_what_its_contract_forbids() {
    let run = run_with(Fault::None, false, "").await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for case in [
        "generated.get_things.method.put",
        "generated.post_reports.method.put",
        "generated.post_things.body.other_media_type",
        "generated.post_things.body.not_json",
        "generated.post_reports.body.not_xml",
        "generated.post_things.body_note.nul",
        "generated.post_things.body_note.lone_surrogate",
        "generated.get_things.q.nul",
        "generated.post_things.body_size_width.valid_10",
        "generated.post_things.body_parts_0_width.valid_10",
    ] {
        assert_eq!(
            run.verdict(case),
            "pass",
            "{case} of {:?}",
            run.with_verdict("pass")
        );
    }
    let untried = "left out of GET /things and of 1 more: undeclared methods that create, change or delete something where they work: POST and DELETE, and PUT and PATCH of a path with ids, are not tried";
    assert!(run.stdout.contains(untried), "{}", run.stdout);
}

#[tokio::test]
async fn each_forbidden_request_that_is_taken_is_one_cause() {
    for (fault, cause) in [
        (
            Fault::PutWorks,
            "200 for the method PUT, which is not declared",
        ),
        (
            Fault::AllPutsWork,
            "200 for the method PUT, which is not declared",
        ),
        (Fault::NoAllow, "a 405 without `Allow`"),
        (
            Fault::TakesText,
            "201 for a body in text/plain that is not allowed",
        ),
        (Fault::NulInBody, "POST /things: server error 500"),
        (Fault::NulInQuery, "GET /things: server error 500"),
        (Fault::LoneSurrogate, "POST /things: server error 500"),
        (
            Fault::RefusesWidest,
            "422 for a member size/width of the body that is allowed",
        ),
        (
            Fault::RefusesWidestPart,
            "422 for a member parts/0/width of the body that is allowed",
        ),
        (
            Fault::TakesAnyXml,
            "201 for a body that is not XML that is not allowed",
        ),
    ] {
        let run = run_with(fault, false, "").await;
        assert_eq!(run.code, 1, "{fault:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(cause), "{fault:?}: {}", run.stdout);
        assert!(
            run.stdout.contains("1 fault in "),
            "{fault:?}: {}",
            run.stdout
        );
    }
}

#[tokio::test]
async fn policies_say_what_the_contract_leaves_open() {
    for (refuses, policy, code) in [
        (true, "undeclared_query = [400]", 0),
        (false, "undeclared_query = [400]", 1),
        (false, "undeclared_query = [200]", 0),
        (true, "undeclared_query = [200]", 1),
        (true, "", 0),
    ] {
        let run = run_with(Fault::None, refuses, policy).await;
        assert_eq!(run.code, code, "{policy}: {}{}", run.stdout, run.stderr);
    }
    for (fault, policy, code) in [
        (Fault::PutWorks, "undeclared_methods = []", 0),
        (Fault::None, "undeclared_methods = [404]", 1),
        (Fault::None, "undeclared_methods = [405]", 0),
    ] {
        let run = run_with(fault, false, policy).await;
        assert_eq!(run.code, code, "{policy}: {}{}", run.stdout, run.stderr);
    }
}
