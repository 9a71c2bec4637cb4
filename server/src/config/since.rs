//! The value of `server audit --since`.

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::timestamp::Timestamp;

/// The instant of the earliest event that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since(Timestamp);

impl Since {
    /// Returns the instant.
    pub(crate) fn instant(self) -> Timestamp {
        self.0
    }
}

impl FromStr for Since {
    type Err = String;

    /// Reads an instant (RFC 3339), a day (UTC), or how long ago: `90s`, `15m`, `24h`, `7d`.
    fn from_str(text: &str) -> Result<Self, String> {
        let instant = || {
            DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| at.to_utc())
        };
        let day = || {
            let midnight = text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?;
            Some(midnight.and_utc())
        };
        instant()
            .or_else(day)
            .or_else(|| ago(text))
            .map(|at| Self(Timestamp::from_micros(at.timestamp_micros())))
            .ok_or_else(|| {
                "give an instant such as 2026-01-31T08:00:00Z, a day such as 2026-01-31, or how long ago, such as 24h or 7d"
                    .to_owned()
            })
    }
}

/// Returns the instant that lies this long ago; nothing for a text that is not a number with a unit.
fn ago(text: &str) -> Option<DateTime<Utc>> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    let now = Utc::now();
    let seconds = |each: i64| now.checked_sub_signed(TimeDelta::seconds(i64::from(number) * each));
    match unit {
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        "d" => now.checked_sub_days(Days::new(u64::from(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_days_and_spans_are_read() {
        let at = |text: &str| text.parse::<Since>().map(|Since(at)| at.as_micros());
        assert_eq!(at("1970-01-01T00:00:01+00:00"), Ok(1_000_000));
        assert_eq!(at("1970-01-02"), Ok(86_400_000_000));
        let now = Timestamp::now().as_micros();
        for (text, seconds) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)] {
            let difference = now - at(text).unwrap() - seconds * 1_000_000;
            assert!(difference.abs() < 60_000_000, "{text}");
        }
        for bad in ["", "h", "yesterday", "7w", "-1h", "é", "2026-13-01"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }
}
