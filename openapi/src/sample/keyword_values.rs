//! The values of keywords that are numbers and lists.

use serde_json::{Map, Value};

/// Returns the value of a keyword that counts, such as `minItems`.
pub(super) fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    schema
        .get(keyword)?
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
}

/// Returns the items of a keyword whose value is a list; none without the keyword.
pub(super) fn list<'v>(schema: &'v Map<String, Value>, keyword: &str) -> &'v [Value] {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
