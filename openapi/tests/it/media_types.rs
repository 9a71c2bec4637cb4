//! Verdicts on media types, their ranges and their parameters.

use openapi::Document;
use openapi::diff::{Change, compare};
use serde_json::{Value, json};

use crate::schemas::{changed, summary};

fn document(operation: &Value) -> Value {
    let mut operation = operation.clone();
    let operation = operation.as_object_mut().expect("an operation");
    operation
        .entry("responses")
        .or_insert_with(|| json!({"200": {"description": "ok"}}));
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": operation}}
    })
}

fn body(media_types: &[&str]) -> Value {
    let content: serde_json::Map<String, Value> = media_types
        .iter()
        .map(|name| ((*name).to_owned(), json!({"schema": {"type": "string"}})))
        .collect();
    document(&json!({
        "requestBody": {"content": content},
        "responses": {"200": {"description": "ok", "content": content}}
    }))
}

#[test]
fn media_types_are_compared_by_meaning() {
    let json = body(&["application/json"]);
    for same in [
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        assert_eq!(changed(&json, &body(&[same])), [""; 0], "{same}");
    }
    assert_eq!(
        changed(
            &body(&["text/plain; charset=utf-8"]),
            &body(&["text/plain; charset=ascii"])
        ),
        [
            "breaking request-media-type-removed",
            "breaking response-media-type-removed",
            "additive request-media-type-added",
            "additive response-media-type-added"
        ]
    );
}

#[test]
fn a_media_range_includes_its_media_types() {
    let (json, any) = (body(&["application/json"]), body(&["application/*"]));
    assert_eq!(
        changed(&json, &any),
        [
            "additive request-media-type-widened",
            "additive response-media-type-widened"
        ]
    );
    assert_eq!(
        changed(&any, &json),
        [
            "breaking request-media-type-narrowed",
            "additive response-media-type-narrowed"
        ]
    );
    assert_eq!(
        changed(&any, &body(&["application/*", "application/json"])),
        [""; 0]
    );
}

#[test]
fn a_media_range_excludes_the_types_named_beside_it() {
    let any = ("text/*", json!({"type": "string"}));
    let plain = ("text/plain", json!({"type": "string", "maxLength": 3}));
    let body = |types: &[&(&str, Value)]| {
        let content: serde_json::Map<String, Value> = types
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), json!({ "schema": schema })))
            .collect();
        document(&json!({"requestBody": {"content": content}}))
    };
    assert_eq!(
        changed(&body(&[&any, &plain]), &body(&[&plain])),
        ["breaking request-media-type-narrowed"]
    );
    assert_eq!(
        changed(&body(&[&plain]), &body(&[&any, &plain])),
        ["additive request-media-type-added"]
    );
}

/// Returns what changed where the server answers with `revision` instead of `base`.
fn answering(base: &[&str], revision: &[&str]) -> Vec<Change> {
    let document = |media_types: &[&str]| {
        let mut document = body(media_types);
        let operation = document["paths"]["/things"]["post"].as_object_mut();
        operation.expect("an operation").remove("requestBody");
        Document::parse("test", &document.to_string()).expect("a document")
    };
    compare(&document(base), &document(revision)).changes
}

#[test]
fn a_text_may_name_its_charset_and_must_keep_it() {
    let (plain, named) = ("text/plain", "text/plain; charset=utf-8");
    assert_eq!(
        changed(&body(&[plain]), &body(&[named])),
        [
            "breaking request-media-type-narrowed",
            "additive response-media-type-narrowed"
        ]
    );
    for base in [&[named][..], &[named, plain]] {
        let removed = answering(base, &[plain]);
        assert_eq!(
            summary(&removed),
            ["breaking response-media-type-widened"],
            "{base:?}"
        );
        assert_eq!(
            removed[0].witness,
            Some(json!({"headers": {"content-type": "text/plain"}}))
        );
    }
    let flowed = answering(
        &["text/plain; format=flowed; charset=utf-8"],
        &["text/plain; format=flowed"],
    );
    assert_eq!(
        flowed[0].witness,
        Some(json!({"headers": {"content-type": "text/plain; format=flowed"}}))
    );
    for always in ["text/event-stream", "application/x-ndjson"] {
        let named = format!("{always}; charset=UTF-8");
        assert_eq!(summary(&answering(&[&named], &[always])), [""; 0]);
    }
}

#[test]
fn a_profile_and_the_version_of_a_vendor_are_part_of_a_media_type() {
    for (base, revision) in [
        ("application/json", "application/json; profile=\"v2\""),
        ("application/json; profile=\"v2\"", "application/json"),
        (
            "application/json; profile=\"a b\"",
            "application/json; profile=\"ab\"",
        ),
        (
            "application/json; profile=\"/A\"",
            "application/json; profile=\"/a\"",
        ),
        ("application/vnd.x.v1+json", "application/vnd.x.v2+json"),
        ("application/vnd.x.v1+json", "application/json"),
    ] {
        assert_eq!(
            changed(&body(&[base]), &body(&[revision])),
            [
                "breaking request-media-type-removed",
                "breaking response-media-type-removed",
                "additive request-media-type-added",
                "additive response-media-type-added"
            ],
            "{base} → {revision}"
        );
    }
}
