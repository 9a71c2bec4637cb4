//! The responses of an operation: statuses, headers, bodies, links.

use serde_json::Value;

use crate::diff::message::{Message, message};
use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::headers;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::schema::Direction;

/// Compares the responses of an operation.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction) {
    for (status, matched) in pair.members() {
        if status.starts_with("x-") {
            let subject = message!("the responses");
            fields::field(walk, status, &matched, Area::Response, &subject);
            continue;
        }
        match matched {
            Matched::Pair(pair) => described(walk, &pair, status, direction),
            Matched::Removed(base) => match range_of(&pair.revision, status) {
                Some((range, revision)) => {
                    let template = "the response {} is no longer listed; `{}` covers it as well";
                    let message = message!(template, status, range);
                    note_listed(walk, &base, Action::Removed, message);
                    described(walk, &Pair { base, revision }, status, direction);
                }
                None => removed(walk, &base, status),
            },
            Matched::Added(revision) => match range_of(&pair.base, status) {
                Some((range, base)) => {
                    let template = "the response {} is now listed; `{}` covers it as well";
                    let message = message!(template, status, range);
                    note_listed(walk, &revision, Action::Added, message);
                    described(walk, &Pair { base, revision }, status, direction);
                }
                None => added(walk, &revision, status),
            },
        }
    }
}

/// Returns the response for a status that is not listed itself: its range (`4XX`), else `default` (OpenAPI 3.1 section
/// 4.8.16).
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

/// Records that a status is listed on one side only, where a range covers it on the other.
fn note_listed(walk: &mut Walk<'_>, node: &Node<'_>, action: Action, message: Message) {
    let rule = Rule::new(Area::Response, Kind::Status, action);
    walk.note(rule, Class::Docs, node, message);
}

fn removed(walk: &mut Walk<'_>, node: &Node<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Removed);
    let message = message!("the response {} is no longer documented", status);
    let witness = match status.parse::<u16>() {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(status),
    };
    walk.decide(rule, node, message, Some(witness));
}

fn added(walk: &mut Walk<'_>, node: &Node<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Added);
    let message = message!("the response {} is new", status);
    walk.decide(rule, node, message, None);
}

fn described<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, status: &str, direction: Direction) {
    walk.through_references(pair, direction, |walk, pair| {
        response(walk, pair, status, direction);
    });
}

fn response<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, status: &str, direction: Direction) {
    let subject = message!("the {} response", status);
    for (key, matched) in pair.members() {
        match key {
            "content" => {
                let subject = message!("the {} response body", status);
                walk.compare_content(&matched, (direction, Choice::Reader), &subject);
            }
            "headers" => headers::compare(walk, pair, direction, &subject),
            "links" => links(walk, &matched, &subject),
            _ => fields::field(walk, key, &matched, Area::Response, &subject),
        }
    }
}

/// Compares links by their names. They tell a reader which operation may follow and what to send to it; no message
/// depends on them (OpenAPI 3.1 section 4.8.20).
fn links<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, subject: &Message) {
    let area = Area::Response;
    let Matched::Pair(pair) = matched else {
        let subject = message!("the links of {}", subject);
        return fields::one(walk, matched, area, Kind::Link, &subject);
    };
    for (name, matched) in pair.members() {
        let subject = message!("the link `{}` of {}", name, subject);
        match matched {
            Matched::Pair(pair) => {
                walk.through_references(&pair, Direction::Response, |walk, pair| {
                    let matched = Matched::Pair(pair.clone());
                    fields::one(walk, &matched, area, Kind::Link, &subject);
                });
            }
            matched => fields::one(walk, &matched, area, Kind::Link, &subject),
        }
    }
}
