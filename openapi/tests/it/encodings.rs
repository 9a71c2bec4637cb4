//! Verdicts on the encodings of a body's parts, and on bodies that are not JSON.

use serde_json::{Value, json};

use crate::schemas::{changed, summary};
use crate::servers::{changes, document};

#[test]
fn the_default_media_type_of_a_part_is_found_in_alternatives() {
    let upload = |second: &str, encoding: &Value| {
        let of = |kind: &str| json!({"type": "object", "properties": {"file": {"type": kind}}});
        let schema =
            json!({"oneOf": [of("string"), {"allOf": [of(second), {"required": ["file"]}]}]});
        let content = json!({"multipart/form-data": {"schema": schema, "encoding": encoding}});
        document(&json!({"requestBody": {"content": content}}), &json!({}))
    };
    let named = json!({"file": {"contentType": "text/plain, text/csv"}});
    let differences = |second: &str| changed(&upload(second, &json!({})), &upload(second, &named));
    assert_eq!(
        differences("string"),
        ["additive request-media-type-widened"]
    );
    // With two defaults it is not known which one is meant.
    assert_eq!(differences("object"), ["unproven request-field-added"]);
}

/// Returns a document with an upload of a picture and a note, whose parts have this encoding.
fn upload(media_type: &str, encoding: &Value) -> Value {
    let schema = json!({"type": "object", "properties": {
        "picture": {"type": "string", "contentEncoding": "base64"},
        "note": {"type": "object"},
        "tags": {"type": "array", "items": {"type": "string"}}
    }});
    let content = json!({media_type: {"schema": schema, "encoding": encoding}});
    document(&json!({"requestBody": {"content": content}}), &json!({}))
}

#[test]
fn removing_a_media_type_of_a_part_breaks() {
    let form = |content_type: &str| {
        upload(
            "multipart/form-data",
            &json!({"picture": {"contentType": content_type}}),
        )
    };
    let narrowed = changes(&form("image/png, image/jpeg"), &form("image/png"));
    assert_eq!(summary(&narrowed), ["breaking request-media-type-narrowed"]);
    assert_eq!(
        narrowed[0].witness,
        Some(json!({"picture": {"headers": {"content-type": "image/jpeg"}}}))
    );
    assert_eq!(
        changed(&form("image/png"), &form("image/*")),
        ["additive request-media-type-widened"]
    );
    assert_eq!(
        changed(&form("image/*"), &form("image/png")),
        ["breaking request-media-type-narrowed"]
    );
    let respelled = form("image/jpeg,image/png");
    assert_eq!(changed(&form("image/png, image/jpeg"), &respelled), [""; 0]);
}

#[test]
fn the_default_media_type_of_a_part_may_be_named_or_not() {
    let none = upload("multipart/form-data", &json!({}));
    for (part, usual) in [
        ("picture", "application/octet-stream"),
        ("note", "application/json"),
        ("tags", "text/plain"),
    ] {
        let named = upload(
            "multipart/form-data",
            &json!({part: {"contentType": usual}}),
        );
        assert_eq!(changed(&none, &named), [""; 0], "{part}");
        assert_eq!(changed(&named, &none), [""; 0], "{part}");
    }
    let other = upload(
        "multipart/form-data",
        &json!({"note": {"contentType": "text/csv"}}),
    );
    assert_eq!(
        changed(&none, &other),
        [
            "breaking request-media-type-narrowed",
            "additive request-media-type-widened"
        ]
    );
}

#[test]
fn the_default_style_of_a_form_field_may_be_named_or_not() {
    let form = |encoding: &Value| {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}},
            "object": {"type": "object", "properties": {"x": {"type": "integer"}}}
        }});
        let content =
            json!({"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}});
        document(&json!({"requestBody": {"content": content}}), &json!({}))
    };
    let plain = form(&json!({}));
    let default = json!({"style": "form", "explode": true, "allowReserved": false});
    for name in ["a", "list"] {
        let named = form(&json!({name: default}));
        assert_eq!(changed(&plain, &named), [""; 0], "{name}");
        assert_eq!(changed(&named, &plain), [""; 0], "{name}");
    }
    for encoding in [
        json!({"object": {"style": "form"}}),
        json!({"list": {"explode": false}}),
        json!({"list": {"style": "pipeDelimited"}}),
    ] {
        let other = form(&encoding);
        let breaking = ["breaking request-style-changed"];
        assert_eq!(changed(&plain, &other), breaking, "{encoding}");
        assert_eq!(changed(&other, &plain), breaking, "{encoding}");
    }
    assert_eq!(
        changed(&plain, &form(&json!({"a": {"allowReserved": true}}))),
        ["unproven request-field-added"],
    );
    let undeclared = json!({"b": {"style": "pipeDelimited", "contentType": "text/css"}});
    assert_eq!(
        changed(&plain, &form(&undeclared)),
        ["docs request-text-added"]
    );
    assert_eq!(
        changed(&plain, &form(&json!({"a": {"explode": false}}))),
        [""; 0]
    );
}

#[test]
fn headers_of_a_part_are_compared_as_headers() {
    let with = |required: bool| {
        let headers = json!({"X-Digest": {"required": required, "schema": {"type": "string"}}});
        upload("multipart/mixed", &json!({"picture": {"headers": headers}}))
    };
    let none = upload("multipart/mixed", &json!({}));
    assert_eq!(changed(&none, &with(true)), ["breaking header-added"]);
    assert_eq!(changed(&none, &with(false)), ["additive header-added"]);
    assert_eq!(changed(&with(true), &none), ["additive header-removed"]);
}

#[test]
fn an_encoding_without_parts_is_docs() {
    let one = upload(
        "application/json",
        &json!({"note": {"contentType": "text/csv"}}),
    );
    let none = upload("application/json", &json!({}));
    assert_eq!(changed(&none, &one), ["docs request-text-changed"]);
}

#[test]
fn fields_of_forms_are_texts() {
    let form = |media_type: &str, kind: &str, component: bool| {
        let schema = json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": kind}, "o": {"type": "object", "properties": {"n": {"type": "integer"}}}}});
        let reference = json!({"$ref": "#/components/schemas/Form"});
        let content = json!({media_type: {"schema": if component { &reference } else { &schema }}});
        document(
            &json!({"requestBody": {"required": true, "content": content}}),
            &if component {
                json!({"components": {"schemas": {"Form": schema}}})
            } else {
                json!({})
            },
        )
    };
    for component in [false, true] {
        for media_type in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            let (integer, text) = (
                form(media_type, "integer", component),
                form(media_type, "string", component),
            );
            assert_eq!(
                changed(&integer, &text),
                ["additive request-type-widened"],
                "{media_type}"
            );
            assert_eq!(
                changed(&text, &integer),
                ["breaking request-type-narrowed"],
                "{media_type}"
            );
        }
        let (integer, text) = (
            form("application/json", "integer", component),
            form("application/json", "string", component),
        );
        assert_eq!(changed(&integer, &text), ["breaking request-type-narrowed"]);
    }
}

#[test]
fn a_text_and_bytes_are_not_json() {
    let answering = |media_type: &str, schema: &Value| {
        let content = if schema.is_null() {
            json!({media_type: {}})
        } else {
            json!({media_type: {"schema": schema}})
        };
        document(
            &json!({"responses": {"200": {"description": "ok", "content": content}}}),
            &json!({}),
        )
    };
    let (integer, text) = (json!({"type": "integer"}), json!({"type": "string"}));
    let sent = |media_type: &str, base: &Value, revision: &Value| {
        changed(
            &answering(media_type, base),
            &answering(media_type, revision),
        )
    };
    assert_eq!(
        sent("text/plain", &text, &integer),
        ["additive response-type-narrowed"]
    );
    assert_eq!(
        sent("text/plain", &integer, &text),
        ["breaking response-type-widened"]
    );
    assert_eq!(
        sent("application/json", &text, &integer),
        ["breaking response-type-widened"]
    );
    let bytes = json!({"type": "string", "format": "binary"});
    for media_type in ["application/octet-stream", "image/png"] {
        assert_eq!(sent(media_type, &bytes, &Value::Null), [""; 0]);
        assert_eq!(sent(media_type, &Value::Null, &bytes), [""; 0]);
        assert_eq!(sent(media_type, &bytes, &json!({})), [""; 0]);
        assert_eq!(sent(media_type, &json!({}), &bytes), [""; 0]);
        assert_eq!(
            sent(media_type, &bytes, &json!({"description": "the thing"})),
            ["docs response-text-changed"]
        );
        let encoded = json!({"contentEncoding": "base64"});
        assert_ne!(sent(media_type, &bytes, &encoded), [""; 0]);
    }
    assert_eq!(
        sent("application/json", &bytes, &Value::Null)[0],
        "breaking response-type-widened"
    );
    assert!(
        sent(
            "image/png",
            &json!({"type": "string", "maxLength": 3}),
            &Value::Null
        )[0]
        .starts_with("breaking")
    );
}
