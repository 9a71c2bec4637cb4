//! Policies: the situations in which the contract leaves a choice of answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A situation whose answer the contract does not fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// The token is already revoked.
    SecondRevoke,
    /// `token_id` is not a UUID.
    MalformedTokenId,
    /// `x-business-id` is missing.
    MissingBusinessId,
    /// `x-business-id` is not a UUID.
    MalformedBusinessId,
    /// `x-business-id` names another business than that of the caller's token.
    ForeignBusiness,
    /// The token belongs to another business.
    ForeignToken,
    /// The operator revokes a token of the member.
    MembersToken,
    /// The body is JSON of the wrong shape.
    InvalidBody,
    /// The body has a member that the contract does not name.
    UnknownFields,
    /// The body is not JSON.
    BrokenJson,
    /// The body names its reason twice.
    DuplicateKeys,
    /// A token is created for `true` days.
    DaysAsBoolean,
    /// A token is created for `"5"` days.
    DaysAsText,
    /// A token is created for `5.0` days.
    DaysAsFraction,
}

impl Policy {
    /// All policies.
    pub const ALL: [Policy; 14] = [
        Policy::SecondRevoke,
        Policy::MalformedTokenId,
        Policy::MissingBusinessId,
        Policy::MalformedBusinessId,
        Policy::ForeignBusiness,
        Policy::ForeignToken,
        Policy::MembersToken,
        Policy::InvalidBody,
        Policy::UnknownFields,
        Policy::BrokenJson,
        Policy::DuplicateKeys,
        Policy::DaysAsBoolean,
        Policy::DaysAsText,
        Policy::DaysAsFraction,
    ];

    /// Returns the key in the profile's `[policy]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Policy::SecondRevoke => "second_revoke",
            Policy::MalformedTokenId => "malformed_token_id",
            Policy::MissingBusinessId => "missing_business_id",
            Policy::MalformedBusinessId => "malformed_business_id",
            Policy::ForeignBusiness => "foreign_business",
            Policy::ForeignToken => "foreign_token",
            Policy::MembersToken => "members_token",
            Policy::InvalidBody => "invalid_body",
            Policy::UnknownFields => "unknown_fields",
            Policy::BrokenJson => "broken_json",
            Policy::DuplicateKeys => "duplicate_keys",
            Policy::DaysAsBoolean => "days_as_boolean",
            Policy::DaysAsText => "days_as_text",
            Policy::DaysAsFraction => "days_as_fraction",
        }
    }

    /// Returns the statuses that a profile may set: those that the contract allows, and 201 for a wrong `x-business-id`, which
    /// says that the deployment ignores the header.
    #[must_use]
    pub fn settable(self) -> Vec<u16> {
        let ignored: &[u16] = match self {
            Policy::MissingBusinessId | Policy::MalformedBusinessId | Policy::ForeignBusiness => {
                &[201]
            }
            Policy::SecondRevoke
            | Policy::MalformedTokenId
            | Policy::ForeignToken
            | Policy::MembersToken
            | Policy::InvalidBody
            | Policy::UnknownFields
            | Policy::BrokenJson
            | Policy::DuplicateKeys
            | Policy::DaysAsBoolean
            | Policy::DaysAsText
            | Policy::DaysAsFraction => &[],
        };
        [ignored, self.documented()].concat()
    }

    /// Returns the statuses that the contract allows.
    #[must_use]
    pub fn documented(self) -> &'static [u16] {
        match self {
            Policy::SecondRevoke => &[201, 400],
            Policy::MalformedTokenId => &[400, 404, 422],
            Policy::MissingBusinessId | Policy::InvalidBody | Policy::BrokenJson => &[400, 422],
            Policy::MalformedBusinessId => &[400, 403, 404, 422],
            Policy::ForeignBusiness => &[400, 401, 403, 404],
            Policy::ForeignToken => &[403, 404],
            Policy::MembersToken => &[201, 400, 403, 404],
            Policy::UnknownFields
            | Policy::DuplicateKeys
            | Policy::DaysAsBoolean
            | Policy::DaysAsText
            | Policy::DaysAsFraction => &[201, 400, 422],
        }
    }

    /// Returns the allowed statuses in words: `400, 404 or 422`.
    #[must_use]
    pub fn choices(self) -> String {
        one_of(&self.settable())
    }
}

/// Writes statuses in words: `400, 404 or 422`.
pub(crate) fn one_of(statuses: &[u16]) -> String {
    match statuses {
        [] => "nothing".to_owned(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first = first
                .iter()
                .map(u16::to_string)
                .collect::<Vec<_>>()
                .join(", ");
            format!("{first} or {last}")
        }
    }
}

/// What the deployment answers where the contract leaves a choice. A key that is left out accepts any documented
/// answer, as long as it is the same each time; a key that is set demands exactly that status.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policies {
    /// The statuses that refuse a request which the contract's schemas do not allow, in derived cases: 400 and 422 unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad_input: Option<Vec<u16>>,
    /// The statuses that refuse a method which the contract does not declare for a path. Unset: 405 where an operation of the
    /// path documents it, otherwise any refusal. An empty list: no such method is tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undeclared_methods: Option<Vec<u16>>,
    /// The statuses of an ordinary request with a query parameter that the contract does not declare, such as `[400]`. Unset or
    /// empty: none is tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undeclared_query: Option<Vec<u16>>,
    /// The token is already revoked: 201 or 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_revoke: Option<u16>,
    /// `token_id` is not a UUID: 400, 404 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malformed_token_id: Option<u16>,
    /// `x-business-id` is missing: 400 or 422, or 201 where the header is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_business_id: Option<u16>,
    /// `x-business-id` is not a UUID: 400, 403, 404 or 422, or 201 where the header is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malformed_business_id: Option<u16>,
    /// `x-business-id` names another business than that of the caller's token: 400, 401, 403 or 404, or 201 where the header
    /// is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_business: Option<u16>,
    /// The token belongs to another business: 403 or 404.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_token: Option<u16>,
    /// The operator revokes a token of the member: 201 where the operator is an admin, else 400, 403 or 404.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_token: Option<u16>,
    /// The body is JSON of the wrong shape: 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_body: Option<u16>,
    /// The body has a member that the contract does not name: 201, which ignores it, or 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_fields: Option<u16>,
    /// The body is not JSON: 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_json: Option<u16>,
    /// The body names its reason twice: 201, 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_keys: Option<u16>,
    /// `POST /api/v1/tokens` with `true` for `expires_in_days`: 201, 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_as_boolean: Option<u16>,
    /// `POST /api/v1/tokens` with `"5"` for `expires_in_days`: 201, 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_as_text: Option<u16>,
    /// `POST /api/v1/tokens` with `5.0` for `expires_in_days`: 201, 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_as_fraction: Option<u16>,
}

impl Policies {
    /// Returns the statuses that refuse bad input.
    #[must_use]
    pub fn bad_input(&self) -> &[u16] {
        self.bad_input.as_deref().unwrap_or(&[400, 422])
    }

    /// Returns the status that the profile demands, if it does.
    #[must_use]
    pub fn get(&self, policy: Policy) -> Option<u16> {
        match policy {
            Policy::SecondRevoke => self.second_revoke,
            Policy::MalformedTokenId => self.malformed_token_id,
            Policy::MissingBusinessId => self.missing_business_id,
            Policy::MalformedBusinessId => self.malformed_business_id,
            Policy::ForeignBusiness => self.foreign_business,
            Policy::ForeignToken => self.foreign_token,
            Policy::MembersToken => self.members_token,
            Policy::InvalidBody => self.invalid_body,
            Policy::UnknownFields => self.unknown_fields,
            Policy::BrokenJson => self.broken_json,
            Policy::DuplicateKeys => self.duplicate_keys,
            Policy::DaysAsBoolean => self.days_as_boolean,
            Policy::DaysAsText => self.days_as_text,
            Policy::DaysAsFraction => self.days_as_fraction,
        }
    }
}
