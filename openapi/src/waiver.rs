//! What every waiver has, of a change between documents or of a case of a conformance run: a reason and a last day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The reason and the last day of a waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// The last day on which the waiver holds (UTC).
    pub expires: NaiveDate,
}

impl Waived {
    /// Returns whether the last day is over.
    #[must_use]
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires < today
    }
}

/// Returns whether a reason says nothing.
#[must_use]
pub fn is_empty_reason(reason: &str) -> bool {
    reason.trim().is_empty()
}

/// Reads a day (`2027-01-31`) as TOML writes one, bare or in quotes. The error is what is written instead.
///
/// # Errors
///
/// When it is not a day, or not written with ten characters.
pub fn day(value: &toml::Value) -> Result<NaiveDate, String> {
    let written = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) => date.to_string(),
        other => other.to_string(),
    };
    let day = NaiveDate::parse_from_str(&written, "%Y-%m-%d").ok();
    day.filter(|_| written.len() == 10).ok_or(written)
}
