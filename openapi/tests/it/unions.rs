//! Alternatives and parts are judged by what the whole takes in: what one lets go, another may take.

use crate::schemas::{Body, assert_witnessed, changes, summary};
use serde_json::{Value, json};

/// What changing one into the other is in a request and in a response.
struct Row {
    what: &'static str,
    base: Value,
    revision: Value,
    request: &'static [&'static str],
    response: &'static [&'static str],
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            what: "another alternative takes in what one lets go",
            base: json!({"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string"}]}),
            revision: json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "string"}]}),
            request: &[],
            response: &[],
        },
        Row {
            what: "another part forbids what one lets go",
            base: json!({"allOf": [{"type": "integer", "maximum": 10}, {"type": "integer", "maximum": 3}]}),
            revision: json!({"allOf": [{"type": "integer", "maximum": 8}, {"type": "integer", "maximum": 3}]}),
            request: &[],
            response: &[],
        },
        Row {
            what: "alternatives that exclude each other come to overlap",
            base: json!({"oneOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 10}]}),
            revision: json!({"oneOf": [{"type": "integer", "maximum": 12}, {"type": "integer", "minimum": 10}]}),
            request: &[
                "breaking request-schema-narrowed",
                "additive request-range-widened",
            ],
            response: &["breaking response-range-widened"],
        },
        Row {
            what: "no other alternative takes in what one lets go",
            base: json!({"oneOf": [{"type": "string", "maxLength": 5}, {"type": "integer"}]}),
            revision: json!({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}),
            request: &["breaking request-length-narrowed"],
            response: &["additive response-length-narrowed"],
        },
    ]
}

#[test]
fn a_union_is_judged_by_the_whole_and_told_of_by_the_branch() {
    for row in rows() {
        for (body, expected) in [(Body::Request, row.request), (Body::Response, row.response)] {
            let found = changes(body, &row.base, &row.revision);
            assert_eq!(summary(&found), expected, "{}, {body:?}", row.what);
            assert_witnessed(body, &row.base, &row.revision, &found);
        }
    }
}

#[test]
fn the_witness_of_an_alternative_is_a_value_of_the_whole() {
    let thing = |length: u32| {
        json!({"type": "object", "required": ["name", "kind"], "properties": {
            "name": {"type": "string"},
            "kind": {"anyOf": [{"type": "string", "maxLength": length}, {"type": "integer"}]}
        }})
    };
    let found = changes(Body::Request, &thing(5), &thing(3));
    assert_eq!(summary(&found), ["breaking request-length-narrowed"]);
    let witness = found[0].witness.as_ref().expect("a witness");
    assert!(witness["name"].is_string(), "{witness}");
    assert_eq!(witness["kind"].as_str().map(str::len), Some(4), "{witness}");
}

#[test]
fn what_is_said_of_undeclared_properties_is_one_thing_however_it_is_spelled() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let in_full = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": true});
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let more = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}});
    for base in [&open, &in_full] {
        assert_eq!(
            summary(&changes(Body::Request, base, &closed)),
            ["breaking request-additional-properties-narrowed"]
        );
        assert_eq!(
            summary(&changes(Body::Response, &closed, base)),
            ["breaking response-additional-properties-widened"]
        );
        assert_eq!(
            summary(&changes(Body::Request, base, &more)),
            ["additive request-property-added"]
        );
    }
    assert_eq!(summary(&changes(Body::Request, &open, &in_full)), [""; 0]);
}

#[test]
fn a_property_declared_within_a_map_is_held_to_what_the_map_held() {
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let declared = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}});
    let request = changes(Body::Request, &map, &declared);
    assert_eq!(summary(&request), ["breaking request-property-added"]);
    assert_witnessed(Body::Request, &map, &declared, &request);
    let response = changes(Body::Response, &declared, &map);
    assert_eq!(summary(&response), ["breaking response-property-removed"]);
    assert_witnessed(Body::Response, &declared, &map, &response);
}
