//! The headers of a message, or of a part of one.

use serde_json::{Value, json};

use crate::diff::message::{Message, message};
use crate::diff::operation::parameters::styles;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields, follow};
use crate::schema::Direction;

/// A response header of this name is given by `content`, and is ignored (OpenAPI 3.1 section 4.8.17).
const IGNORED: &str = "Content-Type";

/// Compares the headers of a message or of a part of one, by their names in any case (RFC 9110 section 5.1).
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    holder: &Pair<'a>,
    direction: Direction,
    subject: &Message,
) {
    let base = holder.base.members_of("headers");
    let revision = holder.revision.members_of("headers");
    let of = |headers: &[(&str, Node<'a>)]| header_of(headers, IGNORED).cloned();
    if let Some(matched) = Matched::of(of(&base), of(&revision)) {
        let subject = message!("the header `{}` of {}, which is ignored,", IGNORED, subject);
        fields::one(walk, &matched, Area::Header, Kind::Text, &subject);
    }
    let counts = |name: &str| !name.eq_ignore_ascii_case(IGNORED);
    for &(name, ref node) in base.iter().filter(|(name, _)| counts(name)) {
        if let Some(other) = header_of(&revision, name) {
            let pair = Pair {
                base: node.clone(),
                revision: other.clone(),
            };
            walk.through_references(&pair, direction, |walk, pair| {
                header(walk, pair, direction, name, subject);
            });
        } else {
            let was_required = follow(walk.base, node).is_set("required");
            let rule = Rule::new(Area::Header, Kind::Whole, Action::Removed);
            let message = message!(
                "the header `{}` of {} is no longer documented",
                name,
                subject
            );
            match direction {
                Direction::Request => walk.note(rule, Class::Additive, node, message),
                // As optional properties, readers rely on headers that their API seldom calls required.
                Direction::Response if !was_required => {
                    walk.note(rule, Class::Warning, node, message);
                }
                Direction::Response => walk.decide(rule, node, message, Some(without_headers())),
            }
        }
    }
    for &(name, ref node) in revision.iter().filter(|(name, _)| counts(name)) {
        if header_of(&base, name).is_none() {
            let is_required = follow(walk.revision, node).is_set("required");
            let breaks = direction == Direction::Request && is_required;
            let rule = Rule::new(Area::Header, Kind::Whole, Action::Added);
            let message = message!("the header `{}` of {} is new", name, subject);
            walk.decide(rule, node, message, breaks.then(without_headers));
        }
    }
}

/// Returns the header of this name; where several differ only in case, the one that is spelled alike.
fn header_of<'h, 'a>(headers: &'h [(&str, Node<'a>)], name: &str) -> Option<&'h Node<'a>> {
    let exact = headers.iter().find(|(other, _)| *other == name);
    let header = exact.or_else(|| {
        let mut headers = headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name))
    });
    header.map(|(_, node)| node)
}

fn header<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    direction: Direction,
    name: &str,
    holder: &Message,
) {
    let subject = message!("the header `{}` of {}", name, holder);
    styles::compare(walk, pair, (direction, Some(name)), &subject);
    for (key, matched) in pair.members() {
        match (key, matched) {
            ("schema" | "content" | "style" | "explode", _) => {}
            ("required", _) => required(walk, pair, direction, &subject),
            ("examples", matched) => {
                fields::examples(walk, &matched, Area::Header, &subject);
            }
            (key, matched) => fields::field(walk, key, &matched, Area::Header, &subject),
        }
    }
}

fn required(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, subject: &Message) {
    let (was, is) = pair.are_set("required");
    if was == is {
        return;
    }
    let (action, template) = if is {
        (Action::Added, "{} is now always present")
    } else {
        (Action::Removed, "{} is now optional")
    };
    let rule = Rule::new(Area::Header, Kind::Required, action);
    let breaks = is == (direction == Direction::Request);
    let message = message!(template, subject);
    walk.decide(rule, pair, message, breaks.then(without_headers));
}

/// Returns a response that has no header.
fn without_headers() -> Value {
    json!({"headers": {}})
}
