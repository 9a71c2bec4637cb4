//! Verdicts on fields beside a reference: each is compared, unless the specification ignores it.

use serde_json::{Value, json};

use crate::schemas::changed;

fn document(version: &str, operation: &Value) -> Value {
    json!({
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {
            "schemas": {
                "Thing": {"type": "object", "properties": {"name": {"type": "string"}}},
                "Other": {"type": "object", "properties": {"kind": {"type": "integer"}}, "required": ["kind"]}
            },
            "parameters": {
                "Page": {"name": "page", "in": "query", "description": "which page", "schema": {"type": "string"}}
            },
            "headers": {"Left": {"schema": {"type": "integer"}}},
            "requestBodies": {"Body": {"content": {"application/json": {"schema": {"type": "string"}}}}},
            "responses": {"Done": {"description": "done"}}
        }
    })
}

fn answering(version: &str, schema: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    document(
        version,
        &json!({"responses": {"200": {"description": "ok", "content": content}}}),
    )
}

fn thing(beside: &Value) -> Value {
    let mut reference = json!({"$ref": "#/components/schemas/Thing"});
    let members = beside.as_object().expect("members").clone();
    reference
        .as_object_mut()
        .expect("an object")
        .extend(members);
    reference
}

/// Returns schemas that have this schema in each possible place, with the name of the place.
fn everywhere(schema: &Value) -> Vec<(&'static str, Value)> {
    let other = json!({"$ref": "#/components/schemas/Other"});
    vec![
        (
            "property",
            json!({"type": "object", "properties": {"p": schema}}),
        ),
        ("items", json!({"type": "array", "items": schema})),
        (
            "values",
            json!({"type": "object", "additionalProperties": schema}),
        ),
        (
            "patterns",
            json!({"type": "object", "patternProperties": {"^a": schema}}),
        ),
        (
            "first item",
            json!({"type": "array", "prefixItems": [schema]}),
        ),
        ("alternative", json!({"oneOf": [schema, other]})),
        ("or null", json!({"anyOf": [schema, {"type": "null"}]})),
        ("part", json!({"allOf": [schema, other]})),
        ("the whole", schema.clone()),
    ]
}

#[test]
fn a_text_beside_a_schema_reference_is_compared_in_every_place() {
    let before = everywhere(&thing(&json!({"description": "one"})));
    let after = everywhere(&thing(&json!({"description": "another"})));
    for ((place, before), (_, after)) in before.iter().zip(&after) {
        let changes = changed(&answering("3.1.0", before), &answering("3.1.0", after));
        assert_eq!(changes, ["docs response-text-changed"], "{place}");
    }
}

#[test]
fn every_annotation_beside_a_reference_is_compared() {
    let bare = answering("3.1.0", &thing(&json!({})));
    for (annotation, rule) in [
        (json!({"description": "a"}), "response-text-added"),
        (json!({"title": "a"}), "response-text-added"),
        (json!({"deprecated": true}), "response-deprecation-added"),
        (json!({"default": {}}), "response-default-added"),
        (json!({"example": {"name": "a"}}), "response-example-added"),
        (json!({"x-owner": "a"}), "response-extension-added"),
    ] {
        let annotated = answering("3.1.0", &thing(&annotation));
        assert_eq!(
            changed(&bare, &annotated),
            [format!("docs {rule}")],
            "{annotation}"
        );
    }
}

#[test]
fn a_text_beside_a_reference_equals_a_text_beside_its_only_branch() {
    let beside = answering("3.1.0", &thing(&json!({"description": "a"})));
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let around = answering(
            "3.1.0",
            &json!({keyword: [thing(&json!({}))], "description": "a"}),
        );
        assert_eq!(changed(&beside, &around), [""; 0], "{keyword}");
        assert_eq!(changed(&around, &beside), [""; 0], "{keyword}");
    }
}

#[test]
fn what_version_3_0_ignores_beside_a_reference_is_docs() {
    let bare = answering("3.0.3", &thing(&json!({})));
    let beside = answering(
        "3.0.3",
        &thing(&json!({"description": "a", "maxProperties": 0})),
    );
    assert_eq!(
        changed(&bare, &beside),
        ["docs response-text-added", "docs response-extension-added"]
    );
}

/// Returns a document whose operation refers to a component of this kind, with these members beside the reference.
fn referring(version: &str, kind: &str, beside: &Value) -> Value {
    let refer = |target: &str| {
        let mut reference = json!({"$ref": format!("#/components/{target}")});
        let members = beside.as_object().expect("members").clone();
        reference
            .as_object_mut()
            .expect("an object")
            .extend(members);
        reference
    };
    let ok = json!({"200": {"description": "ok"}});
    let operation = match kind {
        "parameter" => json!({"parameters": [refer("parameters/Page")], "responses": ok}),
        "header" => json!({"responses": {
            "200": {"description": "ok", "headers": {"Left": refer("headers/Left")}}
        }}),
        "request body" => json!({"requestBody": refer("requestBodies/Body"), "responses": ok}),
        _ => json!({"responses": {"200": refer("responses/Done")}}),
    };
    document(version, &operation)
}

#[test]
fn a_description_beside_a_reference_overrides_the_components() {
    for (kind, rule) in [
        ("parameter", "parameter-text-changed"),
        ("header", "header-text-changed"),
        ("request body", "request-text-changed"),
        ("response", "response-text-changed"),
    ] {
        let one = referring("3.1.0", kind, &json!({"description": "one"}));
        let another = referring("3.1.0", kind, &json!({"description": "another"}));
        assert_eq!(changed(&one, &another), [format!("docs {rule}")], "{kind}");
        let without = |beside: &Value| referring("3.0.3", kind, beside);
        let (one, another) = (
            without(&json!({"description": "one"})),
            without(&json!({"description": "another"})),
        );
        assert_eq!(changed(&one, &another), [""; 0], "{kind} in 3.0");
    }
}

#[test]
fn other_fields_beside_a_reference_have_no_effect() {
    let bare = referring("3.1.0", "parameter", &json!({}));
    for beside in [
        json!({"required": true}),
        json!({"summary": "a"}),
        json!({"description": "which page"}),
    ] {
        let with = referring("3.1.0", "parameter", &beside);
        assert_eq!(changed(&bare, &with), [""; 0], "{beside}");
    }
}

#[test]
fn operations_beside_a_reference_to_a_path_item_are_operations() {
    let ok = json!({"responses": {"200": {"description": "ok"}}});
    for version in ["3.0.3", "3.1.0"] {
        let with = |more: &Value| {
            let mut item = json!({"$ref": "#/components/pathItems/Things", "summary": "things"});
            item.as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("members").clone());
            json!({
                "openapi": version,
                "info": {"title": "t", "version": "1"},
                "paths": {"/things": item},
                "components": {"pathItems": {"Things": {"get": ok}}}
            })
        };
        let (both, one) = (with(&json!({ "post": ok })), with(&json!({})));
        assert_eq!(
            changed(&both, &one),
            ["breaking operation-removed"],
            "{version}"
        );
        assert_eq!(
            changed(&one, &both),
            ["additive operation-added"],
            "{version}"
        );
        let renamed = with(&json!({"summary": "all things"}));
        assert_eq!(
            changed(&one, &renamed),
            ["docs operation-text-changed"],
            "{version}"
        );
    }
}

/// Returns a document whose answer has a property that is the component `Alias`.
fn aliased(version: &str, alias: &Value) -> Value {
    let whole = json!({"properties": {"p": {"$ref": "#/components/schemas/Alias"}}});
    let mut document = answering(version, &whole);
    document["components"]["schemas"]["Alias"] = alias.clone();
    document
}

#[test]
fn keywords_beside_the_reference_of_a_component_count() {
    for (narrow, wide) in [
        (
            json!({"properties": {"w": {"type": "integer"}}}),
            json!({"properties": {"w": {"type": "number"}}}),
        ),
        (
            json!({"enum": [{"name": "a"}]}),
            json!({"enum": [{"name": "a"}, {}]}),
        ),
        (json!({"required": ["name"]}), json!({})),
        (json!({"maxProperties": 1}), json!({"maxProperties": 2})),
        (
            json!({"additionalProperties": {"type": "integer"}}),
            json!({"additionalProperties": {"type": "number"}}),
        ),
        (
            json!({"if": {"required": ["name"]}, "then": {"maxProperties": 1}}),
            json!({"if": {"required": ["name"]}, "then": {"maxProperties": 2}}),
        ),
        (
            json!({"anyOf": [{"required": ["name"]}, {"maxProperties": 0}]}),
            json!({"anyOf": [{"required": ["name"]}, {"maxProperties": 1}]}),
        ),
    ] {
        for version in ["3.1.0", "3.2.0"] {
            let of = |beside| aliased(version, &thing(beside));
            let classes = |from, to| -> Vec<String> {
                let class = |change: &String| change.split(' ').next().map(str::to_owned);
                let changes = changed(&of(from), &of(to));
                changes.iter().filter_map(class).collect()
            };
            assert_eq!(classes(&narrow, &wide), ["breaking"], "{narrow} to {wide}");
            assert_eq!(classes(&wide, &narrow), ["additive"], "{wide} to {narrow}");
        }
    }
}

#[test]
fn keywords_count_beside_each_reference_of_a_chain_and_in_definitions() {
    let with = |kind: &str| {
        let last =
            json!({"$ref": "#/components/schemas/Other", "properties": {"w": {"type": kind}}});
        let mut document = aliased("3.1.0", &json!({"$ref": "#/components/schemas/Next"}));
        document["components"]["schemas"]["Next"] = json!({
            "$ref": "#/components/schemas/Holder/$defs/Last",
            "title": "next",
            "maxProperties": 9
        });
        document["components"]["schemas"]["Holder"] = json!({ "$defs": { "Last": last } });
        document
    };
    assert_eq!(
        changed(&with("string"), &with("integer")),
        ["breaking response-type-widened"]
    );
}

#[test]
fn a_reference_with_keywords_beside_it_equals_the_schema_written_out() {
    let alias = aliased("3.1.0", &thing(&json!({"required": ["name"]})));
    let written = aliased(
        "3.1.0",
        &json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
    );
    assert_eq!(changed(&alias, &written), [""; 0]);
    assert_eq!(changed(&written, &alias), [""; 0]);
}

#[test]
fn a_text_beside_the_reference_of_a_component_is_compared() {
    for (version, beside, rule) in [
        ("3.1.0", json!({"description": "a"}), "response-text-added"),
        ("3.0.3", json!({"description": "a"}), "response-text-added"),
        (
            "3.0.3",
            json!({"maxProperties": 0}),
            "response-extension-added",
        ),
    ] {
        let bare = aliased(version, &thing(&json!({})));
        let with = aliased(version, &thing(&beside));
        assert_eq!(
            changed(&bare, &with),
            [format!("docs {rule}")],
            "{version} {beside}"
        );
    }
}

#[test]
fn keywords_beside_a_reference_hide_no_type_of_a_parameter() {
    let with = |explode: bool| {
        let parameter = json!({"name": "q", "in": "query", "explode": explode,
            "schema": {"$ref": "#/components/schemas/Short"}});
        let ok = json!({"200": {"description": "ok"}});
        let mut document = document(
            "3.1.0",
            &json!({"parameters": [parameter], "responses": ok}),
        );
        document["components"]["schemas"]["Text"] = json!({"type": "string"});
        document["components"]["schemas"]["Short"] =
            json!({"$ref": "#/components/schemas/Text", "maxLength": 5});
        document
    };
    assert_eq!(changed(&with(true), &with(false)), [""; 0]);
}
