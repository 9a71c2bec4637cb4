//! The duration of answers: reported for every deployment, and checked if the profile sets a bound.

use std::time::Duration;

use super::clauses;
use crate::case::{Case, steps};

/// The number of measured revocations: small, since each needs a token.
const MEASURED: usize = 3;

/// Returns the middle one of the durations.
pub(super) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations
        .get(durations.len() / 2)
        .copied()
        .unwrap_or_default()
}

/// Formats a duration as in `1.234 ms`.
pub(super) fn milliseconds(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}

pub(super) const CASES: &[Case] =
    &[
        Case::must("latency.revocation_is_within_the_bound", clauses::LATENCY)
            .covers(&["/responses/201"])
            .own(MEASURED as u32)
            .steps(steps!(|t| {
                let mut durations = Vec::new();
                for n in 0..MEASURED {
                    durations.push(t.revoke(t.own(n)).await?.duration());
                }
                let median = median(durations);
                let bound = t.deployment().profile.latency.revoke_ms;
                let bound = bound.map(|bound| Duration::from_millis(bound.into()));
                let expected = match bound {
                    Some(bound) => format!(
                        "at most {} (latency.revoke_ms of the profile)",
                        milliseconds(bound)
                    ),
                    None => "reported only, since latency.revoke_ms of the profile is not set"
                        .to_owned(),
                };
                let held = bound.is_none_or(|bound| median <= bound);
                t.expect(
                    "the median of three revocations",
                    held,
                    expected,
                    milliseconds(median),
                )
            })),
    ];
