//! Discriminators: without a mapping, the name of a component is a value in messages.

use openapi::Document;
use openapi::diff::{Verdict, compare};
use serde_json::{Value, json};

use crate::schemas::{Body, changes, summary};

fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Returns an alternative that requires a kind and a property.
fn alternative(kind: &Value, property: &str) -> Value {
    json!({"type": "object", "required": ["kind", property],
        "properties": {"kind": kind, property: {"type": "string"}}})
}

/// Returns a union of two components of these names, of which the first has a kind.
fn pets(keyword: &str, [one, other]: [&str; 2], kind: &Value, discriminator: &Value) -> Value {
    let mut components = json!({other: alternative(kind, "b")});
    components[one] = alternative(kind, "a");
    json!({keyword: [refer(one), refer(other)], "discriminator": discriminator, "components": components})
}

const BODIES: [Body; 2] = [Body::Request, Body::Response];

#[test]
fn a_renamed_alternative_without_a_mapping_breaks() {
    let discriminator = json!({"propertyName": "kind"});
    let text = json!({"type": "string"});
    for keyword in ["oneOf", "anyOf"] {
        let of = |name: &str| pets(keyword, [name, "Dog"], &text, &discriminator);
        for (body, rule) in BODIES.into_iter().zip([
            "breaking request-alternative-removed",
            "breaking response-alternative-added",
        ]) {
            let found = changes(body, &of("Cat"), &of("Kitty"));
            assert!(summary(&found).contains(&rule.to_owned()), "{found:?}");
            let listed = |schema: &Value| json!({"type": "array", "items": schema, "components": schema["components"]});
            let found = changes(body, &listed(&of("Cat")), &listed(&of("Kitty")));
            assert!(summary(&found).contains(&rule.to_owned()), "{found:?}");
        }
    }
}

#[test]
fn a_renamed_alternative_of_a_large_union_breaks() {
    let names: Vec<String> = (0..60).map(|number| format!("Kind{number}")).collect();
    let of = |last: &str| {
        let names = names.iter().map(String::as_str).chain([last]);
        let mut components = json!({});
        for name in names.clone() {
            let mut schema = alternative(&json!({"type": "string"}), name);
            for number in 0..20 {
                schema["properties"][format!("p{number}")] = json!({"type": ["string", "null"]});
            }
            schema["required"] = json!(["kind"]);
            components[name] = schema;
        }
        let mut schema =
            json!({"discriminator": {"propertyName": "kind"}, "components": components});
        schema["oneOf"] = names.map(refer).collect();
        schema
    };
    let (mut cat, mut kitty) = (of("Cat"), of("Kitty"));
    for (schema, name) in [(&mut cat, "Cat"), (&mut kitty, "Kitty")] {
        schema["components"][name] = alternative(&json!({"type": "string"}), "a");
    }
    for body in BODIES {
        let found = changes(body, &cat, &kitty);
        let is_grave = |change: &openapi::diff::Change| {
            change.class.name() == "breaking" || change.class.name() == "unproven"
        };
        assert!(found.iter().any(is_grave), "{found:?}");
    }
}

#[test]
fn the_name_of_an_alternative_with_a_constant_or_a_mapping_is_no_value() {
    let only = json!({"propertyName": "kind"});
    let constant = |name: &str| pets("oneOf", [name, "Dog"], &json!({"const": "pet"}), &only);
    let mapped = |name: &str| {
        let mapping = json!({"propertyName": "kind", "mapping": {"c": name, "d": "Dog"}});
        pets("oneOf", [name, "Dog"], &json!({"type": "string"}), &mapping)
    };
    for body in BODIES {
        let found = changes(body, &constant("Cat"), &constant("Kitty"));
        assert!(found.is_empty(), "{found:?}");
        let found = changes(body, &mapped("Cat"), &mapped("Kitty"));
        let changed = match body {
            Body::Request => "docs request-discriminator-changed",
            Body::Response => "docs response-discriminator-changed",
        };
        assert_eq!(summary(&found), [changed], "{found:?}");
    }
}

#[test]
fn a_mapped_value_that_leaves_with_the_name_of_its_alternative_breaks() {
    let of = |value: &str, name: &str| {
        let mapping = json!({"propertyName": "kind", "mapping": {value: name}});
        pets("oneOf", [name, "Dog"], &json!({"type": "string"}), &mapping)
    };
    let found = changes(Body::Request, &of("c", "Cat"), &of("k", "Kitty"));
    assert!(
        summary(&found).contains(&"breaking request-alternative-removed".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_discriminator_that_comes_or_goes_restricts_what_its_property_may_be() {
    let with = pets(
        "oneOf",
        ["Cat", "Dog"],
        &json!({"type": "string"}),
        &json!({"propertyName": "kind"}),
    );
    let mut without = with.clone();
    without
        .as_object_mut()
        .expect("a schema")
        .shift_remove("discriminator");
    let grave = |body, base: &Value, revision: &Value| {
        summary(&changes(body, base, revision))
            .iter()
            .any(|change| change.starts_with("breaking"))
    };
    assert!(grave(Body::Request, &without, &with));
    assert!(grave(Body::Response, &with, &without));
    assert!(!grave(Body::Request, &with, &without));
    assert!(!grave(Body::Response, &without, &with));
}

#[test]
fn the_name_of_a_schema_that_inherits_is_a_value() {
    let of = |name: &str| {
        let child = |property: &str| json!({"allOf": [refer("Pet"), {"type": "object", "properties": {property: {"type": "string"}}}]});
        let mut components = json!({
            "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
                "discriminator": {"propertyName": "kind"}},
            "Dog": child("b"),
        });
        components[name] = child("a");
        json!({"properties": {"pet": refer("Pet")}, "components": components})
    };
    let found = changes(Body::Request, &of("Cat"), &of("Kitty"));
    assert_eq!(
        summary(&found),
        [
            "breaking request-discriminator-changed",
            "additive request-alternative-added"
        ]
    );
    assert_eq!(found[0].witness, Some(json!({"kind": "Cat"})));
    let found = changes(Body::Response, &of("Cat"), &of("Kitty"));
    assert_eq!(
        summary(&found),
        [
            "breaking response-discriminator-changed",
            "additive response-alternative-removed"
        ]
    );
}

#[test]
fn equal_unions_of_components_of_other_names_are_equal_without_a_discriminator() {
    let document = |name: &str| {
        let text = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok", "content": {
                "application/json": {"schema": {"oneOf": [refer(name), {"type": "string"}]}}}}}}}},
            "components": {"schemas": {name: {"type": "object"}}}});
        Document::parse("document.json", &text.to_string()).expect("a document")
    };
    let diff = compare(&document("Cat"), &document("Kitty"));
    assert_eq!(diff.verdict(), Verdict::Identical);
}
