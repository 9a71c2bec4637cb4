//! Each keyword, narrowed and widened in requests and responses: with a witness where a value exists, and proven where
//! none does.

use serde_json::{Value, json};

use crate::schemas::{Body, assert_witnessed, changes};

/// Returns the classes of the changes from one schema to another, each witness checked.
fn classes(body: Body, base: &Value, revision: &Value) -> Vec<&'static str> {
    let changes = changes(body, base, revision);
    assert_witnessed(body, base, revision, &changes);
    changes.iter().map(|change| change.class.name()).collect()
}

/// Checks that only the first schema accepts more, at every place of a message.
fn assert_wider(wide: &Value, narrow: &Value) {
    let property = |schema: &Value| {
        json!({"type": "object", "required": ["n", "a"], "properties": {
            "n": {"type": "integer", "minimum": 1}, "a": schema}})
    };
    let item = |schema: &Value| json!({"type": "array", "items": schema});
    let optional = |schema: &Value| {
        json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "object",
            "properties": {"b": {"anyOf": [schema, {"type": "null"}]}}}}})
    };
    let part = |schema: &Value| {
        json!({"allOf": [{"$ref": "#/components/schemas/C"}],
            "components": {"C": {"type": "object", "properties": {"a": schema}}}})
    };
    let beside = |schema: &Value| {
        json!({"$ref": "#/components/schemas/C", "components": {
            "C": {"$ref": "#/components/schemas/D", "properties": {"a": schema}},
            "D": {"type": "object", "properties": {"b": {"type": "string"}}}}})
    };
    for (wide, narrow) in [
        (wide.clone(), narrow.clone()),
        (property(wide), property(narrow)),
        (item(wide), item(narrow)),
        (optional(wide), optional(narrow)),
        (part(wide), part(narrow)),
        (beside(wide), beside(narrow)),
    ] {
        let pairs = [
            (Body::Request, &wide, &narrow, "breaking"),
            (Body::Request, &narrow, &wide, "additive"),
            (Body::Response, &wide, &narrow, "additive"),
            (Body::Response, &narrow, &wide, "breaking"),
        ];
        for (body, base, revision, class) in pairs {
            let found = classes(body, base, revision);
            assert_eq!(found, [class], "{body:?}\n  from {base}\n  to {revision}");
        }
    }
}

#[test]
fn keywords_of_arrays() {
    let of = |keywords: Value| {
        let mut schema = json!({"type": "array", "items": {"type": "string"}});
        let own = schema.as_object_mut().expect("an object");
        own.extend(keywords.as_object().expect("an object").clone());
        schema
    };
    let a = json!({"pattern": "^a"});
    for (wide, narrow) in [
        (json!({}), json!({"uniqueItems": true})),
        (
            json!({"items": {"enum": ["x"]}}),
            json!({"items": {"enum": ["x"]}, "uniqueItems": true}),
        ),
        (json!({"maxItems": 5}), json!({"maxItems": 3})),
        (
            json!({"maxItems": 5, "uniqueItems": true}),
            json!({"maxItems": 3, "uniqueItems": true}),
        ),
        (json!({"minItems": 1}), json!({"minItems": 4})),
        (json!({}), json!({"contains": a})),
        (
            json!({"contains": a, "minContains": 0}),
            json!({"contains": a}),
        ),
        (
            json!({"contains": a}),
            json!({"contains": a, "minContains": 2}),
        ),
        (
            json!({"contains": a}),
            json!({"contains": a, "maxContains": 2}),
        ),
        (
            json!({"contains": a, "maxContains": 4}),
            json!({"contains": a, "maxContains": 3}),
        ),
        (
            json!({"contains": a}),
            json!({"contains": {"pattern": "^ab"}}),
        ),
        (
            json!({"contains": a}),
            json!({"contains": a, "minItems": 3}),
        ),
        (json!({}), json!({"prefixItems": [{"const": "x"}]})),
        (
            json!({"prefixItems": [{"type": "integer"}]}),
            json!({"prefixItems": [{"const": 1}]}),
        ),
        (
            json!({"prefixItems": [{"type": "integer"}]}),
            json!({"prefixItems": [{"type": "integer"}], "items": false}),
        ),
        (
            json!({"prefixItems": [{"type": "string"}, {"type": "string"}]}),
            json!({"prefixItems": [{"type": "string"}, {"type": "string", "maxLength": 3}]}),
        ),
        (
            json!({"items": true, "prefixItems": [{"type": "string"}]}),
            json!({"items": true, "prefixItems": [{"type": "string"}], "unevaluatedItems": false, "maxItems": 1}),
        ),
    ] {
        assert_wider(&of(wide), &of(narrow));
    }
}

#[test]
fn keywords_of_objects() {
    let of = |keywords: Value| {
        let mut schema = json!({"type": "object"});
        let own = schema.as_object_mut().expect("an object");
        own.extend(keywords.as_object().expect("an object").clone());
        schema
    };
    let integers = json!({"type": "integer"});
    for (wide, narrow) in [
        (json!({}), json!({"propertyNames": {"pattern": "^[a-z]+$"}})),
        (
            json!({"additionalProperties": integers}),
            json!({"additionalProperties": integers, "propertyNames": {"pattern": "^[a-z]+$"}}),
        ),
        (
            json!({"propertyNames": {"maxLength": 5}}),
            json!({"propertyNames": {"maxLength": 3}}),
        ),
        (
            json!({"propertyNames": {"pattern": "^[a-z]+$"}}),
            json!({"propertyNames": {"pattern": "^[a-z]{1,8}$"}}),
        ),
        (json!({}), json!({"patternProperties": {"^x": integers}})),
        (
            json!({"patternProperties": {"^x": {"type": "number"}}}),
            json!({"patternProperties": {"^x": integers}}),
        ),
        (
            json!({"patternProperties": {"^x": integers}}),
            json!({"patternProperties": {"^x": integers}, "additionalProperties": false}),
        ),
        (
            json!({"patternProperties": {"^x": integers}, "additionalProperties": false}),
            json!({"patternProperties": {"^xy": integers}, "additionalProperties": false}),
        ),
        (
            json!({"properties": {"a": {"type": "string"}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "string"}}, "required": ["a"], "unevaluatedProperties": false}),
        ),
        (
            json!({"allOf": [{"properties": {"a": integers}}]}),
            json!({"allOf": [{"properties": {"a": integers}}], "unevaluatedProperties": false}),
        ),
        (
            json!({"allOf": [{"properties": {"a": integers}}], "unevaluatedProperties": {"type": "string"}}),
            json!({"allOf": [{"properties": {"a": integers}}], "unevaluatedProperties": {"const": "x"}}),
        ),
        (
            json!({"dependentRequired": {"a": ["b"]}}),
            json!({"dependentRequired": {"a": ["b", "c"]}}),
        ),
        (
            json!({"dependentSchemas": {"a": {"required": ["b"]}}}),
            json!({"dependentSchemas": {"a": {"required": ["b", "c"]}}}),
        ),
        (json!({"maxProperties": 3}), json!({"maxProperties": 2})),
        (json!({"minProperties": 1}), json!({"minProperties": 2})),
        (
            json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}}),
            json!({"if": {"required": ["a"]}, "then": {"required": ["b", "c"]}}),
        ),
    ] {
        assert_wider(&of(wide), &of(narrow));
    }
}

#[test]
fn a_constant_beside_an_enumeration_narrows_it() {
    let with = |constant: Value| json!({"enum": ["a", "b", 1.0], "const": constant});
    assert_wider(&json!({"enum": ["a", "b", 1]}), &with(json!("a")));
    assert_wider(&json!({"enum": ["b", 1]}), &with(json!(1)));
    for body in [Body::Request, Body::Response] {
        let none: [&str; 0] = [];
        assert_eq!(
            classes(body, &with(json!("a")), &with(json!("b"))),
            ["breaking"]
        );
        assert_eq!(classes(body, &with(json!(1)), &json!({"const": 1})), none);
    }
    let never = json!({"not": {"enum": ["a"], "const": "b"}});
    assert_eq!(
        classes(Body::Request, &never, &json!({"not": {"enum": ["a"]}})),
        ["breaking"]
    );
}

#[test]
fn keywords_of_numbers_and_strings() {
    let number = |divisor: f64| json!({"type": "number", "multipleOf": divisor});
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let of_format =
        |format: &str, most: u32| json!({"type": "string", "format": format, "maxLength": most});
    let uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
    for (wide, narrow) in [
        (number(2.5), number(5.0)),
        (number(0.1), number(0.3)),
        (json!({"type": "number"}), number(0.01)),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "multipleOf": 10}),
        ),
        (
            json!({"type": "integer", "multipleOf": 3, "minimum": 0}),
            json!({"type": "integer", "multipleOf": 6, "minimum": 0}),
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "integer", "exclusiveMinimum": 1}),
        ),
        (text("^(?=.*[a-z]).{8,}$"), text("^(?=.*[a-z]).{12,}$")),
        (of_format("email", 254), of_format("email", 64)),
        (of_format("hostname", 253), of_format("hostname", 63)),
        (of_format("uri", 2_000), of_format("uri", 500)),
        (
            text("^(?=.*[a-z])(?=.*[0-9]).{8,20}$"),
            text("^(?=.*[a-z])(?=.*[0-9]).{8,16}$"),
        ),
        (text("^(?!-)[a-z-]{1,20}$"), text("^(?!-)[a-z-]{1,10}$")),
        (text("^[a-z-]+$"), text("^[a-z-]+(?<!-)$")),
        (
            json!({"type": "string", "pattern": "^(?:(?=.*[a-z]).)*$", "minLength": 8}),
            json!({"type": "string", "pattern": "^(?:(?=.*[a-z]).)*$", "minLength": 12}),
        ),
        (json!({"type": "string", "format": "uuid"}), text(uuid)),
        (
            text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            json!({"type": "string", "format": "date"}),
        ),
        (
            text("^[0-9.]+$"),
            json!({"type": "string", "format": "ipv4"}),
        ),
        (
            json!({"type": "string", "maxLength": 300_000}),
            json!({"type": "string", "maxLength": 200_000}),
        ),
    ] {
        assert_wider(&wide, &narrow);
    }
}

#[test]
fn an_unevaluated_property_depends_on_the_keywords_beside_it() {
    // A property that only an alternative declares is not evaluated by another one.
    let closed = |second: Value| {
        json!({"type": "object", "anyOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, second],
            "unevaluatedProperties": false})
    };
    let (declared, required) = (
        json!({"properties": {"b": {"type": "string"}}, "required": ["b"]}),
        json!({"required": ["b"]}),
    );
    for (body, base, revision) in [
        (Body::Request, &declared, &required),
        (Body::Response, &required, &declared),
    ] {
        let found = classes(body, &closed(base.clone()), &closed(revision.clone()));
        assert!(found.contains(&"breaking"), "{body:?}: {found:?}");
    }
}

#[test]
fn null_that_keywords_beside_the_types_reject_is_not_accepted() {
    let with = |keyword: &str, value: Value| {
        let mut schema = json!({ "type": ["string", "null"] });
        schema[keyword] = value;
        schema
    };
    let open = json!({ "type": ["string", "null"] });
    for closed in [
        with("not", json!({ "type": "null" })),
        with("not", json!({ "enum": [null] })),
        with(
            "anyOf",
            json!([{ "type": "string" }, { "type": "integer" }]),
        ),
        with("allOf", json!([{ "type": "string" }])),
    ] {
        for (body, base, revision) in [
            (Body::Request, &open, &closed),
            (Body::Response, &closed, &open),
        ] {
            assert_eq!(classes(body, base, revision), ["breaking"], "{closed}");
            assert_eq!(classes(body, revision, base), ["additive"], "{closed}");
        }
    }
}
