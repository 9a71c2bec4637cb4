//! The annotations that a schema and the layers around it show to a reader.

use std::collections::BTreeMap;

use crate::diff::walk::Node;
use crate::keywords;

/// The annotations that one schema, with the wrappers around it, puts before a reader.
pub(crate) type Annotations<'a> = BTreeMap<&'a str, Node<'a>>;

/// Adds the annotations of one schema object; those already there, of a wrapper around it, stand.
pub(crate) fn collect<'a>(schema: &Node<'a>, into: &mut Annotations<'a>) {
    for (key, node) in schema.members() {
        if is_shown(key) {
            into.entry(key).or_insert(node);
        }
    }
}

/// Whether a keyword of a schema is an annotation that is compared; identifiers are not.
pub(crate) fn is_shown(key: &str) -> bool {
    keywords::is_annotation(key) && !matches!(key, "$id" | "$anchor" | "$schema" | "$comment")
}
