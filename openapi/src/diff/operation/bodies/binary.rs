//! Bodies that are bytes: with `format: binary` in OpenAPI 3.0, without a schema in 3.1 (OpenAPI 3.1 section 4.8.14.2).

use crate::diff::schema::annotations::texts;
use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{ANYTHING, Context, Node, Pair, Walk};
use crate::document::Document;
use crate::media_type::MediaType;

/// Returns whether one side describes any bytes, and the other says nothing of them.
pub(super) fn are_bytes<'a>(walk: &Walk<'a>, schemas: &Pair<'a>, media_type: &MediaType) -> bool {
    let essence = media_type.essence();
    let is_text = media_type.is_json()
        || media_type.is_xml()
        || ["text/", "multipart/"]
            .iter()
            .any(|kind| essence.starts_with(kind))
        || essence == "application/x-www-form-urlencoded";
    let is_encoded = |node: &Node<'a>| node.get("contentEncoding").is_some();
    let is_open = |node: &Node<'a>| {
        let asserts_nothing = assertions(node).is_some_and(|keywords| keywords.is_empty());
        node.value == &ANYTHING || (asserts_nothing && !is_encoded(node))
    };
    let schemas_of = walk.followed_schemas(schemas);
    let is_binary = |node: &Node<'a>| {
        assertions(node).is_some_and(|keywords| keywords == ["type"])
            && node.text("type") == Some("string")
            && node.text("contentMediaType") == Some("application/octet-stream")
            && !is_encoded(node)
    };
    !is_text
        && ((is_open(&schemas_of.base) && is_binary(&schemas_of.revision))
            || (is_open(&schemas_of.revision) && is_binary(&schemas_of.base)))
}

/// Compares the texts of two schemas of bytes, apart from that they are bytes.
pub(super) fn compare_texts<'a>(walk: &mut Walk<'a>, schemas: &Pair<'a>, context: &Context<'a>) {
    let texts = |document: &Document, schema: &Node<'a>| {
        let mut texts = texts::every_text(document, schema);
        texts.retain(|text| !text.starts_with("contentMediaType: "));
        texts
    };
    let old = texts(walk.base, &schemas.base);
    let new = texts(walk.revision, &schemas.revision);
    texts::note_differences(walk, &old, &new, schemas, context);
}
