//! The users of a profile.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::business::Business;
use super::source::Source;

/// A user in a business.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Where the user's token is.
    #[schemars(with = "Source")]
    pub token: toml::Spanned<Source>,
    /// The business, as `x-business-id` names it, or the environment variable that holds it. Contracts with the revoke
    /// operation need it; others may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_id: Option<Business>,
    /// The user's e-mail address, with which `revoked_by` is then compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where an expired token of the user is. Without one, the cases about expired tokens are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Source>")]
    pub expired_token: Option<toml::Spanned<Source>>,
}

/// A user of the operator's business.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Where the user's token is.
    #[schemars(with = "Source")]
    pub token: toml::Spanned<Source>,
    /// The user's e-mail address, with which `revoked_by` is then compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
