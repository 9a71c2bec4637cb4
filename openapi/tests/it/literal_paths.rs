//! New paths that answer calls of a path with parameters (OpenAPI 3.1 section 4.8.8).

use serde_json::{Map, Value, json};

use crate::schemas::changed;

/// Returns a document with a `GET` operation at each of the paths. Its path parameters have the schema.
fn document(paths: &[&str], schema: &Value) -> Value {
    let item = |path: &&str| {
        let names = path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next());
        let parameters: Vec<Value> = names
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": schema}))
            .collect();
        let operation = json!({"description": path, "parameters": parameters, "responses": {"200": {"description": "ok"}}});
        ((*path).to_owned(), json!({"get": operation}))
    };
    let paths: Map<String, Value> = paths.iter().map(item).collect();
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})
}

fn added(template: &str, literal: &str, schema: &Value) -> Vec<String> {
    changed(
        &document(&[template], schema),
        &document(&[template, literal], schema),
    )
}

#[test]
fn a_new_path_that_a_parameter_admits_is_a_warning() {
    let text = json!({"type": "string"});
    for (template, literal) in [
        ("/users/{id}", "/users/me"),
        ("/users/{id}/posts/{post}", "/users/me/posts/{post}"),
        ("/files/{name}.json", "/files/all.json"),
        ("/{kind}/{id}", "/users/me"),
    ] {
        let found = added(template, literal, &text);
        assert_eq!(
            found,
            ["warning operation-narrowed", "additive operation-added"],
            "{literal}"
        );
    }
}

#[test]
fn a_new_path_that_a_parameter_lists_breaks() {
    let found = added("/users/{id}", "/users/me", &json!({"enum": ["me", "you"]}));
    assert_eq!(
        found,
        ["breaking operation-narrowed", "additive operation-added"]
    );
    let found = added("/users/{id}", "/users/1", &json!({"enum": [1, 2]}));
    assert_eq!(
        found,
        ["breaking operation-narrowed", "additive operation-added"]
    );
}

#[test]
fn a_new_path_that_answers_no_call_of_another_is_additive() {
    let only = ["additive operation-added"];
    for schema in [
        json!({"type": "integer"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "string", "pattern": "^[0-9]+$"}),
        json!({"enum": ["you"]}),
    ] {
        assert_eq!(added("/users/{id}", "/users/me", &schema), only, "{schema}");
    }
    let text = json!({"type": "string"});
    for literal in ["/users", "/users/me/posts", "/groups/me", "/users/{id}/me"] {
        assert_eq!(added("/users/{id}", literal, &text), only, "{literal}");
    }
    // Another path was nearer already.
    let two = ["/users/{id}", "/{kind}/{id}"];
    let found = changed(
        &document(&two, &json!({"type": "string"})),
        &document(
            &["/users/{id}", "/{kind}/{id}", "/users/me"],
            &json!({"type": "string"}),
        ),
    );
    assert_eq!(
        found,
        ["warning operation-narrowed", "additive operation-added"]
    );
}
