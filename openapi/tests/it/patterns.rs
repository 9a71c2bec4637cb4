//! Patterns, compared by what they match: a wider pattern is compatible, a narrower one breaks with a string
//! that shows it, and two spellings of the same set of strings are identical.

use openapi::diff::Class;
use serde_json::{Value, json};

use crate::schemas::{Body, assert_witnessed, changes, summary};

fn text(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// Returns the witness of the only change, which is breaking.
fn witness(body: Body, base: &Value, revision: &Value) -> Value {
    let changes = changes(body, base, revision);
    assert_witnessed(body, base, revision, &changes);
    let [change] = changes.as_slice() else {
        panic!("not one change: {changes:?}");
    };
    assert_eq!(change.class, Class::Breaking, "{change:?}");
    change.witness.clone().expect("a witness")
}

#[test]
fn a_wider_pattern_is_accepted_in_a_request_and_breaks_a_response() {
    let (narrow, wide) = (text(r"^\w+$"), text(r"^[\w\s]+$"));
    let found = changes(Body::Request, &narrow, &wide);
    assert_eq!(summary(&found), ["additive request-pattern-widened"]);
    assert_eq!(witness(Body::Response, &narrow, &wide), json!(" "));
    assert_eq!(witness(Body::Request, &wide, &narrow), json!(" "));
}

#[test]
fn two_spellings_of_the_same_pattern_are_identical() {
    let spellings = [
        (text(r"^\d{4}-\d{2}$"), text("^[0-9]{4}-[0-9][0-9]$")),
        (text("^(cat|dog)$"), text("^(?:dog|cat)$")),
        (text("^[ABab]+$"), text("(?i)^[ab]+$")),
        (text(r"^\/a"), text("^/a.*$|^/a")),
        (
            json!({"type": "string", "pattern": "^[a-z]+$", "maxLength": 8}),
            text("^[a-z]{1,8}$"),
        ),
        (
            json!({"allOf": [{"type": "string"}, {"pattern": r"^\d{2}$"}]}),
            text("^[0-9]{2}$"),
        ),
        (
            json!({"type": ["string", "null"], "pattern": "^a+$"}),
            json!({"type": ["string", "null"], "pattern": "^aa*$"}),
        ),
    ];
    for (a, b) in &spellings {
        for body in [Body::Request, Body::Response] {
            assert_eq!(summary(&changes(body, a, b)), [""; 0], "{a} to {b}");
            assert_eq!(summary(&changes(body, b, a)), [""; 0], "{b} to {a}");
        }
    }
}

#[test]
fn a_narrower_pattern_breaks_a_request_with_the_most_readable_string() {
    let uuid = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
    let version_4 = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
    for (base, revision, string) in [
        (
            text(uuid),
            text(version_4),
            "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
        ),
        (text("^[a-z]+$"), text("^[a-z]{1,8}$"), "aaaaaaaaa"),
        (text("^(cat|dog|horse)$"), text("^(cat|horse)$"), "dog"),
        (text(r"^\p{L}+$"), text("^[A-Za-z]+$"), "À"),
        (
            json!({"type": "string", "pattern": "^(ab)+$"}),
            json!({"type": "string", "pattern": "^(ab)+$", "maxLength": 5}),
            "ababab",
        ),
        (
            json!({"type": "string", "pattern": "x", "maxLength": 3}),
            json!({"type": "string", "pattern": "^x", "maxLength": 3}),
            "ax",
        ),
    ] {
        assert_eq!(
            witness(Body::Request, &base, &revision),
            json!(string),
            "{base} to {revision}"
        );
    }
}

#[test]
fn a_pattern_within_a_message_breaks_with_the_whole_message() {
    let of = |pattern: &str| {
        json!({
            "type": "object",
            "properties": {"code": text(pattern), "n": {"type": "integer"}},
            "required": ["code", "n"]
        })
    };
    let found = witness(
        Body::Request,
        &of("^[A-Z]{2}[0-9]*$"),
        &of("^[A-Z]{2}[0-9]+$"),
    );
    assert_eq!(found["code"], json!("AA"));
    let wider = changes(
        Body::Request,
        &of("^[A-Z]{2}[0-9]+$"),
        &of("^[A-Z]{2}[0-9]*$"),
    );
    assert_eq!(summary(&wider), ["additive request-pattern-widened"]);
}

#[test]
fn patterns_that_are_not_regular_are_not_called_compatible() {
    let (ahead, plain) = (text("^(?:(?=.*x)[a-z]+)$"), text("^[a-z]+$"));
    let found = changes(Body::Request, &ahead, &plain);
    assert_eq!(summary(&found), ["unproven request-pattern-changed"]);
    let found = changes(Body::Request, &plain, &ahead);
    assert_eq!(summary(&found), ["breaking request-pattern-narrowed"]);
    assert_witnessed(Body::Request, &plain, &ahead, &found);
}

#[test]
fn consecutive_repetitions_are_not_too_large() {
    let uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
    let grouped = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    let version_4 = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$";
    let same = changes(Body::Request, &text(uuid), &text(grouped));
    assert_eq!(summary(&same), [""; 0]);
    let wider = changes(Body::Request, &text(version_4), &text(uuid));
    assert_eq!(summary(&wider), ["additive request-pattern-widened"]);
    assert_eq!(
        witness(Body::Request, &text(uuid), &text(version_4)),
        json!("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa")
    );
}
