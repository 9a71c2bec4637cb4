//! Alternatives and parts: compared as a whole, since one branch may accept what another no longer does.

use crate::schemas::{Body, assert_witnessed, changes, summary};
use openapi::diff::Class;
use serde_json::{Value, json};

/// A change of a schema, and the expected result in a request and in a response.
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
            what: "another alternative accepts what one no longer does",
            base: json!({"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string"}]}),
            revision: json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "string"}]}),
            request: &["docs request-alternative-changed"],
            response: &["docs response-alternative-changed"],
        },
        Row {
            what: "another part already rejects what one no longer accepts",
            base: json!({"allOf": [{"type": "integer", "maximum": 10}, {"type": "integer", "maximum": 3}]}),
            revision: json!({"allOf": [{"type": "integer", "maximum": 8}, {"type": "integer", "maximum": 3}]}),
            request: &[],
            response: &[],
        },
        Row {
            what: "exclusive alternatives begin to overlap",
            base: json!({"oneOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 10}]}),
            revision: json!({"oneOf": [{"type": "integer", "maximum": 12}, {"type": "integer", "minimum": 10}]}),
            request: &[
                "breaking request-schema-narrowed",
                "additive request-range-widened",
            ],
            response: &["breaking response-range-widened"],
        },
        Row {
            what: "no other alternative accepts what one no longer does",
            base: json!({"oneOf": [{"type": "string", "maxLength": 5}, {"type": "integer"}]}),
            revision: json!({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}),
            request: &["breaking request-length-narrowed"],
            response: &["additive response-length-narrowed"],
        },
    ]
}

#[test]
fn a_union_is_compared_as_a_whole_and_reported_by_branch() {
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

fn object(name: &str, kind: &str) -> Value {
    json!({"type": "object", "required": [name], "properties": {name: {"type": kind}}})
}

#[test]
fn a_value_of_two_alternatives_is_sent() {
    let alternatives = json!([object("a", "string"), object("b", "string")]);
    let (any, one) = (
        json!({"anyOf": alternatives}),
        json!({"oneOf": alternatives}),
    );
    for (body, base, revision) in [(Body::Request, &any, &one), (Body::Response, &one, &any)] {
        let found = changes(body, base, revision);
        assert_eq!(found[0].class, Class::Breaking, "{found:?}");
        assert_witnessed(body, base, revision, &found);
        assert_eq!(found[0].witness, Some(json!({"a": "text", "b": "text"})));
    }
    assert_eq!(
        summary(&changes(Body::Request, &one, &any)),
        ["additive request-schema-widened"]
    );
}

#[test]
fn an_alternative_that_does_not_declare_a_property_does_not_compensate_its_change() {
    let union = |kind: &str| {
        json!({"anyOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}},
            object("b", kind),
        ]})
    };
    let found = changes(Body::Response, &union("integer"), &union("string"));
    assert_eq!(summary(&found), ["breaking response-type-widened"]);
    // One that declares it does.
    let with_text = |kind: &str| {
        let mut union = union(kind);
        union["anyOf"][0]["properties"]["b"] = json!({"type": ["string", "integer"]});
        union
    };
    let found = changes(Body::Response, &with_text("integer"), &with_text("string"));
    assert!(
        found.iter().all(|change| change.class <= Class::Additive),
        "{found:?}"
    );
}

#[test]
fn spellings_of_additional_properties_are_identical() {
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
fn a_property_declared_in_a_map_is_compared_with_the_maps_values() {
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let declared = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}});
    let request = changes(Body::Request, &map, &declared);
    assert_eq!(summary(&request), ["breaking request-property-added"]);
    assert_witnessed(Body::Request, &map, &declared, &request);
    let response = changes(Body::Response, &declared, &map);
    assert_eq!(summary(&response), ["breaking response-property-removed"]);
    assert_witnessed(Body::Response, &declared, &map, &response);
}

#[test]
fn a_compensated_change_is_not_blamed_for_a_break_beside_it() {
    let within = |length: u32, kind: &str| {
        json!({"type": "object", "required": ["k"], "properties": {"k": {"anyOf": [
            {"type": "string", "maxLength": length}, {"type": "string"}, {"type": kind}]}}})
    };
    let (base, revision) = (within(5, "integer"), within(3, "boolean"));
    let request = changes(Body::Request, &base, &revision);
    assert_eq!(
        summary(&request),
        [
            "breaking request-type-narrowed",
            "additive request-length-narrowed"
        ]
    );
    assert_eq!(request[0].witness, Some(json!({"k": 0})));
    let response = changes(Body::Response, &revision, &base);
    assert_eq!(
        summary(&response),
        [
            "breaking response-type-widened",
            "additive response-length-widened"
        ]
    );
    let parts = |one: u32, other: u32| json!({"allOf": [{"type": "integer", "maximum": one}, {"type": "integer", "maximum": other}]});
    let request = changes(Body::Request, &parts(10, 3), &parts(8, 2));
    assert_eq!(
        summary(&request),
        [
            "breaking request-range-narrowed",
            "additive request-range-narrowed"
        ]
    );
    assert_eq!(request[0].witness, Some(json!(3)));
    assert_witnessed(Body::Request, &parts(10, 3), &parts(8, 2), &request);
    let demanding = |required: &Value, kind: &str| {
        let properties = json!({"a": {"type": "string"}});
        json!({"anyOf": [
            {"type": "object", "title": "one", "properties": properties, "required": required},
            {"type": "object", "title": "two", "properties": properties},
            {"type": kind}]})
    };
    let response = changes(
        Body::Response,
        &demanding(&json!(["a"]), "integer"),
        &demanding(&json!([]), "number"),
    );
    assert!(
        !summary(&response).contains(&"breaking response-required-removed".to_owned()),
        "{response:?}"
    );
}

#[test]
fn a_witness_shows_the_difference_that_it_is_given_for() {
    // No object has both properties, so that the values that `k` no longer accepts were never sent.
    let one_of_two = |length: u32, kind: &str| {
        json!({"type": "object", "required": ["n"], "maxProperties": 1, "properties": {
            "k": {"type": "string", "maxLength": length}, "n": {"type": kind}}})
    };
    let found = changes(
        Body::Request,
        &one_of_two(5, "integer"),
        &one_of_two(3, "boolean"),
    );
    assert_eq!(
        summary(&found),
        [
            "breaking request-type-narrowed",
            "unproven request-length-narrowed"
        ]
    );
    // Another alternative accepts the longer values, which cannot be proven for all of them.
    let taken_in = |length: u32, kind: &str| {
        json!({"type": "object", "required": ["n"], "properties": {
            "k": {"anyOf": [
                {"type": "string", "maxLength": length},
                {"type": "string", "pattern": "(?=.*)"}]},
            "n": {"type": kind}}})
    };
    let found = changes(
        Body::Request,
        &taken_in(5, "integer"),
        &taken_in(3, "boolean"),
    );
    assert_eq!(
        summary(&found),
        [
            "breaking request-type-narrowed",
            "unproven request-length-narrowed"
        ]
    );
    // Every request breaks by `n`, and those with a longer `k` also by `k`.
    let both = |length: u32, kind: &str| {
        json!({"type": "object", "required": ["n"], "properties": {
            "k": {"type": "string", "maxLength": length}, "n": {"type": kind}}})
    };
    let found = changes(Body::Request, &both(5, "integer"), &both(3, "boolean"));
    let of_length =
        |change: &&openapi::diff::Change| change.rule.to_string() == "request-length-narrowed";
    let length = found
        .iter()
        .find(of_length)
        .expect("a change of the length");
    let witness = length.witness.as_ref().expect("a witness");
    assert!(
        witness["k"].as_str().is_some_and(|text| text.len() > 3),
        "{witness}"
    );
}

#[test]
fn a_required_and_undeclared_property_is_sent() {
    let silent = json!({"type": "object", "required": ["a"]});
    let typed =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
    let anything = json!({"type": "object", "required": ["a"], "properties": {"a": {}}});
    let composed = json!({"allOf": [{"type": "object"}, {"required": ["a"]}]});
    for silent in [&silent, &composed] {
        let request = changes(Body::Request, silent, &typed);
        assert!(
            summary(&request)[0].starts_with("breaking request-"),
            "{request:?}"
        );
        assert_witnessed(Body::Request, silent, &typed, &request);
        let response = changes(Body::Response, &typed, silent);
        assert!(
            summary(&response)[0].starts_with("breaking response-"),
            "{response:?}"
        );
        assert_witnessed(Body::Response, &typed, silent, &response);
    }
    assert_eq!(
        summary(&changes(Body::Request, &silent, &anything)),
        ["additive request-required-property-added"]
    );
    assert_eq!(
        summary(&changes(Body::Response, &anything, &silent)),
        ["additive response-required-property-removed"]
    );
    assert_eq!(
        summary(&changes(Body::Request, &typed, &silent)),
        ["additive request-required-property-removed"]
    );
}

#[test]
fn a_property_satisfies_every_pattern_that_its_name_matches() {
    let patterns = json!({"^a": {"type": "string"}, "b$": {"maxLength": 3}});
    let map = json!({"type": "object", "patternProperties": patterns});
    let declared = |length: u32| {
        json!({"type": "object", "patternProperties": patterns,
            "properties": {"ab": {"type": "string", "maxLength": length}}})
    };
    assert_eq!(
        summary(&changes(Body::Request, &map, &declared(3))),
        ["additive request-property-added"]
    );
    let narrower = changes(Body::Request, &map, &declared(2));
    assert_eq!(summary(&narrower), ["breaking request-property-added"]);
    assert_witnessed(Body::Request, &map, &declared(2), &narrower);
    assert_eq!(
        narrower[0]
            .witness
            .as_ref()
            .map(|witness| witness["ab"].as_str().map(str::len)),
        Some(Some(3))
    );
}

#[test]
fn conditional_schemas_are_compared_together_with_their_schema() {
    let on = |keyword: &str, length: u32| {
        json!({"type": "object", "properties": {"kind": {"type": "string"}},
            "if": {"required": ["kind"]},
            keyword: {"properties": {"name": {"type": "string", "maxLength": length}}}})
    };
    for keyword in ["then", "else"] {
        let (wide, narrow) = (on(keyword, 9), on(keyword, 3));
        let found = changes(Body::Request, &wide, &narrow);
        assert_eq!(
            summary(&found),
            ["breaking request-schema-narrowed"],
            "{keyword}"
        );
        assert_witnessed(Body::Request, &wide, &narrow, &found);
    }
}

#[test]
fn a_condition_on_declared_properties_is_about_what_is_sent() {
    let open = json!({"type": "object", "properties": {"a": {}, "b": {}}});
    let number = json!({"properties": {"b": {"type": "number"}}});
    for (keyword, schema) in [
        ("dependentSchemas", json!({"a": number})),
        (
            "not",
            json!({"required": ["b"], "properties": {"b": {"type": "number"}}}),
        ),
        ("if", json!({"required": ["a"]})),
    ] {
        let mut conditional = open.clone();
        conditional[keyword] = schema;
        if keyword == "if" {
            conditional["then"] = number.clone();
        }
        let found = changes(Body::Request, &open, &conditional);
        assert_eq!(found[0].class, Class::Breaking, "{keyword} {found:?}");
        assert_witnessed(Body::Request, &open, &conditional, &found);
    }
}
