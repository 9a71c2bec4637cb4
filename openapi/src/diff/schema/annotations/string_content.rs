//! What a string holds: its encoding, the media type of what is decoded, and a schema of that (JSON
//! Schema Validation section 8). No validator asserts them, yet who decodes by one of them misreads
//! what was encoded by another.

use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{ANYTHING, Context, Matched, Node, Pair, Walk};
use crate::schema::Direction;

/// Compares the keyword if it says what a string holds; false when it does not, or when only one side
/// has it, which only tells a reader more or less.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    key: &str,
    matched: &Matched<'a>,
    direction: Direction,
    subject: &str,
) -> bool {
    match (key, matched) {
        ("contentEncoding" | "contentMediaType", Matched::Pair(pair)) => {
            let (old, new) = (pair.base.value.as_str(), pair.revision.value.as_str());
            let (Some(old), Some(new)) = (old, new) else {
                return false;
            };
            if old.eq_ignore_ascii_case(new) {
                return true;
            }
            let sent = if direction == Direction::Request {
                old
            } else {
                new
            };
            let message = format!("`{key}` of {subject} changed from `{old}` to `{new}`");
            let rule = Rule::new(Area::of(direction), Kind::Format, Action::Changed);
            walk.decide(rule, &pair.revision, message, Some(example(sent).into()));
            true
        }
        ("contentSchema", matched) => {
            let pair = match matched {
                Matched::Pair(pair) => pair.clone(),
                Matched::Removed(base) => Pair {
                    base: base.clone(),
                    revision: anything(base),
                },
                Matched::Added(revision) => Pair {
                    base: anything(revision),
                    revision: revision.clone(),
                },
            };
            let held = format!("what {subject} holds");
            walk.compare_schemas(&pair, &Context::new(direction, held));
            true
        }
        _ => false,
    }
}

fn anything<'a>(node: &Node<'a>) -> Node<'a> {
    Node {
        pointer: node.pointer.clone(),
        value: &ANYTHING,
    }
}

/// `{"a":1}` in the encoding, or a small document of the media type.
fn example(of: &str) -> String {
    match of.to_ascii_lowercase().as_str() {
        "base64" | "base64url" => "eyJhIjoxfQ==".to_owned(),
        "base32" => "PMRGCIR2GF6Q====".to_owned(),
        "base16" => "7b2261223a317d".to_owned(),
        "quoted-printable" => "=7B=22a=22:1=7D".to_owned(),
        "application/json" => r#"{"a":1}"#.to_owned(),
        "application/xml" | "text/xml" => "<a>1</a>".to_owned(),
        "text/html" => "<p>1</p>".to_owned(),
        // Printable text of other kinds is itself.
        _ => "a".to_owned(),
    }
}
