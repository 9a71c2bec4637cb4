//! The content of a string: its encoding, the media type of what is decoded, and a schema of that (JSON Schema
//! Validation section 8). No validator asserts them, yet a receiver that decodes by one encoding misreads what was
//! encoded by another.

use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Context, Matched, Node, Pair, Walk};
use crate::schema::Direction;

/// Compares a keyword about the content of a string. Returns false for other keywords, and where only one side has
/// it, which is only a text.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    key: &str,
    matched: &Matched<'a>,
    direction: Direction,
    subject: &Message,
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
            let message = message!(
                "`{}` of {} changed from `{}` to `{}`",
                key,
                subject,
                old,
                new
            );
            let rule = Rule::new(Area::of(direction), Kind::Format, Action::Changed);
            walk.decide(rule, pair, message, Some(example(sent).into()));
            true
        }
        // It is not known whether the text is still, or was already, encoded so.
        ("contentEncoding", Matched::Removed(node) | Matched::Added(node)) if encodes(node) => {
            let (action, template) = match matched {
                Matched::Removed(_) => (Action::Removed, "`{}` of {} was removed; it was {}"),
                _ => (Action::Added, "`{}` of {} was added: {}"),
            };
            let rule = Rule::new(Area::of(direction), Kind::Format, action);
            let message = message!(template, key, subject, Part::value(node.value));
            walk.note(rule, Class::Unproven, node, message);
            true
        }
        ("contentSchema", matched) => {
            let pair = match matched {
                Matched::Pair(pair) => pair.clone(),
                Matched::Removed(base) => Pair {
                    base: base.clone(),
                    revision: base.anything(),
                },
                Matched::Added(revision) => Pair {
                    base: revision.anything(),
                    revision: revision.clone(),
                },
            };
            let content = message!("the content of {}", subject);
            walk.compare_schemas(&pair, &Context::new(direction, content));
            true
        }
        _ => false,
    }
}

/// Returns whether a text in this encoding differs from what it encodes (RFC 2045 section 6.2).
fn encodes(encoding: &Node<'_>) -> bool {
    let identities = ["7bit", "8bit", "binary"];
    let encoding = encoding.value.as_str();
    encoding.is_some_and(|encoding| {
        !identities
            .iter()
            .any(|one| encoding.eq_ignore_ascii_case(one))
    })
}

/// Returns `{"a":1}` in the encoding, or a small document of the media type.
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
