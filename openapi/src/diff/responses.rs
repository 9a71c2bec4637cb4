//! The answers of an operation: statuses, headers, bodies, links.

use serde_json::{Value, json};

use super::bodies::{Choice, content};
use super::context::Context;
use super::graph::{At, Both, Flow, Matched, Walk, follow};
use super::parameters::written_as_content;
use super::rule::{Action, Area, Kind};
use super::{Class, Rule, annotations, styles, written};

pub(super) fn compare<'a>(walk: &mut Walk<'a>, both: &Both<'a>, flow: Flow) {
    for (status, matched) in both.members() {
        if status.starts_with("x-") {
            annotations::field(walk, status, &matched, Area::Response, "the responses");
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
                content(walk, &matched, (flow, Choice::Reader), &subject);
            }
            "headers" => headers(walk, both, flow, &subject),
            "links" => links(walk, &matched, &subject),
            _ => annotations::field(walk, key, &matched, Area::Response, &subject),
        }
    }
}

/// Links, by their names: a reader learns from one which operation may follow and what to give it; no
/// message is held to it (OpenAPI 3.1 section 4.8.20).
fn links<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, subject: &str) {
    let Matched::Both(both) = matched else {
        return annotations::one(
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
                annotations::one(walk, &both, Area::Response, Kind::Link, &subject);
            }),
            matched => annotations::one(walk, &matched, Area::Response, Kind::Link, &subject),
        }
    }
}

/// The headers of a message or of a part of one, by their names in any case (RFC 9110 section 5.1).
pub(super) fn headers<'a>(walk: &mut Walk<'a>, response: &Both<'a>, flow: Flow, subject: &str) {
    let (base, revision) = (
        response.base.members_of("headers"),
        response.revision.members_of("headers"),
    );
    // A response header of this name is defined by `content`, and is ignored (OpenAPI 3.1 4.8.17).
    let ignored = "Content-Type";
    let counts = |name: &str| !name.eq_ignore_ascii_case(ignored);
    let of = |headers: &[(&str, At<'a>)]| header_of(headers, ignored).cloned();
    if let Some(matched) = Matched::of(of(&base), of(&revision)) {
        let name = format!("the header `{ignored}` of {subject}, which is ignored,");
        annotations::one(walk, &matched, Area::Header, Kind::Text, &name);
    }
    for (name, at) in base.iter().filter(|(name, _)| counts(name)) {
        match header_of(&revision, name) {
            Some(other) => {
                let both = Both {
                    base: at.clone(),
                    revision: other.clone(),
                };
                walk.through_references(&both, flow, |walk, both| {
                    header(walk, both, flow, name, subject);
                });
            }
            None => {
                let was_always_there =
                    flow == Flow::Response && follow(walk.base, at).is_set("required");
                let rule = Rule::new(Area::Header, Kind::Whole, Action::Removed);
                let message = format!("the header `{name}` of {subject} is no longer documented");
                walk.decide(rule, at, message, was_always_there.then(without_headers));
            }
        }
    }
    for (name, at) in revision.iter().filter(|(name, _)| counts(name)) {
        if header_of(&base, name).is_none() {
            let is_demanded = flow == Flow::Request && follow(walk.revision, at).is_set("required");
            let rule = Rule::new(Area::Header, Kind::Whole, Action::Added);
            let message = format!("the header `{name}` of {subject} is new");
            walk.decide(rule, at, message, is_demanded.then(without_headers));
        }
    }
}

/// The header of this name; spelled like this where several are the same but for their case.
fn header_of<'h, 'a>(headers: &'h [(&str, At<'a>)], name: &str) -> Option<&'h At<'a>> {
    let named = headers.iter().find(|(other, _)| *other == name);
    let found = named.or_else(|| {
        let mut headers = headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name))
    });
    found.map(|(_, at)| at)
}

fn header<'a>(walk: &mut Walk<'a>, both: &Both<'a>, flow: Flow, name: &str, whose: &str) {
    let subject = format!("the header `{name}` of {whose}");
    styles::compare(walk, both, (flow, Some(name)), &subject);
    for (key, matched) in both.members() {
        match (key, matched) {
            ("style" | "explode", _) => {}
            ("schema", matched) if !written_as_content(both) => {
                let both = matched.or_anything(both);
                let context = Context::new(flow, subject.clone());
                written::compare(walk, &both, &context, Area::Header);
            }
            ("content", matched) => {
                content(walk, &matched, (flow, Choice::Sender), &subject);
            }
            ("required", _) => {
                let (was, is) = (
                    both.base.is_set("required"),
                    both.revision.is_set("required"),
                );
                if was != is {
                    let (action, word) = if was {
                        (Action::Removed, "optional")
                    } else {
                        (Action::Added, "always present")
                    };
                    let rule = Rule::new(Area::Header, Kind::Required, action);
                    let message = format!("{subject} is now {word}");
                    let breaks = is == (flow == Flow::Request);
                    walk.decide(rule, &both.revision, message, breaks.then(without_headers));
                }
            }
            ("examples", matched) => {
                annotations::examples(walk, &matched, Area::Header, &subject);
            }
            (key, matched) => annotations::field(walk, key, &matched, Area::Header, &subject),
        }
    }
}

/// The response that has no header.
fn without_headers() -> Value {
    json!({"headers": {}})
}
