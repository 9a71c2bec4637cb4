//! References within a self-contained schema.

use openapi::pointer;
use serde_json::Value;

/// Follows the references of a part of a self-contained schema.
pub(crate) fn resolved<'v>(root: &'v Value, mut schema: &'v Value) -> &'v Value {
    // A longer chain is a circle.
    for _ in 0..16 {
        let target = schema["$ref"].as_str().and_then(pointer::of_reference);
        match target.and_then(|target| root.pointer(&target)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// Makes a part of a self-contained schema self-contained.
pub(crate) fn with_definitions(root: &Value, schema: &Value) -> Value {
    let mut whole = schema.clone();
    if let (Some(object), Some(definitions)) = (whole.as_object_mut(), root.get("$defs")) {
        object.insert("$defs".to_owned(), definitions.clone());
    }
    whole
}
