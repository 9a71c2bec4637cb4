//! How long answers take. Reported for every deployment; held to a bound where the profile sets one.

use std::time::Duration;

use super::clauses;
use crate::case::{Case, steps};

/// How many revocations are measured: few, since each takes a token.
const MEASURED: usize = 3;

/// The one in the middle.
pub(super) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations
        .get(durations.len() / 2)
        .copied()
        .unwrap_or_default()
}

/// For people: `1.234 ms`.
pub(super) fn shown(duration: Duration) -> String {
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
                    durations.push(t.revoked(t.own(n)).await?.duration());
                }
                let median = median(durations);
                let bound = t.deployment().profile.latency.revoke_ms;
                let bound = bound.map(|bound| Duration::from_millis(bound.into()));
                let expected = match bound {
                    Some(bound) => format!(
                        "at most {}, by latency.revoke_ms of the profile",
                        shown(bound)
                    ),
                    None => {
                        "reported; latency.revoke_ms of the profile would set a bound".to_owned()
                    }
                };
                let held = bound.is_none_or(|bound| median <= bound);
                t.expect(
                    "the median of three revocations",
                    held,
                    expected,
                    shown(median),
                )
            })),
    ];
