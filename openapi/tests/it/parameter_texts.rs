//! Values of parameters are texts: null is not written, and other types may read the same text.

use serde_json::{Value, json};

use crate::schemas::changed;

fn document(place: &str, schema: &Value, components: &Value) -> Value {
    let path = if place == "path" { "/a/{p}" } else { "/a" };
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": {
        "parameters": [{"name": "p", "in": place, "required": true, "schema": schema}],
        "responses": {"200": {"description": "ok"}}}}}, "components": {"schemas": components}})
}

/// Returns the changes from one schema of a query parameter to another.
fn query(base: &Value, revision: &Value) -> Vec<String> {
    changed(
        &document("query", base, &json!({})),
        &document("query", revision, &json!({})),
    )
}

fn is_gated(found: &[String]) -> bool {
    let gates = |change: &String| change.starts_with("breaking") || change.starts_with("unproven");
    found.iter().any(gates)
}

#[test]
fn a_component_that_a_parameter_refers_to_may_lose_null() {
    let component = json!({"$ref": "#/components/schemas/N"});
    for place in ["query", "path"] {
        let of = |schema: Value| document(place, &component, &json!({"N": schema}));
        let nullable = of(json!({"type": ["integer", "null"]}));
        let plain = of(json!({"type": "integer"}));
        assert!(!is_gated(&changed(&nullable, &plain)));
        assert!(!is_gated(&changed(&plain, &nullable)));
        let narrower = of(json!({"type": "integer", "maximum": 5}));
        assert!(is_gated(&changed(&nullable, &narrower)));
        let listed = of(json!({"enum": ["a", "b", null]}));
        assert!(!is_gated(&changed(
            &listed,
            &of(json!({"enum": ["a", "b"]}))
        )));
        assert!(is_gated(&changed(&listed, &of(json!({"enum": ["a"]})))));
    }
}

#[test]
fn the_items_of_a_list_are_texts_as_well() {
    let list = |items: Value| json!({"type": "array", "items": items});
    let flags = list(json!({"enum": ["true", "false"]}));
    for (one, other) in [
        (
            list(json!({"type": ["integer", "null"]})),
            list(json!({"type": "integer"})),
        ),
        (list(json!({"type": "boolean"})), flags.clone()),
        (
            list(json!({"type": "integer", "minimum": 1, "maximum": 3})),
            list(json!({"enum": ["1", "2", "3"]})),
        ),
    ] {
        assert!(!is_gated(&query(&one, &other)), "{one}");
        assert!(!is_gated(&query(&other, &one)), "{one}");
    }
    for narrower in [
        list(json!({"enum": ["true"]})),
        list(json!({"type": "integer"})),
        json!({"type": "array", "items": {"type": "boolean"}, "maxItems": 2}),
    ] {
        let found = query(&flags, &narrower);
        assert!(found[0].starts_with("breaking"), "{narrower}: {found:?}");
    }
    // A text that is a number is not a flag.
    assert!(query(&list(json!({"type": "string"})), &flags)[0].starts_with("breaking"));
    let component = json!({"$ref": "#/components/schemas/L"});
    let of = |items: Value| document("query", &component, &json!({"L": list(items)}));
    let (base, revision) = (
        of(json!({"type": "boolean"})),
        of(json!({"enum": ["true", "false"]})),
    );
    assert!(!is_gated(&changed(&base, &revision)));
    let revision = of(json!({"enum": ["true"]}));
    assert!(is_gated(&changed(&base, &revision)));
}

#[test]
fn an_integer_within_bounds_is_one_of_few_texts() {
    let within = |least: i64, greatest: i64| json!({"type": "integer", "minimum": least, "maximum": greatest});
    let texts = json!({"enum": ["1", "2", "3"]});
    for same in [
        within(1, 3),
        json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 4}),
    ] {
        assert!(!is_gated(&query(&same, &texts)));
        assert!(!is_gated(&query(&texts, &same)));
    }
    assert!(query(&within(1, 4), &texts)[0].starts_with("breaking"));
    assert!(query(&texts, &within(1, 2))[0].starts_with("breaking"));
    assert!(!is_gated(&query(&within(1, 2), &texts)));
    assert!(is_gated(&query(
        &json!({"type": "integer", "minimum": 1}),
        &texts
    )));
}

#[test]
fn a_list_without_items_is_not_written() {
    let list =
        |least: u32| json!({"type": "array", "items": {"type": "string"}, "minItems": least});
    for place in ["query", "path", "header", "cookie"] {
        let of = |schema: &Value| document(place, schema, &json!({"L": list(2)}));
        let found = changed(&of(&list(0)), &of(&list(1)));
        assert_eq!(found, ["additive request-length-narrowed"], "{place}");
        let found = changed(&of(&list(0)), &of(&list(2)));
        assert_eq!(found, ["breaking request-length-narrowed"], "{place}");
        let component = json!({"$ref": "#/components/schemas/L"});
        assert!(
            is_gated(&changed(&of(&list(0)), &of(&component))),
            "{place}"
        );
    }
    let object = |least: u32| json!({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": least});
    assert!(!is_gated(&query(&object(0), &object(1))));
    assert!(is_gated(&query(&object(0), &object(2))));
    // In a path, an empty segment is another path.
    let items = |least: u32| json!({"type": "array", "items": {"type": "string", "minLength": least}, "maxItems": 1});
    let path = |schema: &Value| document("path", schema, &json!({}));
    assert!(!changed(&path(&items(0)), &path(&items(1))).is_empty());
}
