//! The annotations of a schema and of the layers around it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diff::walk::Node;
use crate::keywords;

/// The annotations of a schema and of the layers around it, by keyword.
pub(crate) type Annotations<'a> = BTreeMap<&'a str, Node<'a>>;

/// Adds the annotations of one schema object. Those that are already there, of a layer around it, take precedence; a flag
/// that is set anywhere is set (JSON Schema Validation sections 9.3 and 9.4).
pub(crate) fn collect<'a>(schema: &Node<'a>, into: &mut Annotations<'a>) {
    for (key, node) in schema.members() {
        if !is_compared(key) {
            continue;
        }
        let is_flag = matches!(key, "readOnly" | "writeOnly" | "deprecated");
        if is_flag && node.value == &Value::Bool(true) {
            into.insert(key, node);
        } else {
            into.entry(key).or_insert(node);
        }
    }
}

/// Returns whether a keyword of a schema is an annotation that is compared; identifiers are not.
pub(crate) fn is_compared(key: &str) -> bool {
    keywords::is_annotation(key) && !keywords::is_identifier(key)
}
