//! The breaker: it stops a run early when a prerequisite of its cases fails, so that the cause is reported once and the
//! run ends.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::faults::{REVOKED_WORKS, TOO_SLOW};
use crate::case::Effect;

/// An exchange that takes longer than this part of the run's time is slow.
const SLOW_PART: u32 = 12;

/// The number of slow exchanges, without a fast one of the operation under test, after which the deployment counts as too slow.
const MOST_SLOW: u32 = 3;

/// The number of failed attempts to mint a token, without a success, after which none can be minted.
const MOST_UNMINTED: u32 = 3;

/// The number of failed attempts in a row after which none can be minted any more, although some were.
const MOST_UNMINTED_IN_A_ROW: u32 = 6;

/// The number of tokens that still work after their revocation, without one that is refused, after which revocations do
/// nothing. The first case of a run has two.
const MOST_WORKING: u32 = 3;

/// Why a run stops early: in words, and the fault that the cases show which found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Early {
    pub(crate) why: String,
    pub(crate) fault: String,
}

/// What stops a run early.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    slow: u32,
    too_slow: Option<String>,
    unminted: u32,
    why_unminted: String,
    unminted_fault: String,
    minted: bool,
    working: u32,
    refused: bool,
}

impl Breaker {
    /// Records how long an exchange took, and how it ended if there was no whole answer. One that is about the operation under test
    /// shows that the deployment is not too slow.
    pub(super) fn took(
        &self,
        duration: Duration,
        timeout: Option<String>,
        run: Duration,
        is_tested: bool,
    ) {
        let mut counts = self.counts();
        if timeout.is_none() && duration <= run / SLOW_PART {
            if is_tested {
                counts.slow = 0;
            }
            return;
        }
        counts.slow += 1;
        if counts.slow >= MOST_SLOW {
            let last = timeout.unwrap_or_else(|| format!("{} s", duration.as_secs()));
            counts.too_slow.get_or_insert(format!(
                "the deployment answers too slowly: {MOST_SLOW} requests in a row took too long (the last: {last})"
            ));
        }
    }

    /// Records an attempt to mint a token of the operator; an error says why there is none, and what fault that shows.
    pub(super) fn minted(&self, outcome: Result<(), (String, String)>) {
        let mut counts = self.counts();
        match outcome {
            Ok(()) => (counts.minted, counts.unminted) = (true, 0),
            Err((why, fault)) => {
                counts.unminted += 1;
                (counts.why_unminted, counts.unminted_fault) = (why, fault);
            }
        }
    }

    /// Records whether a token was refused after its revocation was answered with 201.
    pub(super) fn revoked(&self, is_refused: bool) {
        let mut counts = self.counts();
        match is_refused {
            true => counts.refused = true,
            false => counts.working += 1,
        }
    }

    /// Returns whether revocations were seen to revoke, and none was seen to do nothing.
    pub(super) fn revocations_hold(&self) -> bool {
        let counts = self.counts();
        counts.refused && counts.working == 0
    }

    /// Returns why no request is worth sending any more.
    pub(super) fn too_slow(&self) -> Option<String> {
        self.counts().too_slow.clone()
    }

    /// Returns why no case with such an effect is worth running any more.
    pub(super) fn cause(&self, effect: Effect) -> Option<Early> {
        let counts = self.counts();
        if let Some(why) = &counts.too_slow {
            return Some(Early {
                why: why.clone(),
                fault: TOO_SLOW.to_owned(),
            });
        }
        // Other effects need no token.
        if effect != Effect::Revokes {
            return None;
        }
        if counts.working >= MOST_WORKING && !counts.refused {
            return Some(Early {
                why: format!(
                    "revocations do nothing: {} tokens still work after their revocation was answered with 201",
                    counts.working
                ),
                fault: REVOKED_WORKS.to_owned(),
            });
        }
        let (most, since) = match counts.minted {
            true => (MOST_UNMINTED_IN_A_ROW, " any more"),
            false => (MOST_UNMINTED, ""),
        };
        let none = counts.unminted >= most;
        none.then(|| Early {
            why: format!(
                "no disposable token can be minted{since}: {}",
                counts.why_unminted
            ),
            fault: counts.unminted_fault.clone(),
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
