//! Schemas that no value satisfies: they hide no break, and are named where something depends on them.

use openapi::diff::{Change, Class};
use serde_json::{Value, json};

use crate::schemas::{Body, changed, changes, summary};

/// Schemas that no value satisfies, each for another reason.
fn contradictions() -> [Value; 10] {
    [
        json!({"type": "string", "enum": [true]}),
        json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"allOf": [{"enum": ["a"]}, {"enum": ["b"]}]}),
        json!({"enum": ["a"], "const": "b"}),
        json!({"oneOf": [{"type": "string"}, {"type": "string", "title": "T"}]}),
        json!({"type": "integer", "minimum": 3, "maximum": 2}),
        json!({"type": "string", "minLength": 3, "maxLength": 2}),
        json!({"type": "array", "minItems": 1, "items": false}),
        json!({"type": "file"}),
        json!(false),
    ]
}

fn object(contradiction: &Value, kind: &str) -> Value {
    json!({"type": "object", "required": ["e"], "properties": {"e": contradiction, "a": {"type": kind}}})
}

fn assert_not_passed(base: &Value, revision: &Value) {
    for body in [Body::Request, Body::Response] {
        let found = changes(body, base, revision);
        let gravest = found.iter().map(|change| change.class).max();
        assert!(
            gravest >= Some(Class::Unproven),
            "{body:?} {base} to {revision}: {:?}",
            summary(&found)
        );
    }
}

#[test]
fn a_contradiction_hides_no_break_beside_it() {
    let text = json!({"type": "string"});
    let other = json!({"type": "object", "required": ["z"], "properties": {"z": text}});
    let wholes: [fn(Value, Value) -> Value; 11] = [
        |object, _| object,
        |object, other| json!({"anyOf": [object, other]}),
        |object, other| json!({"oneOf": [object, other]}),
        |object, _| json!({"anyOf": [object, {"type": "null"}]}),
        |mut object, _| {
            object["type"] = json!(["object", "null"]);
            object
        },
        |object, other| json!({"allOf": [object, other]}),
        |object, other| json!({"anyOf": [{"type": "object", "required": ["p"], "properties": {"p": object}}, other]}),
        |object, _| json!({"type": "object", "properties": {"p": object}}),
        |object, _| json!({"type": "object", "additionalProperties": object}),
        |object, _| json!({"type": "object", "patternProperties": {"^p": object}}),
        |object, _| json!({"type": "array", "items": object}),
    ];
    for contradiction in contradictions() {
        for whole in wholes {
            let [base, revision] = ["string", "integer"]
                .map(|kind| whole(object(&contradiction, kind), other.clone()));
            assert_not_passed(&base, &revision);
        }
    }
}

#[test]
fn what_excludes_each_other_together_hides_no_break() {
    let text = json!({"type": "string"});
    let wholes: [fn(&str) -> Value; 5] = [
        |kind| {
            json!({"allOf": [
            {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["a"]}, "a": {"type": kind}}},
            {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["b"]}}}]})
        },
        |kind| {
            json!({"allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": kind}}, "additionalProperties": false},
            {"type": "object", "required": ["b"], "properties": {"b": true}, "additionalProperties": false}]})
        },
        |kind| {
            json!({"oneOf": [
            {"type": "object", "properties": {"a": {"type": kind}}},
            {"type": "object", "properties": {"a": {"type": kind}}}]})
        },
        |kind| {
            json!({"oneOf": [
            {"type": "object", "properties": {"a": {"type": kind}}},
            {"type": "object", "properties": {"a": {"type": kind}}}, {"type": "string"}]})
        },
        |kind| json!({"type": "object", "not": {}, "properties": {"a": {"type": kind}}}),
    ];
    for whole in wholes {
        assert_not_passed(&whole("string"), &whole("integer"));
        let [base, revision] =
            ["string", "integer"].map(|kind| json!({"anyOf": [whole(kind), text]}));
        assert_not_passed(&base, &revision);
    }
}

/// Returns the entries that name a contradiction, as `rule location: message`.
fn named(changes: &[Change]) -> Vec<String> {
    let rule = |change: &Change| change.rule.to_string();
    let naming = changes
        .iter()
        .filter(|change| rule(change).contains("unsatisfiable"));
    naming
        .map(|change| {
            assert_eq!(change.class, Class::Docs);
            let location = change.location.strip_prefix(Body::Response.pointer());
            format!(
                "{} {}: {}",
                rule(change),
                location.unwrap_or("?"),
                change.message
            )
        })
        .collect()
}

#[test]
fn what_something_depends_on_is_named_once_with_its_keywords() {
    let reasons = [
        "`type` \"string\" and `enum` [true] exclude each other",
        "`type` \"integer\" and `type` \"string\" exclude each other",
        "`enum` [\"b\"] and `enum` [\"a\"] exclude each other",
        "`enum` [\"a\"] and `const` \"b\" exclude each other",
        // Of equal alternatives one is meant: nothing depends on the other.
        "",
        "`minimum` 3 and `maximum` 2 exclude each other",
        "`minLength` 3 and `maxLength` 2 exclude each other",
        "an item is required, and its schema is `false`",
        "`type` \"file\" accepts nothing",
    ];
    let reasons = contradictions().into_iter().zip(reasons);
    for (contradiction, reason) in reasons.filter(|(_, reason)| !reason.is_empty()) {
        let [base, revision] = ["string", "integer"].map(|kind| object(&contradiction, kind));
        assert_eq!(
            named(&changes(Body::Response, &base, &revision)),
            [format!(
                "document-unsatisfiable-schema-changed /properties/e: no value satisfies this: {reason}"
            )]
        );
        assert_eq!(changes(Body::Response, &base, &base), []);
    }
}

#[test]
fn a_new_contradiction_and_a_fixed_one_are_named() {
    let text = json!({"type": "string", "minLength": 1});
    let contradiction = json!({"type": "string", "minLength": 1, "enum": [true]});
    let [plain, wrong] = [&text, &contradiction].map(|schema| object(schema, "string"));
    let reason = "`type` \"string\" and `enum` [true] exclude each other";
    assert_eq!(
        named(&changes(Body::Response, &plain, &wrong)),
        [format!(
            "document-unsatisfiable-schema-added /properties/e: no value satisfies this: {reason}"
        )]
    );
    assert_eq!(
        named(&changes(Body::Response, &wrong, &plain)),
        [format!(
            "document-unsatisfiable-schema-removed /properties/e: in the base, no value satisfied this: {reason}"
        )]
    );
}

#[test]
fn what_nothing_depends_on_is_not_named() {
    let with = |b: Value| {
        let contradiction = json!({"type": "string", "enum": [true]});
        json!({"type": "object", "properties": {"e": contradiction, "b": b}})
    };
    let (base, revision) = (
        with(json!({"type": "string"})),
        with(json!({"type": "string", "description": "B"})),
    );
    let found = changes(Body::Response, &base, &revision);
    assert_eq!(summary(&found), ["docs response-text-added"]);
    let found = changes(Body::Response, &base, &with(json!({"type": "integer"})));
    assert_eq!(summary(&found), ["breaking response-type-widened"]);
}

#[test]
fn a_property_that_another_part_forbids_is_compared_all_the_same() {
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let unevaluated = json!({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": false});
    let open = |kind: &str| json!({"type": "object", "properties": {"b": {"type": kind}}});
    let beside = |keyword: &str, kind: &str| {
        let mut schema = closed.clone();
        schema[keyword] = json!([open(kind)]);
        schema
    };
    for (base, revision) in [("string", "integer"), ("integer", "string")]
        .into_iter()
        .flat_map(|(old, new)| {
            [
                (
                    json!({"allOf": [closed, open(old)]}),
                    json!({"allOf": [closed, open(new)]}),
                ),
                (
                    json!({"allOf": [unevaluated, open(old)]}),
                    json!({"allOf": [unevaluated, open(new)]}),
                ),
                (beside("allOf", old), beside("allOf", new)),
                (beside("anyOf", old), beside("anyOf", new)),
            ]
        })
    {
        assert_not_passed(&base, &revision);
        let found = changes(Body::Response, &base, &revision);
        assert_eq!(
            named(&found),
            [
                "document-unsatisfiable-schema-changed : no value has a property of this: `b` is declared, and a part that does not declare it allows no others"
            ],
            "{base} {found:?}"
        );
    }
}

#[test]
fn a_property_added_beside_a_closed_component_proves_nothing() {
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let of = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})))
            .collect();
        json!({"allOf": [{"$ref": "#/components/schemas/T"}, {"type": "object", "properties": properties}],
            "components": {"T": closed}})
    };
    let found = changes(Body::Response, &of(&["b"]), &of(&["b", "c"]));
    assert!(
        found.iter().any(|change| change.class >= Class::Unproven),
        "{found:?}"
    );
}

#[test]
fn of_equal_alternatives_behind_references_one_is_meant() {
    let of = |kinds: [&str; 2], discriminator: Option<&str>| {
        let [one, other] =
            kinds.map(|kind| json!({"type": "object", "properties": {"name": {"type": kind}}}));
        let refer = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut union = json!({"oneOf": [refer("One"), refer("Other")]});
        if let Some(property) = discriminator {
            union["discriminator"] = json!({"propertyName": property});
        }
        let [mut one, other] = [one, other];
        one["title"] = json!("the first");
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok",
                "content": {"application/json": {"schema": union}}}}}}},
            "components": {"schemas": {"One": one, "Other": other}}})
    };
    let texts = ["string"; 2];
    let found = changed(&of(texts, None), &of(texts, Some("name")));
    assert!(
        !found.iter().any(|change| change.starts_with("breaking")),
        "{found:?}"
    );
    let found = changed(&of(texts, None), &of(["integer"; 2], None));
    assert!(
        found.iter().any(|change| change.starts_with("breaking")),
        "{found:?}"
    );
}
