//! Spellings of the same meaning: no change in either direction, in requests and responses.

use crate::schemas::{Body, changes, summary};
use serde_json::{Value, json};

/// Returns rows of spellings of the same schema.
fn rows() -> Vec<(&'static str, Vec<Value>)> {
    let person =
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    let node = |name: &str| {
        json!({"$ref": format!("#/components/schemas/{name}"), "components": {name: {
            "type": "object", "properties": {"value": {"type": "string"},
            "next": {"$ref": format!("#/components/schemas/{name}")}}}}})
    };
    let tagged = |part: Value| {
        let tag = json!({"type": "object", "properties": {"tag": {"type": "string"}}, "required": ["tag"]});
        let mut node = node("Node");
        json!({"oneOf": [{"allOf": [part, tag]}, {"type": "string"}], "components": node["components"].take()})
    };
    vec![
        (
            "a recursive component, and the same unrolled once",
            vec![
                tagged(json!({"$ref": "#/components/schemas/Node"})),
                tagged(json!({"type": "object", "properties": {
                    "value": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}}})),
                tagged(json!({"type": "object", "properties": {
                    "value": {"type": "string"}, "next": {"type": "object", "properties": {
                        "value": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}}}}})),
            ],
        ),
        (
            "null as a type, or as an alternative",
            vec![
                json!({"type": ["string", "null"]}),
                json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
                json!({"oneOf": [{"type": "null"}, {"type": "string"}]}),
            ],
        ),
        (
            "null, and null in layers",
            vec![
                json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
                json!({"oneOf": [{"type": "string"}, {"oneOf": [{"type": "null"}]}]}),
                json!({"oneOf": [{"allOf": [{"const": null}]}, {"type": "string"}]}),
            ],
        ),
        (
            "a nullable list, or null beside parts of the list",
            vec![
                json!({"type": ["array", "null"], "items": {"type": "string"}}),
                json!({"oneOf": [{"type": "null"}, {"allOf": [{"type": "array", "items": {"type": "string"}}, {}]}]}),
            ],
        ),
        (
            "a flag that is set, and beside it one that is not",
            vec![
                json!({"properties": {"a": {"allOf": [{"type": "integer", "readOnly": true}]}}}),
                json!({"properties": {"a": {"allOf": [{"type": "integer", "readOnly": true}], "readOnly": false}}}),
            ],
        ),
        (
            "a part, or a part with layers",
            vec![
                json!({"allOf": [{"required": ["b"]}, {"type": "object", "properties": {"a": {"type": "string", "readOnly": true}}}]}),
                json!({"allOf": [{"required": ["b"]}, {"oneOf": [{"type": "object", "properties": {"a": {"type": "string", "readOnly": true}}}]}]}),
            ],
        ),
        (
            "a nullable record, by reference or inlined",
            vec![
                json!({"anyOf": [{"$ref": "#/components/schemas/Person"}, {"type": "null"}], "components": {"Person": person}}),
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Human"}], "components": {"Human": person}}),
                json!({"type": ["object", "null"], "properties": {"name": {"type": "string"}}, "required": ["name"]}),
                json!({"anyOf": [person, {"type": "null"}]}),
            ],
        ),
        (
            "wrapped in allOf, or not",
            vec![
                json!({"type": "integer"}),
                json!({"allOf": [{"type": "integer"}]}),
                json!({"anyOf": [{"allOf": [{"type": "integer"}]}]}),
            ],
        ),
        (
            "split over allOf, or in one",
            vec![
                json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]}),
                json!({"allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"type": "object", "properties": {"b": {"type": "integer"}}}]}),
            ],
        ),
        (
            "a constant, or an enum of one value",
            vec![
                json!({"type": "string", "const": "a"}),
                json!({"const": "a"}),
                json!({"enum": ["a"]}),
            ],
        ),
        (
            "keywords that imply each other",
            vec![
                json!({"type": "array", "maxItems": 0}),
                json!({"type": "array", "items": false}),
            ],
        ),
        (
            "a bound that required properties imply",
            vec![
                json!({"type": "object", "required": ["a"]}),
                json!({"type": "object", "required": ["a"], "minProperties": 1}),
                json!({"type": "object", "required": ["a"], "dependentRequired": {"b": ["a"]}}),
            ],
        ),
        (
            "integers above zero",
            vec![
                json!({"type": "integer", "exclusiveMinimum": 0}),
                json!({"type": "integer", "minimum": 1}),
            ],
        ),
        (
            "the order of an enum, and constants as alternatives",
            vec![
                json!({"type": "string", "enum": ["a", "b"]}),
                json!({"enum": ["b", "a"]}),
                json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
            ],
        ),
        (
            "no constraint",
            vec![json!(true), json!({}), json!({"minLength": 0})],
        ),
        (
            "the order of required and of properties",
            vec![
                json!({"type": "object", "required": ["a", "b"], "properties": {"a": {}, "b": {}}}),
                json!({"required": ["b", "a"], "properties": {"b": true, "a": true}, "type": "object"}),
            ],
        ),
        (
            "a recursive component under another name",
            vec![node("Node"), node("Link")],
        ),
        (
            "an array of nullable items, by alternative or by type",
            vec![
                json!({"type": "array", "items": {"type": ["integer", "null"]}}),
                json!({"type": "array", "items": {"oneOf": [{"type": "null"}, {"type": "integer"}]}}),
            ],
        ),
        (
            "binary, by 3.0's format or by 3.1's keyword",
            vec![
                json!({"type": "string", "format": "binary"}),
                json!({"type": "string", "contentMediaType": "application/octet-stream"}),
            ],
        ),
        (
            "base64, by 3.0's format or by 3.1's keyword",
            vec![
                json!({"type": ["string", "null"], "format": "byte"}),
                json!({"type": ["string", "null"], "contentEncoding": "base64"}),
                json!({"anyOf": [{"type": "string", "format": "byte"}, {"type": "null"}]}),
            ],
        ),
        (
            "a flag with its default value, or absent",
            vec![
                json!({"type": "string"}),
                json!({"type": "string", "deprecated": false, "readOnly": false}),
            ],
        ),
    ]
}

#[test]
fn spellings_of_the_same_schema_are_identical() {
    for (name, spellings) in rows() {
        for base in &spellings {
            for revision in &spellings {
                for body in [Body::Request, Body::Response] {
                    let found = changes(body, base, revision);
                    assert!(
                        found.is_empty(),
                        "{name}, {body:?}: {base} to {revision} gave {:?}",
                        summary(&found)
                    );
                }
            }
        }
    }
}

#[test]
fn spellings_of_3_0_and_3_1_are_identical() {
    let old = r##"{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":
        {"type":"object","properties":{
            "n":{"type":"string","nullable":true},
            "m":{"type":"number","minimum":0,"exclusiveMinimum":true},
            "r":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/R"}]}}}}}}}}}},
        "components":{"schemas":{"R":{"type":"integer"}}}}"##;
    let new = r##"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        200:
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  n: {type: [string, "null"]}
                  m: {type: number, exclusiveMinimum: 0}
                  r: {anyOf: [{$ref: "#/components/schemas/R"}, {type: "null"}]}
components: {schemas: {R: {type: integer}}}
"##;
    let old = openapi::Document::parse("old.json", old).expect("3.0");
    let new = openapi::Document::parse("new.yaml", new).expect("3.1");
    for (a, b) in [(&old, &new), (&new, &old)] {
        let diff = openapi::diff::compare(a, b);
        assert!(diff.changes.is_empty(), "{:?}", summary(&diff.changes));
    }
}
