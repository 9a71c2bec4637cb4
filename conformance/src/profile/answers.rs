//! The bounds of answers in a profile.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Contract;

/// The bounds of answers.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// The longest body that is read, in mebibytes (1 to 1024); a longer one fails its case. Unset: 16, and 1 for a contract with
    /// the revoke operation, whose answers are short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mib: Option<u32>,
}

impl Answers {
    /// Returns the longest body in bytes.
    pub(crate) fn most_bytes(self, contract: &Contract) -> usize {
        let usual = if contract.has_revoke() { 1 } else { 16 };
        usize::try_from(self.max_mib.unwrap_or(usual)).unwrap_or(usize::MAX) << 20
    }
}
