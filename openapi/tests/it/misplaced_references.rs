//! References where OpenAPI has none are read as what they refer to.

use std::sync::LazyLock;

use openapi::Document;
use openapi::diff::{Change, Kind, compare};
use serde_json::{Value, json};

use crate::documents::with_files;
use crate::silence::{edits, places, rich};

fn read(document: &Value) -> Document {
    Document::parse("api.json", &document.to_string()).expect("a valid document")
}

/// Returns why a document is refused.
fn refused(document: &Value) -> String {
    Document::parse("api.json", &document.to_string())
        .expect_err("the document is refused")
        .to_string()
}

/// Returns the differences apart from the notes that references are misplaced, and from those of the extension that
/// holds the targets of others.
fn differences(base: &Document, revision: &Document) -> Vec<String> {
    let diff = compare(base, revision);
    let changes = diff.changes.iter().filter(|change| {
        change.rule.kind != Kind::MisplacedReference && change.location != "/x-parts"
    });
    let shown = |change: &Change| {
        format!(
            "{} {}: {}",
            change.class.name(),
            change.rule,
            change.message
        )
    };
    changes.map(shown).collect()
}

/// Returns the document with the value at `place` moved to an extension, and a reference in its stead.
fn behind_a_reference(document: &Value, place: &str, name: &str) -> Value {
    let mut moved = document.clone();
    let value = moved.pointer_mut(place).expect("a value");
    let target = value.take();
    *value = json!({"$ref": format!("#/x-parts/{name}")});
    moved["x-parts"] = json!({ name: target });
    moved
}

/// Returns the notes that references are misplaced.
fn notes(base: &Document, revision: &Document) -> Vec<String> {
    let diff = compare(base, revision);
    let notes = diff.changes.iter();
    let notes = notes.filter(|change| change.rule.kind == Kind::MisplacedReference);
    notes
        .map(|change| format!("{} at {}", change.message, change.location))
        .collect()
}

/// The places of the document that uses all of OpenAPI where it has an object, a list or a map, and no reference.
static PLACES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rich = rich();
    let mut all = Vec::new();
    places(&rich, "", &mut all);
    let mut titled = rich.clone();
    titled["info"]["title"] = json!("another");
    let titled = read(&titled);
    all.retain(|place| {
        let value = rich.pointer(place).expect("a value");
        let is_part = value.is_object() || value.is_array();
        is_part
            && Document::parse(
                "api.json",
                &behind_a_reference(&rich, place, "p").to_string(),
            )
            .is_ok_and(|document| !notes(&titled, &document).is_empty())
    });
    assert!(all.len() > 100, "only {} places", all.len());
    all
});

#[test]
fn what_is_behind_a_reference_is_what_is_written_out() {
    let rich = rich();
    let written_out = read(&rich);
    let mut differing = Vec::new();
    for place in &*PLACES {
        let moved = read(&behind_a_reference(&rich, place, "p"));
        let renamed = read(&behind_a_reference(&rich, place, "renamed"));
        for (base, revision) in [(&written_out, &moved), (&moved, &renamed)] {
            let found = differences(base, revision);
            if !found.is_empty() {
                differing.push((place, found));
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn an_edit_behind_a_reference_is_the_edit_of_what_is_written_out() {
    let rich = rich();
    let mut differing = Vec::new();
    let mut compared = 0;
    for place in PLACES.iter().step_by(3) {
        let mut inside = Vec::new();
        places(rich.pointer(place).expect("a value"), place, &mut inside);
        // A few edits of each place suffice: an edit is below many places.
        let step = inside.len() / 2 + 1;
        for (what, edited) in inside
            .iter()
            .step_by(step)
            .flat_map(|inner| edits(&rich, inner))
        {
            let Ok(revision) = Document::parse("api.json", &edited.to_string()) else {
                continue;
            };
            compared += 1;
            let expected = differences(&read(&rich), &revision);
            let base = read(&behind_a_reference(&rich, place, "p"));
            let revision = read(&behind_a_reference(&edited, place, "p"));
            let found = differences(&base, &revision);
            if found != expected {
                differing.push((what, place.clone(), expected, found));
            }
        }
    }
    assert!(compared > 80, "only {compared} edits were compared");
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Returns a document with one operation, whose response has a property of this schema.
fn document(operation: &Value, parts: &Value) -> Value {
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/t": {"get": operation}}, "x-parts": parts})
}

fn response_with(schema: &Value) -> Value {
    json!({"responses": {"200": {"description": "d",
        "content": {"application/json": {"schema": schema}}}}})
}

#[test]
fn an_edit_behind_a_misplaced_reference_is_reported_with_a_note() {
    let behind = |place: &str, kind: &str, required: bool| {
        let mut operation = response_with(&json!({"type": kind}));
        operation["parameters"] = json!([{"name": "a", "in": "query", "required": required,
            "schema": {"type": "string"}}]);
        let written_out = document(&operation, &json!({}));
        read(&behind_a_reference(&written_out, place, "p"))
    };
    let found = |place: &str| {
        let (base, revision) = (
            behind(place, "string", false),
            behind(place, "integer", true),
        );
        [differences(&base, &revision), notes(&base, &revision)].concat()
    };
    insta::assert_debug_snapshot!([
        found("/paths/~1t/get"),
        found("/paths/~1t/get/parameters"),
        found("/paths/~1t/get/responses/200/content"),
        found("/paths/~1t/get/responses/200/content/application~1json/schema/type"),
        found("/paths"),
    ]);
}

#[test]
fn chains_and_references_within_references_are_followed() {
    let parts = || {
        json!({
            "one": {"$ref": "#/x-parts/two"},
            "two": {"responses": {"$ref": "#/x-parts/responses"}},
            "responses": {"200": {"description": "d", "content": {"application/json": {"schema":
                {"properties": {"$ref": "#/x-parts/through/properties"}}}}}},
            "through": {"$ref": "#/components/schemas/A"},
        })
    };
    let read = |kind: &str| {
        let mut document = document(&json!({"$ref": "#/x-parts/one"}), &parts());
        let property = json!({"type": kind, "nullable": true});
        document["components"] = json!({"schemas": {"A": {"properties": {"a": property}}}});
        read(&document)
    };
    assert_eq!(
        differences(&read("string"), &read("integer")),
        [
            "breaking response-type-widened: `a` of the 200 response body (application/json) sends more: `type` \"string\" → \"integer\""
        ]
    );
}

#[test]
fn circles_of_misplaced_references_are_refused() {
    let schema = json!({"properties": {"$ref": "#/x-parts/properties"}});
    let errors = [
        refused(&document(&json!({"$ref": "#/paths/~1t/get"}), &json!({}))),
        refused(&document(
            &json!({"$ref": "#/x-parts/a"}),
            &json!({"a": {"$ref": "#/x-parts/b"}, "b": {"$ref": "#/x-parts/a"}}),
        )),
        refused(&document(
            &response_with(&schema),
            &json!({"properties": {"a": schema}}),
        )),
        refused(&document(&json!({"$ref": "#"}), &json!({}))),
        refused(&document(&json!({"$ref": "#/x-parts/nothing"}), &json!({}))),
        refused(&document(
            &json!({"responses": {"$ref": "#/components/respnses"}}),
            &json!({}),
        )),
        refused(&document(&json!({"$ref": "op.yaml"}), &json!({}))),
        refused(&document(&json!({"$ref": "#anchor"}), &json!({}))),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_recursive_schema_behind_a_misplaced_reference_is_not_a_circle() {
    let with = |kind: &str| {
        let properties =
            json!({"value": {"type": kind}, "next": {"$ref": "#/components/schemas/Node"}});
        let mut document = document(
            &response_with(&json!({"$ref": "#/components/schemas/Node"})),
            &json!({"properties": properties}),
        );
        document["components"] = json!({"schemas":
            {"Node": {"properties": {"$ref": "#/x-parts/properties"}}}});
        read(&document)
    };
    assert_eq!(
        differences(&with("string"), &with("integer")),
        [
            "breaking response-type-widened: `value` of `Node` sends more: `type` \"string\" → \"integer\""
        ]
    );
}

#[test]
fn references_that_double_at_every_step_are_refused() {
    let mut parts = serde_json::Map::new();
    for step in 0..40 {
        let next = json!({"$ref": format!("#/x-parts/p{}", step + 1)});
        let inner = json!({"a": {"properties": next}, "b": {"properties": next}});
        parts.insert(format!("p{step}"), inner);
    }
    parts.insert("p40".to_owned(), json!({"type": {"type": "string"}}));
    let schema = json!({"properties": {"$ref": "#/x-parts/p0"}});
    let error = refused(&document(&response_with(&schema), &Value::Object(parts)));
    assert!(
        error.contains("stands for more values than any document has"),
        "{error}"
    );
}

#[test]
fn a_property_called_ref_is_a_property() {
    let with = |schema: &Value| read(&document(&response_with(schema), &json!({})));
    let named =
        |kind: &str| with(&json!({"type": "object", "properties": {"$ref": {"type": kind}}}));
    assert_eq!(
        differences(&named("string"), &named("integer")),
        [
            "breaking response-type-widened: `$ref` of the 200 response body (application/json) sends more: `type` \"string\" → \"integer\""
        ]
    );
}

#[test]
fn references_in_data_are_not_followed() {
    let nowhere = json!({"$ref": "#/nowhere"});
    let schema = json!({"enum": [nowhere], "default": nowhere, "example": nowhere, "x-a": nowhere});
    let base = read(&document(
        &response_with(&schema),
        &json!({"a": {"$ref": "#/nowhere"}}),
    ));
    let mut other = document(&response_with(&schema), &json!({}));
    other["openapi"] = json!("3.1.0");
    other["paths"]["/t"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["const"] =
        nowhere;
    read(&other);
    assert_eq!(differences(&base, &base), [""; 0]);
}

#[test]
fn what_stands_beside_a_misplaced_reference_counts() {
    let with = |summary: &str, kind: &str| {
        let operation = json!({"$ref": "#/x-parts/p", "summary": summary, "deprecated": true});
        let mut part = response_with(&json!({"type": kind}));
        part["summary"] = json!("of the part");
        read(&document(&operation, &json!({"p": part})))
    };
    assert_eq!(
        differences(&with("a", "string"), &with("b", "integer")),
        [
            "breaking response-type-widened: the 200 response body (application/json) sends more: `type` \"string\" → \"integer\"",
            "docs operation-text-changed: `summary` of the operation changed from \"a\" to \"b\"",
        ]
    );
}

#[test]
fn the_scopes_of_a_requirement_are_followed() {
    let with = |scopes: &[&str]| {
        let mut operation = response_with(&json!({"type": "string"}));
        operation["security"] = json!([{"o": {"$ref": "#/x-parts/scopes"}}]);
        let mut document = document(&operation, &json!({ "scopes": scopes }));
        let flow = json!({"tokenUrl": "https://a.example/t", "scopes": {"r": "", "w": ""}});
        document["components"] = json!({"securitySchemes": {"o": {"type": "oauth2", "flows": {"clientCredentials": flow}}}});
        read(&document)
    };
    let found = differences(&with(&["r"]), &with(&["r", "w"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("breaking security-requirement-narrowed"),
        "{found:?}"
    );
}

#[test]
fn an_edit_of_a_text_that_many_refer_to_is_one_change() {
    let with = |required: &str| {
        let schema = |name: &str| json!({"title": name, "required": [name], "properties": {"$ref": "#/x-parts/properties"}});
        let mut document = document(
            &response_with(&json!({"$ref": "#/components/schemas/A"})),
            &json!({"properties": {"a": {"type": required}, "b": {"type": "string"}}}),
        );
        document["paths"]["/u"] = json!({"get": response_with(&schema("b"))});
        document["components"] = json!({"schemas": {"A": schema("a")}});
        read(&document)
    };
    assert_eq!(differences(&with("string"), &with("integer")).len(), 1);
}

#[test]
fn files_are_read_in_place_of_misplaced_references() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /t:\n    get:\n      $ref: 'ops/get.yaml'\n";
    let operation = "responses:\n  '200':\n    description: {$ref: 'texts.md'}\n    headers: {$ref: '../shared/headers.yaml'}\n    content: {$ref: '../shared/bodies.yaml#/token'}\n";
    let read = |kind: &str, text_of_it: &str| {
        let bodies = format!(
            "token:\n  application/json:\n    schema:\n      type: object\n      properties:\n        id:\n          type: {kind}\n"
        );
        let files = [
            ("ops/get.yaml", operation),
            ("ops/texts.md", text_of_it),
            (
                "shared/headers.yaml",
                "x-limit:\n  schema: {$ref: 'limit.yaml'}\ndefault:\n  schema: {$ref: 'limit.yaml'}\n",
            ),
            ("shared/limit.yaml", "{type: integer, nullable: true}"),
            ("shared/bodies.yaml", &bodies),
        ];
        with_files(text, &files).expect("a valid document")
    };
    let (base, revision) = (read("string", "Gets it"), read("integer", "Gets the thing"));
    let diff = compare(&base, &revision);
    let mut annotations = Vec::new();
    let report = openapi::render::Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: Some("api/openapi.yaml"),
        policy: None,
        grouping: openapi::render::Grouping::default(),
    };
    openapi::render::github::write(&mut annotations, &report).expect("written");
    insta::assert_snapshot!(String::from_utf8(annotations).expect("UTF-8"));
}
