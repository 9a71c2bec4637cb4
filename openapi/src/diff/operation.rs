//! One operation: its texts, parameters, body, responses, callbacks, security and servers.

use super::graph::{At, Both, Flow, Matched, Walk};
use super::rule::{Area, Kind};
use super::{annotations, bodies, callbacks, parameters, responses, security, servers};

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

/// What stands around an operation.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The path items that hold it.
    pub(super) items: Both<'a>,
    /// The path templates, of the base and of the revision.
    pub(super) templates: (&'a str, &'a str),
}

/// Compares an operation.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, both: &Both<'a>, place: &Place<'a>, role: Role) {
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
            "requestBody" => bodies::request(walk, &matched, request),
            "responses" => {
                responses::compare(walk, &matched.or_anything(both), request.inverted());
            }
            "callbacks" => callbacks::compare(walk, &matched),
            _ => annotations::field_of(walk, both, key, &matched, Area::Operation, "the operation"),
        }
    }
    parameters::compare(walk, both, place, request);
    security::compare(walk, both);
    if !walk.options.only_operations_of_base {
        servers::of_operation(walk, both, &place.items);
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
