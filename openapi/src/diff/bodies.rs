//! What a message carries: whether a body must be there, and in which media types.

use serde_json::{Value, json};

use super::context::Context;
use super::graph::{ANYTHING, At, Both, Flow, Matched, Walk, follow};
use super::media_types::{Entry, covering, entries, same};
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
    let (base, revision) = match matched {
        Matched::Both(both) => (entries(&both.base), entries(&both.revision)),
        Matched::Added(at) => (Vec::new(), entries(at)),
        Matched::Removed(at) => (entries(at), Vec::new()),
    };
    for entry in &base {
        if let Some(other) = same(entry, &revision) {
            media_type_object(walk, entry, other, flow, subject);
        } else if let Some(wider) = covering(entry, &revision) {
            if same(wider, &base).is_none() {
                widened(walk, entry, wider, flow, subject);
            }
            media_type_object(walk, entry, wider, flow, subject);
        } else {
            narrowed_or_removed(walk, entry, &revision, flow, subject);
        }
    }
    for entry in revision.iter().filter(|entry| same(entry, &base).is_none()) {
        if let Some(wider) = covering(entry, &base) {
            // What became of a range that is gone was told with it.
            if same(wider, &revision).is_some() {
                media_type_object(walk, wider, entry, flow, subject);
            }
            continue;
        }
        let holds_a_known_one = base.iter().any(|other| {
            entry.media_type.covers(&other.media_type) && same(other, &revision).is_none()
        });
        if !holds_a_known_one {
            let rule = Rule::new(flow.area(), Kind::MediaType, Action::Added);
            let message = format!("{subject} may now be `{}`", entry.key);
            walk.decide(rule, &entry.at, message, None);
        }
    }
}

fn widened(walk: &mut Walk<'_>, entry: &Entry<'_>, wider: &Entry<'_>, flow: Flow, subject: &str) {
    let rule = Rule::new(flow.area(), Kind::MediaType, Action::Widened);
    let message = format!(
        "{subject} may now be any of `{}`, not only `{}`",
        wider.key, entry.key
    );
    walk.decide(rule, &wider.at, message, None);
}

/// An entry that has no counterpart: a range of which some is left, or nothing.
fn narrowed_or_removed<'a>(
    walk: &mut Walk<'a>,
    entry: &Entry<'a>,
    revision: &[Entry<'a>],
    flow: Flow,
    subject: &str,
) {
    let left: Vec<&Entry<'a>> = revision
        .iter()
        .filter(|other| entry.media_type.covers(&other.media_type))
        .collect();
    for other in &left {
        media_type_object(walk, entry, other, flow, subject);
    }
    let content_type = |name: String| json!({"headers": {"content-type": name}});
    if left.is_empty() || !entry.media_type.is_range() {
        let rule = Rule::new(flow.area(), Kind::MediaType, Action::Removed);
        let message = format!("{subject} is no longer offered as `{}`", entry.key);
        let witness = content_type(entry.key.to_owned());
        walk.decide(rule, &entry.at, message, Some(witness));
        return;
    }
    let rule = Rule::new(flow.area(), Kind::MediaType, Action::Narrowed);
    let names: Vec<String> = left
        .iter()
        .map(|other| format!("`{}`", other.key))
        .collect();
    let message = format!(
        "{subject} is no longer any of `{}`, but {}",
        entry.key,
        names.join(", ")
    );
    let others: Vec<_> = revision
        .iter()
        .map(|other| other.media_type.clone())
        .collect();
    let breaks =
        (flow == Flow::Request).then(|| content_type(entry.media_type.one_besides(&others)));
    walk.decide(rule, &left[0].at, message, breaks);
}

fn media_type_object<'a>(
    walk: &mut Walk<'a>,
    base: &Entry<'a>,
    revision: &Entry<'a>,
    flow: Flow,
    subject: &str,
) {
    let media_type = base.key;
    let both = walk.followed(&Both {
        base: base.at.clone(),
        revision: revision.at.clone(),
    });
    for (key, matched) in both.members() {
        match key {
            // Of a body in parts, what each is (OpenAPI 3.2).
            "schema" | "itemSchema" => {
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
                let part = if key == "itemSchema" {
                    "an item of "
                } else {
                    ""
                };
                let context = Context::new(flow, format!("{part}{subject} ({media_type})"));
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
