use super::is_included;
use serde_json::{Value, json};

fn assert_proven(pairs: &[(Value, Value, bool)]) {
    for (sender, receiver, expected) in pairs {
        let proven = is_included(sender, receiver);
        assert_eq!(proven, *expected, "{sender} in {receiver}");
    }
}

#[test]
fn keywords_follow_from_others() {
    let digits = json!({"type": "string", "pattern": r"^\d+$"});
    assert_proven(&[
        (
            digits.clone(),
            json!({"type": ["string", "null"], "pattern": "^[0-9]"}),
            true,
        ),
        (
            digits.clone(),
            json!({"pattern": "^[0-9]", "format": "date"}),
            false,
        ),
        (
            digits.clone(),
            json!({"allOf": [{"type": "string"}, {"pattern": "^[0-9]"}, {"pattern": "[0-9]$"}]}),
            true,
        ),
        (
            json!({"allOf": [{"type": "string", "pattern": "^[0-9]*$"}, {"minLength": 1}]}),
            digits,
            true,
        ),
        // `properties` changes the meaning of `additionalProperties`.
        (
            json!({"additionalProperties": false, "properties": {"a": true}}),
            json!({"additionalProperties": false}),
            false,
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
            true,
        ),
        (
            json!({"enum": ["a", 1]}),
            json!({"type": ["string", "integer"], "maxLength": 1}),
            true,
        ),
        (json!({"enum": ["a", "ab"]}), json!({"maxLength": 1}), false),
        // Malformed keywords prove nothing.
        (
            json!({}),
            json!({"contains": true, "minContains": "2"}),
            false,
        ),
        (
            json!({"contains": true}),
            json!({"contains": true, "minContains": 2.0}),
            false,
        ),
    ]);
}

#[test]
fn alternatives_of_one_of_must_exclude_each_other() {
    let tagged = |tag: &str, most: u32| {
        json!({"type": "object", "required": ["t", "n"], "properties": {
            "t": {"enum": [tag]}, "n": {"type": "integer", "maximum": most}}})
    };
    let either = |a: Value, b: Value| json!({"oneOf": [a, b]});
    let short = json!({"type": "string", "maxLength": 3});
    let long = json!({"type": "string", "maxLength": 9});
    assert_proven(&[
        (
            either(tagged("a", 1), tagged("b", 1)),
            either(tagged("b", 2), tagged("a", 2)),
            true,
        ),
        (
            either(tagged("a", 1), tagged("b", 1)),
            either(tagged("b", 0), tagged("a", 2)),
            false,
        ),
        (short.clone(), either(short.clone(), long.clone()), false),
        (
            either(short.clone(), long.clone()),
            either(long, short),
            true,
        ),
    ]);
}

#[test]
fn a_property_added_to_alternatives_that_overlap_excludes_no_more_and_no_less() {
    let either = |extra: &Value, first: &[&str], second: &[&str]| {
        let of = |required: &[&str]| json!({"type": "object", "required": required, "properties": {"n": extra}});
        json!({"oneOf": [of(first), of(second)], "type": "object"})
    };
    let (closed, typed) = (json!(false), json!({"type": "string"}));
    assert_proven(&[
        (
            either(&closed, &["a"], &["b"]),
            either(&typed, &["a"], &["b"]),
            true,
        ),
        (
            either(&typed, &["a"], &["b"]),
            either(&json!(true), &["b"], &["a"]),
            true,
        ),
        // A value with `a` and `c` is now in both alternatives.
        (
            either(&closed, &["a"], &["b", "c"]),
            either(&typed, &["a"], &["c"]),
            false,
        ),
        (
            either(&typed, &["a"], &["b"]),
            either(&typed, &["a"], &[]),
            false,
        ),
        (
            either(&typed, &["a"], &["b"]),
            either(&closed, &["a"], &["b"]),
            false,
        ),
    ]);
}

#[test]
fn recursive_schemas_are_compared_by_coinduction() {
    let list = |next: &str, most: u32| {
        json!({"$ref": "#/$defs/L", "$defs": {"L": {"type": "object", "properties": {
            "n": {"type": "integer", "maximum": most},
            "next": {next: [{"$ref": "#/$defs/L"}, {"type": "null"}]}}}}})
    };
    // It refers to itself for the same value, which proves nothing.
    let circle = |kind: &str| json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": kind}]}}});
    assert_proven(&[
        (list("anyOf", 1), list("anyOf", 2), true),
        (list("anyOf", 1), list("oneOf", 2), true),
        (list("oneOf", 2), list("oneOf", 1), false),
        (circle("string"), circle("integer"), false),
    ]);
}

#[test]
fn nothing_follows_from_a_contradiction_or_an_alternative_that_accepts_anything() {
    let contradiction = json!({"type": "string", "enum": [true]});
    let of =
        |schema: &Value| json!({"type": "object", "required": ["a"], "properties": {"a": schema}});
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    assert_proven(&[
        (contradiction.clone(), number.clone(), false),
        (of(&contradiction), of(&number), false),
        (
            json!({"allOf": [of(&text), of(&number)]}),
            of(&json!({"type": "boolean"})),
            false,
        ),
        (text, json!({"anyOf": [number, {}]}), false),
        // A property that is required and forbidden is a mistake as well.
        (of(&json!(false)), of(&json!({"type": "boolean"})), false),
        // What one schema requires another forbids: no value satisfies both.
        (
            json!({"type": "object", "properties": {"a": false}}),
            json!({"not": {"type": "object", "required": ["a"]}}),
            true,
        ),
        (
            of(&json!(false)),
            json!({"not": {"type": "object", "required": ["b"]}}),
            false,
        ),
    ]);
}
