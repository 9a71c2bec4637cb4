//! Times in a profile: timeouts, bounds of latency, and the error of the clock.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The deployment's clock.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// The largest difference to the suite's clock, in seconds (0 to 3600).
    pub skew_seconds: u32,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { skew_seconds: 5 }
    }
}

/// The longest times of answers.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Latency {
    /// The longest median time of a revocation, in milliseconds (1 to 60000).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_ms: Option<u32>,
}

/// The timeouts of the suite.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For a connection, in seconds (1 to 600).
    pub connect_seconds: u32,
    /// For a whole answer, in seconds (1 to 600).
    pub exchange_seconds: u32,
    /// For a whole case, in seconds (1 to 3600).
    pub case_seconds: u32,
    /// The pause after a revocation, after which the token is tried again, in seconds (0 to 3600). The default is longer than the
    /// shortest lifetimes that caches of credentials usually have, which are five seconds.
    pub forgetting_seconds: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect_seconds: 5,
            exchange_seconds: 15,
            case_seconds: 120,
            forgetting_seconds: 6,
        }
    }
}

impl Timeouts {
    /// Returns the longest time of a connection attempt.
    #[must_use]
    pub fn connect(&self) -> Duration {
        Duration::from_secs(self.connect_seconds.into())
    }

    /// Returns the longest time of a whole answer.
    #[must_use]
    pub fn exchange(&self) -> Duration {
        Duration::from_secs(self.exchange_seconds.into())
    }

    /// Returns the longest time of a whole case.
    #[must_use]
    pub fn case(&self) -> Duration {
        Duration::from_secs(self.case_seconds.into())
    }

    /// Returns the pause after which a revoked token is tried again.
    #[must_use]
    pub fn forgetting(&self) -> Duration {
        Duration::from_secs(self.forgetting_seconds.into())
    }
}
