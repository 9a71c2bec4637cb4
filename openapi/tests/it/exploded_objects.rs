//! Query parameters, and the same fields as one exploded object: the same texts (OpenAPI 3.1 section 4.8.12.3).

use serde_json::{Value, json};

use crate::schemas::{changed, summary};
use openapi::Document;
use openapi::diff::{Change, compare};

const ALIKE: &str = "docs parameter-style-changed";

fn document(parameters: &Value) -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
        "parameters": parameters, "responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {
            "Page": {"type": "object", "properties": {"size": {"type": "integer"}, "sort": {"type": "string"}}}}}})
}

fn compared(base: &Value, revision: &Value) -> Vec<Change> {
    let parse =
        |value: &Value| Document::parse("test", &document(value).to_string()).expect("a document");
    compare(&parse(base), &parse(revision)).changes
}

fn found(base: &Value, revision: &Value) -> Vec<String> {
    summary(&compared(base, revision))
}

fn plain(name: &str, kind: &str, required: bool) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": {"type": kind}})
}

fn object(name: &str, schema: &Value, required: bool) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": schema})
}

/// Returns an object with the fields `size` and `sort`.
fn page(required: &[&str], extra: &Value) -> Value {
    let mut schema = json!({"type": "object", "required": required,
        "properties": {"size": {"type": "integer"}, "sort": {"type": "string"}}});
    let members = extra.as_object().expect("an object").clone();
    schema.as_object_mut().expect("an object").extend(members);
    schema
}

fn open(required: &[&str]) -> Value {
    page(required, &json!({}))
}

#[test]
fn parameters_and_the_fields_of_an_object_are_the_same() {
    let two = json!([
        plain("size", "integer", false),
        plain("sort", "string", false)
    ]);
    let component = json!({"$ref": "#/components/schemas/Page"});
    let parts = json!({"allOf": [
        {"type": "object", "properties": {"size": {"type": "integer"}}},
        {"type": "object", "properties": {"sort": {"type": "string"}}}]});
    for schema in [
        open(&[]),
        component,
        parts,
        page(&[], &json!({"additionalProperties": false})),
        page(
            &[],
            &json!({"additionalProperties": true, "description": "a page"}),
        ),
    ] {
        for required in [false, true] {
            let one = json!([object("page", &schema, required)]);
            assert_eq!(found(&two, &one), [ALIKE], "{schema}");
            assert_eq!(found(&one, &two), [ALIKE], "{schema}");
        }
    }
    let mut explicit = object("page", &open(&[]), false);
    explicit["style"] = "form".into();
    explicit["explode"] = true.into();
    assert_eq!(found(&two, &json!([explicit])), [ALIKE]);
    let beside = json!([two[0], two[1], plain("q", "string", true)]);
    let with = json!([
        object("page", &open(&[]), false),
        plain("q", "string", true)
    ]);
    assert_eq!(found(&beside, &with), [ALIKE]);
}

#[test]
fn fields_are_compared_one_by_one() {
    let two = json!([
        plain("size", "integer", false),
        plain("sort", "string", false)
    ]);
    let with = |properties: Value| {
        json!([object(
            "page",
            &json!({"type": "object", "properties": properties}),
            false
        )])
    };
    let narrower =
        with(json!({"size": {"type": "integer", "maximum": 9}, "sort": {"type": "string"}}));
    let breaks = compared(&two, &narrower);
    assert_eq!(summary(&breaks)[0], "breaking request-range-narrowed");
    assert_eq!(found(&narrower, &two)[0], "additive request-range-widened");
    let other = with(json!({"size": {"type": "boolean"}, "sort": {"type": "string"}}));
    assert_eq!(found(&two, &other)[0], "breaking request-type-narrowed");
    let fewer = with(json!({"size": {"type": "integer"}}));
    let lost = compared(&two, &fewer);
    assert_eq!(summary(&lost), ["breaking parameter-removed", ALIKE]);
    assert_eq!(lost[0].witness, Some(json!({"query": {"sort": "text"}})));
    assert_eq!(found(&fewer, &two), ["additive parameter-added", ALIKE]);
    let more = with(
        json!({"size": {"type": "integer"}, "sort": {"type": "string"}, "q": {"type": "string"}}),
    );
    assert_eq!(found(&two, &more), ["additive parameter-added", ALIKE]);
    let lost = compared(&more, &two);
    assert_eq!(summary(&lost), ["breaking parameter-removed", ALIKE]);
    assert!(lost[0].witness.as_ref().expect("a witness")["query"]["q"].is_string());
    // OpenAPI does not define what a list within an object is written as.
    let nested = with(
        json!({"size": {"type": "integer"}, "sort": {"type": "array", "items": {"type": "string"}}}),
    );
    let list = json!([two[0], {"name": "sort", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}]);
    for (base, revision) in [(&list, &nested), (&nested, &list)] {
        assert_eq!(
            found(base, revision),
            ["unproven parameter-style-changed", ALIKE]
        );
    }
}

#[test]
fn a_field_is_required_where_requests_without_it_are_refused() {
    let parameters = |size: bool| {
        json!([
            plain("size", "integer", size),
            plain("sort", "string", false)
        ])
    };
    let one = |required: &[&str], whole: bool| json!([object("page", &open(required), whole)]);
    let required = "breaking parameter-required-added";
    let refused = compared(&parameters(false), &one(&["size"], true));
    assert_eq!(summary(&refused), [required, ALIKE]);
    assert_eq!(refused[0].witness, Some(json!({"query": {}})));
    // The object may be absent as a whole, but not one field of it.
    let refused = compared(&parameters(false), &one(&["size"], false));
    assert_eq!(summary(&refused), [required, ALIKE]);
    assert!(refused[0].witness.as_ref().expect("a witness")["query"]["sort"].is_string());
    for (old, new) in [
        (one(&["size"], true), parameters(true)),
        (parameters(true), one(&["size"], true)),
        (parameters(true), one(&[], false)),
    ] {
        assert!(
            found(&old, &new)
                .iter()
                .all(|change| !change.starts_with("breaking"))
        );
    }
    assert_eq!(
        found(&parameters(true), &one(&["size"], false)),
        ["additive parameter-required-removed", ALIKE]
    );
    assert_eq!(
        found(&one(&["size"], false), &parameters(true)),
        [required, ALIKE]
    );
    assert_eq!(
        found(&one(&["size"], false), &parameters(false)),
        ["additive parameter-required-removed", ALIKE]
    );
    // It is the only field that anybody sent.
    let only = json!([plain("size", "integer", false)]);
    assert_eq!(
        found(&only, &one(&["size"], false)),
        ["additive parameter-added", ALIKE]
    );
    assert_eq!(found(&only, &one(&["sort"], false)), [required, ALIKE]);
}

#[test]
fn an_object_that_says_more_than_its_fields_is_not_taken_apart() {
    let two = json!([
        plain("size", "integer", false),
        plain("sort", "string", false)
    ]);
    for extra in [
        json!({"minProperties": 1}),
        json!({"dependentRequired": {"size": ["sort"]}}),
        json!({"anyOf": [{"required": ["size"]}, {"required": ["sort"]}]}),
    ] {
        let one = json!([object("page", &page(&[], &extra), false)]);
        assert!(found(&two, &one)[0].starts_with("breaking"), "{extra}");
    }
    let map = json!([object(
        "page",
        &page(&[], &json!({"additionalProperties": {"type": "string"}})),
        false
    )]);
    assert!(found(&map, &two)[0].starts_with("breaking"));
    assert_eq!(found(&two, &map), [ALIKE]);
    let mut joined = object("page", &open(&[]), false);
    joined["explode"] = false.into();
    assert!(found(&two, &json!([joined]))[0].starts_with("breaking"));
    let mut deep = object("page", &open(&[]), false);
    deep["style"] = "deepObject".into();
    assert!(found(&two, &json!([deep]))[0].starts_with("breaking"));
    let mut content = plain("sort", "string", false);
    content
        .as_object_mut()
        .expect("an object")
        .shift_remove("schema");
    content["content"] = json!({"application/json": {"schema": {"type": "string"}}});
    let json = json!([two[0], content]);
    let one = json!([object("page", &open(&[]), false)]);
    assert!(found(&json, &one)[0].starts_with("breaking parameter-style-changed"));
}

#[test]
fn the_name_of_an_exploded_object_is_not_sent() {
    let one = |name: &str, schema: &Value| json!([object(name, schema, false)]);
    let (base, renamed) = (one("page", &open(&[])), one("paging", &open(&[])));
    assert_eq!(found(&base, &renamed), ["docs parameter-name-changed"]);
    let narrower = json!({"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}, "sort": {"type": "string"}}});
    let narrowed = found(&base, &one("paging", &narrower));
    assert_eq!(
        narrowed,
        [
            "breaking request-range-narrowed",
            "docs parameter-name-changed"
        ]
    );
    let unlike = json!({"type": "object", "properties": {"q": {"type": "string"}}});
    assert_eq!(
        found(&base, &one("paging", &unlike)),
        ["breaking parameter-removed", "additive parameter-added"]
    );
    let mut deep = [
        object("page", &open(&[]), false),
        object("paging", &open(&[]), false),
    ];
    for parameter in &mut deep {
        parameter["style"] = "deepObject".into();
    }
    let [base, renamed] = deep.map(|parameter| json!([parameter]));
    assert_eq!(found(&base, &renamed)[0], "breaking parameter-removed");
}

#[test]
fn a_webhooks_object_keeps_its_name() {
    let webhook = |parameters: &Value| {
        let operation =
            json!({"parameters": parameters, "responses": {"200": {"description": "ok"}}});
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "webhooks": {"a": {"post": operation}}})
    };
    let two = json!([
        plain("size", "integer", true),
        plain("sort", "string", false)
    ]);
    let one = json!([object("page", &open(&["size"]), true)]);
    assert_eq!(
        changed(&webhook(&two), &webhook(&one))[0],
        "breaking parameter-removed"
    );
}

#[test]
fn a_name_that_something_new_reads_as_well_is_compared() {
    let with = |parameters: &[Value]| Value::from(parameters.to_vec());
    let one = |parameter: &Value| json!([parameter]);
    let filter = object("filter", &open(&[]), false);
    let rest = object(
        "rest",
        &json!({"type": "object", "additionalProperties": {"type": "string"}}),
        false,
    );
    let narrower = "breaking request-type-narrowed";
    for (base, revision) in [
        // A parameter, a field of another object, and a name that the object does not declare.
        (
            one(&filter),
            with(&[filter.clone(), plain("sort", "integer", false)]),
        ),
        (
            one(&filter),
            with(&[
                filter.clone(),
                object(
                    "other",
                    &json!({"type": "object", "properties": {"sort": {"type": "integer"}}}),
                    false,
                ),
            ]),
        ),
        (
            one(&rest),
            with(&[rest.clone(), plain("sort", "integer", false)]),
        ),
    ] {
        let found = found(&base, &revision);
        assert!(found.contains(&narrower.to_owned()), "{revision} {found:?}");
    }
    let same = with(&[filter.clone(), plain("sort", "string", false)]);
    assert_eq!(found(&one(&filter), &same), ["additive parameter-added"]);
    let other = with(&[filter.clone(), plain("order", "integer", false)]);
    assert_eq!(found(&one(&filter), &other), ["additive parameter-added"]);
}
