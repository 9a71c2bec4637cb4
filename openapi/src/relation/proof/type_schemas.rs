//! A schema for each type of JSON values.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::relation::conjunction::Located;

/// A schema for each type.
pub(super) static TYPES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let names = ["string", "null", "boolean", "number", "array", "object"];
    names.iter().map(|name| json!({"type": name})).collect()
});

/// Returns the schema of all strings.
pub(super) fn text<'a>() -> Located<'a> {
    Located::root(&TYPES[0])
}
