//! The profile of a deployment: its users, the supply of disposable tokens, and its choices where the contract leaves
//! one.
//!
//! A profile is TOML and holds no secret: credentials are named by environment variable or file. [`Profile::load`]
//! reads one and says for each mistake where it is and how to fix it; [`Credentials`] are fetched from where it names.

mod answers;
mod business;
mod callers;
mod credentials;
mod explain;
mod fixtures;
mod given;
mod http;
mod operations;
mod origin;
mod party;
mod policy;
mod role;
mod source;
mod timing;
mod tls;
mod waiver;

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::Contract;

pub use answers::Answers;
pub use business::Business;
pub(crate) use callers::caller_variable;
pub use callers::{CallerTable, Callers, Wallet};
pub use credentials::{Credentials, Identity};
pub(crate) use explain::parse_toml;
pub use fixtures::{Fixtures, Mint};
pub use given::Given;
pub use http::{Http, HttpVersion};
pub use operations::OperationValues;
pub(crate) use origin::Origin;
pub use origin::ProfileError;
pub use party::{Member, Party};
pub(crate) use policy::one_of;
pub use policy::{Policies, Policy};
pub use role::Role;
pub use source::{Credential, Source};
pub(crate) use source::{variable, variable_of};
pub use timing::{Clock, Latency, Timeouts};
pub use tls::{Certificate, Tls, TlsFiles};
pub use waiver::Waiver;
pub(crate) use waiver::day;

/// The description of a deployment by its owner.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The hosts that the deployment's owner allows to test, such as `staging.example.com`. This machine needs no
    /// permission; any other host is refused unless it is listed here or named by `--i-own`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The user who may revoke: an admin, or a user who revokes their own tokens. Needed where the contract has the revoke
    /// operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Party>,
    /// A user of the operator's business who may not revoke the operator's tokens. Without one, the cases about
    /// insufficient permissions are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// A user of another business. Without one, the cases about tenancy are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outsider: Option<Party>,
    /// The callers of other operations than the revoke operation, with their credentials by security scheme.
    #[serde(default, skip_serializing_if = "Callers::is_empty")]
    pub callers: Callers,
    /// The supply of disposable tokens.
    #[serde(default)]
    pub fixtures: Fixtures,
    /// The companion operations of the deployment.
    #[serde(default)]
    pub companions: Companions,
    /// The deployment's choices where the contract leaves one.
    #[serde(default)]
    pub policy: Policies,
    /// The allowed error of the deployment's clock.
    #[serde(default)]
    pub clock: Clock,
    /// The timeouts of the suite.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// The bounds of answers.
    #[serde(default)]
    pub answers: Answers,
    /// The trust in the deployment's certificate.
    #[serde(default)]
    pub tls: Tls,
    /// The versions of HTTP that the suite speaks.
    #[serde(default)]
    pub http: Http,
    /// The longest times of answers. Unset: times are reported, and no case fails because of them.
    #[serde(default)]
    pub latency: Latency,
    /// Values for parameters in derived cases, by parameter name, such as the id of an existing resource. Without one the
    /// contract's own example is sent, or a sample of the parameter's schema. `{ env = "NAME" }` names the environment variable
    /// that has the value, in capitals; reports then show that name.
    #[serde(
        default,
        deserialize_with = "operations::texts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schemars(schema_with = "operations::schema_of_texts")]
    pub parameters: BTreeMap<String, Value>,
    /// Values for the requests of single operations, by operation: `POST /orders`, or its `operationId`. They have
    /// precedence over `parameters`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<String, OperationValues>,
    /// The cases that may be skipped in a run that passes.
    #[serde(default, rename = "waiver", skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

/// The companion operations of the deployment.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Companions {
    /// `POST /api/v1/tokens`, as its published page has it.
    pub create: bool,
    /// `GET /api/v1/tokens`, as its published page has it, or as `list_items` says.
    pub list: bool,
    /// For a list of another shape than the published page's, which answers all live tokens of the caller at once: the JSON
    /// pointer of the tokens in its answer, such as `/tokens`, or an empty text for an answer that is a JSON array. The cases
    /// about pages, order and `include_revoked` then do not apply; those about who may see what do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_items: Option<String>,
    /// The most active tokens of one user (2 to 100), which is then checked: ten, by the published page. Unset: not
    /// checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_tokens: Option<u32>,
}

impl Default for Companions {
    fn default() -> Self {
        Companions {
            create: true,
            list: true,
            list_items: None,
            active_tokens: None,
        }
    }
}

impl Profile {
    /// Reads a profile from a file. Its credentials are not fetched yet.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or does not hold what a profile holds.
    pub fn load(path: &Path) -> Result<(Profile, String), ProfileError> {
        let text = std::fs::read_to_string(path).map_err(|error| ProfileError {
            file: path.to_owned(),
            place: String::new(),
            problem: format!("cannot be read: {error}"),
            remedy:
                "Name a file with --profile; `conformance schema profile` describes what it holds."
                    .to_owned(),
        })?;
        Ok((Profile::parse(path, &text)?, text))
    }

    /// Reads a profile from its text; `path` is only for messages.
    ///
    /// # Errors
    /// When the text is not TOML, or does not hold what a profile holds.
    pub fn parse(path: &Path, text: &str) -> Result<Profile, ProfileError> {
        Profile::read(Origin { path, text })
    }

    /// Reads a profile from its text.
    ///
    /// # Errors
    /// As [`Profile::parse`].
    pub(crate) fn read(origin: Origin<'_>) -> Result<Profile, ProfileError> {
        let help = ("`conformance schema profile`", "a profile");
        let profile: Profile = parse_toml(origin, help)?;
        profile.check(origin)?;
        Ok(profile)
    }

    /// Checks that the profile has what the contract's cases need: with the revoke operation, a business of each user.
    ///
    /// # Errors
    /// For the first business that is missing.
    pub(crate) fn check_for(
        &self,
        contract: &Contract,
        origin: Origin<'_>,
    ) -> Result<(), ProfileError> {
        self.callers.check_for(contract, origin)?;
        operations::check(&self.operations, contract, origin)?;
        if !contract.has_revoke() {
            return Ok(());
        }
        if self.operator.is_none() {
            return Err(origin.error_at(
                0,
                "operator",
                "missing field `operator`",
                "Add the key; `conformance schema profile` describes it.",
            ));
        }
        let parties = [
            ("operator", self.operator.as_ref()),
            ("outsider", self.outsider.as_ref()),
        ];
        for (table, party) in parties {
            if party.is_some_and(|party| party.business_id.is_none()) {
                return Err(origin.error_in(
                    (table, "business_id"),
                    "the business is missing, and the revoke operation of the contract acts in one",
                    "Add the id that `x-business-id` names, such as business_id = \"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\".",
                ));
            }
        }
        Ok(())
    }

    /// Returns the JSON Schema of a profile.
    #[must_use]
    pub fn schema() -> schemars::Schema {
        schemars::generate::SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator()
            .into_root_schema_for::<Profile>()
    }

    /// Checks the bounds that the types cannot express.
    fn check(&self, origin: Origin<'_>) -> Result<(), ProfileError> {
        let bounded = [
            ("fixtures", "max_live", self.fixtures.max_live, 1, 1000),
            ("clock", "skew_seconds", self.clock.skew_seconds, 0, 3600),
            (
                "timeouts",
                "connect_seconds",
                self.timeouts.connect_seconds,
                1,
                600,
            ),
            (
                "timeouts",
                "exchange_seconds",
                self.timeouts.exchange_seconds,
                1,
                600,
            ),
            (
                "timeouts",
                "case_seconds",
                self.timeouts.case_seconds,
                1,
                3600,
            ),
            (
                "timeouts",
                "forgetting_seconds",
                self.timeouts.forgetting_seconds,
                0,
                3600,
            ),
        ];
        let optional = [
            (
                "companions",
                "active_tokens",
                self.companions.active_tokens,
                2,
                100,
            ),
            ("answers", "max_mib", self.answers.max_mib, 1, 1024),
            ("latency", "revoke_ms", self.latency.revoke_ms, 1, 60_000),
        ];
        let optional = (optional.into_iter())
            .filter_map(|(table, key, value, least, most)| Some((table, key, value?, least, most)));
        for (table, key, value, least, most) in bounded.into_iter().chain(optional) {
            if value < least || value > most {
                let problem = format!("{value} is out of bounds");
                let remedy = format!("Write a number from {least} to {most}.");
                return Err(origin.error_in((table, key), problem, remedy));
            }
        }
        if let Some(Mint::Command(words)) = &self.fixtures.mint
            && words.is_empty()
        {
            return Err(origin.error_in(
                ("fixtures", "mint"),
                "the command is empty",
                "Write the program and its arguments: { command = [\"./mint\", \"--json\"] }.",
            ));
        }
        if let Some(pointer) = &self.companions.list_items
            && !(pointer.is_empty() || pointer.starts_with('/'))
        {
            return Err(origin.error_in(
                ("companions", "list_items"),
                format!("{pointer:?} is not a JSON pointer"),
                "Write the path of the tokens in the list's answer, such as \"/tokens\", or \"\" for a JSON array.",
            ));
        }
        let operator = (self.operator.as_ref()).and_then(|operator| operator.email.as_ref());
        let member = self
            .member
            .as_ref()
            .and_then(|member| member.email.as_ref());
        let outsider = self
            .outsider
            .as_ref()
            .and_then(|outsider| outsider.email.as_ref());
        let emails = [
            ("operator", operator),
            ("member", member),
            ("outsider", outsider),
        ];
        for (table, email) in emails {
            if let Some(email) = email.filter(|email| !email.trim_matches('@').contains('@')) {
                let problem = format!("{email:?} is not an e-mail address");
                let remedy = "Write the address that `revoked_by` shows, or leave the key out.";
                return Err(origin.error_in((table, "email"), problem, remedy));
            }
        }
        for waiver in &self.waivers {
            waiver.check(origin)?;
        }
        if let Some(set) = &self.policy.bad_input
            && (set.is_empty() || set.iter().any(|status| !(400..500).contains(status)))
        {
            return Err(origin.error_in(
                ("policy", "bad_input"),
                "not statuses of a refusal",
                "Write statuses from 400 to 499, such as [400, 422].",
            ));
        }
        for policy in Policy::ALL {
            let Some(set) = self.policy.get(policy) else {
                continue;
            };
            if !policy.settable().contains(&set) {
                let problem = format!(
                    "{set} is not an answer that the contract documents for this situation"
                );
                let remedy = format!(
                    "Write {}, or leave the key out to accept any of them.",
                    policy.choices()
                );
                let key = ("policy", policy.key());
                return Err(origin.error_in(key, problem, remedy));
            }
        }
        Ok(())
    }
}
