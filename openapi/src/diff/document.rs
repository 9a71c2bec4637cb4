//! The whole document: what stands around the operations, the operations, the components.

use super::graph::{Both, Matched, Walk};
use super::rule::{Area, Kind};
use super::{annotations, components, paths, servers};
use crate::document::FILES;

/// Fields of the root that are compared elsewhere, or that say only how the rest is written.
const COMPARED_ELSEWHERE: &[&str] = &[
    "openapi",
    FILES,
    "info",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "jsonSchemaDialect",
    "$self",
    "externalDocs",
];

pub(super) fn compare(walk: &mut Walk<'_>) {
    let root = Both::of_documents(walk.base, walk.revision);
    let whole = !walk.options.only_operations_of_base;
    if whole {
        around(walk, &root);
        servers::compare(walk, &root, Area::Document);
    }
    paths::compare(walk, &root, "paths");
    if whole {
        paths::compare(walk, &root, "webhooks");
        components::compare(walk, &root);
    }
}

/// Info, tags and the rest of what belongs to no operation.
fn around(walk: &mut Walk<'_>, root: &Both<'_>) {
    if let Some(Matched::Both(info)) = root.get("info") {
        annotations::every_member(walk, &info, Area::Document, "info");
    }
    for (key, matched) in root.members() {
        if matches!(key, "tags" | "externalDocs") {
            annotations::one(
                walk,
                &matched,
                Area::Document,
                Kind::Text,
                &format!("`{key}` of the document"),
            );
        } else if !COMPARED_ELSEWHERE.contains(&key) {
            annotations::field(walk, key, &matched, Area::Document, "the document");
        }
    }
}
