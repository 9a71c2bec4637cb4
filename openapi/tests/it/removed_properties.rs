//! Optional properties that left a response: no message breaks, and readers rely on them all the same (`warning`).

use serde_json::{Value, json};

use crate::schemas::{Body, assert_witnessed, changes, summary};

const WARNING: &str = "warning response-optional-property-removed";

fn pet(properties: &Value) -> Value {
    json!({"type": "object", "required": ["id"], "properties": properties})
}

/// Returns a schema of a pet with the properties `id` and `name`, and one of a pet without a name.
fn pets() -> [Value; 2] {
    let id = json!({"type": "integer"});
    let named = pet(&json!({"id": id, "name": {"type": "string"}}));
    [named, pet(&json!({"id": id}))]
}

/// Returns the ways in which a response may contain a pet.
fn around(pet: &Value) -> Vec<Value> {
    let component = json!({"$ref": "#/components/schemas/Pet"});
    let components = json!({"Pet": pet});
    let tag = |kind: &str| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}}});
    let cat = json!({"allOf": [tag("cat"), pet]});
    vec![
        pet.clone(),
        json!({"type": "array", "items": pet}),
        json!({"type": "object", "additionalProperties": pet}),
        json!({"$ref": "#/components/schemas/Pet", "components": components}),
        json!({"type": ["object", "null"], "required": pet["required"], "properties": pet["properties"]}),
        json!({"allOf": [pet, {"type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}}}]}),
        json!({"allOf": [component, tag("cat")], "components": components}),
        json!({"oneOf": [cat, tag("dog")]}),
        json!({"anyOf": [pet, {"type": "string"}]}),
        json!({"anyOf": [component, {"type": "null"}], "components": components}),
        json!({"type": "object", "required": ["pet"], "properties": {"pet": component}, "components": components}),
    ]
}

#[test]
fn an_optional_property_that_left_a_response_is_a_warning_wherever_it_was() {
    let [named, nameless] = pets();
    for (base, revision) in around(&named).iter().zip(around(&nameless)) {
        let found = changes(Body::Response, base, &revision);
        assert_eq!(summary(&found), [WARNING], "{base}: {found:?}");
        assert!(
            found[0].message.to_string().contains("the property `name`"),
            "{found:?}"
        );
        let back = changes(Body::Response, &revision, base);
        assert_eq!(
            summary(&back),
            ["additive response-property-added"],
            "{base}"
        );
        let request = summary(&changes(Body::Request, base, &revision));
        assert_eq!(request, ["additive request-property-removed"], "{base}");
    }
}

#[test]
fn a_property_that_an_alternative_lost_is_a_warning_where_responses_could_lack_it() {
    let alternative = |required: &Value| json!({"type": "object", "required": required, "properties": {"id": {}, "name": {"type": "string"}}});
    let base = json!({"anyOf": [alternative(&json!(["id", "name"])), {"type": "object", "required": ["id"]}]});
    let revision = json!({"anyOf": [
        {"type": "object", "required": ["id"], "properties": {"id": {}}},
        {"type": "object", "required": ["id"]}
    ]});
    let found = summary(&changes(Body::Response, &base, &revision));
    assert!(found.contains(&WARNING.to_owned()), "{found:?}");
}

#[test]
fn a_removal_that_breaks_responses_is_breaking() {
    let [named, _] = pets();
    let map = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}},
        "additionalProperties": {"type": "integer"}});
    let found = changes(Body::Response, &named, &map);
    assert!(
        summary(&found).contains(&"breaking response-property-removed".to_owned()),
        "{found:?}"
    );
    assert_witnessed(Body::Response, &named, &map, &found);
    let was_required = pet(&json!({"name": {"type": "string"}, "id": {}}));
    let removed = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    assert_eq!(
        summary(&changes(Body::Response, &was_required, &removed)),
        ["breaking response-required-property-removed"]
    );
}

#[test]
fn a_property_of_any_type_that_left_a_response_is_a_warning() {
    for any in [json!({}), json!(true), json!({"description": "anything"})] {
        for part in [
            json!({"type": "object", "properties": {"id": {"type": "integer"}, "x": any}}),
            json!({"allOf": [{"type": "object", "properties": {"id": {"type": "integer"}}},
                {"type": "object", "properties": {"x": any}}]}),
        ] {
            let revision = json!({"type": "object", "properties": {"id": {"type": "integer"}}});
            let found = summary(&changes(Body::Response, &part, &revision));
            assert_eq!(found[0], WARNING, "{part}");
            let back = summary(&changes(Body::Response, &revision, &part));
            assert_eq!(back[0], "additive response-property-added", "{part}");
        }
    }
}
