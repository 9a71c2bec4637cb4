//! Alternatives one by one: those that exclude each other, are many, are equal, come or go.

use crate::schemas::{Body, assert_witnessed, changes, summary};
use openapi::diff::Class;
use serde_json::{Value, json};

/// Returns the classes and rules of the changes between two schemas, in a request and in a response.
fn both(base: &Value, revision: &Value) -> [Vec<String>; 2] {
    [Body::Request, Body::Response].map(|body| {
        let found = changes(body, base, revision);
        assert_witnessed(body, base, revision, &found);
        summary(&found)
    })
}

/// Returns a `oneOf` that is too large to be proven as a whole.
fn large_union(alternative: impl Fn(usize) -> Value) -> Value {
    let properties: Vec<Value> = (0..40).map(|_| json!({"type": "string"})).collect();
    let alternatives = (0..30).map(|index| {
        let mut alternative = alternative(index);
        for (count, schema) in properties.iter().enumerate() {
            alternative["properties"][format!("p{count}")] = schema.clone();
        }
        alternative
    });
    json!({"oneOf": alternatives.collect::<Vec<_>>()})
}

#[test]
fn alternatives_that_accept_no_more_than_before_stay_exclusive() {
    // Nothing tells these apart.
    let open = large_union(|_| json!({"type": "object"}));
    let more = large_union(|index| {
        let own = format!("own{index}");
        json!({"type": "object", "properties": {own: {"type": "integer"}}})
    });
    let [request, _] = both(&open, &more);
    let additive = "additive request-property-added";
    assert!(request.iter().any(|change| change == additive));
    assert!(
        (request.iter()).all(|change| change == additive || change.starts_with("docs")),
        "{request:?}"
    );
    // What an alternative accepts in addition may be what another accepts as well.
    let closed = large_union(|index| {
        let longest = 5 + index;
        json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": longest}}})
    });
    let wider = large_union(|index| {
        let longest = 6 + index;
        json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": longest}}})
    });
    let [request, _] = both(&closed, &wider);
    assert!(
        !request.iter().all(|change| change.starts_with("additive")),
        "{request:?}"
    );
}

#[test]
fn a_constant_that_only_one_side_requires_tells_alternatives_apart() {
    let of = |required: &[&str]| {
        large_union(|index| {
            let kind = json!({"enum": [format!("kind {index}")]});
            json!({"type": "object", "required": required, "properties": {"kind": kind}})
        })
    };
    let [_, response] = both(&of(&[]), &of(&["kind"]));
    assert!(!response.is_empty());
    assert!(
        (response.iter()).all(|change| change == "additive response-required-added"),
        "{response:?}"
    );
}

#[test]
fn of_equal_alternatives_one_is_meant() {
    let text = json!({"type": "string"});
    let numbers = json!({"oneOf": [{"type": "number"}, {"type": "number"}, {"type": "string"}]});
    let [_, response] = both(&text, &numbers);
    let added = "breaking response-alternative-added".to_owned();
    assert!(response.contains(&added), "{response:?}");
}

#[test]
fn a_value_among_thousands_is_found() {
    let values: Vec<String> = (0..3_000).map(|index| format!("v{index}")).collect();
    let mut more = values.clone();
    more.push("new".to_owned());
    let [request, response] = both(&json!({"enum": more}), &json!({"enum": values}));
    assert_eq!(request, ["breaking request-enum-narrowed"]);
    assert_eq!(response, ["additive response-enum-narrowed"]);
}

#[test]
fn a_pattern_of_few_strings_is_their_list() {
    let pattern = json!({"type": "string", "pattern": "^(a|b.c|ä)$"});
    let listed = json!({"type": "string", "enum": ["a", "bxc", "b.c", "ä"]});
    let [request, response] = both(
        &json!({"type": "string", "pattern": "^(a|b[.]c|ä)$"}),
        &listed,
    );
    assert_eq!(request, ["additive request-schema-widened"]);
    assert_eq!(response, ["breaking response-schema-widened"]);
    let [request, _] = both(&pattern, &listed);
    assert_eq!(request, ["breaking request-schema-narrowed"]);
}

#[test]
fn a_value_of_two_of_many_alternatives_may_break() {
    let object = |name: &str, kind: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": kind}}});
    let names = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
    ];
    let base: Vec<Value> = names.iter().map(|name| object(name, "string")).collect();
    // No alternative accepts what has both `a` and `n`.
    let mut revision = base.clone();
    revision[0]["properties"]["n"] = json!({"type": "integer"});
    revision[13]["properties"]["a"] = json!({"type": "integer"});
    let (base, revision) = (json!({ "anyOf": base }), json!({ "anyOf": revision }));
    for (body, base, revision) in [
        (Body::Request, &base, &revision),
        (Body::Response, &revision, &base),
    ] {
        let found = changes(body, base, revision);
        assert!(
            found.iter().any(|change| change.class == Class::Breaking),
            "{found:?}"
        );
        assert_witnessed(body, base, revision, &found);
    }
}

#[test]
fn one_more_alternative_of_a_one_of_breaks_what_names_no_property() {
    let free = json!({"type": "object"});
    let named =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    for free in [
        free,
        json!({}),
        json!({"type": "object", "additionalProperties": true}),
    ] {
        let one = json!({"oneOf": [free]});
        let two = json!({"oneOf": [free, named]});
        for (body, base, revision) in [(Body::Request, &one, &two), (Body::Response, &two, &one)] {
            let found = changes(body, base, revision);
            assert!(
                found.iter().any(|change| change.class == Class::Breaking),
                "{free} {found:?}"
            );
            assert_witnessed(body, base, revision, &found);
        }
        // It only describes what could be sent before.
        let described = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let found = changes(Body::Request, &json!({"type": "object"}), &described);
        assert_eq!(summary(&found), ["additive request-property-added"]);
    }
}

#[test]
fn texts_of_alternatives_that_come_or_go_are_docs() {
    let of = |titles: [Option<&str>; 2]| {
        let alternative = |(value, title): (&str, Option<&str>)| match title {
            Some(title) => json!({"const": value, "title": title}),
            None => json!({ "const": value }),
        };
        let alternatives = ["a", "b"].into_iter().zip(titles).map(alternative);
        json!({"oneOf": alternatives.collect::<Vec<_>>()})
    };
    let (none, both) = (of([None, None]), of([Some("A"), Some("B")]));
    let listed = json!({"enum": ["a", "b"]});
    for body in [Body::Request, Body::Response] {
        for (base, revision) in [
            (&none, &both),
            (&both, &none),
            (&listed, &both),
            (&both, &listed),
            (&of([Some("A"), Some("B")]), &of([Some("B"), Some("A")])),
        ] {
            let found = changes(body, base, revision);
            assert_eq!(found.len(), 2, "{base} {revision} {found:?}");
            assert!(
                found.iter().all(|change| change.class == Class::Docs),
                "{found:?}"
            );
        }
        assert!(changes(body, &none, &listed).is_empty());
    }
}
