//! `openapi check`: the server emits the published contract, and every single mistake is reported.

use serde_json::{Value, json};
use testbed::cargo::workspace_root;
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use crate::xtask;

const POST: &str = "/paths/~1api~1v1~1tokens~1{token_id}~1revoke/post";

#[test]
fn what_the_server_emits_is_the_published_contract() {
    let output = xtask(&["openapi", "check"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    insta::assert_snapshot!(stdout(&output), @r"
    revoke-token.json: no difference to what the server emits
    exit 0: no change is at or above docs
    ");
}

/// Reads a document of the workspace.
fn document(path: &str) -> Value {
    let text = std::fs::read_to_string(workspace_root().join(path)).expect("the document");
    serde_json::from_str(&text).expect("JSON")
}

/// A document that says the same in other words would pass `openapi check`.
#[test]
fn the_published_operation_is_emitted_to_the_letter() {
    let published = document("openapi/published/revoke-token.json");
    let emitted = document("openapi/emitted/server.json");
    assert_eq!(emitted.pointer(POST), published.pointer(POST));
    let schemas = published["components"]["schemas"].as_object();
    for (name, schema) in schemas.expect("schemas") {
        assert_eq!(&emitted["components"]["schemas"][name], schema, "{name}");
    }
}

/// Checks what the server emits after an edit.
fn check_edited(edit: impl FnOnce(&mut Value)) -> (Option<i32>, String) {
    let mut document = document("openapi/emitted/server.json");
    edit(&mut document);
    let folder = Folder::new();
    let file = folder.file("edited.json", &document.to_string());
    let output = xtask(&["openapi", "check", "--document", &file]);
    (output.status.code(), stdout(&output) + &stderr(&output))
}

fn at<'d>(document: &'d mut Value, pointer: &str) -> &'d mut Value {
    document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn remove(document: &mut Value, pointer: &str, key: &str) {
    let object = at(document, pointer).as_object_mut().expect("an object");
    assert!(object.shift_remove(key).is_some(), "no {key} at {pointer}");
}

type Mistake = (&'static str, fn(&mut Value), &'static str, &'static str);

/// A mistake in the handlers' annotations, the rule that must report it, and the place.
const MISTAKES: &[Mistake] = &[
    (
        "a documented status is removed",
        |d| remove(d, &format!("{POST}/responses"), "404"),
        "response-status-removed",
        "/responses/404",
    ),
    (
        "a status is added",
        |d| at(d, &format!("{POST}/responses"))["409"] = json!({"description": "Conflict"}),
        "response-status-added",
        "/responses/409",
    ),
    (
        "a required member of the response is removed",
        |d| {
            remove(
                d,
                "/components/schemas/APITokenRevokeResponse/properties",
                "jti",
            );
            *at(d, "/components/schemas/APITokenRevokeResponse/required") =
                json!(["id", "revoked_at"]);
        },
        "response-required-property-removed",
        "/properties/jti",
    ),
    (
        "a member is no longer required",
        |d| *at(d, "/components/schemas/APITokenRevokeResponse/required") = json!(["id", "jti"]),
        "response-required-removed",
        "/properties/revoked_at",
    ),
    (
        "the operation id changes",
        |d| *at(d, &format!("{POST}/operationId")) = json!("revoke_token"),
        "operation-id-changed",
        "/operationId",
    ),
    (
        "the description changes",
        |d| *at(d, &format!("{POST}/description")) = json!("Revoke"),
        "operation-text-changed",
        "/description",
    ),
    (
        "a tag changes",
        |d| *at(d, &format!("{POST}/tags")) = json!(["tokens"]),
        "operation-tags-changed",
        "/tags",
    ),
    (
        "a parameter is removed",
        |d| {
            at(d, &format!("{POST}/parameters"))
                .as_array_mut()
                .expect("a list")
                .pop();
        },
        "parameter-removed",
        "/parameters/1",
    ),
    (
        "an example of an error changes",
        |d| {
            *at(
                d,
                &format!("{POST}/responses/401/content/application~1json/example/detail"),
            ) = json!("No");
        },
        "response-example-changed",
        "/responses/401",
    ),
    (
        "the body becomes required",
        |d| at(d, POST)["requestBody"]["required"] = json!(true),
        "request-required-added",
        "/requestBody",
    ),
    (
        "security is required that the contract does not name",
        |d| at(d, POST)["security"] = json!([{"bearer": []}]),
        "security-requirement-narrowed",
        "/security",
    ),
    (
        "the operation is removed",
        |d| remove(d, "/paths", "/api/v1/tokens/{token_id}/revoke"),
        "operation-removed",
        "POST /api/v1/tokens/{token_id}/revoke",
    ),
    (
        "a component has another name",
        |d| {
            let text = d
                .to_string()
                .replace("schemas/ValidationError\"", "schemas/FieldError\"");
            *d = serde_json::from_str(&text).expect("JSON");
            let schemas = at(d, "/components/schemas")
                .as_object_mut()
                .expect("an object");
            let schema = schemas
                .shift_remove("ValidationError")
                .expect("the component");
            schemas.insert("FieldError".to_owned(), schema);
        },
        "component-name-changed",
        "HTTPValidationError",
    ),
];

#[test]
fn every_mistake_of_the_handlers_is_reported_with_its_place() {
    let (code, text) = check_edited(|_| {});
    assert_eq!(code, Some(0), "unedited: {text}");
    for (what, edit, rule, place) in MISTAKES {
        let (code, text) = check_edited(edit);
        assert_eq!(code, Some(1), "{what}: {text}");
        assert!(
            text.contains(&format!("[{rule}]")),
            "{what}: no {rule} in {text}"
        );
        assert!(text.contains(place), "{what}: no {place} in {text}");
    }
}

#[test]
fn a_response_without_a_description_makes_the_document_invalid() {
    let (code, text) = check_edited(|d| remove(d, &format!("{POST}/responses/404"), "description"));
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains(
            "the response 404 of POST /api/v1/tokens/{token_id}/revoke has no `description`"
        ),
        "{text}"
    );
}

#[test]
fn one_mistake_is_one_entry() {
    for (what, edit, _, _) in MISTAKES {
        let (_, text) = check_edited(edit);
        let entries = text
            .lines()
            .filter(|line| line.starts_with("    at "))
            .count();
        assert_eq!(entries, 1, "{what}: {text}");
    }
}
