//! Bodies that are bytes: with `format: binary` in OpenAPI 3.0, without a schema in 3.1 (OpenAPI 3.1 section 4.8.14.2).

use crate::diff::schema::assertions::assertions;
use crate::diff::walk::{ANYTHING, Node, Pair, Walk};
use crate::media_type::MediaType;

/// Returns whether one side describes any bytes, and the other does not describe them.
pub(super) fn are_bytes<'a>(walk: &Walk<'a>, schemas: &Pair<'a>, media_type: &MediaType) -> bool {
    let essence = media_type.essence();
    let is_text = media_type.is_json()
        || media_type.is_xml()
        || ["text/", "multipart/"]
            .iter()
            .any(|kind| essence.starts_with(kind))
        || essence == "application/x-www-form-urlencoded";
    let is_absent = |node: &Node<'a>| std::ptr::eq(node.value, &raw const ANYTHING);
    let schemas_of = walk.followed_schemas(schemas);
    let is_binary = |node: &Node<'a>| {
        assertions(node).is_some_and(|keywords| keywords == ["type"])
            && node.text("type") == Some("string")
            && node.text("contentMediaType") == Some("application/octet-stream")
            && node.get("contentEncoding").is_none()
    };
    !is_text
        && ((is_absent(&schemas.base) && is_binary(&schemas_of.revision))
            || (is_absent(&schemas.revision) && is_binary(&schemas_of.base)))
}
