//! One entry for each cause: equal edits of copies in many places, references to changed components, and edits
//! that must stay separate.

use chrono::NaiveDate;
use openapi::Document;
use openapi::diff::{Change, Class, Diff, Operations, Waivers, compare};
use serde_json::{Value, json};

const COPIES: usize = 12;

fn parsed(root: &Value) -> Document {
    Document::parse("test", &root.to_string()).expect("a valid document")
}

/// Returns a document of twelve operations, which `operation` makes from their numbers.
fn copies(operation: impl Fn(usize) -> Value) -> Value {
    let paths: serde_json::Map<String, Value> = (0..COPIES)
        .map(|n| (format!("/{n}"), json!({"get": operation(n)})))
        .collect();
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})
}

fn answers(schema: &Value) -> Value {
    json!({"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}})
}

fn difference(base: &Value, revision: &Value) -> Diff {
    compare(&parsed(base), &parsed(revision))
}

fn summary(diff: &Diff) -> Vec<String> {
    let line = |change: &Change| {
        let (places, operations) = (change.places().count(), change.operations.len());
        format!(
            "{} {} at {places} in {operations}",
            change.class.name(),
            change.rule
        )
    };
    diff.changes.iter().map(line).collect()
}

/// Returns an operation with its own property beside the schema that all operations have.
fn user(n: usize, user: &Value) -> Value {
    let own = format!("own{n}");
    answers(&json!({"type": "object", "properties": {own: {"type": "integer"}, "user": user}}))
}

#[test]
fn the_same_edit_of_a_schema_in_many_operations_is_one_entry() {
    let was = json!({"type": "object", "required": ["name"],
        "properties": {"name": {"type": "string"}, "role": {"enum": ["a", "b"]}}});
    let mut is = was.clone();
    is["properties"]["role"] = json!({"enum": ["a", "b", "c"]});
    let diff = difference(&copies(|n| user(n, &was)), &copies(|n| user(n, &is)));
    assert_eq!(
        summary(&diff),
        ["breaking response-enum-widened at 12 in 12"]
    );
    let change = &diff.changes[0];
    let witness = change.witness.as_ref().expect("a witness");
    assert_eq!(witness["user"]["role"], "c");
    let place = |n: usize| {
        format!(
            "/paths/~1{n}/get/responses/200/content/application~1json/schema/properties/user/properties/role"
        )
    };
    let places: Vec<&str> = change.places().collect();
    assert_eq!(places, (0..COPIES).map(place).collect::<Vec<_>>());
}

#[test]
fn several_edits_of_a_copied_schema_are_several_entries() {
    let was = json!({"type": "object", "properties": {"name": {"type": "string"}, "id": {"type": "integer"}}});
    let is = json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 5}}});
    let diff = difference(&copies(|n| user(n, &was)), &copies(|n| user(n, &is)));
    assert_eq!(
        summary(&diff),
        [
            "warning response-optional-property-removed at 12 in 12",
            "additive response-length-narrowed at 12 in 12",
        ]
    );
}

#[test]
fn edits_with_different_values_are_separate_entries() {
    let was = json!({"enum": ["a"]});
    let is = |n: usize| json!({"enum": ["a", if n < 4 { "b" } else { "c" }]});
    let diff = difference(&copies(|n| user(n, &was)), &copies(|n| user(n, &is(n))));
    assert_eq!(
        summary(&diff),
        [
            "breaking response-enum-widened at 8 in 8",
            "breaking response-enum-widened at 4 in 4",
        ]
    );
    // The old values count as well.
    let was = |n: usize| json!({"enum": if n < 4 { ["a", "b"] } else { ["b", "c"] }});
    let diff = difference(
        &copies(|n| user(n, &was(n))),
        &copies(|n| user(n, &json!({"enum": ["a", "b", "c"]}))),
    );
    assert_eq!(diff.changes.len(), 2, "{:?}", summary(&diff));
}

#[test]
fn equal_properties_of_different_components_are_separate_entries() {
    let with = |kind: &str| {
        let object = |own: &str| json!({"type": "object", "properties": {"id": {"type": kind}, own: {"type": "string"}}});
        let mut root = copies(|n| {
            let name = if n < 4 { "User" } else { "Token" };
            answers(&json!({"$ref": format!("#/components/schemas/{name}")}))
        });
        root["components"] =
            json!({"schemas": {"User": object("name"), "Token": object("secret")}});
        root
    };
    let diff = difference(&with("integer"), &with("string"));
    assert_eq!(
        summary(&diff),
        [
            "breaking response-type-widened at 1 in 8",
            "breaking response-type-widened at 1 in 4",
        ]
    );
}

#[test]
fn the_same_edit_of_an_object_in_several_components_is_one_entry() {
    let with = |kind: &str| {
        let user = json!({"type": "object", "properties": {"id": {"type": kind}}});
        let object = |own: &str| json!({"type": "object", "properties": {own: {"type": "string"}, "user": user}});
        let mut root = copies(|n| {
            let name = if n < 4 { "Opened" } else { "Closed" };
            answers(&json!({"$ref": format!("#/components/schemas/{name}")}))
        });
        root["components"] = json!({"schemas": {"Opened": object("by"), "Closed": object("at")}});
        root
    };
    let diff = difference(&with("integer"), &with("string"));
    assert_eq!(
        summary(&diff),
        ["breaking response-type-widened at 2 in 12"]
    );
}

#[test]
fn the_same_edit_of_headers_or_parameters_in_many_operations_is_one_entry() {
    let operation = |n: usize, required: bool, kind: &str| {
        // The copies have different indices and statuses.
        let mut parameters =
            vec![json!({"name": format!("own{n}"), "in": "query", "schema": {}}); n % 2];
        parameters.push(json!({"name": "tenant", "in": "query", "required": required, "schema": {"type": "string"}}));
        let status = if n < 4 { "200" } else { "201" };
        let header =
            json!({"required": true, "schema": {"type": "array", "items": {"enum": [kind]}}});
        json!({"parameters": parameters,
            "responses": {status: {"description": format!("{n}"), "headers": {"Kinds": header}}}})
    };
    let base = copies(|n| operation(n, false, "a"));
    let revision = copies(|n| operation(n, true, "b"));
    let diff = difference(&base, &revision);
    assert_eq!(
        summary(&diff),
        [
            "breaking response-enum-widened at 12 in 12",
            "breaking parameter-required-added at 12 in 12",
        ]
    );
}

#[test]
fn a_parameter_added_to_many_operations_is_one_entry_at_any_index() {
    let operation = |n: usize, new: Option<&str>| {
        let mut parameters = vec![json!({"name": format!("own{n}"), "in": "query", "schema": {}})];
        if let Some(name) = new {
            parameters.insert(n % 2, json!({"name": name, "in": "query", "required": true, "schema": {"type": "string"}}));
        }
        json!({"parameters": parameters, "responses": {"204": {"description": "done"}}})
    };
    let base = copies(|n| operation(n, None));
    let revision = copies(|n| operation(n, Some("tenant")));
    assert_eq!(
        summary(&difference(&base, &revision)),
        ["breaking parameter-required-added at 12 in 12"]
    );
    let two = copies(|n| operation(n, Some(if n < 4 { "tenant" } else { "region" })));
    assert_eq!(
        summary(&difference(&base, &two)),
        [
            "breaking parameter-required-added at 8 in 8",
            "breaking parameter-required-added at 4 in 4",
        ]
    );
}

#[test]
fn security_of_the_document_is_one_entry_at_its_place() {
    let with = |scheme: &str| {
        let mut root = copies(|_| json!({"responses": {"204": {"description": "done"}}}));
        root["security"] = json!([{"token": []}]);
        root["components"] =
            json!({"securitySchemes": {"token": {"type": "http", "scheme": scheme}}});
        root
    };
    let diff = difference(&with("basic"), &with("bearer"));
    assert_eq!(
        summary(&diff),
        [
            "breaking security-requirement-narrowed at 1 in 12",
            "additive security-requirement-widened at 1 in 12",
        ]
    );
    assert_eq!(diff.changes[0].location, "/security");
}

#[test]
fn each_added_or_removed_operation_is_an_entry() {
    let all = copies(|_| answers(&json!({"type": "string"})));
    let mut fewer = all.clone();
    let paths = fewer["paths"].as_object_mut().expect("paths");
    paths.shift_remove("/3");
    paths.shift_remove("/4");
    let removed = summary(&difference(&all, &fewer));
    assert_eq!(removed, ["breaking operation-removed at 1 in 1"; 2]);
    let added = summary(&difference(&fewer, &all));
    assert_eq!(added, ["additive operation-added at 1 in 1"; 2]);
}

/// Returns a document with the component `A`, which responses refer to, a component `Name`, whose `allOf` beside
/// a keyword is compared as a whole only, and an extension that names `A`.
fn referring(a: &Value) -> Value {
    let reference = json!({"$ref": "#/components/schemas/A"});
    let mut root = copies(|n| match n {
        0 => answers(&reference),
        1 => answers(&json!({"$ref": "#/components/schemas/Name"})),
        _ => answers(&json!({"type": "string", "x-see": reference})),
    });
    root["components"] = json!({"schemas": {
        "A": a,
        "Name": {"allOf": [reference], "minProperties": 0, "not": {"required": ["never"]}},
        "Unused": {"type": "array", "items": reference}
    }});
    root
}

#[test]
fn a_reference_to_a_changed_component_is_not_a_change() {
    let was =
        json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}});
    let is =
        json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
    let diff = difference(&referring(&was), &referring(&is));
    assert_eq!(summary(&diff), ["breaking response-type-widened at 1 in 2"]);
    let mut described = was.clone();
    described["description"] = "a thing".into();
    let diff = difference(&referring(&was), &referring(&described));
    assert_eq!(summary(&diff), ["docs response-text-added at 1 in 2"]);
}

#[test]
fn the_same_edit_of_unused_components_is_one_entry() {
    let with = |removed: &str, other: &str| {
        let object = |own: &str, removed: &str| {
            let mut user =
                json!({"type": "object", "properties": {"id": {}, "url": {}, "name": {}}});
            user["properties"]
                .as_object_mut()
                .expect("an object")
                .shift_remove(removed);
            json!({"type": "object", "properties": {own: {"type": "string"}, "user": user}})
        };
        let schemas = json!({"Opened": object("by", removed), "Closed": object("at", removed), "Moved": object("to", other)});
        let mut root = copies(|_| answers(&json!({"type": "string"})));
        root["components"] = json!({"schemas": schemas});
        root
    };
    let diff = difference(&with("", ""), &with("url", "name"));
    assert_eq!(
        summary(&diff),
        [
            "docs component-changed at 2 in 0",
            "docs component-changed at 1 in 0",
        ]
    );
}

#[test]
fn a_changed_example_component_is_one_entry_at_the_component() {
    let with = |value: &str, own: &str| {
        let mut root = copies(|n| {
            let mut operation = answers(&json!({"type": "string"}));
            let reference = json!({"$ref": "#/components/examples/Name"});
            let examples = if n == 0 {
                json!({"shared": reference, "own": {"value": own}})
            } else {
                json!({"shared": reference})
            };
            operation["responses"]["200"]["content"]["application/json"]["examples"] = examples;
            operation
        });
        root["components"] = json!({"examples": {"Name": {"value": value}}});
        root
    };
    let diff = difference(&with("a", "x"), &with("b", "x"));
    assert_eq!(summary(&diff), ["docs response-example-changed at 1 in 12"]);
    assert_eq!(diff.changes[0].location, "/components/examples/Name");
    let diff = difference(&with("a", "x"), &with("b", "y"));
    assert_eq!(
        summary(&diff),
        [
            "docs response-example-changed at 1 in 12",
            "docs response-example-changed at 1 in 1",
        ]
    );
}

fn waived(diff: &mut Diff, location: &str) -> Vec<String> {
    let text = format!(
        "[[waiver]]\nrule = \"response-enum-widened\"\nlocation = \"{location}\"\nreason = \"agreed\"\nexpires = 2027-01-31\n"
    );
    let today: NaiveDate = "2026-11-23".parse().expect("a day");
    let mut waivers = Waivers::parse("waivers.toml", &text).expect("waivers");
    waivers.apply(diff, &Operations::default(), today);
    waivers
        .stale(today)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_waiver_of_one_place_covers_the_edit_and_a_waiver_below_a_path_does_not() {
    let role =
        |values: &[&str]| json!({"type": "object", "properties": {"role": {"enum": values}}});
    let diff = difference(
        &copies(|n| user(n, &role(&["a"]))),
        &copies(|n| user(n, &role(&["a", "b"]))),
    );
    assert_eq!(diff.changes[0].class, Class::Breaking);
    for n in [0, 7] {
        let mut diff = diff.clone();
        let named = diff.changes[0].places().nth(n).expect("a place").to_owned();
        assert_eq!(waived(&mut diff, &named), [""; 0]);
        assert_eq!(diff.counted().count(), 0);
    }
    let mut everywhere = diff.clone();
    assert_eq!(waived(&mut everywhere, "/paths/**"), [""; 0]);
    assert_eq!(everywhere.counted().count(), 0);
    let mut somewhere = diff.clone();
    assert_eq!(
        waived(&mut somewhere, "/paths/~17/**"),
        [
            "waivers.toml:1:1: the waiver of `response-enum-widened` at `/paths/~17/**` waives nothing: the \
          same change is in other places too; copy its location from the report to waive it in all of \
          them"
        ]
    );
    assert_eq!(somewhere.counted().count(), 1);
}
