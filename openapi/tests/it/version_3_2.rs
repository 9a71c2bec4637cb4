//! Verdicts on the additions of OpenAPI 3.2: a pair of documents for each.

use openapi::Document;
use openapi::diff::compare;
use serde_json::{Value, json};

use crate::schemas::changed;

/// Returns a document with one operation and more members at the root.
fn document(operation: &Value, more: &Value) -> Value {
    let mut whole = json!({
        "openapi": "3.2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": {"responses": {"200": {"description": "ok"}}}}}
    });
    for (place, members) in [("/paths/~1things/post", operation), ("", more)] {
        let place = whole.pointer_mut(place).and_then(Value::as_object_mut);
        let members = members.as_object().expect("members").clone();
        place.expect("an object").extend(members);
    }
    whole
}

fn operation(operation: &Value) -> Value {
    document(operation, &json!({}))
}

fn root(more: &Value) -> Value {
    document(&json!({}), more)
}

const NOTHING: [&str; 0] = [];

#[test]
fn additional_operations_are_compared_as_operations() {
    let with = |kind: &str| {
        let mut whole = root(&json!({}));
        whole["paths"]["/things"]["additionalOperations"] = json!({"LINK": {
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": kind}}}}}}});
        whole
    };
    let without = root(&json!({}));
    assert_eq!(
        changed(&without, &with("string")),
        ["additive operation-added"]
    );
    assert_eq!(
        changed(&with("string"), &without),
        ["breaking operation-removed"]
    );
    let text = with("string");
    assert_eq!(
        changed(&with("integer"), &text),
        ["breaking response-type-widened"]
    );
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    let (base, revision) = (parse(&with("integer")), parse(&text));
    let changes = compare(&base, &revision).changes;
    assert_eq!(changes[0].operations, ["LINK /things"]);
    let methods: Vec<String> = base.operations().iter().map(ToString::to_string).collect();
    assert_eq!(methods, ["POST /things", "LINK /things"]);
}

#[test]
fn a_query_string_has_a_schema_and_no_name() {
    let with = |name: &str, schema: &Value| {
        operation(&json!({"parameters": [{"name": name, "in": "querystring",
            "content": {"application/x-www-form-urlencoded": {"schema": schema}}}]}))
    };
    let text = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let number = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let base = with("q", &text);
    assert_eq!(
        changed(&base, &with("q", &number)),
        ["breaking request-type-narrowed"]
    );
    assert_eq!(
        changed(&base, &with("r", &text)),
        ["docs parameter-name-changed"]
    );
    assert_eq!(
        changed(&root(&json!({})), &base),
        ["additive parameter-added"]
    );
    assert_eq!(
        changed(&base, &root(&json!({}))),
        ["breaking parameter-removed"]
    );
}

#[test]
fn a_media_type_component_is_compared_where_it_is_used() {
    let referring = |kind: &str| {
        let content = json!({"application/json": {"$ref": "#/components/mediaTypes/J"}});
        let components = json!({"mediaTypes": {"J": {"schema": {"type": kind}}}});
        document(
            &json!({"requestBody": {"content": content}}),
            &json!({ "components": components }),
        )
    };
    assert_eq!(
        changed(&referring("number"), &referring("integer")),
        ["breaking request-type-narrowed"]
    );
    let mut written_out = referring("number");
    written_out["paths"]["/things"]["post"]["requestBody"]["content"] =
        json!({"application/json": {"schema": {"type": "number"}}});
    assert_eq!(changed(&referring("number"), &written_out), NOTHING);
}

#[test]
fn a_default_mapping_is_compared() {
    let pets = |more: &Value| {
        let mut discriminator = json!({"propertyName": "kind"});
        let more = more.as_object().expect("members").clone();
        discriminator
            .as_object_mut()
            .expect("an object")
            .extend(more);
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let pet = |own: &str| json!({"type": "object", "required": [own], "properties": {"kind": {"type": "string"}, own: {"type": "string"}}});
        document(
            &json!({"requestBody": {"content": {"application/json": {"schema": {
                "oneOf": [reference("Cat"), reference("Dog")], "discriminator": discriminator}}}}}),
            &json!({"components": {"schemas": {"Cat": pet("mice"), "Dog": pet("bones")}}}),
        )
    };
    let (none, cat, dog) = (
        pets(&json!({})),
        pets(&json!({"defaultMapping": "Cat"})),
        pets(&json!({"defaultMapping": "Dog"})),
    );
    assert_eq!(changed(&none, &cat), ["docs request-discriminator-changed"]);
    assert_eq!(
        changed(&cat, &none),
        ["breaking request-discriminator-changed"]
    );
    assert_eq!(
        changed(&cat, &dog),
        ["breaking request-discriminator-changed"]
    );
    let spelled = pets(&json!({"defaultMapping": "#/components/schemas/Cat"}));
    assert_eq!(changed(&cat, &spelled), NOTHING);
}

#[test]
fn adding_an_oauth_flow_is_additive_and_removing_one_breaks() {
    let with = |flows: &[&str]| {
        let urls = json!({"tokenUrl": "https://a.example/t", "deviceAuthorizationUrl": "https://a.example/d", "scopes": {"read": ""}});
        let flows: serde_json::Map<String, Value> = flows
            .iter()
            .map(|flow| ((*flow).to_owned(), urls.clone()))
            .collect();
        document(
            &json!({"security": [{"auth": ["read"]}]}),
            &json!({"components": {"securitySchemes": {"auth": {"type": "oauth2", "flows": flows}}}}),
        )
    };
    let one = with(&["clientCredentials"]);
    let two = with(&["clientCredentials", "deviceAuthorization"]);
    assert_eq!(
        changed(&one, &two),
        ["additive security-requirement-widened"]
    );
    assert_eq!(
        changed(&two, &one),
        ["breaking security-requirement-narrowed"]
    );
}

#[test]
fn texts_of_version_3_2_are_compared() {
    let response = |more: &Value| {
        let mut response = json!({"description": "ok"});
        let more = more.as_object().expect("members").clone();
        response.as_object_mut().expect("an object").extend(more);
        operation(&json!({"responses": {"200": response}}))
    };
    let example = |value: &str| {
        operation(
            &json!({"requestBody": {"content": {"text/plain": {"examples": {"a": {"dataValue": value}}}}}}),
        )
    };
    let scheme = |more: &Value| {
        let mut scheme = json!({"type": "http", "scheme": "bearer"});
        let more = more.as_object().expect("members").clone();
        scheme.as_object_mut().expect("an object").extend(more);
        document(
            &json!({"security": [{"auth": []}]}),
            &json!({"components": {"securitySchemes": {"auth": scheme}}}),
        )
    };
    for (base, revision, expected) in [
        (
            root(&json!({})),
            root(&json!({"$self": "https://a.example"})),
            "document-text-added",
        ),
        (
            root(&json!({"tags": [{"name": "a"}]})),
            root(&json!({"tags": [{"name": "a", "kind": "nav", "parent": "b", "summary": "A"}]})),
            "document-text-changed",
        ),
        (
            root(&json!({"servers": [{"url": "https://a.example"}]})),
            root(&json!({"servers": [{"url": "https://a.example", "name": "prod"}]})),
            "document-text-added",
        ),
        (
            response(&json!({})),
            response(&json!({"summary": "s"})),
            "response-text-added",
        ),
        (
            response(&json!({"links": {"l": {"operationId": "a"}}})),
            response(&json!({"links": {"l": {"operationId": "b"}}})),
            "response-link-changed",
        ),
        (example("a"), example("b"), "request-example-changed"),
        (
            scheme(&json!({})),
            scheme(&json!({"deprecated": true})),
            "component-text-added",
        ),
        (
            scheme(&json!({})),
            scheme(&json!({"oauth2MetadataUrl": "https://a.example"})),
            "component-text-added",
        ),
    ] {
        assert_eq!(changed(&base, &revision), [format!("docs {expected}")]);
    }
}

#[test]
fn styles_of_cookies_and_headers_are_compared() {
    let parameter = |place: &str, schema: &Value, more: &Value| {
        let mut parameter = json!({"name": "p", "in": place, "schema": schema});
        let more = more.as_object().expect("members").clone();
        parameter.as_object_mut().expect("an object").extend(more);
        operation(&json!({ "parameters": [parameter] }))
    };
    let list = json!({"type": "array", "items": {"type": "string"}});
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let style = "breaking parameter-style-changed";
    for (place, schema, more, expected) in [
        ("cookie", &list, json!({"style": "cookie"}), vec![style]),
        ("cookie", &list, json!({"explode": false}), vec![style]),
        (
            "cookie",
            &list,
            json!({"style": "form", "explode": true}),
            vec![],
        ),
        // Both styles separate the items by commas, unlike the members of an object.
        ("header", &list, json!({"explode": true}), vec![]),
        ("header", &object, json!({"explode": true}), vec![style]),
        (
            "header",
            &list,
            json!({"allowReserved": true}),
            vec!["docs parameter-text-added"],
        ),
        (
            "query",
            &list,
            json!({"allowReserved": true}),
            vec!["additive parameter-style-widened"],
        ),
    ] {
        assert_eq!(
            changed(
                &parameter(place, schema, &json!({})),
                &parameter(place, schema, &more)
            ),
            expected,
            "{place} {more}"
        );
    }
    let header = |schema: &Value, explode: bool| {
        operation(
            &json!({"responses": {"200": {"description": "ok", "headers": {"X": {"schema": schema, "explode": explode}}}}}),
        )
    };
    assert_eq!(
        changed(&header(&list, false), &header(&list, true)),
        NOTHING
    );
    assert_eq!(
        changed(&header(&object, false), &header(&object, true)),
        ["breaking header-style-changed"]
    );
}

#[test]
fn a_scheme_may_be_demanded_by_its_uri() {
    let demanding = |name: &str| {
        let scheme = json!({"type": "http", "scheme": "basic"});
        root(
            &json!({"security": [{name: []}], "components": {"securitySchemes": {"Basic": scheme}}}),
        )
    };
    let (by_name, by_uri) = (
        demanding("Basic"),
        demanding("#/components/securitySchemes/Basic"),
    );
    for (base, revision) in [(&by_name, &by_uri), (&by_uri, &by_name)] {
        let found = changed(base, revision);
        assert!(
            found.iter().all(|change| change.starts_with("docs")),
            "{found:?}"
        );
    }
    let other = demanding("#/components/securitySchemes/Other");
    assert!(
        changed(&by_name, &other)
            .iter()
            .any(|change| change.starts_with("breaking"))
    );
}
