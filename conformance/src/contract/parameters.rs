//! The parameters of an operation: its own, and those of its path item.

use openapi::{Document, Operation, pointer};
use serde_json::Value;

/// A parameter as an operation declares it.
pub(crate) struct Declared<'d> {
    /// The JSON pointer below the operation, as cases name what they cover: `/parameters/0`, or `/../parameters/0` for
    /// one of the path item.
    pub(crate) below: String,
    /// Where in the document it is declared.
    pub(crate) declared: String,
    /// Where in the document it is defined: at the end of references.
    pub(crate) place: String,
    /// The parameter.
    pub(crate) value: &'d Value,
}

/// Returns the parameters of an operation: its own, then those of its path item that it does not override (OpenAPI
/// 3.1, section 4.8.9).
pub(crate) fn declared<'d>(document: &'d Document, operation: &Operation) -> Vec<Declared<'d>> {
    let own = pointer::join(&operation.pointer, "parameters");
    let shared = pointer::join(&operation.path_item, "parameters");
    let mut found: Vec<Declared<'d>> = Vec::new();
    for (list, below) in [(own, "/parameters"), (shared, "/../parameters")] {
        let count = document
            .at(&list)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            let declared = pointer::join(&list, &index.to_string());
            let place = document.follow(&declared);
            let Some(value) = document.at(&place) else {
                continue;
            };
            let known = |known: &Declared<'d>| {
                known.value.get("name") == value.get("name")
                    && known.value.get("in") == value.get("in")
            };
            if !found.iter().any(known) {
                found.push(Declared {
                    below: format!("{below}/{index}"),
                    declared,
                    place,
                    value,
                });
            }
        }
    }
    found
}
