//! The limits of a run: a budget of requests, and a rate.
//!
//! A request that may create a token reserves two more, so that the token can be revoked even when the budget is used
//! up: one for the revocation, one to check whether the token still works.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most requests that the clean-up of one token takes: its revocation, and a use that must be refused.
pub(super) const CLEAN_UP: u64 = 2;

/// The time of a run in seconds, unless its caller asks for another.
pub const MAX_SECONDS: u32 = 120;

/// How much a run may send to a deployment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most requests of the whole run, clean-up included; `None` means no limit.
    pub max_requests: Option<u64>,
    /// The most requests a second; `None` means no limit.
    pub rate: Option<u32>,
    /// The most seconds of the cases; `None` means no limit.
    pub max_seconds: Option<u32>,
}

/// The purpose of a request, as the budget sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// A step of a case.
    Step,
    /// A request that may create a token.
    Minting,
    /// The revocation of a minted token, for which requests are reserved.
    CleanUp,
}

/// The budget and the rate of a run.
#[derive(Debug)]
pub(crate) struct Pace {
    limits: Limits,
    begun: Instant,
    budget: Mutex<Budget>,
    /// When the next request may be sent.
    next: Mutex<Instant>,
}

#[derive(Debug, Default)]
struct Budget {
    sent: u64,
    reserved: u64,
}

impl Pace {
    pub(crate) fn new(limits: Limits) -> Pace {
        Pace {
            limits,
            begun: Instant::now(),
            budget: Mutex::default(),
            next: Mutex::new(Instant::now()),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the time that is left for cases; `None` means no limit.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let most = Duration::from_secs(self.limits.max_seconds?.into());
        Some(most.saturating_sub(self.begun.elapsed()))
    }

    /// Returns how many requests were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.budget().sent
    }

    /// Takes a request from the budget. An error is the budget's size: it is used up.
    pub(crate) fn take(&self, errand: Errand) -> Result<(), u64> {
        let mut budget = self.budget();
        let reserve = match errand {
            Errand::Step | Errand::CleanUp => 0,
            Errand::Minting => CLEAN_UP,
        };
        if let (Some(most), Errand::Step | Errand::Minting) = (self.limits.max_requests, errand)
            && budget.sent + budget.reserved + 1 + reserve > most
        {
            return Err(most);
        }
        budget.sent += 1;
        budget.reserved += reserve;
        Ok(())
    }

    /// Returns the budget's size if no request remains for a case.
    pub(crate) fn exhausted(&self) -> Option<u64> {
        let budget = self.budget();
        (self.limits.max_requests).filter(|most| budget.sent + budget.reserved >= *most)
    }

    /// Reserves requests, such as those for a token that no request created.
    pub(crate) fn reserve(&self, requests: u64) {
        self.budget().reserved += requests;
    }

    /// Frees reserved requests that are not needed any more.
    pub(crate) fn release(&self, requests: u64) {
        let mut budget = self.budget();
        budget.reserved = budget.reserved.saturating_sub(requests);
    }

    /// Keeps further requests back for a time.
    pub(crate) fn hold(&self, pause: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(Instant::now() + pause);
    }

    /// Waits until the rate allows another request.
    pub(crate) async fn turn(&self) {
        let Some(rate) = self.limits.rate else {
            let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
            if next > Instant::now() {
                tokio::time::sleep_until(next).await;
            }
            return;
        };
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + Duration::from_secs(1) / rate.max(1);
            at
        };
        tokio::time::sleep_until(at).await;
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{CLEAN_UP, Errand, Limits, Pace};

    #[test]
    fn budget_keeps_enough_to_revoke_what_was_minted() {
        let pace = Pace::new(Limits {
            max_requests: Some(5),
            rate: None,
            max_seconds: None,
        });
        assert_eq!(pace.take(Errand::Minting), Ok(()));
        assert_eq!(pace.take(Errand::Step), Ok(()));
        assert_eq!(pace.take(Errand::Minting), Err(5));
        assert_eq!(pace.take(Errand::Step), Ok(()));
        assert_eq!(pace.take(Errand::Step), Err(5), "two are kept");
        assert_eq!(pace.take(Errand::CleanUp), Ok(()));
        pace.release(CLEAN_UP);
        assert_eq!(pace.take(Errand::Step), Ok(()));
        assert_eq!(pace.take(Errand::Step), Err(5));
        assert_eq!(pace.sent(), 5);
    }
}
