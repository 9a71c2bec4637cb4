//! References to schemas by name: `$anchor` and `$dynamicAnchor`.

use openapi::Document;
use openapi::diff::{Class, Verdict, compare};
use serde_json::{Value, json};

use crate::documents::with_files;

/// Returns a document that responds with a component whose property `a` refers to a schema of the given type.
fn document(property: &Value, anchor: &str, kind: &str) -> Document {
    let value = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {"responses": {"200": {"description": "ok", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
        "components": {"schemas": {"Thing": {
            "type": "object",
            "properties": {"a": property},
            "$defs": {"50%": {anchor: "Name", "type": kind}}
        }}}
    });
    Document::parse("test", &value.to_string()).expect("a valid document")
}

#[test]
fn a_reference_by_anchor_equals_a_reference_to_its_schema() {
    for (property, anchor) in [
        (json!({"$ref": "#Name"}), "$anchor"),
        (json!({"$ref": "#Name"}), "$dynamicAnchor"),
        (json!({"$dynamicRef": "#Name"}), "$dynamicAnchor"),
        (json!({"$dynamicRef": "#Name"}), "$anchor"),
        (
            json!({"$dynamicRef": "#/components/schemas/Thing/$defs/50%25"}),
            "$anchor",
        ),
    ] {
        let base = document(&property, anchor, "integer");
        let found = compare(&base, &document(&property, anchor, "number")).changes;
        assert_eq!(found.len(), 1, "{property} {found:?}");
        assert_eq!(found[0].class, Class::Breaking, "{property}");
        assert_eq!(found[0].witness, Some(json!(0.5)), "{property}");
        let pointed = json!({"$ref": "#/components/schemas/Thing/$defs/50%25"});
        let found = compare(&base, &document(&pointed, "$comment", "integer")).changes;
        assert!(found.is_empty(), "{property} {found:?}");
    }
}

#[test]
fn a_reference_to_an_unknown_anchor_is_refused() {
    let text = r##"{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {
        "A": {"$ref": "#Name"}, "B": {"$anchor": "Nam"}}}}"##;
    assert!(Document::parse("a.json", text).is_err());
}

/// Returns a document with these files whose response has the schema that is referred to.
fn answering(reference: &str, files: &[(&str, &str)]) -> Result<Document, openapi::DocumentError> {
    let text = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {"responses": {"200": {"description": "ok", "content": {
            "application/json": {"schema": {"$ref": reference}}}}}}}},
        "components": {"schemas": {"Own": {"$anchor": "Own", "type": "integer"}}}
    });
    with_files(&text.to_string(), files)
}

#[test]
fn an_anchor_in_a_referenced_file_resolves_there_and_from_other_files() {
    let whole = |kind: &str| {
        let pointed = format!("A: {{properties: {{a: {{$ref: '#/B'}}}}}}\nB: {{type: {kind}}}\n");
        answering("a.yaml#/A", &[("a.yaml", &pointed)]).expect("a valid document")
    };
    let by_names: [(&str, &[(&str, &str)]); 5] = [
        (
            "a.yaml#/A",
            &[(
                "a.yaml",
                "A: {properties: {a: {$ref: '#B'}}}\nB: {$anchor: B, type: integer}\n",
            )],
        ),
        (
            "a.yaml#/A",
            &[(
                "a.yaml",
                "A: {properties: {a: {$dynamicRef: '#B'}}}\nB: {$dynamicAnchor: B, type: integer}\n",
            )],
        ),
        (
            "a.yaml#A",
            &[(
                "a.yaml",
                "X: {$anchor: A, properties: {a: {$ref: '#B'}}}\nB: {$anchor: B, type: integer}\n",
            )],
        ),
        (
            "a.yaml#/A",
            &[
                (
                    "a.yaml",
                    "A: {properties: {a: {$ref: 'b/b.yaml#B'}}}\nC: {$anchor: B, type: boolean}\n",
                ),
                ("b/b.yaml", "Y: {$anchor: B, type: integer}\n"),
            ],
        ),
        (
            "a.yaml#/A",
            &[(
                "a.yaml",
                "A: {properties: {a: {$ref: 'openapi.yaml#Own'}}}\n",
            )],
        ),
    ];
    for (reference, files) in by_names {
        let named = answering(reference, files).expect("a valid document");
        let same = compare(&whole("integer"), &named).changes;
        assert!(same.is_empty(), "{files:?}: {same:?}");
        let other = compare(&named, &whole("number")).changes;
        assert_eq!(other.len(), 1, "{files:?}: {other:?}");
        assert_eq!(other[0].class, Class::Breaking, "{files:?}");
    }
}

#[test]
fn an_unknown_anchor_of_a_referenced_file_is_refused_as_it_was_written() {
    let within = answering(
        "a.yaml#/A",
        &[("a.yaml", "A:\n  $ref: '#B'\nB: {$anchor: C}\n")],
    );
    insta::assert_snapshot!(within.expect_err("refused"), @"a.yaml:2:9: the reference `a.yaml#B` does not name a place in a document: write `#/components/…`, or a file's path followed by such a place");
    let from_elsewhere = answering("a.yaml#B", &[("a.yaml", "B: {}\n")]);
    insta::assert_snapshot!(from_elsewhere.expect_err("refused"), @"api/openapi.yaml:1:169: the reference `a.yaml#B` does not name a place in a document: write `#/components/…`, or a file's path followed by such a place");
}

#[test]
fn what_a_dynamic_reference_may_lead_to_is_not_identical_when_it_changed() {
    let dynamic = |schema: Value| {
        let mut schema = schema;
        schema["$dynamicAnchor"] = json!("item");
        json!({"$ref": "#/components/schemas/List", "$defs": {"item": schema}})
    };
    let of = |schema: &Value, kind: &str, in_place: bool| {
        let schemas = json!({
            "List": {"type": "array", "items": {"$dynamicRef": "#item"},
                "$defs": {"none": {"$dynamicAnchor": "item", "not": {}}}},
            "Other": {"type": kind},
            "Items": schema,
        });
        let answer = if in_place {
            schema.clone()
        } else {
            json!({"$ref": "#/components/schemas/Items"})
        };
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": {"responses": {"200": {"description": "ok", "content": {
                "application/json": {"schema": answer}}}}}}},
            "components": {"schemas": schemas}
        });
        Document::parse("test", &document.to_string()).expect("a valid document")
    };
    let other = json!({"$ref": "#/components/schemas/Other"});
    let base = dynamic(json!({"type": "string"}));
    for in_place in [true, false] {
        for (base, revision) in [
            (
                of(&base, "string", in_place),
                of(&dynamic(json!({"type": "integer"})), "string", in_place),
            ),
            (
                of(&base, "string", in_place),
                of(
                    &json!({"$ref": "#/components/schemas/List"}),
                    "string",
                    in_place,
                ),
            ),
            (
                of(&dynamic(other.clone()), "string", in_place),
                of(&dynamic(other.clone()), "integer", in_place),
            ),
        ] {
            let verdict = compare(&base, &revision).verdict();
            assert_eq!(
                verdict,
                Verdict::Unproven,
                "{:#?}",
                compare(&base, &revision).changes
            );
            assert_eq!(compare(&base, &base).verdict(), Verdict::Identical);
        }
    }
}
