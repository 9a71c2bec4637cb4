//! A prefix of all addresses that moves between the servers and the paths: `https://a.example` with `/v1/files` is
//! `https://a.example/v1` with `/files`.

use serde_json::Value;

use crate::diff::operation::paths::matching::shape;
use crate::diff::operation::servers::{self, Prefix};
use crate::diff::walk::{Node, Pair, Walk, follow};
use crate::document::{Document, operations_of};
use crate::hashed::HashSet;

/// The most prefixes that are tried.
const MOST_PREFIXES: usize = 8;

/// Returns the prefix that moved, if at least as many operations keep their address so. Otherwise operations are matched by their
/// paths, and the servers that differ are reported.
pub(crate) fn moved(walk: &Walk<'_>, root: &Pair<'_>) -> Prefix {
    let plain = Prefix::default();
    let [base, revision] = [&root.base, &root.revision].map(servers::addresses);
    if base.iter().any(|address| revision.contains(address))
        || has_servers_of_operations(walk.base, &root.base)
        || has_servers_of_operations(walk.revision, &root.revision)
    {
        return plain;
    }
    let mut prefixes: Vec<Prefix> = Vec::new();
    for (one, other) in base
        .iter()
        .flat_map(|one| revision.iter().map(move |other| (one, other)))
    {
        let (base, revision) = (end_of(one, other), end_of(other, one));
        if base.is_some() || revision.is_some() {
            let prefix = Prefix {
                base: base.unwrap_or_default(),
                revision: revision.unwrap_or_default(),
            };
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
    }
    prefixes.truncate(MOST_PREFIXES);
    let kept = |prefix: &Prefix| {
        let base = keys(walk.base, &root.base, &prefix.base);
        let revision = keys(walk.revision, &root.revision, &prefix.revision);
        base.intersection(&revision).count()
    };
    let by_path = kept(&plain).max(1);
    let best = prefixes.into_iter().map(|prefix| (kept(&prefix), prefix));
    best.filter(|(kept, _)| *kept >= by_path)
        .max_by_key(|(kept, _)| *kept)
        .map_or(plain, |(_, prefix)| prefix)
}

/// Returns what follows the shorter address in the longer one, if that is the beginning of a path. A variable of a
/// server is no parameter of a path.
fn end_of(longer: &str, shorter: &str) -> Option<String> {
    let end = longer.strip_prefix(shorter)?;
    (end.starts_with('/') && !end.contains('{')).then(|| end.to_owned())
}

/// Returns whether the servers of the document are not those of all its operations.
fn has_servers_of_operations(document: &Document, root: &Node<'_>) -> bool {
    let lists = |holder: &Value| holder.get("servers").is_some();
    let mut items = root.members_of("paths").into_iter();
    items.any(|(_, item)| {
        let item = follow(document, &item).value;
        lists(item) || operations_of(item).any(|(_, operation)| lists(operation))
    })
}

/// Returns methods with the shapes of addresses: what follows the servers, apart from the prefix.
fn keys<'a>(document: &'a Document, root: &Node<'a>, prefix: &str) -> HashSet<(String, String)> {
    let items = root.members_of("paths").into_iter();
    items
        .flat_map(|(path, item)| {
            let shape = shape(&format!("{prefix}{path}"));
            let operations = operations_of(follow(document, &item).value);
            operations.map(move |(method, _)| (method.name.to_owned(), shape.clone()))
        })
        .collect()
}
