//! Tests of closing.

use super::close;
use crate::Validator;
use serde_json::json;

#[test]
fn an_all_of_is_closed_as_a_whole() {
    let schema = json!({
        "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "string"}}}],
        "$defs": {"A": {"type": "object", "properties": {"a": true, "inner": {"$ref": "#/$defs/A"}}}}
    });
    let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
    let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
    assert!(validator.accepts(&json!({"a": 1, "b": "x", "inner": {"a": 2}})));
    assert!(validator.accepts(&json!({"undeclared": 1})));
    assert!(!validator.accepts(&json!({"c": 1})));
    assert!(!validator.accepts(&json!({"inner": {"b": "x"}})));
}

#[test]
fn a_value_of_two_alternatives_has_the_properties_of_both() {
    let object = |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}});
    let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
    let schema =
        json!({"anyOf": [object("a"), {"$ref": "#/$defs/B"}], "$defs": {"B": object("b")}});
    let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
    assert!(validator.accepts(&json!({"a": "x", "b": "x"})));
    assert!(!validator.accepts(&json!({"a": "x", "b": 1})));
    assert!(!validator.accepts(&json!({"a": "x", "b": "x", "c": 1})));
}

#[test]
fn a_value_of_two_of_many_alternatives_has_the_properties_of_both() {
    let object = |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}});
    let names = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
    ];
    let receiver = json!({"properties": {"a": true, "n": true, "z": true}});
    let schema = json!({"anyOf": names.map(object)});
    let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
    assert!(validator.accepts(&json!({"a": "x", "n": "x"})));
    assert!(!validator.accepts(&json!({"a": "x", "n": 1})));
    assert!(!validator.accepts(&json!({"a": "x", "n": "x", "z": 1})));
}

#[test]
fn alternatives_see_the_properties_beside_them() {
    let schema = json!({"properties": {"a": true}, "oneOf": [{"type": "object"}]});
    let receiver = json!({"properties": {"a": {"type": "integer"}, "b": true}});
    let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
    assert!(validator.accepts(&json!({"a": []})));
    assert!(!validator.accepts(&json!({"b": 1})));
}

#[test]
fn properties_declared_on_a_condition_are_sent() {
    let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
    for conditional in [
        json!({"type": "object", "if": {"required": ["a"]}, "then": {"properties": {"b": true}}}),
        json!({"type": "object", "dependentSchemas": {"a": {"properties": {"b": true}}}}),
    ] {
        let closed = close(&conditional, &receiver);
        let validator = Validator::new(&closed).expect("a valid schema");
        assert!(validator.accepts(&json!({"b": 1})), "{conditional}");
        assert!(!validator.accepts(&json!({"c": 1})), "{conditional}");
    }
}

#[test]
fn required_properties_are_sent_though_they_are_not_declared() {
    let receiver = json!({"properties": {"a": {"type": "integer"}, "b": true}});
    for requiring in [
        json!({"type": "object", "required": ["a"]}),
        json!({"allOf": [{"type": "object"}, {"required": ["a"]}]}),
    ] {
        let closed = close(&requiring, &receiver);
        let validator = Validator::new(&closed).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": "x"})), "{requiring}");
        assert!(
            !validator.accepts(&json!({"a": "x", "b": 1})),
            "{requiring}"
        );
    }
}

#[test]
fn a_map_may_have_any_name() {
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let receiver = json!({"properties": {"a": {"type": "integer"}}});
    assert_eq!(close(&map, &receiver), map);
}

#[test]
fn additional_properties_true_means_the_same_as_no_keyword() {
    let receiver = json!({"properties": {"a": {"type": "integer"}}});
    for open in [
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": true}),
    ] {
        let validator = Validator::new(&close(&open, &receiver)).expect("a valid schema");
        assert!(!validator.accepts(&json!({"a": "x"})), "{open}");
        assert!(validator.accepts(&json!({"a": 1, "b": 1})), "{open}");
    }
}
