//! The documentation of rules: each rule once, complete, and with a stable id.

use std::collections::BTreeSet;

use openapi::diff::{Change, Class, compare, rule_of, rules};
use openapi::{Document, pointer, render};
use serde_json::{Value, json};

/// Returns whether the documentation of the rule lists the class of the change.
pub(crate) fn is_documented(change: &Change) -> bool {
    rules().iter().any(|known| {
        let is_lowered = change.class == Class::Docs
            && change
                .message
                .to_string()
                .ends_with("; only operations that were draft or alpha)");
        known.rule == change.rule && (is_lowered || known.classes.contains(&change.class))
    })
}

#[test]
fn ids_of_rules_are_stable() {
    let lines: Vec<String> = rules()
        .iter()
        .map(|known| {
            let classes: Vec<&str> = known.classes.iter().copied().map(Class::name).collect();
            format!("{} {}", known.rule, classes.join(" "))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn each_rule_is_documented_once_and_found_by_its_id() {
    let mut seen = BTreeSet::new();
    for known in rules() {
        let id = known.rule.to_string();
        assert!(seen.insert(id.clone()), "{id} is documented twice");
        assert_eq!(rule_of(&id), Some(known.rule));
        let mut classes = known.classes.to_vec();
        classes.sort_unstable_by(|a, b| b.cmp(a));
        classes.dedup();
        assert_eq!(classes, known.classes, "{id}: the most severe class first");
        assert!(!classes.is_empty(), "{id} has no class");
        for text in [known.means.as_str(), known.why] {
            assert!(text.ends_with('.'), "{id}: not a sentence: {text}");
            // The texts go into a Markdown table as they are.
            assert!(!text.contains(['{', '|', '<', '\n']), "{id}: {text}");
        }
    }
    assert_eq!(rule_of("response-property-vanished"), None);
}

#[test]
fn each_format_lists_every_rule() {
    let rules = rules();
    let mut written = [Vec::new(), Vec::new(), Vec::new()];
    let [text, json, markdown] = &mut written;
    render::rules::text(text, &rules).expect("a write to memory");
    render::rules::json(json, &rules).expect("a write to memory");
    render::rules::markdown(markdown, &rules).expect("a write to memory");
    let [text, json, markdown] = written.map(|bytes| String::from_utf8(bytes).expect("text"));
    let json: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json.len(), rules.len());
    for (known, object) in rules.iter().zip(&json) {
        let id = known.rule.to_string();
        assert_eq!(object["id"], id);
        assert_eq!(object["classes"][0], known.classes[0].name());
        assert_eq!(object["means"], known.means);
        assert_eq!(object["why"], known.why);
        assert!(markdown.contains(&format!("| `{id}` |")), "{id}");
        assert!(text.contains(&id), "{id}");
    }
}

/// Returns a document with objects of every kind, to which fields can be added.
fn everything() -> Value {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let body = json!({"content": {"application/json": {"schema": schema}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {"/a": {"post": {
            "servers": [{"url": "https://a.example"}],
            "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
            "requestBody": body,
            "responses": {"200": {"description": "ok", "content": body["content"],
                "headers": {"x-a": {"schema": {"type": "string"}}}}},
            "callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "ok"}}}}}}
        }}},
        "webhooks": {"event": {"post": {"requestBody": body, "responses": {"200": {"description": "ok"}}}}},
        "components": {
            "schemas": {"Unused": {"type": "string"}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}
        },
        "security": [{"bearer": []}]
    })
}

/// Collects the pointers to all objects of a document.
fn objects(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            into.push(at.to_owned());
            for (key, member) in members {
                objects(member, &pointer::join(at, key), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{at}/{index}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_field_in_any_place_has_a_documented_rule() {
    let fields = [
        ("title", json!("a"), json!("b")),
        ("description", json!("a"), json!("b")),
        ("externalDocs", json!({"url": "a"}), json!({"url": "b"})),
        ("example", json!("a"), json!("b")),
        ("examples", json!(["a"]), json!(["b"])),
        ("deprecated", json!(true), json!("b")),
        ("default", json!("a"), json!("b")),
        ("tags", json!(["a"]), json!(["b"])),
        ("readOnly", json!(true), json!(false)),
        (
            "discriminator",
            json!({"propertyName": "a"}),
            json!({"propertyName": "b"}),
        ),
        ("format", json!("a"), json!("b")),
        ("contentEncoding", json!("base64"), json!("base32")),
        ("pattern", json!("a"), json!("b")),
        ("x-sunset", json!("2030-01-01"), json!("2029-01-01")),
        ("x-stability-level", json!("beta"), json!("alpha")),
        ("x-other", json!(1), json!(2)),
        ("unheardOf", json!(1), json!(2)),
    ];
    let base = everything();
    let mut places = Vec::new();
    objects(&base, "", &mut places);
    let mut seen = BTreeSet::new();
    for place in &places {
        for (key, old, new) in &fields {
            let with = |value: Option<&Value>| {
                let mut document = base.clone();
                let object = document.pointer_mut(place).and_then(Value::as_object_mut)?;
                if let Some(value) = value {
                    object.insert((*key).to_owned(), value.clone());
                }
                // `None` for a document that is refused on reading.
                Document::parse("test", &document.to_string()).ok()
            };
            let versions = [with(None), with(Some(old)), with(Some(new))];
            for (base, revision) in [(0, 1), (1, 2), (2, 0)] {
                let (Some(base), Some(revision)) = (&versions[base], &versions[revision]) else {
                    continue;
                };
                for change in compare(base, revision).changes {
                    assert!(is_documented(&change), "{place} {key}: {change:?}");
                    seen.insert(change.rule.to_string());
                }
            }
        }
    }
    assert!(seen.len() > 200, "{} rules were seen: {seen:?}", seen.len());
}
