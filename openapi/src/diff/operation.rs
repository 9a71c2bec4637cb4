//! One operation: its texts, parameters, body, responses, callbacks, security and servers.

use serde_json::Value;

use super::context::Context;
use super::graph::{At, Both, Flow, Matched, Walk};
use super::rule::{Action, Area, Kind};
use super::{Class, Rule, annotations, document, parameters, responses, schema, security};

/// Who calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The client calls the server.
    Path,
    /// The server calls the client, unasked.
    Webhook,
    /// The server calls the client, as an earlier request told it to.
    Callback,
}

impl Role {
    /// Which way the operation's request goes.
    pub(super) fn request_flow(self) -> Flow {
        match self {
            Self::Path => Flow::Request,
            Self::Webhook | Self::Callback => Flow::Response,
        }
    }
}

/// Compares an operation; `items` are the path items around it.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, both: &Both<'a>, items: &Both<'a>, role: Role) {
    let request = role.request_flow();
    for (key, matched) in both.members() {
        match key {
            "parameters" | "security" | "servers" => {}
            "operationId" => {
                annotations::one(
                    walk,
                    &matched,
                    Area::Operation,
                    Kind::Id,
                    "the operation id",
                );
            }
            "tags" => tags(walk, both, &matched),
            "requestBody" => request_body(walk, &matched, request),
            "responses" => responses::compare(walk, &matched, request.inverted()),
            "callbacks" => callbacks(walk, &matched),
            _ => annotations::field(walk, key, &matched, Area::Operation, "the operation"),
        }
    }
    parameters::compare(walk, both, items, request);
    security::compare(walk, both);
    if !walk.options.only_operations_of_base {
        servers(walk, both, Area::Operation);
        servers(walk, items, Area::Operation);
    }
}

/// Tags group; their order says nothing.
fn tags(walk: &mut Walk<'_>, operation: &Both<'_>, matched: &Matched<'_>) {
    let sorted = |at: &At<'_>| {
        let mut tags: Vec<String> = at
            .items_of("tags")
            .iter()
            .map(|tag| tag.value.to_string())
            .collect();
        tags.sort_unstable();
        tags
    };
    if sorted(&operation.base) != sorted(&operation.revision) {
        annotations::one(
            walk,
            matched,
            Area::Operation,
            Kind::Tags,
            "the operation's tags",
        );
    }
}

fn request_body<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, flow: Flow) {
    match matched {
        Matched::Both(both) => walk.through_references(both, flow, |walk, both| {
            let was = is_required(&both.base);
            let is = is_required(&both.revision);
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
            let required = is_required(&super::graph::follow(walk.revision, at));
            let class = if required {
                Class::Breaking
            } else {
                Class::Additive
            };
            let message = if required {
                "a required request body was added: requests without one are refused"
            } else {
                "an optional request body was added"
            };
            walk.note(
                Rule::new(Area::Request, Kind::Body, Action::Added),
                class,
                at,
                message.to_owned(),
            );
        }
        Matched::Removed(at) => {
            let message =
                "the request body is no longer declared: requests that carry one are not covered"
                    .to_owned();
            walk.note(
                Rule::new(Area::Request, Kind::Body, Action::Removed),
                Class::Breaking,
                at,
                message,
            );
        }
    }
}

fn is_required(at: &At<'_>) -> bool {
    at.value.get("required") == Some(&Value::Bool(true))
}

fn required_body(walk: &mut Walk<'_>, at: &At<'_>, required: bool, flow: Flow) {
    let (action, message) = if required {
        (Action::Added, "the request body is now required")
    } else {
        (Action::Removed, "the request body is now optional")
    };
    // Who sends may always send more than it must; who receives may not demand more than before.
    let breaks = required == (flow == Flow::Request);
    let class = if breaks {
        Class::Breaking
    } else {
        Class::Additive
    };
    walk.note(
        Rule::new(Area::Request, Kind::Required, action),
        class,
        at,
        message.to_owned(),
    );
}

/// The media types of a body. A body without any, and one with media types, are both unordered.
pub(super) fn content<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>, flow: Flow, subject: &str) {
    let area = area_of(flow);
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
    walk.note(
        rule,
        Class::Additive,
        at,
        format!("{subject} may now be `{media_type}`"),
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
    walk.note(
        rule,
        Class::Breaking,
        at,
        format!("{subject} is no longer offered as `{media_type}`"),
    );
}

fn media_type_object<'a>(
    walk: &mut Walk<'a>,
    both: &Both<'a>,
    flow: Flow,
    media_type: &str,
    subject: &str,
) {
    static ANYTHING: Value = Value::Bool(true);
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
            _ => annotations::field(
                walk,
                key,
                &matched,
                area_of(flow),
                &format!("{subject} ({media_type})"),
            ),
        }
    }
}

/// The area of what flows this way.
pub(super) fn area_of(flow: Flow) -> Area {
    match flow {
        Flow::Request => Area::Request,
        Flow::Response => Area::Response,
    }
}

fn callbacks<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>) {
    match matched {
        Matched::Both(both) => {
            for (name, matched) in both.members() {
                match matched {
                    Matched::Both(both) => {
                        let both = walk.followed(&both);
                        for (expression, matched) in both.members() {
                            match matched {
                                Matched::Both(items) if !expression.starts_with("x-") => {
                                    if !walk.same(&items) {
                                        document::callback_operations(walk, &items, expression);
                                    }
                                }
                                matched => annotations::field(
                                    walk,
                                    expression,
                                    &matched,
                                    Area::Callback,
                                    &format!("the callback `{name}`"),
                                ),
                            }
                        }
                    }
                    Matched::Removed(at) => callback_gone(walk, &at, name),
                    Matched::Added(at) => callback_new(walk, &at, name),
                }
            }
        }
        Matched::Removed(at) => {
            for (name, at) in at.members() {
                callback_gone(walk, &at, name);
            }
        }
        Matched::Added(at) => {
            for (name, at) in at.members() {
                callback_new(walk, &at, name);
            }
        }
    }
}

fn callback_gone(walk: &mut Walk<'_>, at: &At<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Removed);
    walk.note(
        rule,
        Class::Breaking,
        at,
        format!("the callback `{name}` is gone: the client is no longer called"),
    );
}

fn callback_new(walk: &mut Walk<'_>, at: &At<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Added);
    walk.note(
        rule,
        Class::Additive,
        at,
        format!("the callback `{name}` is new"),
    );
}

/// The servers of a document, a path or an operation, matched by URL.
pub(super) fn servers(walk: &mut Walk<'_>, both: &Both<'_>, area: Area) {
    let (base, revision) = (
        both.base.items_of("servers"),
        both.revision.items_of("servers"),
    );
    let url = |server: &At<'_>| {
        server
            .value
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or("/")
            .to_owned()
    };
    for server in &base {
        match revision.iter().find(|other| url(other) == url(server)) {
            Some(other) => {
                let pair = Both {
                    base: server.clone(),
                    revision: other.clone(),
                };
                for (key, matched) in pair.members() {
                    annotations::field(
                        walk,
                        key,
                        &matched,
                        area,
                        &format!("the server `{}`", url(server)),
                    );
                }
            }
            None => {
                let rule = Rule::new(area, Kind::Server, Action::Removed);
                walk.note(
                    rule,
                    Class::Breaking,
                    server,
                    format!("the server `{}` is no longer named", url(server)),
                );
                let witness = Value::String(url(server));
                if let Some(change) = walk.last() {
                    change.witness = Some(witness);
                }
            }
        }
    }
    for server in revision
        .iter()
        .filter(|server| !base.iter().any(|other| url(other) == url(server)))
    {
        let rule = Rule::new(area, Kind::Server, Action::Added);
        walk.note(
            rule,
            Class::Additive,
            server,
            format!("the server `{}` is new", url(server)),
        );
    }
}
