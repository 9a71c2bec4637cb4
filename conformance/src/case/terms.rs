//! The terms of a case: its level, its effect, and the clause that it cites.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The level of a demand, by RFC 2119.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A failure makes the run fail.
    Must,
    /// A failure is a warning; under `--strict` it makes the run fail.
    Should,
    /// A failure is a warning, under `--strict` too.
    May,
}

impl Level {
    /// Returns the level as RFC 2119 spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
        }
    }
}

/// The most that a case could do to the deployment. Each includes the ones before it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing even on a broken deployment: reads, and requests without a working credential that name no
    /// token that exists.
    Safe,
    /// Asks, with a working credential, for what a sound deployment refuses; a broken one might obey.
    Risks,
    /// Mints disposable tokens and revokes them.
    Revokes,
    /// Creates things by `POST`, such as an order, and deletes again what it created. Nothing that was there is changed.
    Create,
    /// Also changes, by `PUT`, `PATCH` and other `POST` requests, what the run created, and what the profile calls
    /// `expendable`.
    Change,
    /// Also deletes, as a test, what the run created, and what the profile calls `expendable`.
    Delete,
}

impl Effect {
    /// Returns the value of `--allow`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Effect::Safe => "safe",
            Effect::Risks => "risks",
            Effect::Revokes => "revokes",
            Effect::Create => "create",
            Effect::Change => "change",
            Effect::Delete => "delete",
        }
    }
}

/// The text that a case cites; a failure shows it.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Clause {
    /// Where the text is: the published page, its OpenAPI slice, or an RFC with its section.
    pub source: &'static str,
    /// The text itself.
    pub text: &'static str,
}
