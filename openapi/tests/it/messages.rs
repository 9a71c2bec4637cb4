//! Verdicts on statuses, servers, discriminators and open enums: a pair of
//! documents for each.

use openapi::Document;
use openapi::diff::{Change, compare};
use serde_json::{Value, json};

use crate::schemas::changed;

pub(crate) fn changes(base: &Value, revision: &Value) -> Vec<Change> {
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    compare(&parse(base), &parse(revision)).changes
}

pub(crate) fn document(operation: &Value) -> Value {
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

pub(crate) fn responses(responses: &Value) -> Value {
    document(&json!({ "responses": responses }))
}

fn response(schema: &Value) -> Value {
    json!({"description": "ok", "content": {"application/json": {"schema": schema}}})
}

#[test]
fn a_status_falls_back_to_its_range_and_the_default() {
    let text = response(&json!({"type": "string"}));
    let number = response(&json!({"type": "integer"}));
    let named = responses(&json!({"200": text, "404": text, "default": text}));
    let unnamed = responses(&json!({"200": text, "default": text}));
    let otherwise = responses(&json!({"200": text, "404": number, "default": text}));
    assert_eq!(changed(&named, &unnamed), ["docs response-status-removed"]);
    assert_eq!(changed(&unnamed, &named), ["docs response-status-added"]);
    assert_eq!(
        changed(&unnamed, &otherwise),
        [
            "breaking response-type-widened",
            "docs response-status-added"
        ]
    );
    let range = responses(&json!({"200": text, "4XX": text}));
    let one = responses(&json!({"200": text, "404": text}));
    assert_eq!(
        changed(&range, &one),
        [
            "breaking response-status-removed",
            "docs response-status-added"
        ]
    );
    assert_eq!(
        changed(&one, &responses(&json!({"200": text}))),
        ["breaking response-status-removed"]
    );
}

#[test]
fn servers_are_compared_without_a_trailing_slash_and_default_to_the_root() {
    let servers = |servers: Value| {
        let mut document = document(&json!({}));
        document["servers"] = servers;
        document
    };
    let (a, slash) = (
        servers(json!([{"url": "https://a"}])),
        servers(json!([{"url": "https://a/"}])),
    );
    assert_eq!(changed(&a, &slash), [""; 0]);
    assert_eq!(
        changed(&document(&json!({})), &servers(json!([{"url": "/"}]))),
        [""; 0]
    );
    assert_eq!(
        changed(&a, &servers(json!([{"url": "https://b"}]))),
        ["breaking document-server-changed"]
    );
}

fn pets(property: &str, mapping: &Value) -> Value {
    let pet = json!({
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": property, "mapping": mapping}
    });
    let mut document = document(&json!({
        "requestBody": {"content": {"application/json": {"schema": pet}}}
    }));
    let kind = |own: &str| {
        json!({"type": "object", "required": ["kind"],
            "properties": {"kind": {"type": "string"}, own: {"type": "string"}}})
    };
    document["components"] = json!({"schemas": {"Cat": kind("purr"), "Dog": kind("bark")}});
    document
}

#[test]
fn a_value_that_the_discriminator_no_longer_maps_breaks() {
    let base = pets(
        "kind",
        &json!({"cat": "#/components/schemas/Cat", "dog": "Dog"}),
    );
    let same = pets(
        "kind",
        &json!({"dog": "#/components/schemas/Dog", "cat": "Cat"}),
    );
    assert_eq!(changed(&base, &same), [""; 0]);
    let renamed = pets("kind", &json!({"kitty": "Cat", "dog": "Dog"}));
    let more = pets("kind", &json!({"cat": "Cat", "kitty": "Cat", "dog": "Dog"}));
    let swapped = pets("kind", &json!({"cat": "Dog", "dog": "Cat"}));
    let other = pets("species", &json!({"cat": "Cat", "dog": "Dog"}));
    for broken in [&renamed, &swapped, &other] {
        assert_eq!(
            changed(&base, broken),
            ["breaking request-discriminator-changed"]
        );
    }
    assert_eq!(
        changed(&base, &more),
        ["docs request-discriminator-changed"]
    );
}

#[test]
fn a_new_value_of_an_open_enum_is_additive() {
    let shown = |schema: Value| {
        document(&json!({
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": response(&schema)}
        }))
    };
    let listed = |values: &[&str]| shown(json!({"type": "string", "x-extensible-enum": values}));
    assert_eq!(
        changed(&listed(&["a"]), &listed(&["a", "b"])),
        [
            "additive request-enum-widened",
            "additive response-enum-widened"
        ]
    );
    assert_eq!(
        changed(&listed(&["a", "b"]), &listed(&["a"])),
        [
            "breaking request-enum-narrowed",
            "additive response-enum-narrowed"
        ]
    );
    let beside = |values: &[&str]| {
        shown(json!({"type": "string", "enum": values, "x-extensible-enum": true}))
    };
    assert_eq!(
        changed(&beside(&["a"]), &beside(&["a", "b"])),
        [
            "additive request-enum-widened",
            "additive response-enum-widened"
        ]
    );
    let closed = |values: &[&str]| shown(json!({"type": "string", "enum": values}));
    assert_eq!(
        changed(&closed(&["a"]), &closed(&["a", "b"])),
        [
            "breaking response-enum-widened",
            "additive request-enum-widened"
        ]
    );
}

#[test]
fn encoded_and_embedded_content_of_strings_is_compared() {
    let string = |keywords: Value| {
        let mut schema = json!({"type": "string"});
        schema
            .as_object_mut()
            .expect("an object")
            .extend(keywords.as_object().expect("members").clone());
        document(&json!({"requestBody": {"content": {"text/plain": {"schema": schema}}}}))
    };
    let base = string(json!({"contentEncoding": "base64"}));
    assert_eq!(
        changed(&base, &string(json!({"contentEncoding": "base32"}))),
        ["breaking request-format-changed"]
    );
    let embedded = |kind: &str| {
        string(json!({"contentMediaType": "application/json", "contentSchema": {"type": kind}}))
    };
    assert_eq!(
        changed(&embedded("integer"), &embedded("number")),
        ["additive request-type-widened"]
    );
    assert_eq!(
        changed(&embedded("number"), &embedded("integer")),
        ["breaking request-type-narrowed"]
    );
}

#[test]
fn a_keyword_that_all_enum_values_satisfy_is_docs() {
    let listed = |more: Value| {
        let mut schema = json!({"type": "string", "enum": ["a", "bcd"]});
        schema
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("members").clone());
        document(&json!({"requestBody": {"content": {"text/plain": {"schema": schema}}}}))
    };
    let base = listed(json!({}));
    assert_eq!(
        changed(&base, &listed(json!({"maxLength": 3}))),
        ["docs request-inert-changed"]
    );
    assert_eq!(
        changed(&base, &listed(json!({"maxLength": 2}))),
        ["breaking request-length-narrowed"]
    );
}

#[test]
fn a_type_that_json_does_not_have_accepts_nothing() {
    let typed = |kind: &str| {
        document(
            &json!({"requestBody": {"content": {"application/json": {"schema": {"type": kind}}}}}),
        )
    };
    assert_eq!(
        changed(&typed("string"), &typed("text")),
        [
            "breaking request-type-narrowed",
            "docs document-unsatisfiable-schema-added"
        ]
    );
}

#[test]
fn the_items_of_a_streamed_body_are_compared() {
    let streamed = |kind: &str| {
        let mut document = document(
            &json!({"responses": {"200": {"description": "ok", "content":
            {"application/jsonl": {"itemSchema": {"type": kind}}}}}}),
        );
        document["openapi"] = json!("3.2.0");
        document
    };
    assert_eq!(changed(&streamed("integer"), &streamed("integer")), [""; 0]);
    assert_eq!(
        changed(&streamed("integer"), &streamed("number")),
        ["breaking response-type-widened"]
    );
}

#[test]
fn headers_that_differ_in_case_are_matched_by_spelling() {
    let with = |description: &str| {
        responses(&json!({"200": {"description": description, "headers": {
            "A": {"schema": {"type": "integer"}}, "a": {"schema": {"type": "string"}}}}}))
    };
    assert_eq!(
        changed(&with("one"), &with("another")),
        ["docs response-text-changed"]
    );
}
