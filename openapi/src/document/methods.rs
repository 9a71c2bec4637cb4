//! The operations of a path item, by method.

use serde_json::Value;

use crate::pointer;

/// The HTTP methods that have a field in a path item (OpenAPI 3.1 section 4.8.9; `query` is OpenAPI 3.2's).
/// Other methods are below `additionalOperations` (OpenAPI 3.2).
pub const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// The fields of a document that hold webhooks: OpenAPI 3.1's, and the extension for 3.0 that tools read alike.
pub(crate) const WEBHOOKS: &[&str] = &["webhooks", "x-webhooks"];

/// The field of a path item that holds the operations of all other methods, spelled as they are sent
/// (OpenAPI 3.2).
const ADDITIONAL: &str = "additionalOperations";

/// The method of an operation, as its path item names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Method<'a> {
    pub(crate) name: &'a str,
    is_additional: bool,
}

impl Method<'_> {
    /// Returns the pointer to the operation with this method in the path item at `item`.
    pub(crate) fn pointer(&self, item: &str) -> String {
        if self.is_additional {
            pointer::join_all(item, [ADDITIONAL, self.name])
        } else {
            pointer::join(item, self.name)
        }
    }
}

/// Returns the operations of a path item, in the order of its fields, the additional ones last.
pub(crate) fn operations_of(item: &Value) -> impl Iterator<Item = (Method<'_>, &Value)> {
    let members = item.as_object().into_iter().flatten();
    let own = members.filter(|(key, _)| METHODS.contains(&key.as_str()));
    let additional = item.get(ADDITIONAL).and_then(Value::as_object);
    let additional = additional.into_iter().flatten();
    let additional = additional.filter(|(key, _)| !key.starts_with("x-"));
    let method = |is_additional| {
        move |(name, value)| {
            let name: &String = name;
            (
                Method {
                    name,
                    is_additional,
                },
                value,
            )
        }
    };
    own.map(method(false)).chain(additional.map(method(true)))
}

/// Returns whether a field of a path item holds operations.
pub(crate) fn holds_operations(field: &str) -> bool {
    METHODS.contains(&field) || field == ADDITIONAL
}
