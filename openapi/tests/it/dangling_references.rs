//! References of a base that cannot be followed: reported as unproven, and nothing is concluded from them.

use openapi::diff::compare;
use openapi::{DanglingReferences, Document, Reading};
use serde_json::{Value, json};

fn read(document: &Value, dangling: DanglingReferences) -> Document {
    let no_file = |_: &str| Err("no such file".to_owned());
    let reading = Reading {
        dangling,
        ..Reading::default()
    };
    Document::parse_with("api.json", document.to_string(), reading, no_file)
        .expect("a valid document")
}

/// Compares a document whose part at `place` is this reference with the same document in which it is written out.
fn fixed(document: &Value, place: &str, reference: impl Into<Value>) -> Vec<String> {
    let mut base = document.clone();
    *base.pointer_mut(place).expect("a part") = json!({"$ref": reference.into()});
    let refused = Document::parse("api.json", &base.to_string());
    assert!(refused.is_err(), "{place}");
    let base = read(&base, DanglingReferences::Kept);
    let revision = read(document, DanglingReferences::Refused);
    let changes = compare(&base, &revision).changes;
    let shown = changes
        .iter()
        .map(|change| format!("{} {}", change.class.name(), change.rule));
    shown.collect()
}

fn document() -> Value {
    let parameter =
        json!({"name": "q", "in": "query", "required": true, "schema": {"type": "string"}});
    let schema = json!({"allOf": [{"$ref": "#/components/schemas/A"}, {"minProperties": 2}],
        "properties": {"a": {"type": "string"}, "b": {"items": {"type": "integer"}}}});
    let content = json!({"application/json": {"schema": schema}});
    let operation = json!({
        "parameters": [parameter],
        "requestBody": {"required": true, "content": content},
        "responses": {"200": {"description": "d", "content": content,
            "headers": {"X-A": {"required": true, "schema": {"type": "string"}}}}},
    });
    json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/t": {"post": operation}},
        "components": {"schemas": {"A": {"type": "object", "required": ["a"]}}}})
}

#[test]
fn a_dangling_reference_of_the_base_is_unproven_and_nothing_else() {
    let document = document();
    let operation = "/paths/~1t/post";
    for reference in [
        "#/components/nowhere",
        "missing.yaml#/A",
        "#anchor",
        "https://example.com/a.json#/A",
        "../a.yaml#/A",
        "%zz",
    ] {
        for place in [
            "/parameters",
            "/parameters/0",
            "/parameters/0/schema",
            "/requestBody",
            "/requestBody/content",
            "/requestBody/content/application~1json/schema",
            "/requestBody/content/application~1json/schema/properties/a",
            "/requestBody/content/application~1json/schema/properties/b/items",
            "/requestBody/content/application~1json/schema/properties",
            "/responses",
            "/responses/200",
            "/responses/200/content",
            "/responses/200/headers",
            "/responses/200/headers/X-A",
            "/responses/200/content/application~1json/schema/properties/b",
        ] {
            let found = fixed(&document, &format!("{operation}{place}"), reference);
            assert_eq!(
                found,
                ["unproven document-dangling-reference-changed"],
                "{place}"
            );
        }
    }
}

#[test]
fn a_schema_with_a_dangling_part_is_unproven() {
    for place in [
        "/components/schemas/A",
        "/paths/~1t/post/requestBody/content/application~1json/schema/allOf/0",
        "/paths/~1t",
    ] {
        let found = fixed(&document(), place, "#/components/nowhere");
        assert!(
            found.contains(&"unproven document-dangling-reference-changed".to_owned()),
            "{found:?}"
        );
        assert!(
            !found.iter().any(|change| change.starts_with("breaking")),
            "{place} {found:?}"
        );
    }
}

#[test]
fn a_break_beside_a_dangling_reference_is_reported() {
    let revision = document();
    let mut base = revision.clone();
    base["paths"]["/t"]["post"]["parameters"][0]["required"] = json!(false);
    base["paths"]["/t"]["post"]["responses"]["200"] = json!({"$ref": "#/components/responses/R"});
    let base = read(&base, DanglingReferences::Kept);
    let diff = compare(&base, &read(&revision, DanglingReferences::Refused));
    let shown: Vec<_> = (diff.changes.iter())
        .map(|change| {
            format!(
                "{}: {} at {}",
                change.class.name(),
                change.message,
                change.location
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_reference_that_is_not_a_text_dangles_and_a_property_of_that_name_does_not() {
    let document = document();
    let schema = "/paths/~1t/post/requestBody/content/application~1json/schema";
    for reference in [json!(5), json!(null), json!({"a": "b"}), json!(["#/a"])] {
        for part in ["", "/allOf/1", "/properties/a", "/properties/b/items"] {
            let found = fixed(&document, &format!("{schema}{part}"), reference.clone());
            assert!(
                found.iter().any(|change| change.starts_with("unproven")),
                "{part} {reference}: {found:?}"
            );
        }
    }
    let mut named = document;
    named["components"]["schemas"]["A"]["properties"] = json!({"$ref": {"type": "string"}});
    assert!(Document::parse("api.json", &named.to_string()).is_ok());
}
