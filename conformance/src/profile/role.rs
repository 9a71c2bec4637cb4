//! The roles of users.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The role of a user that the suite acts as.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The user who may revoke.
    #[default]
    Operator,
    /// A user who may not revoke the operator's tokens.
    Member,
    /// A user of another business.
    Outsider,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 3] = [Role::Operator, Role::Member, Role::Outsider];

    /// Returns the table of the profile that describes the user.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Member => "member",
            Role::Outsider => "outsider",
        }
    }
}
