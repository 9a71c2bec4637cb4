//! Composed schemas: what differs is found and named below parts, alternatives, discriminators and inheritance.

use openapi::Document;
use openapi::diff::{Class, compare};
use serde_json::{Value, json};

use crate::schemas::{Body, assert_witnessed, changes, summary};

/// Returns the class, rule and message of each change between two sets of components, of which a response has `R`.
fn between(base: &Value, revision: &Value) -> Vec<String> {
    let document = |schemas: &Value| {
        let text = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok", "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/R"}}}}}}}},
            "components": {"schemas": schemas},
        });
        Document::parse("document.json", &text.to_string()).expect("a document")
    };
    let found = compare(&document(base), &document(revision)).changes;
    let line =
        |change: &openapi::diff::Change| format!("{} {}", change.class.name(), change.message);
    found.iter().map(line).collect()
}

fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Returns an alternative with a kind and a property, which is required or not.
fn alternative(kind: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "required": required, "properties": {"kind": kind, "size": {"type": "integer"}}})
}

#[test]
fn a_discriminator_does_not_hide_what_its_alternatives_lose() {
    let kinds = [
        json!({"const": "cat"}),
        json!({"type": "string", "enum": ["cat", "kitten"]}),
        json!({"type": "integer", "enum": [1]}),
        json!({"type": "string", "pattern": "^c"}),
        json!({"$ref": "#/components/schemas/Kind"}),
        json!({"type": "string"}),
    ];
    let mappings = [
        json!({"propertyName": "kind"}),
        json!({"propertyName": "kind", "mapping": {"dog": "Dog"}}),
        json!({"propertyName": "kind", "mapping": {"feline": "#/components/schemas/Cat"}}),
        json!({"propertyName": "type"}),
    ];
    for kind in &kinds {
        for discriminator in &mappings {
            for keyword in ["oneOf", "anyOf"] {
                let of = |required: &[&str]| {
                    json!({
                        "R": {keyword: [refer("Cat"), refer("Dog")], "discriminator": discriminator},
                        "Kind": {"type": "string", "const": "cat"},
                        "Cat": alternative(kind, required),
                        "Dog": alternative(&json!({"const": "dog"}), &["kind"]),
                    })
                };
                let found = between(&of(&["kind", "size"]), &of(&["kind"]));
                assert_eq!(
                    found,
                    ["breaking the property `size` of `Cat` is no longer required"],
                    "{kind} {discriminator} {keyword}"
                );
            }
        }
    }
}

#[test]
fn an_alternative_that_only_says_nullable_is_null_in_version_3_0() {
    let document = |kind: &str| {
        let schema = json!({"anyOf": [{"type": kind}, {"nullable": true, "description": "none"}]});
        let text = json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok", "content": {
                "application/json": {"schema": schema}}}}}}},
        });
        Document::parse("document.json", &text.to_string()).expect("a document")
    };
    let found = compare(&document("string"), &document("integer")).changes;
    assert_eq!(summary(&found), ["breaking response-type-widened"]);
}

#[test]
fn alternatives_beside_one_that_accepts_anything_are_reported() {
    let of = |kind: &str| json!({"R": {"anyOf": [refer("A"), {"type": kind}, {}]}, "A": {"type": "object", "properties": {"a": {"type": kind}}}});
    assert_eq!(
        between(&of("string"), &of("integer")),
        [
            "breaking `a` of `A` sends more: `type` \"string\" → \"integer\"",
            "docs an alternative of `R`, which all together accept the same values, changed from {\"type\":\"string\"} to {\"type\":\"integer\"}",
        ]
    );
}

#[test]
fn what_inherits_from_a_schema_with_a_discriminator_is_an_alternative_of_it() {
    let of = |mapping: bool, name: &str, kind: &str| {
        let mut discriminator = json!({"propertyName": "kind"});
        if mapping {
            discriminator["mapping"] = json!({"dog": "#/components/schemas/Dog"});
        }
        json!({
            "R": {"type": "object", "properties": {"pet": refer("Pet")}},
            "Pet": {"type": "object", "discriminator": discriminator, "properties": {"kind": {"type": "string"}}},
            "Dog": {"allOf": [refer("Pet"), {"type": "object"}]},
            name: {"allOf": [refer("Dog"), {"type": "object", "properties": {"size": {"type": kind}}}]},
        })
    };
    for mapping in [true, false] {
        assert_eq!(
            between(
                &of(mapping, "Puppy", "integer"),
                &of(mapping, "Puppy", "string")
            ),
            ["breaking `size` of `Puppy` sends more: `type` \"integer\" → \"string\""]
        );
        let added = between(
            &of(mapping, "Puppy", "integer"),
            &of(mapping, "Whelp", "integer"),
        );
        assert!(
            added
                .iter()
                .any(|change| change.contains("the alternative `Whelp` of `Pet`")),
            "{added:?}"
        );
    }
}

#[test]
fn differences_below_parts_are_named() {
    let of = |own: &Value, part: &Value| {
        json!({
            "R": {"type": "object", "required": ["id"], "allOf": [refer("A"), {"properties": {"part": part}}], "properties": {"own": own}},
            "A": {"type": "object", "properties": {"a": {"type": "string"}}},
        })
    };
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    assert_eq!(
        between(&of(&text, &text), &of(&number, &text)),
        ["breaking `own` of `R` sends more: `type` \"string\" → \"number\""]
    );
    assert_eq!(
        between(&of(&text, &text), &of(&text, &number)),
        ["breaking `part` of `R` sends more: `type` \"string\" → \"number\""]
    );
}

#[test]
fn one_more_alternative_does_not_hide_the_others() {
    let base = json!({"oneOf": [
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"const": "A"}, "b": {"type": "string"}}},
    ]});
    let revision = json!({"oneOf": [
        {"type": "object", "required": ["a"], "properties": {"a": {"const": "A"}, "b": {"type": "string"}}},
        {"type": "object", "required": ["a"], "properties": {"a": {"const": "C"}}},
    ]});
    let found = changes(Body::Response, &base, &revision);
    assert_eq!(
        summary(&found),
        [
            "breaking response-required-removed",
            "breaking response-alternative-added"
        ]
    );
    assert_witnessed(Body::Response, &base, &revision, &found);
}

#[test]
fn a_schema_is_an_alternative_of_a_union_with_the_same_type() {
    let one = |required: &[&str]| {
        json!({"type": "object", "required": required, "properties": {
            "kind": {"const": "cat"}, "size": {"type": "integer"}}})
    };
    let dog = alternative(&json!({"const": "dog"}), &["kind"]);
    let union = json!({"R": {"type": "object", "oneOf": [refer("Cat"), refer("Dog")]}, "Cat": one(&["kind"]), "Dog": dog});
    let alone = json!({"R": {"allOf": [refer("Cat"), {}]}, "Cat": one(&["kind", "size"])});
    let mut found = between(&alone, &union);
    found.sort();
    let added = "breaking the alternative `Dog` of `R` was added";
    let lost = "breaking the property `size` of `Cat` is no longer required";
    assert_eq!(found, [added, lost]);
    // The type is not the union's alone: it is compared.
    let text =
        |types: &Value| json!({"R": {"type": types, "properties": {"a": {"type": "integer"}}}});
    let union = json!({"R": {"type": "object", "anyOf": [{"type": ["object", "string"]}]}});
    let found = between(&union, &text(&json!(["object", "string"])));
    assert!(
        found.iter().any(|change| change.starts_with("breaking")),
        "{found:?}"
    );
}

#[test]
fn a_break_within_what_several_parts_require_has_a_value() {
    let details = |paged: &str| {
        json!({
            "R": {"allOf": [refer("Base"), {"required": ["id", "to"], "properties": {
                "to": {"oneOf": [refer("Cat"), refer("Dog")]},
                "entries": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": "string", "pattern": "^[0-9]{4}$"}, "more": {"allOf": [
                        {"type": "object", "required": ["tag"], "properties": {"paged": {"type": paged}}},
                        {"properties": {"tag": {"enum": ["x"]}}}]}}}}}}]},
            "Base": {"type": "object", "required": ["object"], "properties": {
                "id": {"allOf": [{"type": "string"}, {"pattern": "^adr_[a-z]+$"}]},
                "object": {"allOf": [{"type": "string"}, {"enum": ["letter"]}]}}},
            "Cat": alternative(&json!({"const": "cat"}), &["kind", "size"]),
            "Dog": alternative(&json!({"const": "dog"}), &["kind", "size"]),
        })
    };
    let found = between(&details("boolean"), &details("string"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("breaking `paged` of"), "{found:?}");
}

#[test]
fn an_empty_list_of_alternatives_says_nothing() {
    let of = |kinds: &Value| json!({"R": {"type": "object", "properties": {"kind": kinds}}});
    let empty = json!({"type": "string", "anyOf": []});
    let found = between(&of(&empty), &of(&json!({"type": ["string", "null"]})));
    assert!(found[0].starts_with("breaking `kind` of"), "{found:?}");
    let found = between(
        &of(&empty),
        &of(&json!({"type": "string", "anyOf": [{"const": "a"}]})),
    );
    assert!(
        found.iter().all(|change| !change.starts_with("breaking")),
        "{found:?}"
    );
    assert!(!found.is_empty());
}

#[test]
fn what_is_listed_as_no_object_has_no_properties_that_could_be_lost() {
    let details =
        |schema: &Value| json!({"R": {"type": "object", "properties": {"details": schema}}});
    let null = json!({"type": ["object", "null"], "enum": [null]});
    let object =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    for (base, revision) in [(&object, &null), (&null, &object)] {
        let found = between(&details(base), &details(revision));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("breaking `details` of"), "{found:?}");
    }
}

#[test]
fn unknown_keywords_are_docs_and_do_not_stop_the_descent() {
    for keyword in ["foo", "nullable", "$unknown", "dependencies"] {
        let of = |value: u32, kind: &str| {
            let mut property = refer("A");
            property[keyword] = json!(value);
            json!({"R": {"type": "object", "properties": {"p": property}}, "A": {"type": "object", "properties": {"a": {"type": kind}}}})
        };
        assert_eq!(
            between(&of(1, "string"), &of(1, "integer")),
            ["breaking `a` of `A` sends more: `type` \"string\" → \"integer\""],
            "{keyword}"
        );
        let found = between(&of(1, "string"), &of(2, "string"));
        assert_eq!(
            found,
            [format!(
                "docs `{keyword}` of `p` of `R` changed from 1 to 2"
            )]
        );
    }
    assert_eq!(Class::Docs.name(), "docs");
}

#[test]
fn two_parts_that_describe_one_property_do_not_exclude_each_other() {
    let of = |parts: [Value; 2]| json!({"allOf": parts});
    let object = |inner: Value| json!({"type": "object", "properties": {"r": inner}});
    for (body, kinds) in [
        (Body::Request, ["string", "integer"]),
        (Body::Response, ["string", "integer"]),
    ] {
        let parts = |kind: &str| {
            let described = json!({"properties": {"d": {"type": kind}}});
            let listed = json!({"type": "array", "items": described});
            [
                of([object(json!({"type": "object"})), object(described.clone())]),
                of([
                    object(json!({"items": {"properties": {"e": {}}}})),
                    object(listed),
                ]),
                json!({"properties": {"r": {"type": "object"}}, "anyOf": [object(described)]}),
            ]
        };
        for (base, revision) in parts(kinds[0]).iter().zip(&parts(kinds[1])) {
            let found = changes(body, base, revision);
            assert_eq!(found[0].class, Class::Breaking, "{base} {found:?}");
            assert_witnessed(body, base, revision, &found);
        }
    }
}

#[test]
fn a_property_that_only_the_receiver_declares_is_not_sent_below_parts_either() {
    let of = |more: &Value| {
        let mut inner = json!({"type": "object", "properties": {"d": {"type": "string"}}});
        inner["properties"]["e"] = more.clone();
        json!({"allOf": [
            {"type": "object", "properties": {"r": inner}},
            {"type": "object", "properties": {"r": {"type": "object"}, "s": {}}},
        ]})
    };
    let without = json!({"allOf": [
        {"type": "object", "properties": {"r": {"type": "object", "properties": {"d": {"type": "string"}}}}},
        {"type": "object", "properties": {"r": {"type": "object"}, "s": {}}},
    ]});
    let found = changes(Body::Request, &without, &of(&json!({"type": "integer"})));
    assert_eq!(summary(&found), ["additive request-property-added"]);
}

#[test]
fn parts_of_other_names_that_exclude_each_other_are_not_compared() {
    let success = |value: bool| json!({"enum": [value], "type": "boolean"});
    let part = |value: bool, result: Value| {
        json!({
            "type": "object",
            "required": ["success", "errors", "result"],
            "properties": {"success": success(value), "errors": {"type": "array"}, "result": result},
        })
    };
    let failure = || part(false, json!({"enum": [null]}));
    let base = json!({
        "R": {"allOf": [refer("Single"), refer("Failure")]},
        "Single": part(true, json!({"type": "object"})),
        "Failure": failure(),
    });
    let revision = json!({
        "R": {"allOf": [refer("New_Single"), refer("New_Failure")]},
        "New_Single": {"type": "object", "properties": {"result": {"type": "object"}}},
        "New_Failure": failure(),
    });
    let found = between(&base, &revision);
    assert!(
        !found.iter().any(|line| line.contains("`result` of")),
        "{found:#?}"
    );
}

/// Returns an object with a text `a`, which it requires or not, as a component.
fn parent(required: &[&str]) -> Value {
    json!({"type": "object", "required": required, "properties": {"a": {"type": "string"}, "b": {"type": "string"}}})
}

/// Returns a component that inherits from `Parent`.
fn child(own: &Value) -> Value {
    json!({"allOf": [refer("Parent"), own]})
}

#[test]
fn what_moves_between_the_parts_of_a_whole_breaks_nothing() {
    let own = |required: &[&str]| json!({"type": "object", "required": required, "properties": {"c": {"type": "string"}}});
    let base = json!({"R": child(&own(&[])), "Parent": parent(&["a"])});
    let revision = json!({"R": child(&own(&["a"])), "Parent": parent(&[])});
    for (base, revision) in [(&base, &revision), (&revision, &base)] {
        let found = between(base, revision);
        assert!(!found.is_empty());
        assert!(
            found.iter().all(|line| line.starts_with("docs")),
            "{found:#?}"
        );
    }
    // One that is used by itself as well is judged by itself.
    let with = |schemas: &Value| {
        let mut schemas = schemas.clone();
        schemas["C"] = schemas["R"].take();
        schemas["R"] = json!({"type": "object", "properties": {"parent": refer("Parent"), "child": refer("C")}});
        schemas
    };
    assert_eq!(
        between(&with(&base), &with(&revision)),
        ["breaking the property `a` of `Parent` is no longer required"]
    );
    // A break in the whole is not hidden by what moved in a part.
    let mut breaking = revision.clone();
    breaking["Parent"]["properties"]["b"] = json!({"type": "integer"});
    let found = between(&base, &breaking);
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("breaking `b` of `Parent` sends more")),
        "{found:#?}"
    );
}

#[test]
fn what_a_part_loses_and_another_restricts_further_still_works() {
    let with = |longest: &Value, own: &Value| {
        let parent = json!({"type": "object", "properties": {"a": longest}});
        json!({"R": child(&json!({"properties": {"a": own}})), "Parent": parent})
    };
    let text = json!({"type": "string"});
    let of_length = |longest: u32| json!({"type": "string", "maxLength": longest});
    let base = with(&of_length(5), &text);
    let found = between(&base, &with(&text, &of_length(4)));
    assert!(
        found.iter().all(|line| line.starts_with("additive")),
        "{found:#?}"
    );
    let found = between(&base, &with(&text, &of_length(6)));
    assert!(
        found.iter().any(|line| line.starts_with("breaking")),
        "{found:#?}"
    );
}

#[test]
fn the_first_child_of_a_schema_does_not_remove_its_discriminator() {
    let mut parent = parent(&["a"]);
    parent["discriminator"] = json!({"propertyName": "a"});
    let alone = json!({"R": refer("Parent"), "Parent": parent});
    let mut with_child = alone.clone();
    with_child["Child"] = child(&json!({"properties": {"c": {"type": "string"}}}));
    for (base, revision) in [(&alone, &with_child), (&with_child, &alone)] {
        let found = between(base, revision);
        assert!(!found.is_empty());
        let removed = |line: &String| line.contains("was removed") || line.contains("was added");
        assert!(!found.iter().any(removed), "{found:#?}");
    }
}
