//! The security requirements of an operation.

use serde_json::{Map, Value};

use crate::diff::walk::Node;
use crate::document::Document;
use crate::pointer;

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

/// Returns the pointer of the scheme of this name, which may be a reference (OpenAPI 3.2 section 4.30).
pub(crate) fn scheme(name: &str) -> String {
    pointer::of_reference(name)
        .unwrap_or_else(|| pointer::join("/components/securitySchemes", name))
}
