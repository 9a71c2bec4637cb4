//! The headers of a message, or of a part of one.

use serde_json::{Value, json};

use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::parameters::{styles, text_serialization};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Context, Matched, Node, Pair, Walk, fields, follow};
use crate::schema::Direction;

/// The headers of a message or of a part of one, by their names in any case (RFC 9110 section 5.1).
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    response: &Pair<'a>,
    direction: Direction,
    subject: &str,
) {
    let (base, revision) = (
        response.base.members_of("headers"),
        response.revision.members_of("headers"),
    );
    // A response header of this name is defined by `content`, and is ignored (OpenAPI 3.1 4.8.17).
    let ignored = "Content-Type";
    let counts = |name: &str| !name.eq_ignore_ascii_case(ignored);
    let of = |headers: &[(&str, Node<'a>)]| header_of(headers, ignored).cloned();
    if let Some(matched) = Matched::of(of(&base), of(&revision)) {
        let name = format!("the header `{ignored}` of {subject}, which is ignored,");
        fields::one(walk, &matched, Area::Header, Kind::Text, &name);
    }
    for (name, node) in base.iter().filter(|(name, _)| counts(name)) {
        match header_of(&revision, name) {
            Some(other) => {
                let pair = Pair {
                    base: node.clone(),
                    revision: other.clone(),
                };
                walk.through_references(&pair, direction, |walk, pair| {
                    header(walk, pair, direction, name, subject);
                });
            }
            None => {
                let was_always_there =
                    direction == Direction::Response && follow(walk.base, node).is_set("required");
                let rule = Rule::new(Area::Header, Kind::Whole, Action::Removed);
                let message = format!("the header `{name}` of {subject} is no longer documented");
                walk.decide(rule, node, message, was_always_there.then(without_headers));
            }
        }
    }
    for (name, node) in revision.iter().filter(|(name, _)| counts(name)) {
        if header_of(&base, name).is_none() {
            let is_demanded =
                direction == Direction::Request && follow(walk.revision, node).is_set("required");
            let rule = Rule::new(Area::Header, Kind::Whole, Action::Added);
            let message = format!("the header `{name}` of {subject} is new");
            walk.decide(rule, node, message, is_demanded.then(without_headers));
        }
    }
}

/// The header of this name; spelled like this where several are the same but for their case.
fn header_of<'h, 'a>(headers: &'h [(&str, Node<'a>)], name: &str) -> Option<&'h Node<'a>> {
    let named = headers.iter().find(|(other, _)| *other == name);
    let found = named.or_else(|| {
        let mut headers = headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name))
    });
    found.map(|(_, node)| node)
}

fn header<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction, name: &str, whose: &str) {
    let subject = format!("the header `{name}` of {whose}");
    styles::compare(walk, pair, (direction, Some(name)), &subject);
    for (key, matched) in pair.members() {
        match (key, matched) {
            ("style" | "explode", _) => {}
            ("schema", matched) if pair.get("content").is_none() => {
                let pair = matched.or_anything(pair);
                let context = Context::new(direction, subject.clone());
                text_serialization::compare(walk, &pair, &context, Area::Header);
            }
            ("content", matched) => {
                walk.compare_content(&matched, (direction, Choice::Sender), &subject);
            }
            ("required", _) => {
                let (was, is) = (
                    pair.base.is_set("required"),
                    pair.revision.is_set("required"),
                );
                if was != is {
                    let (action, word) = if was {
                        (Action::Removed, "optional")
                    } else {
                        (Action::Added, "always present")
                    };
                    let rule = Rule::new(Area::Header, Kind::Required, action);
                    let message = format!("{subject} is now {word}");
                    let breaks = is == (direction == Direction::Request);
                    walk.decide(rule, &pair.revision, message, breaks.then(without_headers));
                }
            }
            ("examples", matched) => {
                fields::examples(walk, &matched, Area::Header, &subject);
            }
            (key, matched) => fields::field(walk, key, &matched, Area::Header, &subject),
        }
    }
}

/// The response that has no header.
fn without_headers() -> Value {
    json!({"headers": {}})
}
