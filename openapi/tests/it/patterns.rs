//! Patterns of strings by what they match: what is wider is compatible, what is narrower breaks
//! with a string that shows it, and two spellings of one language are no change.

use openapi::diff::Class;
use serde_json::{Value, json};

use crate::schemas::{Body, assert_witnessed, changes, summary};

fn text(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// The witness of the only change, which breaks.
fn witness(body: Body, base: &Value, revision: &Value) -> Value {
    let changes = changes(body, base, revision);
    assert_witnessed(body, base, revision, &changes);
    let [change] = changes.as_slice() else {
        panic!("one change: {changes:?}");
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
