//! The terms in which a case is declared: how much depends on it, what it could do, and the text that it cites.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much depends on a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Gates: a failure makes the run fail.
    Must,
    /// Warns; gates under `--strict`.
    Should,
    /// Is observed, and never gates.
    May,
}

impl Level {
    /// The level as RFC 2119 spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
        }
    }
}

/// What a case could do to the deployment. Each includes the ones before it.
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
}

impl Effect {
    /// The word that `--allow` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Effect::Safe => "safe",
            Effect::Risks => "risks",
            Effect::Revokes => "revokes",
        }
    }
}

/// The text that a case stands on, so that a failure can show it.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Clause {
    /// Where the text stands: the published page, its OpenAPI slice, or an RFC with its section.
    pub source: &'static str,
    /// The text itself.
    pub text: &'static str,
}
