//! What a message carries: whether a body must be there, and in which media types.

use serde_json::{Value, json};

use super::context::Context;
use super::graph::{ANYTHING, At, Both, Flow, Matched, Walk, follow};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations, schema};

/// The body of a request.
pub(super) fn request<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, flow: Flow) {
    match matched {
        Matched::Both(both) => walk.through_references(both, flow, |walk, both| {
            let was = both.base.is_set("required");
            let is = both.revision.is_set("required");
            if was != is {
                required_body(walk, &both.revision, is, flow);
            }
            for (key, matched) in both.members() {
                match key {
                    "required" => {}
                    "content" => content(walk, &matched, flow, "the request body"),
                    _ => annotations::field(walk, key, &matched, Area::Request, "the request body"),
                }
            }
        }),
        Matched::Added(at) => {
            let required = follow(walk.revision, at).is_set("required");
            let message = if required {
                "a required request body was added: requests without one are refused"
            } else {
                "an optional request body was added"
            };
            let rule = Rule::new(Area::Request, Kind::Body, Action::Added);
            walk.decide(rule, at, message.to_owned(), required.then(without_body));
        }
        Matched::Removed(at) => {
            let message =
                "the request body is no longer declared: requests that carry one are not covered"
                    .to_owned();
            let rule = Rule::new(Area::Request, Kind::Body, Action::Removed);
            let media_type = at
                .members_of("content")
                .first()
                .map(|(media_type, _)| *media_type);
            let witness = json!({"headers": {"content-type": media_type}});
            walk.decide(rule, at, message, Some(witness));
        }
    }
}

fn required_body(walk: &mut Walk<'_>, at: &At<'_>, required: bool, flow: Flow) {
    let (action, message) = if required {
        (Action::Added, "the request body is now required")
    } else {
        (Action::Removed, "the request body is now optional")
    };
    // Who sends may always send more than it must; who receives may not demand more than before.
    let breaks = required == (flow == Flow::Request);
    let rule = Rule::new(Area::Request, Kind::Required, action);
    walk.decide(rule, at, message.to_owned(), breaks.then(without_body));
}

/// The request that has no body.
fn without_body() -> Value {
    json!({"headers": {"content-length": "0"}})
}

/// The media types of a body. A body without any, and one with media types, are both unordered.
pub(super) fn content<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, flow: Flow, subject: &str) {
    let area = flow.area();
    match matched {
        Matched::Both(both) => {
            for (media_type, matched) in both.members() {
                match matched {
                    Matched::Both(both) => {
                        media_type_object(walk, &both, flow, media_type, subject);
                    }
                    Matched::Added(at) => media_type_added(walk, &at, media_type, area, subject),
                    Matched::Removed(at) => {
                        media_type_removed(walk, &at, media_type, area, subject);
                    }
                }
            }
        }
        Matched::Added(at) => {
            for (media_type, at) in at.members() {
                media_type_added(walk, &at, media_type, area, subject);
            }
        }
        Matched::Removed(at) => {
            for (media_type, at) in at.members() {
                media_type_removed(walk, &at, media_type, area, subject);
            }
        }
    }
}

fn media_type_added(walk: &mut Walk<'_>, at: &At<'_>, media_type: &str, area: Area, subject: &str) {
    let rule = Rule::new(area, Kind::MediaType, Action::Added);
    walk.decide(
        rule,
        at,
        format!("{subject} may now be `{media_type}`"),
        None,
    );
}

fn media_type_removed(
    walk: &mut Walk<'_>,
    at: &At<'_>,
    media_type: &str,
    area: Area,
    subject: &str,
) {
    let rule = Rule::new(area, Kind::MediaType, Action::Removed);
    let message = format!("{subject} is no longer offered as `{media_type}`");
    let witness = json!({"headers": {"content-type": media_type}});
    walk.decide(rule, at, message, Some(witness));
}

fn media_type_object<'a>(
    walk: &mut Walk<'a>,
    both: &Both<'a>,
    flow: Flow,
    media_type: &str,
    subject: &str,
) {
    let both = walk.followed(both);
    for (key, matched) in both.members() {
        match key {
            "schema" => {
                let pair = match matched {
                    Matched::Both(both) => both,
                    // No schema is the schema that accepts everything.
                    Matched::Removed(base) => Both {
                        revision: At {
                            pointer: both.revision.pointer.clone(),
                            value: &ANYTHING,
                        },
                        base,
                    },
                    Matched::Added(revision) => Both {
                        base: At {
                            pointer: both.base.pointer.clone(),
                            value: &ANYTHING,
                        },
                        revision,
                    },
                };
                let context = Context::new(flow, format!("{subject} ({media_type})"));
                schema::compare(walk, &pair, &context);
            }
            "examples" => {
                let subject = format!("{subject} ({media_type})");
                annotations::examples(walk, &matched, flow.area(), &subject);
            }
            _ => annotations::field(
                walk,
                key,
                &matched,
                flow.area(),
                &format!("{subject} ({media_type})"),
            ),
        }
    }
}
