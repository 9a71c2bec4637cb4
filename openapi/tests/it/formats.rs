//! Formats and encodings of strings that no validator knows.

use serde_json::{Value, json};

use crate::schemas::{Body, changes, summary};

const BODIES: [Body; 2] = [Body::Request, Body::Response];

fn found(body: Body, base: &Value, revision: &Value) -> Vec<String> {
    summary(&changes(body, base, revision))
}

fn format(name: &str) -> Value {
    json!({"type": "string", "format": name})
}

#[test]
fn nothing_is_known_of_a_format_that_replaces_another() {
    let unproven = |body| match body {
        Body::Request => ["unproven request-format-changed"],
        Body::Response => ["unproven response-format-changed"],
    };
    for body in BODIES {
        let within = |name: &str| json!({"anyOf": [format(name), {"type": "integer"}]});
        assert_eq!(
            found(body, &format("iso-currency"), &format("currency-name")),
            unproven(body)
        );
        assert_eq!(
            found(body, &within("iso-currency"), &within("currency-name")),
            unproven(body)
        );
    }
    assert_eq!(
        found(Body::Request, &format("uuid"), &format("ulid")),
        unproven(Body::Request)
    );
    assert_eq!(
        found(Body::Response, &format("ulid"), &format("uuid")),
        unproven(Body::Response)
    );
    assert_eq!(
        found(Body::Response, &format("uuid"), &format("ulid")),
        ["breaking response-format-widened"]
    );
    assert_eq!(
        found(Body::Request, &format("ulid"), &format("uuid")),
        ["breaking request-format-narrowed"]
    );
}

#[test]
fn a_format_that_replaces_another_is_not_hidden_by_what_else_changed() {
    let of = |name: &str, most: u32| json!({"type": "string", "format": name, "maxLength": most});
    let found = found(Body::Request, &of("uuid", 40), &of("ulid", 50));
    assert!(
        found.contains(&"unproven request-format-changed".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_format_of_numbers_or_one_that_says_nothing_of_the_text_is_only_for_readers() {
    let number = |name: &str| json!({"type": "number", "format": name});
    for body in BODIES {
        for (base, revision) in [
            (number("float"), number("double")),
            (format("password"), format("token")),
            (json!({"type": "string"}), format("token")),
            (format("token"), json!({"type": "string"})),
        ] {
            let found = found(body, &base, &revision);
            assert_eq!(found.len(), 1, "{base} {found:?}");
            assert!(found[0].starts_with("docs"), "{base} {found:?}");
        }
    }
}

#[test]
fn an_encoding_that_comes_or_goes_is_unproven() {
    let plain = json!({"type": "string"});
    let encoded = |name: &str| json!({"type": "string", "contentEncoding": name});
    for body in BODIES {
        for (base, revision) in [(&plain, &encoded("base64")), (&encoded("base64"), &plain)] {
            let found = found(body, base, revision);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with("unproven"), "{found:?}");
        }
        for (base, revision) in [(&plain, &encoded("8bit")), (&encoded("BINARY"), &plain)] {
            let found = found(body, base, revision);
            assert!(found[0].starts_with("docs"), "{found:?}");
        }
        let found = found(body, &format("byte"), &format("binary"));
        assert!(
            found.iter().any(|change| change.starts_with("unproven")),
            "{found:?}"
        );
    }
}

#[test]
fn formats_and_encodings_are_compared_wherever_they_are() {
    let encoded = |name: &str| json!({"type": "string", "contentEncoding": name});
    let around: [fn(Value) -> Value; 5] = [
        |inner| json!({"type": "object", "patternProperties": {"^x": inner}}),
        |inner| json!({"type": "array", "prefixItems": [inner]}),
        |inner| json!({"type": "object", "propertyNames": inner}),
        |inner| json!({"allOf": [inner, {"minLength": 1}]}),
        |inner| json!({"allOf": [{"$ref": "#/components/schemas/A"}, {"minLength": 1}], "components": {"A": inner}}),
    ];
    for around in around {
        for body in BODIES {
            for (base, revision) in [
                (format("foo"), format("bar")),
                (encoded("base64"), encoded("base16")),
            ] {
                let found = found(body, &around(base), &around(revision));
                let is_grave = |change: &String| {
                    change.starts_with("unproven") || change.starts_with("breaking")
                };
                assert!(
                    found.iter().any(is_grave),
                    "{} {found:?}",
                    around(json!({}))
                );
            }
        }
    }
}
