//! Everything that the suite knows about a deployment: who may do what, how disposable tokens are had, and what the
//! deployment does where the contract leaves a choice.
//!
//! A profile is TOML and holds no secret: credentials are named by environment variable or file. [`Profile::load`]
//! reads one and says for each mistake where it is and what to do about it; `Credentials::resolve` fetches the
//! credentials that it names.

mod credentials;
mod explain;
mod origin;
mod policy;
mod role;
mod source;
mod tls;
mod waiver;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contract::Contract;

pub use credentials::{Credentials, Identity};
pub(crate) use origin::Origin;
pub use origin::ProfileError;
pub(crate) use policy::one_of;
pub use policy::{Policies, Policy};
pub use role::Role;
pub use source::Source;
pub(crate) use source::variable;
pub use tls::Tls;
pub use waiver::Waiver;

/// A deployment, as its owner describes it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The hosts that the deployment's owner allows the suite to be run against, such as `staging.example.com`. This
    /// machine itself needs no leave; any other host is refused unless it stands here or is named by `--i-own`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Who may revoke: an admin, or a user who revokes their own tokens.
    pub operator: Party,
    /// A user of the operator's business who may not revoke the operator's tokens. Without one, the cases about
    /// insufficient permissions are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// A user of another business. Without one, the cases about tenancy are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outsider: Option<Party>,
    /// How disposable tokens are had.
    #[serde(default)]
    pub fixtures: Fixtures,
    /// Which companion operations the deployment has.
    #[serde(default)]
    pub companions: Companions,
    /// What the deployment does where the contract leaves a choice.
    #[serde(default)]
    pub policy: Policies,
    /// How far the deployment's clock may be off.
    #[serde(default)]
    pub clock: Clock,
    /// How long the suite waits for what.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// How the deployment proves over TLS who it is.
    #[serde(default)]
    pub tls: Tls,
    /// How long answers may take. Unset: times are reported, and nothing gates.
    #[serde(default)]
    pub latency: Latency,
    /// Values for the parameters of operations that no case was written for, by parameter name, such as the id of a
    /// thing that is there. Without one the contract's own example is sent, or a sample of the parameter's schema.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The cases that may be skipped without the run being less of a pass.
    #[serde(default, rename = "waiver", skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

/// A user in a business.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Where the user's token is found.
    #[schemars(with = "Source")]
    pub token: toml::Spanned<Source>,
    /// The business, as `x-business-id` names it. The published revoke operation needs one, and so does any contract
    /// that has it; for others it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_id: Option<Uuid>,
    /// The user's e-mail address, which `revoked_by` is then held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where a token of the user is found that has expired. Without one, the case about expired tokens is skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Source>")]
    pub expired_token: Option<toml::Spanned<Source>>,
}

/// A user of the operator's business.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Where the user's token is found.
    #[schemars(with = "Source")]
    pub token: toml::Spanned<Source>,
    /// The user's e-mail address, which `revoked_by` is then held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// How disposable tokens are had.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fixtures {
    /// The way to mint one. Without it, every case that needs a disposable token is skipped.
    pub mint: Option<Mint>,
    /// How many disposable tokens of one user may be live at the same time (1 to 1000).
    pub max_live: u32,
}

impl Default for Fixtures {
    fn default() -> Self {
        // Ten active tokens are what the published service allows a user. One is the credential itself, one is left
        // for whoever works with the same user meanwhile.
        Fixtures {
            mint: None,
            max_live: 8,
        }
    }
}

/// A way to disposable tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mint {
    /// `POST /api/v1/tokens` with the user's own credential; the answer may be wrapped in an envelope or bare.
    Api,
    /// A program and its arguments, run in the profile's folder. It is told by `CONFORMANCE_ROLE` whose token to make
    /// (operator, member, outsider) and by `CONFORMANCE_NAME` what to call it, and prints
    /// `{"id": "…", "token": "…", "jti": "…"}`.
    Command(Vec<String>),
    /// A file of tokens made beforehand, relative to the profile's folder: a JSON list of
    /// `{"owner": "operator", "id": "…", "token": "…", "jti": "…"}`. What was consumed is kept in `<file>.ledger`.
    Pool(PathBuf),
}

/// The companion operations that the deployment has.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Companions {
    /// `POST /api/v1/tokens`, as its published page has it.
    pub create: bool,
    /// `GET /api/v1/tokens`, as its published page has it.
    pub list: bool,
    /// How many active tokens of one user the deployment allows (2 to 100), which it is then held to: ten, by the
    /// published page. Unset: not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_tokens: Option<u32>,
}

impl Default for Companions {
    fn default() -> Self {
        Companions {
            create: true,
            list: true,
            active_tokens: None,
        }
    }
}

/// The deployment's clock.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// How far it may be off the suite's, in seconds (0 to 3600).
    pub skew_seconds: u32,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { skew_seconds: 5 }
    }
}

/// How long answers may take.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Latency {
    /// The most that the median answer to a revocation may take, in milliseconds (1 to 60000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_ms: Option<u32>,
}

/// How long the suite waits for what.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For a connection, in seconds (1 to 600).
    pub connect_seconds: u32,
    /// For a whole answer, in seconds (1 to 600).
    pub exchange_seconds: u32,
    /// For a whole case, in seconds (1 to 3600).
    pub case_seconds: u32,
    /// How long after a revocation the suite comes back to see whether it was forgotten, in seconds (0 to 3600).
    pub forgetting_seconds: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect_seconds: 5,
            exchange_seconds: 15,
            case_seconds: 120,
            forgetting_seconds: 2,
        }
    }
}

impl Timeouts {
    /// The time that a connection may take.
    #[must_use]
    pub fn connect(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.into())
    }

    /// The time that a whole answer may take.
    #[must_use]
    pub fn exchange(&self) -> Duration {
        Duration::from_secs(self.exchange_seconds.into())
    }

    /// The time that a whole case may take.
    #[must_use]
    pub fn case(&self) -> Duration {
        Duration::from_secs(self.case_seconds.into())
    }

    /// The pause before a revocation is looked at again.
    #[must_use]
    pub fn forgetting(&self) -> Duration {
        Duration::from_secs(self.forgetting_seconds.into())
    }
}

impl Profile {
    /// Reads a profile from a file. The credentials that it names are not looked at yet.
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

    pub(crate) fn read(origin: Origin<'_>) -> Result<Profile, ProfileError> {
        let profile: Profile =
            toml::from_str(origin.text).map_err(|error| explain::explain(origin, &error))?;
        profile.check(origin)?;
        Ok(profile)
    }

    /// Checks that the profile has what the cases of a contract cannot do without: where it holds the revoke
    /// operation, the business of each user who acts in it.
    ///
    /// # Errors
    /// For the first business that is missing.
    pub(crate) fn check_for(
        &self,
        contract: &Contract,
        origin: Origin<'_>,
    ) -> Result<(), ProfileError> {
        if !contract.has_revoke() {
            return Ok(());
        }
        let parties = [
            ("operator", Some(&self.operator)),
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

    /// The JSON Schema of a profile.
    #[must_use]
    pub fn schema() -> schemars::Schema {
        schemars::generate::SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator()
            .into_root_schema_for::<Profile>()
    }

    /// The bounds that the types cannot hold.
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
        for waiver in &self.waivers {
            waiver.check(origin)?;
        }
        for policy in Policy::ALL {
            let Some(set) = self.policy.get(policy) else {
                continue;
            };
            if !policy.documented().contains(&set) {
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
