//! One operation: its texts, parameters, body, responses, callbacks, security and servers.

use crate::diff::message::message;
use crate::diff::operation::paths::path_item::{Place, Role};
use crate::diff::operation::{bodies, callbacks, parameters, responses, security, servers};
use crate::diff::rules::{Area, Kind};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};

impl<'a> Walk<'a> {
    /// Compares an operation.
    pub(crate) fn compare_operations(&mut self, pair: &Pair<'a>, place: &Place<'a>, role: Role) {
        let request = role.request_direction();
        let subject = message!("the operation");
        for (key, matched) in pair.members() {
            match key {
                "parameters" | "security" | "servers" => {}
                "operationId" => {
                    let subject = message!("the operation id");
                    fields::one(self, &matched, Area::Operation, Kind::Id, &subject);
                }
                "tags" => tags(self, pair, &matched),
                "requestBody" => bodies::request(self, &matched, request),
                "responses" => {
                    responses::compare(self, &matched.or_anything(pair), request.reversed());
                }
                "callbacks" => callbacks::compare(self, &matched),
                _ => fields::field_of(self, pair, key, &matched, Area::Operation, &subject),
            }
        }
        parameters::compare(self, pair, place, request);
        security::compare(self, pair);
        if !self.options.only_operations_of_base {
            servers::of_operation(self, pair, &place.items);
        }
    }
}

/// Compares tags, which group operations; their order means nothing.
fn tags(walk: &mut Walk<'_>, operation: &Pair<'_>, matched: &Matched<'_>) {
    let sorted = |node: &Node<'_>| {
        let tags = node.items_of("tags").into_iter();
        let mut tags: Vec<String> = tags.map(|tag| tag.value.to_string()).collect();
        tags.sort_unstable();
        tags
    };
    if sorted(&operation.base) != sorted(&operation.revision) {
        let subject = message!("the operation's tags");
        fields::one(walk, matched, Area::Operation, Kind::Tags, &subject);
    }
}
