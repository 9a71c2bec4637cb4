//! Instants as the service keeps and shows them.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

/// An instant in UTC with microsecond resolution, which is what the store keeps and what answers show.
///
/// Serialised as RFC 3339 with six fractional digits and the offset `Z`: `2026-01-02T03:04:05.000006Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The current instant, cut to microseconds so that it survives the store unchanged.
    pub(crate) fn now() -> Self {
        Self::from_micros(Utc::now().timestamp_micros())
    }

    /// The instant that lies `micros` microseconds after the Unix epoch.
    ///
    /// Every value that the store can hold for an instant of this service lies in chrono's range of 262,000 years; one that
    /// does not is shown as the epoch rather than ending the process.
    pub(crate) fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// The same instant as chrono has it, which PostgreSQL's driver takes.
    pub(crate) fn as_utc(self) -> DateTime<Utc> {
        self.0
    }

    /// An instant of PostgreSQL, whose resolution is a microsecond too.
    pub(crate) fn from_utc(instant: DateTime<Utc>) -> Self {
        Self::from_micros(instant.timestamp_micros())
    }

    /// Microseconds since the Unix epoch.
    pub(crate) fn as_micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Whole seconds since the Unix epoch, as JWT's `NumericDate` (RFC 7519, section 2) counts them.
    pub(crate) fn as_seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Whether this instant comes less than `after` behind `earlier`, or before it.
    pub(crate) fn is_within(self, after: Duration, earlier: Self) -> bool {
        let passed = self.as_micros().saturating_sub(earlier.as_micros());
        !u128::try_from(passed).is_ok_and(|passed| passed >= after.as_micros())
    }

    /// The instant some time later, cut to whole seconds so that the store's expiry and the token's `exp` are the same
    /// instant.
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
