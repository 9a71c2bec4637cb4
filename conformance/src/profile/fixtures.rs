//! The supply of disposable tokens, as a profile describes it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The supply of disposable tokens.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fixtures {
    /// How to mint one. Without it, every case that needs a disposable token is skipped.
    pub mint: Option<Mint>,
    /// The most disposable tokens of one user that may be live at the same time (1 to 1000).
    pub max_live: u32,
}

impl Default for Fixtures {
    fn default() -> Self {
        // The published service allows a user ten active tokens. One is the credential itself, one remains for other
        // clients of the same user.
        Fixtures {
            mint: None,
            max_live: 8,
        }
    }
}

/// How disposable tokens are minted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mint {
    /// `POST /api/v1/tokens` with the user's own credential; the answer may be wrapped in an envelope or bare.
    Api,
    /// A program and its arguments, run in the profile's folder. It reads the user (operator, member, outsider) from
    /// `CONFORMANCE_ROLE` and the token's name from `CONFORMANCE_NAME`, and prints
    /// `{"id": "…", "token": "…", "jti": "…"}`.
    Command(Vec<String>),
    /// A file of tokens made in advance, relative to the profile's folder: a JSON list of
    /// `{"owner": "operator", "id": "…", "token": "…", "jti": "…"}`. The consumed tokens are listed in `<file>.ledger`.
    Pool(PathBuf),
}
