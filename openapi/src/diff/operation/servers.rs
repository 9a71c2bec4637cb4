//! Where an API is served.

mod variables;

use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use serde_json::{Value, json};

/// The address, in which a slash at the end says nothing: paths begin with one.
fn url(server: &Node<'_>) -> String {
    let url = server.value.get("url").and_then(Value::as_str);
    let url = url.unwrap_or("/");
    match url.trim_end_matches('/') {
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// Whether one names no server and the other just what that means (OpenAPI 3.1 section 4.8.1).
fn is_the_default(none: &[Node<'_>], one: &[Node<'_>]) -> bool {
    none.is_empty()
        && one
            .iter()
            .all(|server| server.value == &json!({"url": "/"}))
}

/// What each server is called: by its address, and where several have one address, by its number among
/// them.
fn told_apart(servers: &[Node<'_>]) -> Vec<(String, usize)> {
    let mut names: Vec<(String, usize)> = Vec::new();
    for server in servers {
        let url = url(server);
        let number = names.iter().filter(|(other, _)| *other == url).count();
        names.push((url, number));
    }
    names
}

/// Two servers of one address.
fn one(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area) {
    let url = url(&pair.base);
    for (key, matched) in pair.members() {
        match (key, matched) {
            ("url", _) => {}
            // The name of a server (OpenAPI 3.2) is for readers.
            ("name", matched) => {
                let subject = format!("`name` of the server `{url}`");
                fields::one(walk, &matched, area, Kind::Text, &subject);
            }
            ("variables", Matched::Pair(pair)) => variables::compare(walk, &pair, area, &url),
            (key, matched) => {
                fields::field(walk, key, &matched, area, &format!("the server `{url}`"));
            }
        }
    }
}

/// The servers of a document.
pub(crate) fn of_document(walk: &mut Walk<'_>, root: &Pair<'_>) {
    compare(walk, root, &[], Area::Document);
}

/// The servers of an operation: its own, which stand in the stead of its path's, and those in the
/// document's stead (OpenAPI 3.1 sections 4.8.9 and 4.8.10). `items` are the path items that hold it.
pub(crate) fn of_operation(walk: &mut Walk<'_>, operation: &Pair<'_>, items: &Pair<'_>) {
    let root = &Pair::of_documents(walk.base, walk.revision);
    let has_own = |side: &Node<'_>| !side.items_of("servers").is_empty();
    if !has_own(&operation.base) && !has_own(&operation.revision) {
        return compare(walk, items, &[root], Area::Operation);
    }
    compare(walk, operation, &[items, root], Area::Operation);
    if let Some(matched) = items.get("servers") {
        let subject = "the path's list of servers, which the operation's own stands for,";
        fields::one(walk, &matched, Area::Operation, Kind::Text, subject);
    }
}

/// Servers, matched by URL. Where one side has none, the first that are `around` it hold, which come from
/// the inside out.
fn compare(walk: &mut Walk<'_>, pair: &Pair<'_>, around: &[&Pair<'_>], area: Area) {
    let (mut base, mut revision) = (
        pair.base.items_of("servers"),
        pair.revision.items_of("servers"),
    );
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
    let (old, new) = (told_apart(&base), told_apart(&revision));
    for (name, server) in old.iter().zip(&base) {
        match new
            .iter()
            .position(|other| other == name)
            .map(|index| &revision[index])
        {
            Some(other) => {
                let pair = Pair {
                    base: server.clone(),
                    revision: other.clone(),
                };
                one(walk, &pair, area);
            }
            None => {
                let rule = Rule::new(area, Kind::Server, Action::Removed);
                let message = format!("the server `{}` is no longer named", url(server));
                walk.decide(rule, server, message, Some(Value::String(url(server))));
            }
        }
    }
    for (name, server) in new.iter().zip(&revision) {
        if old.contains(name) {
            continue;
        }
        let rule = Rule::new(area, Kind::Server, Action::Added);
        walk.decide(
            rule,
            server,
            format!("the server `{}` is new", url(server)),
            None,
        );
    }
}
