//! The answers of an operation: statuses, headers, bodies, links.

use crate::diff::operation::bodies::media_types::Choice;
use crate::diff::operation::headers;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{At, Both, Flow, Matched, Walk, fields};
use serde_json::Value;

pub(crate) fn compare<'a>(walk: &mut Walk<'a>, both: &Both<'a>, flow: Flow) {
    for (status, matched) in both.members() {
        if status.starts_with("x-") {
            fields::field(walk, status, &matched, Area::Response, "the responses");
            continue;
        }
        match matched {
            Matched::Both(both) => described(walk, &both, status, flow),
            Matched::Removed(at) => match range_of(&both.revision, status) {
                Some((range, covers)) => {
                    named(walk, &at, status, (Action::Removed, "is no longer", range));
                    let (base, revision) = (at, covers);
                    described(walk, &Both { base, revision }, status, flow);
                }
                None => removed(walk, &at, status),
            },
            Matched::Added(at) => match range_of(&both.base, status) {
                Some((range, covers)) => {
                    named(walk, &at, status, (Action::Added, "is now", range));
                    let (base, revision) = (covers, at);
                    described(walk, &Both { base, revision }, status, flow);
                }
                None => added(walk, &at, status),
            },
        }
    }
}

/// The response that stands for a status that is not named itself: its range (`4XX`), else `default`
/// (OpenAPI 3.1 section 4.8.16).
fn range_of<'a>(responses: &At<'a>, status: &str) -> Option<(&'static str, At<'a>)> {
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
    at: &At<'_>,
    status: &str,
    (action, word, range): (Action, &str, &str),
) {
    let rule = Rule::new(Area::Response, Kind::Status, action);
    let message =
        format!("the response {status} {word} named by itself; `{range}` stands for it as well");
    walk.note(rule, Class::Docs, at, message);
}

fn removed(walk: &mut Walk<'_>, at: &At<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Removed);
    let message = format!("the response {status} is no longer documented");
    let number = status.parse::<u16>();
    walk.decide(
        rule,
        at,
        message,
        Some(number.map_or_else(|_| Value::from(status), Value::from)),
    );
}

fn added(walk: &mut Walk<'_>, at: &At<'_>, status: &str) {
    let rule = Rule::new(Area::Response, Kind::Status, Action::Added);
    walk.decide(rule, at, format!("the response {status} is new"), None);
}

fn described<'a>(walk: &mut Walk<'a>, both: &Both<'a>, status: &str, flow: Flow) {
    walk.through_references(both, flow, |walk, both| response(walk, both, status, flow));
}

fn response<'a>(walk: &mut Walk<'a>, both: &Both<'a>, status: &str, flow: Flow) {
    let subject = format!("the {status} response");
    for (key, matched) in both.members() {
        match key {
            "content" => {
                let subject = format!("the {status} response body");
                walk.compare_content(&matched, (flow, Choice::Reader), &subject);
            }
            "headers" => headers::compare(walk, both, flow, &subject),
            "links" => links(walk, &matched, &subject),
            _ => fields::field(walk, key, &matched, Area::Response, &subject),
        }
    }
}

/// Links, by their names: a reader learns from one which operation may follow and what to give it; no
/// message is held to it (OpenAPI 3.1 section 4.8.20).
fn links<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, subject: &str) {
    let Matched::Both(both) = matched else {
        return fields::one(
            walk,
            matched,
            Area::Response,
            Kind::Link,
            &format!("the links of {subject}"),
        );
    };
    for (name, matched) in both.members() {
        let subject = format!("the link `{name}` of {subject}");
        match matched {
            Matched::Both(both) => walk.through_references(&both, Flow::Response, |walk, both| {
                let both = Matched::Both(both.clone());
                fields::one(walk, &both, Area::Response, Kind::Link, &subject);
            }),
            matched => fields::one(walk, &matched, Area::Response, Kind::Link, &subject),
        }
    }
}
