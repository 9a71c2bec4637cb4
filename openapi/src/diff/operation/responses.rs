//! The answers of an operation: statuses, headers, bodies, links.

use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::headers;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::schema::Direction;
use serde_json::Value;

pub(crate) fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction) {
    for (status, matched) in pair.members() {
        if status.starts_with("x-") {
            fields::field(walk, status, &matched, Area::Response, "the responses");
            continue;
        }
        match matched {
            Matched::Pair(pair) => described(walk, &pair, status, direction),
            Matched::Removed(node) => match range_of(&pair.revision, status) {
                Some((range, covers)) => {
                    named(
                        walk,
                        &node,
                        status,
                        (Action::Removed, "is no longer", range),
                    );
                    let (base, revision) = (node, covers);
                    described(walk, &Pair { base, revision }, status, direction);
                }
                None => removed(walk, &node, status),
            },
            Matched::Added(node) => match range_of(&pair.base, status) {
                Some((range, covers)) => {
                    named(walk, &node, status, (Action::Added, "is now", range));
                    let (base, revision) = (covers, node);
                    described(walk, &Pair { base, revision }, status, direction);
                }
                None => added(walk, &node, status),
            },
        }
    }
}

/// The response that stands for a status that is not named itself: its range (`4XX`), else `default`
/// (OpenAPI 3.1 section 4.8.16).
fn range_of<'a>(responses: &Node<'a>, status: &str) -> Option<(&'static str, Node<'a>)> {
    let range = match status.as_bytes() {
        [b'1', ..] => "1XX",
        [b'2', ..] => "2XX",
        [b'3', ..] => "3XX",
        [b'4', ..] => "4XX",
        [b'5', ..] => "5XX",
        _ => return None,
    };
    [range, "default"]
        .into_iter()
        .filter(|range| *range != status)
        .find_map(|range| Some((range, responses.get(range)?)))
}

/// A status is named by itself on one side only; what its range says there holds for it all the same.
fn named(
    walk: &mut Walk<'_>,
    node: &Node<'_>,
    status: &str,
    (action, word, range): (Action, &str, &str),
) {
    let rule = Rule::new(Area::Response, Kind::Status, action);
    let message =
        format!("the response {status} {word} named by itself; `{range}` stands for it as well");
    walk.note(rule, Class::Docs, node, message);
}

fn removed(walk: &mut Walk<'_>, node: &Node<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Removed);
    let message = format!("the response {status} is no longer documented");
    let number = status.parse::<u16>();
    walk.decide(
        rule,
        node,
        message,
        Some(number.map_or_else(|_| Value::from(status), Value::from)),
    );
}

fn added(walk: &mut Walk<'_>, node: &Node<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Added);
    walk.decide(rule, node, format!("the response {status} is new"), None);
}

fn described<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, status: &str, direction: Direction) {
    walk.through_references(pair, direction, |walk, pair| {
        response(walk, pair, status, direction)
    });
}

fn response<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, status: &str, direction: Direction) {
    let subject = format!("the {status} response");
    for (key, matched) in pair.members() {
        match key {
            "content" => {
                let subject = format!("the {status} response body");
                walk.compare_content(&matched, (direction, Choice::Reader), &subject);
            }
            "headers" => headers::compare(walk, pair, direction, &subject),
            "links" => links(walk, &matched, &subject),
            _ => fields::field(walk, key, &matched, Area::Response, &subject),
        }
    }
}

/// Links, by their names: a reader learns from one which operation may follow and what to give it; no
/// message is held to it (OpenAPI 3.1 section 4.8.20).
fn links<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, subject: &str) {
    let Matched::Pair(pair) = matched else {
        return fields::one(
            walk,
            matched,
            Area::Response,
            Kind::Link,
            &format!("the links of {subject}"),
        );
    };
    for (name, matched) in pair.members() {
        let subject = format!("the link `{name}` of {subject}");
        match matched {
            Matched::Pair(pair) => {
                walk.through_references(&pair, Direction::Response, |walk, pair| {
                    let pair = Matched::Pair(pair.clone());
                    fields::one(walk, &pair, Area::Response, Kind::Link, &subject);
                })
            }
            matched => fields::one(walk, &matched, Area::Response, Kind::Link, &subject),
        }
    }
}
