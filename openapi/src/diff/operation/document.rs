//! The whole document: what stands around the operations, the operations, the components.

mod components;

use crate::diff::operation::{paths, servers};
use crate::diff::rules::{Area, Kind};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
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
    "externalDocs",
];

pub(crate) fn compare(walk: &mut Walk<'_>) {
    let root = Pair::of_documents(walk.base, walk.revision);
    let whole = !walk.options.only_operations_of_base;
    if whole {
        around(walk, &root);
        servers::of_document(walk, &root);
    }
    paths::compare(walk, &root, "paths");
    if whole {
        paths::compare(walk, &root, "webhooks");
        components::compare(walk, &root);
    }
}

/// Info, tags and the rest of what belongs to no operation.
fn around(walk: &mut Walk<'_>, root: &Pair<'_>) {
    match root.get("info") {
        Some(Matched::Pair(info)) => {
            fields::every_member(walk, &info, Area::Document, "info");
        }
        Some(info) => fields::one(walk, &info, Area::Document, Kind::Text, "`info`"),
        None => {}
    }
    dialect(walk, root);
    for (key, matched) in root.members() {
        if matches!(key, "tags" | "externalDocs" | "$self") {
            fields::one(
                walk,
                &matched,
                Area::Document,
                Kind::Text,
                &format!("`{key}` of the document"),
            );
        } else if !COMPARED_ELSEWHERE.contains(&key) {
            fields::field(walk, key, &matched, Area::Document, "the document");
        }
    }
}

/// The dialects of which every keyword means what it means here (OpenAPI 3.1 section 4.8.24.6).
const KNOWN_DIALECTS: &[&str] = &[
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
    "https://spec.openapis.org/oas/3.2/dialect/2025-09-17",
    "https://json-schema.org/draft/2020-12/schema",
];

/// The dialect of the schemas. Of another one nothing is known: its keywords may mean anything.
fn dialect(walk: &mut Walk<'_>, root: &Pair<'_>) {
    let Some(matched) = root.get("jsonSchemaDialect") else {
        return;
    };
    let is_known = |node: &Node<'_>| match node.value.get("jsonSchemaDialect") {
        None => true,
        Some(dialect) => dialect
            .as_str()
            .is_some_and(|name| KNOWN_DIALECTS.contains(&name)),
    };
    if !is_known(&root.base) || !is_known(&root.revision) {
        fields::field(
            walk,
            "jsonSchemaDialect",
            &matched,
            Area::Document,
            "the document",
        );
    }
}
