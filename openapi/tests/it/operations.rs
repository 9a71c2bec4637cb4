//! Verdicts on operations, parameters, responses, security and deprecation: a pair of documents for each kind of
//! difference.

use crate::reports::rendered;
use crate::schemas::summary;
use openapi::Document;
use openapi::diff::compare;
use serde_json::{Value, json};

/// Returns a document of one operation, made from the operation object and the rest of the root.
fn with_operation(operation: &Value, path: &str, rest: &Value) -> Document {
    let mut root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": operation}}});
    root.as_object_mut()
        .expect("an object")
        .extend(rest.as_object().expect("an object").clone());
    Document::parse("test", &root.to_string()).expect("a valid document")
}

fn of_operations(base: &Value, revision: &Value) -> Vec<String> {
    let rest = json!({});
    let base = with_operation(base, "/a", &rest);
    let revision = with_operation(revision, "/a", &rest);
    let found = compare(&base, &revision).changes;
    for change in &found {
        let breaks = change.class == openapi::diff::Class::Breaking;
        assert_eq!(change.witness.is_some(), breaks, "{change:?}");
    }
    summary(&found)
}

fn with_header(required: bool) -> Value {
    let header = json!({"X-Count": {"required": required, "schema": {"type": "integer"}}});
    json!({"200": {"description": "ok", "headers": header}})
}

fn ok() -> Value {
    json!({"200": {"description": "ok"}})
}

#[test]
fn each_change_of_an_operation_has_its_class_and_rule() {
    let plain = json!({"responses": ok()});
    let with = |key: &str, value: Value| {
        let mut operation = plain.clone();
        operation[key] = value;
        operation
    };
    let q = |extra: Value| {
        let mut parameter = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
        parameter
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        with("parameters", json!([parameter]))
    };
    let rows: Vec<(Value, Value, &[&str])> = vec![
        (
            plain.clone(),
            with("operationId", json!("x")),
            &["docs operation-id-added"],
        ),
        (
            with("operationId", json!("x")),
            with("operationId", json!("y")),
            &["docs operation-id-changed"],
        ),
        (
            with("tags", json!(["a", "b"])),
            with("tags", json!(["b", "a"])),
            &[],
        ),
        (
            with("tags", json!(["a"])),
            with("tags", json!(["b"])),
            &["docs operation-tags-changed"],
        ),
        (
            plain.clone(),
            with("description", json!("d")),
            &["docs operation-text-added"],
        ),
        (
            plain.clone(),
            with("deprecated", json!(true)),
            &["docs operation-deprecation-added"],
        ),
        (plain.clone(), q(json!({})), &["additive parameter-added"]),
        (
            q(json!({})),
            q(json!({"schema": {"type": "array", "items": {"type": "string"}}})),
            &["additive parameter-type-widened"],
        ),
        // The list of one value is not among those.
        (
            q(json!({})),
            q(json!({"schema": {"type": "array", "minItems": 2, "items": {"type": "string"}}})),
            &["breaking request-type-narrowed"],
        ),
        (
            q(json!({})),
            q(json!({"schema": {"type": "array", "items": {"type": "integer"}}})),
            &[
                "breaking request-type-narrowed",
                "additive parameter-type-widened",
            ],
        ),
        (
            plain.clone(),
            q(json!({"required": true})),
            &["breaking parameter-required-added"],
        ),
        (q(json!({})), plain.clone(), &["breaking parameter-removed"]),
        (
            q(json!({})),
            q(json!({"required": true})),
            &["breaking parameter-required-added"],
        ),
        (
            q(json!({})),
            q(json!({"style": "form", "explode": true})),
            &[],
        ),
        (q(json!({})), q(json!({"explode": false})), &[]),
        (
            with(
                "responses",
                json!({"200": {"description": "ok"}, "404": {"description": "no"}}),
            ),
            plain.clone(),
            &["breaking response-status-removed"],
        ),
        (
            plain.clone(),
            with(
                "responses",
                json!({"200": {"description": "ok"}, "404": {"description": "no"}}),
            ),
            &["additive response-status-added"],
        ),
        (
            plain.clone(),
            with("responses", json!({"200": {"description": "fine"}})),
            &["docs response-text-changed"],
        ),
        (
            plain.clone(),
            with("requestBody", json!({"content": {}})),
            &["additive request-body-added"],
        ),
        (
            plain.clone(),
            with("requestBody", json!({"required": true, "content": {}})),
            &["breaking request-body-added"],
        ),
        (
            with(
                "responses",
                json!({"200": {"description": "ok", "content": {"text/csv": {}}}}),
            ),
            with(
                "responses",
                json!({"200": {"description": "ok", "content": {"text/html": {}}}}),
            ),
            &[
                "breaking response-media-type-removed",
                "additive response-media-type-added",
            ],
        ),
        (
            with("responses", with_header(true)),
            with("responses", ok()),
            &["breaking header-removed"],
        ),
        (
            with("responses", with_header(false)),
            with("responses", ok()),
            &["warning header-removed"],
        ),
        (
            with("responses", ok()),
            with("responses", with_header(false)),
            &["additive header-added"],
        ),
        (
            plain.clone(),
            with("produces", json!(["text/csv"])),
            &["unproven operation-field-added"],
        ),
        (
            plain.clone(),
            with("RequestBody", json!({"content": {}})),
            &["unproven operation-field-added"],
        ),
        (
            plain.clone(),
            with("unheard-of", json!(1)),
            &["docs operation-field-added"],
        ),
    ];
    for (base, revision, expected) in rows {
        assert_eq!(
            of_operations(&base, &revision),
            expected,
            "{base} to {revision}"
        );
    }
}

#[test]
fn an_operation_removed_breaks_and_one_added_does_not() {
    let rest = json!({});
    let operation = json!({"responses": ok()});
    let base = with_operation(&operation, "/a", &rest);
    let revision = with_operation(&operation, "/b", &rest);
    let found = compare(&base, &revision).changes;
    assert_eq!(
        summary(&found),
        ["breaking operation-removed", "additive operation-added"]
    );
    assert_eq!(found[0].operations, ["GET /a"]);
}

#[test]
fn path_templates_match_by_shape_and_not_by_parameter_names() {
    let operation = |name: &str| {
        json!({"responses": ok(), "parameters": [
            {"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]})
    };
    let rest = json!({});
    let base = with_operation(&operation("id"), "/a/{id}", &rest);
    let revision = with_operation(&operation("key"), "/a/{key}", &rest);
    let found = compare(&base, &revision).changes;
    assert_eq!(summary(&found), ["docs parameter-name-changed"]);
}

#[test]
fn two_paths_of_the_same_shape_are_matched_by_name() {
    let item = |name: &str, method: &str| {
        let parameters =
            json!([{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]);
        json!({method: {"responses": ok(), "parameters": parameters}})
    };
    let paths = json!({"/a/{id}": item("id", "get"), "/a/{key}": item("key", "delete")});
    let root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths});
    let document = Document::parse("test", &root.to_string()).expect("a valid document");
    assert_eq!(summary(&compare(&document, &document).changes), [""; 0]);
}

#[test]
fn a_parameter_of_the_path_item_belongs_to_its_operations() {
    let parameter = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
    let text = |item: Value| {
        let root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": item}});
        Document::parse("test", &root.to_string()).expect("a valid document")
    };
    let above = text(json!({"parameters": [parameter], "get": {"responses": ok()}}));
    let within = text(json!({"get": {"parameters": [parameter], "responses": ok()}}));
    assert!(compare(&above, &within).changes.is_empty());
    assert!(compare(&within, &above).changes.is_empty());
}

#[test]
fn security_is_compared_by_its_requirements() {
    let operation = json!({"responses": ok()});
    let scheme = |name: &str| {
        json!({
        "security": [{name: []}],
        "components": {"securitySchemes": {name: {"type": "http", "scheme": "bearer"}}}})
    };
    let open = with_operation(&operation, "/a", &json!({}));
    let bearer = with_operation(&operation, "/a", &scheme("bearer"));
    let renamed = with_operation(&operation, "/a", &scheme("token"));
    assert_eq!(
        summary(&compare(&open, &bearer).changes),
        ["breaking security-requirement-narrowed"]
    );
    assert_eq!(
        summary(&compare(&bearer, &open).changes),
        ["additive security-requirement-widened"]
    );
    assert!(compare(&bearer, &renamed).changes.is_empty());
}

#[test]
fn a_scope_that_is_demanded_as_well_is_part_of_the_witness() {
    let demanding = |scopes: &[&str]| {
        let flow = json!({"tokenUrl": "https://a.example/token", "scopes": {"r": "", "w": ""}});
        let scheme = json!({"type": "oauth2", "flows": {"clientCredentials": flow}});
        let rest =
            json!({"security": [{"o": scopes}], "components": {"securitySchemes": {"o": scheme}}});
        with_operation(&json!({"responses": ok()}), "/a", &rest)
    };
    let found = compare(&demanding(&["r"]), &demanding(&["r", "w"])).changes;
    assert_eq!(summary(&found), ["breaking security-requirement-narrowed"]);
    assert_eq!(
        found[0].witness,
        Some(json!({"credentials": ["oauth2 clientCredentials with the scope r"]}))
    );
}

#[test]
fn a_scope_that_a_flow_no_longer_offers_breaks_where_it_is_demanded() {
    let of = |offered: &[&str], demanded: &str| {
        let scopes: serde_json::Map<String, Value> = offered
            .iter()
            .map(|scope| ((*scope).to_owned(), json!("")))
            .collect();
        let flow = json!({"tokenUrl": "https://a.example/token", "scopes": scopes});
        let scheme = json!({"type": "oauth2", "flows": {"clientCredentials": flow}});
        let rest = json!({"security": [{"o": [demanded]}], "components": {"securitySchemes": {"o": scheme}}});
        with_operation(&json!({"responses": ok()}), "/a", &rest)
    };
    let text = "docs component-text-changed";
    let found = compare(&of(&["r", "w"], "w"), &of(&["r"], "w")).changes;
    let narrowed = "breaking security-requirement-narrowed";
    assert_eq!(summary(&found), [narrowed]);
    // What else changed in the scopes is an entry of its own.
    let found = compare(&of(&["r", "w", "x"], "w"), &of(&["r"], "w")).changes;
    assert_eq!(summary(&found), [narrowed, text]);
    let found = compare(&of(&["r", "w"], "r"), &of(&["r"], "r")).changes;
    assert_eq!(summary(&found), [text]);
    // It was a mistake before.
    let found = compare(&of(&["r"], "w"), &of(&[], "w")).changes;
    assert_eq!(summary(&found), [text]);
}

#[test]
fn a_flow_that_comes_or_leaves_is_one_entry_where_it_is_demanded() {
    let of = |kinds: &[&str], is_demanded: bool| {
        let flow = json!({"tokenUrl": "https://a.example/token", "scopes": {"r": ""}});
        let flows: serde_json::Map<String, Value> = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), flow.clone()))
            .collect();
        let scheme = json!({"type": "oauth2", "flows": flows});
        let security = if is_demanded {
            json!([{"o": ["r"]}])
        } else {
            json!([])
        };
        let rest = json!({"security": security, "components": {"securitySchemes": {"o": scheme}}});
        with_operation(&json!({"responses": ok()}), "/a", &rest)
    };
    let found = |base: &[&str], revision: &[&str], is_demanded| {
        let (base, revision) = (of(base, is_demanded), of(revision, is_demanded));
        summary(&compare(&base, &revision).changes)
    };
    let (one, two) = (["password"], ["clientCredentials", "password"]);
    let widened = "additive security-requirement-widened";
    assert_eq!(found(&one, &two, true), [widened]);
    let narrowed = "breaking security-requirement-narrowed";
    assert_eq!(found(&two, &one, true), [narrowed]);
    assert_eq!(found(&one, &["implicit"], true), [narrowed, widened]);
    let whole = "docs component-changed";
    assert_eq!(found(&one, &two, false), [whole]);
}

#[test]
fn a_cause_is_one_entry_with_its_operations() {
    let document = |limit: u64| {
        let paths: serde_json::Map<String, Value> = (0..12)
            .map(|n| {
                let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Name"}}}});
                (format!("/{n}"), json!({"post": {"requestBody": body, "responses": ok()}}))
            })
            .collect();
        let root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths,
            "components": {"schemas": {"Name": {"type": "string", "maxLength": limit}}}});
        Document::parse("test", &root.to_string()).expect("a valid document")
    };
    let (base, revision) = (document(9), document(8));
    let diff = compare(&base, &revision);
    assert_eq!(summary(&diff.changes), ["breaking request-length-narrowed"]);
    assert_eq!(diff.changes[0].operations.len(), 12);
    let text = rendered(openapi::render::text::write, &base, &revision, &diff);
    assert!(text.contains("and 2 more operations"), "{text}");
}

#[test]
fn map_keys_that_look_like_keywords_are_read() {
    let root = |kind: &str| {
        let header = json!({"schema": {"type": kind, "nullable": kind == "string"}});
        let root = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
            "responses": {"default": {"description": "any", "headers": {"example": header}}}}}}});
        Document::parse("test", &root.to_string()).expect("a valid document")
    };
    let found = compare(&root("integer"), &root("string")).changes;
    assert_eq!(summary(&found), ["breaking response-type-widened"]);
}

#[test]
fn sunsets_and_stability_levels_are_compared() {
    let with = |extra: Value| {
        let mut operation = json!({"responses": ok(), "deprecated": true});
        operation
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        operation
    };
    let sunset = |date: &str| with(json!({ "x-sunset": date }));
    let level = |level: &str| with(json!({ "x-stability-level": level }));
    let rows: Vec<(Value, Value, &[&str])> = vec![
        (
            sunset("2030-01-01"),
            sunset("2031-01-01"),
            &["docs operation-sunset-widened"],
        ),
        (
            sunset("2030-01-01"),
            sunset("2029-12-31"),
            &["breaking operation-sunset-narrowed"],
        ),
        (
            sunset("2030-01-01"),
            sunset("soon"),
            &["breaking operation-sunset-changed"],
        ),
        (
            sunset("2030-01-01"),
            with(json!({})),
            &["breaking operation-sunset-removed"],
        ),
        (
            with(json!({})),
            sunset("2030-01-01"),
            &["docs operation-sunset-added"],
        ),
        (
            level("beta"),
            level("stable"),
            &["docs operation-stability-widened"],
        ),
        (
            level("beta"),
            level("alpha"),
            &["breaking operation-stability-narrowed"],
        ),
        (
            with(json!({})),
            level("beta"),
            &["breaking operation-stability-narrowed"],
        ),
        (with(json!({})), level("stable"), &[]),
        (
            level("beta"),
            level("soon"),
            &["breaking operation-stability-changed"],
        ),
    ];
    for (base, revision, expected) in rows {
        assert_eq!(
            of_operations(&base, &revision),
            expected,
            "{base} to {revision}"
        );
    }
}

#[test]
fn a_changed_unused_component_is_docs() {
    let operation = json!({"responses": ok()});
    let base = with_operation(&operation, "/a", &json!({}));
    let revision = with_operation(
        &operation,
        "/a",
        &json!({"components": {"schemas": {"X": {"type": "string"}}}}),
    );
    assert_eq!(
        summary(&compare(&base, &revision).changes),
        ["docs component-added"]
    );
}
