//! The security requirements of an operation.

use serde_json::{Map, Value};

use crate::diff::walk::Node;
use crate::document::Document;

/// Returns the requirements of an operation, each of which suffices.
pub(super) fn requirements<'a>(
    document: &'a Document,
    operation: &Node<'a>,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let demanded = operation
        .value
        .get("security")
        .or_else(|| document.value().get("security"));
    let requirements = demanded.and_then(Value::as_array).into_iter().flatten();
    requirements.filter_map(Value::as_object)
}
