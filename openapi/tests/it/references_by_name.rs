//! References to schemas by the names that they give themselves: `$anchor` and `$dynamicAnchor`.

use openapi::Document;
use openapi::diff::{Class, compare};
use serde_json::{Value, json};

/// A document that answers with a component whose property `a` refers to a schema of the given type.
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
fn a_reference_by_a_name_is_one_to_the_schema_of_that_name() {
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
fn a_reference_by_a_name_that_nothing_has_is_refused() {
    let text = r##"{"openapi": "3.1.0", "paths": {}, "components": {"schemas": {
        "A": {"$ref": "#Name"}, "B": {"$anchor": "Nam"}}}}"##;
    assert!(Document::parse("a.json", text).is_err());
}
