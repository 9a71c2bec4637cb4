//! Identifiers of schemas: `$id` is the base of the references below it.

use openapi::Document;
use openapi::diff::{Change, Class, compare};
use serde_json::{Value, json};

use crate::documents::with_files;

/// Returns a document that responds with the component `Thing`. Integers are in the place that is looked for, and
/// booleans in the others.
fn document(thing: &Value, other: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {"responses": {"200": {"description": "ok", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
        "components": {"schemas": {
            "Thing": thing,
            "Other": {"$id": "https://example.com/schemas/other", "$defs": {"A": {"type": other}}, "type": other},
        }},
        "$defs": {"A": {"type": "boolean"}}
    })
}

/// Returns a thing with this property, and a definition of its own.
fn thing(id: &str, property: &str, kind: &str) -> Value {
    json!({"$id": id, "type": "object", "required": ["a"], "properties": {"a": {"$ref": property}},
        "$defs": {"A": {"type": kind}, "B": {"$id": "b", "type": kind}}})
}

const ID: &str = "https://example.com/schemas/thing";

fn read(value: &Value) -> Document {
    Document::parse("api.json", &value.to_string()).expect("a valid document")
}

#[test]
fn a_reference_below_an_identifier_leads_to_what_it_names_from_there() {
    for (id, reference) in [
        (ID, "#/$defs/A"),
        (ID, "b"),
        (ID, "thing#/$defs/A"),
        (ID, "/schemas/b"),
        (ID, "https://example.com/schemas/b"),
        ("thing", "b"),
        ("thing", "thing#/$defs/A"),
        ("schemas/thing", "b"),
        ("urn:example:thing", "#/$defs/A"),
    ] {
        let of = |kind: &str| read(&document(&thing(id, reference, kind), "boolean"));
        let changes = compare(&of("integer"), &of("number")).changes;
        assert_eq!(changes.len(), 1, "{id} {reference}: {changes:?}");
        assert_eq!(changes[0].class, Class::Breaking, "{id} {reference}");
        assert_eq!(compare(&of("integer"), &of("integer")).changes.len(), 0);
    }
}

#[test]
fn a_reference_to_an_identifier_leads_to_its_schema() {
    for reference in [
        "other",
        "./other#",
        "../schemas/other#/$defs/A",
        "https://example.com/schemas/other",
        "#/components/schemas/Other",
    ] {
        let of = |kind: &str| read(&document(&thing(ID, reference, "boolean"), kind));
        let changes = compare(&of("integer"), &of("number")).changes;
        let is_breaking = |change: &Change| change.class == Class::Breaking;
        assert_eq!(
            changes.iter().filter(|change| is_breaking(change)).count(),
            1,
            "{reference}: {changes:?}"
        );
    }
}

#[test]
fn an_identified_schema_may_refer_to_itself() {
    let of = |kind: &str| {
        let thing = json!({"$id": ID, "type": "object", "properties": {"next": {"$ref": "#"}, "a": {"type": kind}}});
        read(&document(&thing, "boolean"))
    };
    let changes = compare(&of("integer"), &of("number")).changes;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].class, Class::Breaking);
}

#[test]
fn a_reference_that_an_identifier_makes_another_url_is_refused() {
    for reference in ["thing.json", "../other", "https://example.com/else"] {
        let value = document(&thing(ID, reference, "integer"), "boolean");
        let files = [("thing.json", "{}"), ("other", "{}")];
        let error = with_files(&value.to_string(), &files).expect_err("refused");
        assert!(error.message.contains(reference), "{error}");
        assert!(error.message.contains("URLs are not fetched"), "{error}");
        assert!(error.position.is_some(), "{error}");
    }
}

#[test]
fn an_identifier_may_be_a_path() {
    let value = document(&thing("schemas/thing.json", "b.json", "boolean"), "boolean");
    let of = |kind: &str| {
        let [right, wrong] = [kind, "boolean"].map(|kind| json!({"type": kind}).to_string());
        let files = [("schemas/b.json", right.as_str()), ("b.json", &wrong)];
        with_files(&value.to_string(), &files).expect("a valid document")
    };
    let changes = compare(&of("integer"), &of("number")).changes;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].class, Class::Breaking);
}

#[test]
fn files_with_identifiers_lie_as_their_urls_do() {
    let of = |kind: &str| {
        let text = json!({"$ref": "schemas/thing.json"});
        let thing = thing(
            "https://example.com/v1/thing.json",
            "../b.json#/$defs/C",
            "boolean",
        )
        .to_string();
        let b = json!({"$id": "https://example.com/b.json", "type": "boolean",
            "$defs": {"C": {"$ref": "#/$defs/D"}, "D": {"type": kind}}});
        let files = [
            ("schemas/thing.json", thing.as_str()),
            ("b.json", &b.to_string()),
        ];
        with_files(&document(&text, "boolean").to_string(), &files).expect("a valid document")
    };
    let changes = compare(&of("integer"), &of("number")).changes;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].class, Class::Breaking);
}

#[test]
fn the_document_itself_has_an_identifier_in_3_2() {
    let mut value = document(
        &json!({"$ref": "https://example.com/api#/components/schemas/Other"}),
        "integer",
    );
    value["openapi"] = json!("3.2.0");
    value["$self"] = json!("https://example.com/api");
    let mut revision = value.clone();
    revision["components"]["schemas"]["Other"]["type"] = json!("number");
    let changes = compare(&read(&value), &read(&revision)).changes;
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].class, Class::Breaking);
}

#[test]
fn an_identifier_says_nothing_in_3_0() {
    let of = |kind: &str| {
        let mut value = document(&thing(ID, "#/$defs/A", "string"), "boolean");
        value["openapi"] = json!("3.0.3");
        value["$defs"]["A"]["type"] = json!(kind);
        read(&value)
    };
    let changes = compare(&of("integer"), &of("number")).changes;
    assert!(
        changes.iter().any(|change| change.class == Class::Breaking),
        "{changes:?}"
    );
}
