//! Whom the suite acts as.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whom the suite acts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who may revoke.
    #[default]
    Operator,
    /// Who may not revoke the operator's tokens.
    Member,
    /// Who belongs to another business.
    Outsider,
}

impl Role {
    /// The table of the profile that describes the user.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Member => "member",
            Role::Outsider => "outsider",
        }
    }
}
