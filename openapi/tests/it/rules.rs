//! One pair of schemas for each kind of difference: its class, its rule, and its witness if it breaks.

use crate::schemas::{Body, assert_witnessed, changes, summary};
use serde_json::{Value, json};

/// A change of a schema, and the expected result in a request and in a response.
struct Row {
    base: Value,
    revision: Value,
    request: &'static [&'static str],
    response: &'static [&'static str],
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn rows() -> Vec<Row> {
    let a = json!({"a": {"type": "string"}});
    let ab = json!({"a": {"type": "string"}, "b": {"type": "integer"}});
    vec![
        Row {
            base: object(&a, &[]),
            revision: object(&ab, &[]),
            request: &["additive request-property-added"],
            response: &["additive response-property-added"],
        },
        Row {
            base: object(&a, &[]),
            revision: object(&ab, &["b"]),
            request: &["breaking request-required-property-added"],
            response: &["additive response-required-property-added"],
        },
        Row {
            base: object(&ab, &["b"]),
            revision: object(&a, &[]),
            request: &["additive request-required-property-removed"],
            response: &["breaking response-required-property-removed"],
        },
        Row {
            base: object(&a, &[]),
            revision: object(&a, &["a"]),
            request: &["breaking request-required-added"],
            response: &["additive response-required-added"],
        },
        Row {
            base: object(&a, &["a"]),
            revision: object(&a, &[]),
            request: &["additive request-required-removed"],
            response: &["breaking response-required-removed"],
        },
        Row {
            base: json!({"type": "string"}),
            revision: json!({"type": "integer"}),
            request: &["breaking request-type-narrowed"],
            response: &["breaking response-type-widened"],
        },
        Row {
            base: json!({"type": "integer"}),
            revision: json!({"type": "number"}),
            request: &["additive request-type-widened"],
            response: &["breaking response-type-widened"],
        },
        Row {
            base: json!({"type": "string"}),
            revision: json!({"type": ["string", "null"]}),
            request: &["additive request-null-added"],
            response: &["breaking response-null-added"],
        },
        Row {
            base: json!({"enum": ["a", "b"]}),
            revision: json!({"enum": ["a", "b", "c"]}),
            request: &["additive request-enum-widened"],
            response: &["breaking response-enum-widened"],
        },
        Row {
            base: json!({"type": "string", "maxLength": 10}),
            revision: json!({"type": "string", "maxLength": 5}),
            request: &["breaking request-length-narrowed"],
            response: &["additive response-length-narrowed"],
        },
        Row {
            base: json!({"type": "string"}),
            revision: json!({"type": "string", "pattern": "^[a-z]{3}$"}),
            request: &["breaking request-pattern-narrowed"],
            response: &["additive response-pattern-narrowed"],
        },
        Row {
            base: json!({"type": "string", "format": "date-time"}),
            revision: json!({"type": "string"}),
            request: &["additive request-format-widened"],
            response: &["breaking response-format-widened"],
        },
        Row {
            base: json!({"type": "integer"}),
            revision: json!({"type": "integer", "format": "int64"}),
            request: &["docs request-format-changed"],
            response: &["docs response-format-changed"],
        },
        Row {
            base: json!({"type": "integer", "minimum": 0, "maximum": 10}),
            revision: json!({"type": "integer", "minimum": 0, "maximum": 20}),
            request: &["additive request-range-widened"],
            response: &["breaking response-range-widened"],
        },
        Row {
            base: json!({"type": "array", "items": {"type": "string"}}),
            revision: json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
            request: &["breaking request-length-narrowed"],
            response: &["additive response-length-narrowed"],
        },
        Row {
            base: object(&a, &[]),
            revision: json!({"type": "object", "properties": a, "additionalProperties": false}),
            request: &["breaking request-additional-properties-narrowed"],
            response: &["additive response-additional-properties-narrowed"],
        },
        Row {
            base: json!({"type": "object", "properties": ab, "additionalProperties": false}),
            revision: json!({"type": "object", "properties": a, "additionalProperties": false}),
            request: &["breaking request-property-removed"],
            response: &["warning response-optional-property-removed"],
        },
        Row {
            base: json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            revision: json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]}),
            request: &["additive request-alternative-added"],
            response: &["breaking response-alternative-added"],
        },
        Row {
            base: json!({"not": {"type": "string"}}),
            revision: json!({"not": {"type": ["string", "integer"]}}),
            request: &["breaking request-schema-narrowed"],
            response: &["additive response-schema-narrowed"],
        },
        Row {
            base: json!({"type": "string", "title": "A", "description": "x", "default": "d", "example": "e", "x-y": 1}),
            revision: json!({"type": "string", "title": "B", "description": "y", "default": "f", "example": "g", "x-y": 2}),
            request: &[
                "docs request-default-changed",
                "docs request-text-changed",
                "docs request-example-changed",
                "docs request-text-changed",
                "docs request-extension-changed",
            ],
            response: &[
                "docs response-default-changed",
                "docs response-text-changed",
                "docs response-example-changed",
                "docs response-text-changed",
                "docs response-extension-changed",
            ],
        },
    ]
}

#[test]
fn each_change_of_a_schema_has_its_class_its_rule_and_its_witness() {
    for row in rows() {
        for (body, expected) in [(Body::Request, row.request), (Body::Response, row.response)] {
            let found = changes(body, &row.base, &row.revision);
            assert_eq!(
                summary(&found),
                expected,
                "{body:?}: {} to {}",
                row.base,
                row.revision
            );
            assert_witnessed(body, &row.base, &row.revision, &found);
        }
    }
}

#[test]
fn the_witness_is_a_whole_message() {
    let schema = |limit: u64| {
        json!({"type": "object", "required": ["id", "list"], "properties": {
            "id": {"type": "string", "format": "uuid"},
            "list": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "maxLength": limit}}}}}})
    };
    let (base, revision) = (schema(4), schema(2));
    let found = changes(Body::Request, &base, &revision);
    assert_witnessed(Body::Request, &base, &revision, &found);
    let witness = found[0].witness.clone().expect("a witness");
    let name = witness["list"][0]["name"].as_str().expect("a name");
    assert!((3..=4).contains(&name.len()), "{witness}");
    assert!(witness["id"].is_string());
}

#[test]
fn the_values_of_a_map_are_compared_through_references() {
    let map = |kind: &str| {
        json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/V"},
            "components": {"V": {"type": kind}}})
    };
    let (base, revision) = (map("integer"), map("string"));
    let found = changes(Body::Response, &base, &revision);
    assert_eq!(summary(&found), ["breaking response-type-widened"]);
    let patterns = |kind: &str| {
        json!({"type": "object", "patternProperties": {"^x": {"$ref": "#/components/schemas/V"}},
            "components": {"V": {"type": kind}}})
    };
    let (base, revision) = (patterns("integer"), patterns("string"));
    let found = changes(Body::Response, &base, &revision);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].class, openapi::diff::Class::Breaking, "{found:?}");
    assert_witnessed(Body::Response, &base, &revision, &found);
}

#[test]
fn read_only_and_write_only_properties_count_in_one_direction() {
    let with = |flag: &str| {
        object(
            &json!({"a": {"type": "string"}, "b": {"type": "integer", flag: true}}),
            &["b"],
        )
    };
    let without = object(&json!({"a": {"type": "string"}}), &[]);
    let rules = |body, base: &Value, revision: &Value| summary(&changes(body, base, revision));
    let (request, response) = (Body::Request, Body::Response);
    assert_eq!(
        rules(request, &without, &with("readOnly")),
        ["docs request-access-added"]
    );
    assert_eq!(
        rules(response, &with("writeOnly"), &without),
        ["docs response-access-removed"]
    );
    assert_eq!(
        rules(Body::Request, &without, &with("writeOnly")),
        ["breaking request-required-property-added"]
    );
    assert_eq!(
        rules(Body::Response, &with("readOnly"), &without),
        ["breaking response-required-property-removed"]
    );
}

#[test]
fn a_keyword_without_effect_is_docs() {
    let of = |limit: u64| json!({"type": "object", "maxLength": limit});
    let found = changes(Body::Request, &of(9), &of(5));
    assert_eq!(summary(&found), ["docs request-inert-changed"]);
    let of = |name: &str| json!({"type": "array", "required": [name]});
    let found = changes(Body::Request, &of("a"), &of("b"));
    assert_eq!(summary(&found), ["docs request-inert-changed"]);
}
