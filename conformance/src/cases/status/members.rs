//! The members of a 201's body: those that the slice names, and those that an answer has.

use serde_json::Value;

/// The members of a 201's body according to the slice.
pub(super) const ENVELOPE: &[&str] = &["success", "message", "code", "data"];

/// The members of `data` in a 201's body.
pub(super) const RECORD: &[&str] = &[
    "id",
    "jti",
    "name",
    "revoked_at",
    "revoked_by",
    "revocation_reason",
];

/// Returns the named fields that an object does not have.
pub(super) fn missing_fields(object: &Value, prefix: &str, named: &[&str]) -> Vec<String> {
    let missing = named.iter().filter(|name| object.get(name).is_none());
    missing.map(|name| format!("{prefix}{name}")).collect()
}

/// Returns the fields of an object that are not named.
pub(super) fn additional_fields(object: &Value, prefix: &str, named: &[&str]) -> Vec<String> {
    let keys = object
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys());
    keys.filter(|key| !named.contains(&key.as_str()))
        .map(|key| format!("{prefix}{key}"))
        .collect()
}
