//! Servers: the addresses of an API.

mod variables;

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::sides::Side;
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};

/// The end of the addresses of one side's servers that moved: the paths of the other side begin with it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// The end of the base's servers.
    pub(crate) base: String,
    /// The end of the revision's servers.
    pub(crate) revision: String,
}

/// Compares the servers of a document, whose addresses end with a prefix that the other side's paths may have.
pub(crate) fn of_document(walk: &mut Walk<'_>, root: &Pair<'_>, prefix: &Prefix) {
    compare(walk, root, &[], (Area::Document, prefix));
}

/// Returns the addresses of a document's servers.
pub(crate) fn addresses(root: &Node<'_>) -> Vec<String> {
    let servers = or_the_default(root.items_of("servers"), root.side);
    servers
        .iter()
        .map(|server| address(server).trim_end_matches('/').to_owned())
        .collect()
}

/// Compares the servers of an operation. Its own replace those of its path, which replace the document's (OpenAPI 3.1
/// sections 4.8.9 and 4.8.10). `items` are the path items that contain it.
pub(crate) fn of_operation(walk: &mut Walk<'_>, operation: &Pair<'_>, items: &Pair<'_>) {
    let root = &Pair::of_documents(walk.base, walk.revision);
    let has_own = |side: &Node<'_>| !side.items_of("servers").is_empty();
    let area = (Area::Operation, &Prefix::default());
    if !has_own(&operation.base) && !has_own(&operation.revision) {
        return compare(walk, items, &[root], area);
    }
    compare(walk, operation, &[items, root], area);
    if let Some(matched) = items.get("servers") {
        let subject = message!("the path's list of servers, which the operation's own replaces,");
        fields::one(walk, &matched, Area::Operation, Kind::Text, &subject);
    }
}

/// Compares servers, matched by URL. A side without servers has those of the innermost of `around` that has any.
fn compare(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    around: &[&Pair<'_>],
    (area, prefix): (Area, &Prefix),
) {
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
    let (base, revision) = (
        or_the_default(base, Side::Base),
        or_the_default(revision, Side::Revision),
    );
    let mut old = identities(&base, &prefix.revision);
    let mut new = identities(&revision, &prefix.base);
    match_written_out((&base, &mut old), &new);
    match_written_out((&revision, &mut new), &old);
    if let Some(pairs) = changed_alike(&base, &revision)
        && !old.iter().any(|identity| new.contains(identity))
    {
        return all_changed(walk, &pairs, area);
    }
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

/// Returns each server of the base with its counterpart if one edit makes all of them from it: another version, say.
fn changed_alike<'a>(base: &[Node<'a>], revision: &[Node<'a>]) -> Option<Vec<Pair<'a>>> {
    let pairs = base.iter().zip(revision).map(|(base, revision)| Pair {
        base: base.clone(),
        revision: revision.clone(),
    });
    let pairs: Vec<Pair<'a>> = pairs.collect();
    let mut edits = pairs
        .iter()
        .map(|pair| edit(&url(&pair.base), &url(&pair.revision)));
    let first = edits.next()?;
    let alike = base.len() == revision.len() && edits.all(|edit| edit == first);
    alike.then_some(pairs)
}

/// Returns the text that differs, before and after.
fn edit(old: &str, new: &str) -> (String, String) {
    let ends = |(old, new): &(char, char)| old == new;
    let start = old.chars().zip(new.chars()).take_while(ends).count();
    let [old, new] = [old, new].map(|text| text.chars().skip(start).collect::<Vec<_>>());
    let same = old.iter().rev().zip(new.iter().rev());
    let end = same.take_while(|(old, new)| old == new).count();
    let text = |rest: &[char]| rest[..rest.len() - end].iter().collect();
    (text(&old), text(&new))
}

/// Records that no server has its address any more.
fn all_changed(walk: &mut Walk<'_>, pairs: &[Pair<'_>], area: Area) {
    let Some(first) = pairs.first() else { return };
    let urls = |side: fn(&Pair<'_>) -> String| {
        Message::list(pairs.iter().map(|pair| Part::code(&side(pair))))
    };
    let template = match pairs.len() {
        1 => "the server {} is now {}",
        _ => "the servers {} are now {}",
    };
    let message = message!(
        template,
        &urls(|pair| url(&pair.base)),
        &urls(|pair| url(&pair.revision)),
    );
    let rule = Rule::new(area, Kind::Server, Action::Changed);
    let witness = Value::String(url(&first.base));
    walk.decide(rule, first, message, Some(witness));
    for pair in pairs {
        matched(walk, pair, area);
    }
}

/// Compares what two servers say beside their address.
fn matched(walk: &mut Walk<'_>, pair: &Pair<'_>, area: Area) {
    let (url, is_another) = (url(&pair.base), url(&pair.base) != url(&pair.revision));
    let subject = message!("the server `{}`", &url);
    for (key, matched) in pair.members() {
        match (key, matched) {
            ("url", matched) => {
                let [old, new] = [&pair.base, &pair.revision].map(written_out);
                if is_another && old == new {
                    fields::text_field(walk, key, &matched, area, &subject);
                }
            }
            // The name of a server (OpenAPI 3.2) is for readers.
            ("name", matched) => fields::text_field(walk, key, &matched, area, &subject),
            // The variables of another address are others.
            ("variables", variables @ (Matched::Removed(_) | Matched::Added(_))) if is_another => {
                if written_out(&pair.base) == written_out(&pair.revision) {
                    variables::written_out(walk, &variables, area, &url);
                }
            }
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

/// Returns the address as it identifies a server.
fn address(server: &Node<'_>) -> String {
    normalized(&url(server))
}

/// Returns the address with the only values or defaults of its variables.
fn written_out(server: &Node<'_>) -> String {
    let mut address = url(server);
    for (name, variable) in server.members_of("variables") {
        let values = variable.items_of("enum");
        let value = match values.as_slice() {
            [only] => only.value.as_str(),
            _ => variable.text("default"),
        };
        if let Some(value) = value {
            address = address.replace(&format!("{{{name}}}"), value);
        }
    }
    normalized(&address)
}

/// Returns a URL with its scheme and host in lower case, and without the port that its scheme has by default (RFC 3986
/// sections 6.2.2.1 and 6.2.3). Variables keep their names.
fn normalized(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let scheme = scheme.to_lowercase();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority),
    };
    let port = match scheme.as_str() {
        "http" | "ws" => ":80",
        "https" | "wss" => ":443",
        _ => ":",
    };
    let host = host.strip_suffix(port).unwrap_or(host);
    let mut is_name = false;
    let lower = host.chars().map(|sign| {
        is_name = (is_name || sign == '{') && sign != '}';
        if is_name {
            sign
        } else {
            sign.to_ascii_lowercase()
        }
    });
    let host: String = lower.collect();
    format!("{scheme}://{user}{host}{path}")
}

/// Gives a server whose variables the other side writes out, with their defaults, the identity that it has there.
fn match_written_out(
    (servers, identities): (&[Node<'_>], &mut [(String, usize)]),
    others: &[(String, usize)],
) {
    let known = identities.to_vec();
    for (server, identity) in servers.iter().zip(identities) {
        let by_default = (written_out(server), 0);
        if !others.contains(identity)
            && others.contains(&by_default)
            && !known.contains(&by_default)
        {
            *identity = by_default;
        }
    }
}

/// Returns the servers, or what it means that none is listed (OpenAPI 3.1 section 4.8.1).
fn or_the_default(servers: Vec<Node<'_>>, side: Side) -> Vec<Node<'_>> {
    static DEFAULT: LazyLock<Value> = LazyLock::new(|| json!({"url": "/"}));
    if !servers.is_empty() {
        return servers;
    }
    vec![Node {
        side,
        pointer: "/servers".to_owned(),
        value: &DEFAULT,
    }]
}

/// Returns what identifies each server: its address with the prefix of the paths, and its number among those with the
/// same address.
fn identities(servers: &[Node<'_>], prefix: &str) -> Vec<(String, usize)> {
    let mut identities: Vec<(String, usize)> = Vec::new();
    for server in servers {
        let address = address(server);
        let address = format!("{}{prefix}", address.trim_end_matches('/'));
        let same = identities.iter().filter(|(other, _)| *other == address);
        let number = same.count();
        identities.push((address, number));
    }
    identities
}
