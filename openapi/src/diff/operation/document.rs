//! The whole document: what is around the operations, the operations, the components.

mod components;
mod dynamic_references;
mod misplaced;
mod numbers;
mod reached;

pub(crate) use misplaced::misplaced_references;

use crate::diff::message::message;
use crate::diff::operation::paths;
use crate::diff::rules::{Area, Kind};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::{FAMILIES, FILES, WEBHOOKS};

/// Fields of the root that are compared elsewhere, or that only say how the rest is written.
const COMPARED_ELSEWHERE: &[&str] = &[
    "openapi",
    FILES,
    FAMILIES,
    "info",
    "servers",
    "paths",
    WEBHOOKS[0],
    WEBHOOKS[1],
    "components",
    "security",
    "tags",
    "jsonSchemaDialect",
    "externalDocs",
];

/// Compares two documents.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    let root = Pair::of_documents(walk.base, walk.revision);
    let whole = !walk.options.only_operations_of_base;
    misplaced::dangling_references(walk);
    numbers::compare(walk);
    dynamic_references::compare(walk);
    if whole {
        around(walk, &root);
    }
    paths::paths(walk, &root);
    if whole {
        paths::webhooks(walk, &root);
        components::compare(walk, &root);
    }
}

/// Compares info, tags and what else belongs to no operation.
fn around(walk: &mut Walk<'_>, root: &Pair<'_>) {
    match root.get("info") {
        Some(Matched::Pair(info)) => {
            fields::every_member(walk, &info, Area::Document, &message!("info"));
        }
        Some(info) => fields::one(walk, &info, Area::Document, Kind::Text, &message!("`info`")),
        None => {}
    }
    dialect(walk, root);
    let subject = message!("the document");
    for (key, matched) in root.members() {
        if matches!(key, "tags" | "externalDocs" | "$self") {
            fields::text_field(walk, key, &matched, Area::Document, &subject);
        } else if (!COMPARED_ELSEWHERE.contains(&key) || is_malformed(key, &matched))
            && !misplaced::differ_only_in_targets(walk, key)
        {
            fields::field(walk, key, &matched, Area::Document, &subject);
        }
    }
}

/// Returns whether webhooks are not the map that they should be.
fn is_malformed(key: &str, webhooks: &Matched<'_>) -> bool {
    WEBHOOKS.contains(&key)
        && match webhooks {
            Matched::Pair(pair) => !pair.base.value.is_object() || !pair.revision.value.is_object(),
            Matched::Removed(node) | Matched::Added(node) => !node.value.is_object(),
        }
}

/// The dialects of which every keyword has the meaning known here (OpenAPI 3.1 section 4.8.24.6).
const KNOWN_DIALECTS: &[&str] = &[
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
    "https://spec.openapis.org/oas/3.2/dialect/2025-09-17",
    "https://json-schema.org/draft/2020-12/schema",
];

/// Compares the dialects of the schemas. The keywords of an unknown dialect may mean anything.
fn dialect(walk: &mut Walk<'_>, root: &Pair<'_>) {
    const KEY: &str = "jsonSchemaDialect";
    let Some(matched) = root.get(KEY) else {
        return;
    };
    let is_known = |node: &Node<'_>| match node.value.get(KEY) {
        None => true,
        Some(dialect) => KNOWN_DIALECTS.iter().any(|known| dialect == known),
    };
    if !is_known(&root.base) || !is_known(&root.revision) {
        let subject = message!("the document");
        fields::field(walk, KEY, &matched, Area::Document, &subject);
    }
}
