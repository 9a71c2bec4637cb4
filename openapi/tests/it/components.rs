//! Components by what reaches them: "which no message needs" is said only of what nothing reaches.

use serde_json::{Value, json};

use crate::schemas::changed;

/// An edit of a document.
type Edit = dyn Fn(&mut Value);

/// Returns a document whose only operation `edit` makes refer to the component `X`, or not.
fn document(kind: &str, edit: impl Fn(&mut Value)) -> Value {
    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}});
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": {
            "operationId": "a",
            "responses": {"200": {"description": "d", "content": {"application/json": {"schema": schema}}}},
        }}},
        "components": {"schemas": {"X": {"type": "object", "properties": {"a": {"type": kind}, "b": {"type": "string"}}}}},
    });
    edit(&mut document);
    document
}

fn changes(edit: impl Fn(&mut Value)) -> Vec<String> {
    changed(&document("string", &edit), &document("integer", &edit))
}

fn schema(document: &mut Value) -> &mut Value {
    &mut operation(document)["responses"]["200"]["content"]["application/json"]["schema"]
}

fn operation(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/a"]["post"]
}

fn reference() -> Value {
    json!({"$ref": "#/components/schemas/X"})
}

/// A path item with the component.
fn item() -> Value {
    json!({"get": {"operationId": "b", "responses": {"200": {"description": "d", "content":
        {"application/json": {"schema": reference()}}}}}})
}

#[test]
fn what_messages_contain_is_compared_and_not_called_unneeded() {
    let edits: [fn(&mut Value); 8] = [
        |document| schema(document)["properties"]["x"] = reference(),
        |document| {
            schema(document)["$defs"] = json!({"A": reference()});
            let place = "#/paths/~1a/post/responses/200/content/application~1json/schema/$defs/A";
            schema(document)["properties"]["x"] = json!({"$ref": place});
        },
        |document| {
            document["components"]["schemas"]["X"]["$anchor"] = json!("n");
            schema(document)["properties"]["x"] = json!({"$ref": "#n"});
        },
        |document| {
            schema(document)["properties"]["x"] =
                json!({"$ref": "#/components/schemas/X/properties/a"});
        },
        |document| {
            document["components"]["pathItems"] = json!({"P": item()});
            document["paths"]["/b"] = json!({"$ref": "#/components/pathItems/P"});
        },
        |document| {
            document["components"]["callbacks"] = json!({"C": {"{$request.query.url}": item()}});
            operation(document)["callbacks"] = json!({"c": {"$ref": "#/components/callbacks/C"}});
        },
        |document| document["webhooks"] = json!({"w": item()}),
        |document| {
            document["components"]["schemas"]["P"] = json!({"type": "object", "required": ["k"],
                "properties": {"k": {"type": "string"}},
                "discriminator": {"propertyName": "k", "mapping": {"x": "X"}}});
            schema(document)["properties"]["x"] = json!({"$ref": "#/components/schemas/P"});
        },
    ];
    for edit in edits {
        let found = changes(edit);
        assert_eq!(found.len(), 1, "{found:?} {}", document("string", edit));
        assert!(found[0].starts_with("breaking "), "{found:?}");
    }
}

#[test]
fn what_a_name_leads_to_is_unproven() {
    let discriminated = |discriminator: Value| {
        move |document: &mut Value| {
            document["components"]["schemas"]["P"] = json!({"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}});
            schema(document)["properties"]["x"] = json!({"oneOf": [{"$ref": "#/components/schemas/P"}], "discriminator": discriminator});
        }
    };
    let linked = |link: Value| {
        move |document: &mut Value| {
            document["components"]["pathItems"] = json!({"P": item()});
            operation(document)["responses"]["200"]["links"] = json!({"l": link});
        }
    };
    let edits: [Box<Edit>; 6] = [
        Box::new(discriminated(
            json!({"propertyName": "k", "mapping": {"x": "#/components/schemas/X"}}),
        )),
        Box::new(discriminated(
            json!({"propertyName": "k", "mapping": {"x": "X"}}),
        )),
        Box::new(discriminated(
            json!({"propertyName": "k", "defaultMapping": "X"}),
        )),
        Box::new(|document| {
            for name in ["X", "Y"] {
                document["components"]["schemas"][name]["$dynamicAnchor"] = json!("n");
            }
            schema(document)["properties"]["x"] = json!({"$dynamicRef": "#n"});
        }),
        Box::new(linked(json!({"operationId": "b"}))),
        Box::new(linked(
            json!({"operationRef": "#/components/pathItems/P/get"}),
        )),
    ];
    for edit in edits {
        assert_eq!(
            changes(&edit),
            ["unproven component-changed"],
            "{}",
            document("string", edit)
        );
    }
}

#[test]
fn what_only_stands_where_it_has_no_effect_is_not_needed() {
    let edits: [fn(&mut Value); 12] = [
        |_| {},
        |document| document["components"]["pathItems"] = json!({"P": item()}),
        |document| schema(document)["$defs"] = json!({"A": reference()}),
        |document| schema(document)["definitions"] = json!({"A": reference()}),
        |document| schema(document)["unknown"] = reference(),
        |document| schema(document)["properties"]["q"]["items"] = reference(),
        |document| schema(document)["then"] = reference(),
        |document| schema(document)["example"] = reference(),
        |document| operation(document)["x-unknown"] = reference(),
        |document| {
            operation(document)["parameters"] =
                json!([{"name": "Accept", "in": "header", "schema": reference()}]);
        },
        |document| {
            operation(document)["responses"]["200"]["headers"] =
                json!({"Content-Type": {"schema": reference()}});
        },
        |document| {
            operation(document)["responses"]["200"]["links"] =
                json!({"l": {"operationId": "a", "requestBody": reference()}});
        },
    ];
    for edit in edits {
        assert_eq!(
            changes(edit),
            ["docs component-changed"],
            "{}",
            document("string", edit)
        );
    }
}

#[test]
fn a_component_that_is_needed_in_part_is_compared_in_the_rest() {
    let part = |document: &mut Value| {
        schema(document)["properties"]["x"] =
            json!({"$ref": "#/components/schemas/X/properties/b"});
    };
    assert_eq!(changes(part), ["docs component-changed"]);
}
