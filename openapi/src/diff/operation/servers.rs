//! Servers: the addresses of an API.

mod variables;

use serde_json::{Value, json};

use crate::diff::message::message;
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};

/// Compares the servers of a document.
pub(crate) fn of_document(walk: &mut Walk<'_>, root: &Pair<'_>) {
    compare(walk, root, &[], Area::Document);
}

/// Compares the servers of an operation. Its own replace those of its path, which replace the document's (OpenAPI 3.1
/// sections 4.8.9 and 4.8.10). `items` are the path items that contain it.
pub(crate) fn of_operation(walk: &mut Walk<'_>, operation: &Pair<'_>, items: &Pair<'_>) {
    let root = &Pair::of_documents(walk.base, walk.revision);
    let has_own = |side: &Node<'_>| !side.items_of("servers").is_empty();
    if !has_own(&operation.base) && !has_own(&operation.revision) {
        return compare(walk, items, &[root], Area::Operation);
    }
    compare(walk, operation, &[items, root], Area::Operation);
    if let Some(matched) = items.get("servers") {
        let subject = message!("the path's list of servers, which the operation's own replaces,");
        fields::one(walk, &matched, Area::Operation, Kind::Text, &subject);
    }
}

/// Compares servers, matched by URL. A side without servers has those of the innermost of `around` that has any.
fn compare(walk: &mut Walk<'_>, pair: &Pair<'_>, around: &[&Pair<'_>], area: Area) {
    let mut base = pair.base.items_of("servers");
    let mut revision = pair.revision.items_of("servers");
    if base.is_empty() != revision.is_empty() {
        for outer in around {
            if base.is_empty() {
                base = outer.base.items_of("servers");
            }
            if revision.is_empty() {
                revision = outer.revision.items_of("servers");
            }
        }
    }
    if is_the_default(&base, &revision) || is_the_default(&revision, &base) {
        return;
    }
    let (old, new) = (identities(&base), identities(&revision));
    for (identity, server) in old.iter().zip(&base) {
        let index = new.iter().position(|other| other == identity);
        if let Some(other) = index.map(|index| &revision[index]) {
            let pair = Pair {
                base: server.clone(),
                revision: other.clone(),
            };
            matched(walk, &pair, area);
        } else {
            let rule = Rule::new(area, Kind::Server, Action::Removed);
            let url = url(server);
            let message = message!("the server `{}` is no longer listed", &url);
            walk.decide(rule, server, message, Some(Value::String(url)));
        }
    }
    for (identity, server) in new.iter().zip(&revision) {
        if !old.contains(identity) {
            let rule = Rule::new(area, Kind::Server, Action::Added);
            let message = message!("the server `{}` is new", &url(server));
            walk.decide(rule, server, message, None);
        }
    }
}

/// Compares two servers of one address.
fn matched(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area) {
    let url = url(&pair.base);
    let subject = message!("the server `{}`", &url);
    for (key, matched) in pair.members() {
        match (key, matched) {
            ("url", _) => {}
            // The name of a server (OpenAPI 3.2) is for readers.
            ("name", matched) => fields::text_field(walk, key, &matched, area, &subject),
            ("variables", Matched::Pair(pair)) => variables::compare(walk, &pair, area, &url),
            (key, matched) => fields::field(walk, key, &matched, area, &subject),
        }
    }
}

/// Returns the address without slashes at its end, where they mean nothing: paths begin with one.
fn url(server: &Node<'_>) -> String {
    match server.text("url").unwrap_or("/").trim_end_matches('/') {
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// Returns whether one side lists no server and the other lists what that means (OpenAPI 3.1 section 4.8.1).
fn is_the_default(none: &[Node<'_>], one: &[Node<'_>]) -> bool {
    none.is_empty()
        && one
            .iter()
            .all(|server| server.value == &json!({"url": "/"}))
}

/// Returns what identifies each server: its address, and its number among those with the same address.
fn identities(servers: &[Node<'_>]) -> Vec<(String, usize)> {
    let mut identities: Vec<(String, usize)> = Vec::new();
    for server in servers {
        let url = url(server);
        let number = identities.iter().filter(|(other, _)| *other == url).count();
        identities.push((url, number));
    }
    identities
}
