//! Instants, as the store keeps them and responses show them.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant in UTC with microsecond resolution.
///
/// Serialised as RFC 3339 with six fractional digits and the offset `Z`: `2026-01-02T03:04:05.000006Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Returns the current instant, cut to microseconds: the store returns it unchanged.
    pub(crate) fn now() -> Self {
        Self::from_micros(Utc::now().timestamp_micros())
    }

    /// Returns the instant `micros` microseconds after the Unix epoch.
    ///
    /// Every instant of this service lies in chrono's range of 262,000 years. A value outside of it becomes the epoch rather
    /// than a panic.
    pub(crate) fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// Returns the instant as chrono's type, which PostgreSQL's driver accepts.
    pub(crate) fn as_utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Converts an instant of PostgreSQL, whose resolution is a microsecond too.
    pub(crate) fn from_utc(instant: DateTime<Utc>) -> Self {
        Self::from_micros(instant.timestamp_micros())
    }

    /// Returns the microseconds since the Unix epoch.
    pub(crate) fn as_micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Returns the whole seconds since the Unix epoch: JWT's `NumericDate` (RFC 7519, section 2).
    pub(crate) fn as_seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns whether less than `limit` has passed from `earlier` to this instant, or this instant is the earlier one.
    pub(crate) fn is_within(self, limit: Duration, earlier: Self) -> bool {
        let passed = self.as_micros().saturating_sub(earlier.as_micros());
        !u128::try_from(passed).is_ok_and(|passed| passed >= limit.as_micros())
    }

    /// Returns the instant `lifetime` after this one, cut to whole seconds: the store's expiry and the token's `exp` are then
    /// the same instant.
    pub(crate) fn expiry_after(self, lifetime: Duration) -> Self {
        Self(DateTime::from_timestamp(self.as_seconds(), 0).unwrap_or(self.0) + lifetime)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
