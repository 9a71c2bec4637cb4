//! Verdicts on parameters as the text that is sent, and on their presence.

use serde_json::{Value, json};

use crate::messages::{changes, document, responses};
use crate::schemas::{changed, summary};

fn parameter(more: &Value) -> Value {
    let mut parameter = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
    let members = more.as_object().expect("members").clone();
    parameter
        .as_object_mut()
        .expect("an object")
        .extend(members);
    document(&json!({"parameters": [parameter]}))
}

#[test]
fn a_parameter_is_compared_as_the_text_that_is_sent() {
    let typed = |kind: &str| parameter(&json!({"schema": {"type": kind}}));
    let text = typed("string");
    for kind in ["integer", "number", "boolean"] {
        assert_eq!(
            changed(&typed(kind), &text),
            ["additive request-type-widened"],
            "{kind}"
        );
        assert_eq!(
            changed(&text, &typed(kind)),
            ["breaking request-type-narrowed"],
            "{kind}"
        );
    }
    let short = parameter(&json!({"schema": {"type": "string", "maxLength": 1}}));
    let long = parameter(&json!({"schema": {"type": "integer", "minimum": 100}}));
    assert_eq!(changed(&long, &short), ["breaking request-type-narrowed"]);
}

#[test]
fn a_client_writes_no_null_in_a_parameter() {
    let of = |schema: &Value| parameter(&json!({ "schema": schema }));
    let (number, text, empty) = (
        json!({"type": "integer"}),
        json!({"type": "string", "maxLength": 5}),
        json!({"type": "null"}),
    );
    let list = json!({"type": "array", "items": number});
    for (nullable, plain) in [
        (json!({"anyOf": [number, empty]}), &number),
        (json!({"type": ["integer", "null"]}), &number),
        (json!({"anyOf": [list, empty]}), &list),
        (
            json!({"anyOf": [number, text, empty]}),
            &json!({"anyOf": [number, text]}),
        ),
    ] {
        assert_eq!(changed(&of(&nullable), &of(plain)), [""; 0], "{nullable}");
        let back = changed(&of(plain), &of(&nullable));
        assert!(
            back.is_empty() || back == ["additive request-schema-widened"],
            "{nullable}: {back:?}"
        );
    }
    let short = json!({"type": "string", "maxLength": 3});
    let narrowed = changes(
        &of(&json!({"anyOf": [number, text, empty]})),
        &of(&json!({"anyOf": [number, short]})),
    );
    assert_eq!(summary(&narrowed), ["breaking request-length-narrowed"]);
    assert!(
        narrowed[0].witness.as_ref().is_some_and(Value::is_string),
        "{narrowed:?}"
    );
    assert_eq!(
        changed(
            &of(&json!({"anyOf": [number, short, empty]})),
            &of(&json!({"anyOf": [number, text]}))
        ),
        ["additive request-length-widened"]
    );
    assert_eq!(
        changed(
            &of(&json!({"anyOf": [number, empty]})),
            &of(&json!({"type": "integer", "maximum": 5}))
        ),
        ["breaking request-range-narrowed"]
    );
    let items = |schema: Value| of(&json!({"type": "array", "items": schema}));
    assert_eq!(
        changed(
            &items(json!({"anyOf": [number, empty]})),
            &items(number.clone())
        ),
        [""; 0]
    );
    let header = |schema: Value| {
        responses(&json!({"200": {"description": "ok", "headers": {"X": {"schema": schema}}}}))
    };
    assert_eq!(
        changed(
            &header(number.clone()),
            &header(json!({"type": ["integer", "null"]}))
        ),
        ["breaking response-type-widened"]
    );
}

#[test]
fn a_witness_is_a_value_that_can_be_sent() {
    let path = |schema: Value| {
        let parameter = json!({"name": "id", "in": "path", "required": true, "schema": schema});
        let mut document = document(&json!({ "parameters": [parameter] }));
        document["paths"] = json!({"/things/{id}": document["paths"]["/things"]});
        document
    };
    let any = path(json!({"type": "string"}));
    let filled = path(json!({"type": "string", "minLength": 1}));
    assert_eq!(changed(&any, &filled), [""; 0], "a segment is never empty");
    let longer = changes(&any, &path(json!({"type": "string", "minLength": 2})));
    assert_eq!(summary(&longer), ["breaking request-length-narrowed"]);
    let witness = longer[0].witness.as_ref().and_then(Value::as_str);
    assert_eq!(witness.map(str::len), Some(1), "{longer:?}");
    let filter =
        parameter(&json!({"schema": {"type": "object", "properties": {"x": {"type": "integer"}}}}));
    let removed = changes(&filter, &document(&json!({})));
    let witness = removed[0].witness.as_ref().expect("a witness");
    let members = witness["query"]["q"].as_object().expect("an object");
    assert!(
        !members.is_empty() && !members.values().any(Value::is_null),
        "{witness}"
    );
}

#[test]
fn values_that_can_be_listed_are_compared_by_their_texts() {
    let of = |schema: Value| parameter(&json!({ "schema": schema }));
    let texts = |texts: &[&str]| of(json!({"type": "string", "enum": texts}));
    let boolean = of(json!({"type": "boolean"}));
    let both = texts(&["true", "false"]);
    assert_eq!(changed(&boolean, &both), [""; 0]);
    assert_eq!(changed(&both, &boolean), [""; 0]);
    let numbers = of(json!({"enum": [1, 2], "type": "integer"}));
    assert_eq!(changed(&numbers, &texts(&["2", "1"])), [""; 0]);
    let one = texts(&["true"]);
    assert_eq!(changed(&boolean, &one), ["breaking request-type-narrowed"]);
    assert_eq!(changed(&one, &boolean), ["additive request-type-widened"]);
    let other_case = texts(&["True", "False"]);
    assert_eq!(
        changed(&boolean, &other_case),
        ["breaking request-type-narrowed"]
    );
}

#[test]
fn another_serialization_breaks_lists_and_not_single_values() {
    let list = |explode: bool| {
        parameter(
            &json!({"explode": explode, "schema": {"type": "array", "items": {"type": "string"}}}),
        )
    };
    assert_eq!(
        changed(&list(true), &list(false)),
        ["breaking parameter-style-changed"]
    );
    let single = |explode: bool| parameter(&json!({ "explode": explode }));
    assert_eq!(changed(&single(true), &single(false)), [""; 0]);
    assert_eq!(
        changed(&single(true), &parameter(&json!({"style": "form"}))),
        [""; 0]
    );
}

#[test]
fn content_instead_of_a_schema_breaks_unless_both_write_the_same_text() {
    let values = |schema: Value| {
        let style = parameter(&json!({"schema": schema}));
        let content = |media_type: &str| {
            let mut content = style.clone();
            let parameter = &mut content["paths"]["/things"]["post"]["parameters"][0];
            parameter
                .as_object_mut()
                .expect("a parameter")
                .remove("schema");
            parameter["content"] = json!({media_type: {"schema": schema}});
            content
        };
        [
            style.clone(),
            content("application/json"),
            content("text/plain"),
            content("text/csv"),
        ]
    };
    let style_of = |base: &Value, revision: &Value| {
        let changes = changes(base, revision);
        let witness = changes[0].witness.clone().unwrap_or_default();
        (summary(&changes).join(", "), witness)
    };
    let breaks = "breaking parameter-style-changed";
    let [style, json, text, csv] = values(
        json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}),
    );
    assert_eq!(
        style_of(&style, &json),
        (breaks.to_owned(), json!({"query": "x=0"}))
    );
    assert_eq!(
        style_of(&json, &style),
        (breaks.to_owned(), json!({"query": "q=%7B%22x%22%3A0%7D"}))
    );
    assert_eq!(style_of(&style, &text).0, breaks);
    assert_eq!(style_of(&csv, &style).0, "unproven parameter-style-changed");
    let [style, json, text, csv] = values(json!({"type": "integer"}));
    for (base, revision, class) in [
        (&style, &json, "docs"),
        (&json, &style, "docs"),
        (&style, &text, "docs"),
        (&style, &csv, "breaking"),
    ] {
        assert_eq!(
            changed(base, revision),
            [format!("{class} parameter-style-changed")]
        );
    }
    let [_, json_of_texts, ..] = values(json!({"type": "string"}));
    let smaller = parameter(&json!({"schema": {"type": "integer", "maximum": 5}}));
    assert_eq!(
        changed(&json, &smaller),
        [
            "breaking request-range-narrowed",
            "docs parameter-style-changed"
        ]
    );
    assert_eq!(style_of(&parameter(&json!({})), &json_of_texts).0, breaks);
    assert_eq!(
        style_of(&style, &json_of_texts).0,
        "unproven parameter-style-changed",
        "the text of a number is no text in JSON"
    );
}

#[test]
fn a_style_changes_nothing_beside_content() {
    let content = |more: &Value| {
        let mut document = parameter(more);
        let parameter = &mut document["paths"]["/things"]["post"]["parameters"][0];
        parameter
            .as_object_mut()
            .expect("a parameter")
            .remove("schema");
        parameter["content"] = json!({"application/json": {}});
        document
    };
    assert_eq!(
        changed(
            &content(&json!({})),
            &content(&json!({"style": "deepObject"}))
        ),
        ["docs parameter-text-added"]
    );
}

#[test]
fn disallowing_reserved_or_empty_values_breaks() {
    for flag in ["allowReserved", "allowEmptyValue"] {
        let (free, bound) = (
            parameter(&json!({ flag: true })),
            parameter(&json!({ flag: false })),
        );
        assert_eq!(changed(&bound, &free), ["additive parameter-style-widened"]);
        assert_eq!(
            changed(&free, &bound),
            ["breaking parameter-style-narrowed"]
        );
        assert_eq!(changed(&parameter(&json!({})), &bound), [""; 0]);
    }
}

#[test]
fn header_parameters_that_openapi_ignores_are_docs() {
    let with = |name: &str, required: bool| {
        document(&json!({"parameters": [
            {"name": name, "in": "header", "required": required, "schema": {"type": "string"}}]}))
    };
    let without = document(&json!({}));
    for name in ["Accept", "content-type"] {
        let required = with(name, true);
        assert_eq!(changed(&without, &required), ["docs parameter-text-added"]);
        assert_eq!(
            changed(&required, &without),
            ["docs parameter-text-removed"]
        );
    }
    for name in ["X-Key", "authorization"] {
        assert_eq!(
            changed(&without, &with(name, true)),
            ["breaking parameter-required-added"]
        );
    }
}

#[test]
fn a_narrower_accept_parameter_is_docs() {
    let accepting = |values: &[&str]| {
        document(&json!({"parameters": [
            {"name": "Accept", "in": "header", "schema": {"type": "string", "enum": values}}]}))
    };
    assert_eq!(
        changed(
            &accepting(&["text/csv", "text/plain"]),
            &accepting(&["text/csv"])
        ),
        ["docs parameter-text-changed"]
    );
}

#[test]
fn texts_are_compared_where_the_types_of_a_parameter_differ() {
    let typed = |kind: &str, description: &str| {
        parameter(&json!({"schema": {"type": kind, "description": description}}))
    };
    for (old, new, verdict) in [
        ("integer", "string", "additive request-type-widened"),
        ("string", "integer", "breaking request-type-narrowed"),
    ] {
        assert_eq!(changed(&typed(old, "one"), &typed(new, "one")), [verdict]);
        assert_eq!(
            changed(&typed(old, "one"), &typed(new, "another")),
            [verdict, "docs request-text-changed"]
        );
    }
}
