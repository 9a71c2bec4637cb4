//! What a comparison of two schemas found.

use serde_json::Value;

/// The relation between the values that one side may send and those that the other accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation {
    /// Proven: both schemas accept the same values.
    Equal,
    /// Proven: the receiver accepts every value that the sender may send.
    Compatible,
    /// A value that may be sent and is not accepted, both confirmed by the validator.
    Breaking(Value),
    /// Neither was proven.
    Unproven,
}
