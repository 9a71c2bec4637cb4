//! Waivers: cases that a deployment's owner allows to be skipped, for a reason and until a day.

use chrono::{NaiveDate, Utc};
use openapi::waiver::{self, Waived};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::origin::{Origin, ProfileError};

/// A case that may be skipped in a run that passes, if the profile cannot meet its needs. A case that fails, or that
/// `--allow` excludes, is not waived.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The case's id, or an area: `tenancy.*`.
    #[schemars(with = "String")]
    pub case: toml::Spanned<String>,
    /// The reason.
    pub reason: String,
    /// The last day on which it holds (UTC). From the next day on the profile is refused.
    #[serde(deserialize_with = "day")]
    pub expires: NaiveDate,
}

pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    waiver::day(&toml::Value::deserialize(deserializer)?)
        .map_err(|_| D::Error::custom("invalid value: expected a day such as 2027-01-31"))
}

impl Waiver {
    /// Returns whether it is about a case.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        let case = self.case.get_ref();
        match case.strip_suffix('*') {
            Some(area) => area.ends_with('.') && id.starts_with(area),
            None => id == case,
        }
    }

    /// Returns the waiver as reports hold it.
    #[must_use]
    pub fn waived(&self) -> Waived {
        Waived {
            reason: self.reason.clone(),
            expires: self.expires,
        }
    }

    /// Builds the error of a mistake in this waiver.
    pub(crate) fn wrong(&self, origin: Origin<'_>, problem: String, remedy: &str) -> ProfileError {
        origin.error_at(self.case.span().start, "waiver.case", problem, remedy)
    }

    pub(super) fn check(&self, origin: Origin<'_>) -> Result<(), ProfileError> {
        let case = self.case.get_ref();
        if waiver::is_empty_reason(&self.reason) {
            let problem = format!("the waiver of `{case}` gives no reason");
            return Err(self.wrong(origin, problem, "Say why the case may be skipped."));
        }
        if self.waived().has_expired(Utc::now().date_naive()) {
            let problem = format!("the waiver of `{case}` expired after {}", self.expires);
            let remedy =
                "Make the case run, or decide again: a later day, with a reason that still holds.";
            return Err(self.wrong(origin, problem, remedy));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Waiver;

    #[test]
    fn waiver_names_a_case_or_a_whole_area() {
        let names = |case: &str, id: &str| {
            let text = format!("case = \"{case}\"\nreason = \"r\"\nexpires = 2099-12-31\n");
            let waiver: Waiver = toml::from_str(&text).expect("a waiver");
            waiver.names(id)
        };
        assert!(names("tenancy.*", "tenancy.unknown_business"));
        assert!(names(
            "tenancy.unknown_business",
            "tenancy.unknown_business"
        ));
        assert!(!names("tenancy.unknown", "tenancy.unknown_business"));
        assert!(!names("ten*", "tenancy.unknown_business"));
        assert!(!names("*", "tenancy.unknown_business"));
    }
}
