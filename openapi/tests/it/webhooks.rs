//! Verdicts on webhooks and callbacks. There the server sends requests to the client, so every direction is
//! reversed.

use serde_json::{Value, json};

use crate::schemas::changed;

/// Returns documents with the operation as a webhook, as one of the extension that 3.0 has for webhooks, and as a
/// callback.
fn pushing(operation: &Value) -> [Value; 3] {
    let mut operation = operation.clone();
    let members = operation.as_object_mut().expect("an operation");
    members
        .entry("responses")
        .or_insert_with(|| json!({"200": {"description": "taken"}}));
    let head = |rest: &Value| {
        let mut document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}});
        let members = rest.as_object().expect("members").clone();
        document.as_object_mut().expect("an object").extend(members);
        document
    };
    let callback = json!({"done": {"{$request.body#/url}": {"post": operation}}});
    [
        head(&json!({"webhooks": {"done": {"post": operation}}})),
        head(&json!({"x-webhooks": {"done": {"post": operation}}})),
        head(&json!({"paths": {"/jobs": {"post": {
            "responses": {"202": {"description": "begun"}}, "callbacks": callback
        }}}})),
    ]
}

/// Returns the changes in both directions, which are the same for the webhooks and the callback.
fn both_ways(one: &Value, other: &Value) -> (Vec<String>, Vec<String>) {
    let (ones, others) = (pushing(one), pushing(other));
    let pairs = || ones.iter().zip(&others);
    let there = pairs()
        .map(|(one, other)| changed(one, other))
        .collect::<Vec<_>>();
    let back = pairs()
        .map(|(one, other)| changed(other, one))
        .collect::<Vec<_>>();
    let [there, back] = [there, back].map(|mut changes| {
        assert!(
            changes.iter().all(|other| other == &changes[0]),
            "{one} → {other}: {changes:?}"
        );
        changes.swap_remove(0)
    });
    (there, back)
}

fn body(media_types: &[&str]) -> Value {
    let content: serde_json::Map<String, Value> = media_types
        .iter()
        .map(|name| ((*name).to_owned(), json!({"schema": {"type": "string"}})))
        .collect();
    json!({"requestBody": {"required": true, "content": content}})
}

#[test]
fn a_body_that_the_server_sends_may_narrow_and_not_widen() {
    let holding = |values: &[&str]| json!({"requestBody": {"content": {"application/json": {"schema": {"enum": values}}}}});
    let (narrowed, widened) = both_ways(&holding(&["a", "b"]), &holding(&["a"]));
    assert_eq!(narrowed, ["additive response-enum-narrowed"]);
    assert_eq!(widened, ["breaking response-enum-widened"]);
}

#[test]
fn adding_a_media_type_that_the_server_sends_breaks() {
    let (added, removed) = both_ways(
        &body(&["application/json"]),
        &body(&["application/json", "application/xml"]),
    );
    assert_eq!(added, ["breaking response-media-type-added"]);
    assert_eq!(removed, ["additive response-media-type-removed"]);
    let (widened, narrowed) = both_ways(&body(&["text/plain"]), &body(&["text/*"]));
    assert_eq!(widened, ["breaking response-media-type-widened"]);
    assert_eq!(narrowed, ["additive response-media-type-narrowed"]);
}

#[test]
fn removing_a_required_parameter_that_the_server_sends_breaks() {
    let with = |required: bool| {
        json!({"parameters": [
            {"name": "X-Signature", "in": "header", "required": required, "schema": {"type": "string"}}
        ]})
    };
    let (optional, required) = both_ways(&with(true), &with(false));
    assert_eq!(optional, ["breaking parameter-required-removed"]);
    assert_eq!(required, ["additive parameter-required-added"]);
    let (removed, added) = both_ways(&with(true), &json!({}));
    assert_eq!(removed, ["breaking parameter-removed"]);
    assert_eq!(added, ["additive parameter-required-added"]);
    let (removed, added) = both_ways(&with(false), &json!({}));
    assert_eq!(removed, ["additive parameter-removed"]);
    assert_eq!(added, ["additive parameter-added"]);
}

#[test]
fn removing_a_required_body_that_the_server_sends_breaks() {
    let required = body(&["application/json"]);
    let (removed, added) = both_ways(&required, &json!({}));
    assert_eq!(removed, ["breaking request-body-removed"]);
    assert_eq!(added, ["additive request-body-added"]);
    let mut optional = required.clone();
    optional["requestBody"]["required"] = json!(false);
    let (now_optional, now_required) = both_ways(&required, &optional);
    assert_eq!(now_optional, ["breaking request-required-removed"]);
    assert_eq!(now_required, ["additive request-required-added"]);
}

#[test]
fn an_empty_value_that_the_server_may_send_breaks() {
    let with = |allowed: bool| {
        json!({"parameters": [
            {"name": "flag", "in": "query", "allowEmptyValue": allowed, "schema": {"type": "string", "minLength": 1}}
        ]})
    };
    let (forbidden, allowed) = both_ways(&with(true), &with(false));
    assert_eq!(forbidden, ["additive parameter-style-narrowed"]);
    assert_eq!(allowed, ["breaking parameter-style-widened"]);
}

#[test]
fn a_response_of_the_client_may_widen_and_not_narrow() {
    let answering = |headers: &Value| json!({"responses": {"200": {"description": "taken", "headers": headers}}});
    let (required, optional) = both_ways(
        &answering(&json!({})),
        &answering(&json!({"X-Taken": {"required": true, "schema": {"type": "string"}}})),
    );
    assert_eq!(required, ["breaking header-added"]);
    assert_eq!(optional, ["additive header-removed"]);
    let (required, optional) = both_ways(
        &answering(&json!({"X-Taken": {"schema": {"type": "string"}}})),
        &answering(&json!({"X-Taken": {"required": true, "schema": {"type": "string"}}})),
    );
    assert_eq!(required, ["breaking header-required-added"]);
    assert_eq!(optional, ["additive header-required-removed"]);
}

#[test]
fn a_header_of_the_clients_response_is_reported_as_a_header() {
    let answering = |schema: &Value| json!({"responses": {"200": {"description": "taken", "headers": {"X-Taken": {"schema": schema}}}}});
    let (listed, single) = both_ways(
        &answering(&json!({"type": "string"})),
        &answering(&json!({"type": "array", "items": {"type": "string"}})),
    );
    assert_eq!(listed, ["additive header-type-widened"]);
    assert_eq!(single, ["breaking request-type-narrowed"]);
}

#[test]
fn webhooks_in_an_extension_are_read_as_webhooks() {
    let document = |version: &str, section: &str, hooks: Value| json!({"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {}, section: hooks});
    let hook = |schema: Value| {
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S"}}});
        let post = json!({"requestBody": {"required": true, "content": content}, "responses": {"200": {"description": "ok"}}});
        (
            json!({"w": {"post": post}}),
            json!({"schemas": {"S": schema}}),
        )
    };
    let of = |version: &str, section: &str, schema: Value| {
        let (hooks, components) = hook(schema);
        let mut document = document(version, section, hooks);
        document["components"] = components;
        document
    };
    let nullable = of(
        "3.0.3",
        "x-webhooks",
        json!({"type": "string", "nullable": true}),
    );
    let plain = of("3.0.3", "x-webhooks", json!({"type": "string"}));
    assert_eq!(changed(&plain, &nullable), ["breaking response-null-added"]);
    let moved = of("3.1.0", "webhooks", json!({"type": ["string", "null"]}));
    assert_eq!(changed(&nullable, &moved), [""; 0]);
    for malformed in [json!([1]), json!({"w": 1})] {
        let other = json!({"w": [2]});
        let [base, revision] =
            [malformed, other].map(|hooks| document("3.0.3", "x-webhooks", hooks));
        assert!(!changed(&base, &revision).is_empty(), "{base}");
    }
}

#[test]
fn query_parameters_that_become_fields_of_an_object_are_unproven() {
    let apart = json!({"parameters": [
        {"name": "a", "in": "query", "schema": {"type": "string"}},
        {"name": "b", "in": "query", "schema": {"type": "integer"}},
    ]});
    let object = |name: &str| {
        json!({"parameters": [{"name": name, "in": "query", "schema": {
            "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}]})
    };
    let has_unproven = |changes: &[String]| {
        let wanted = "unproven parameter-style-changed";
        changes.iter().any(|change| change == wanted)
    };
    for (one, other, is_same) in [
        (apart.clone(), object("f"), true),
        (object("f"), object("g"), true),
        (
            apart,
            json!({"parameters": [{"name": "f", "in": "query", "schema": {
            "type": "object", "properties": {"c": {"type": "string"}}}}]}),
            false,
        ),
    ] {
        let (there, back) = both_ways(&one, &other);
        assert_eq!(has_unproven(&there), is_same, "{there:?}");
        assert_eq!(has_unproven(&back), is_same, "{back:?}");
    }
}
