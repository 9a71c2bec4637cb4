//! Whether the store answers, as the log shows it: one line when it fails, and one with the number of failures when it is over.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The time without a failure after which an outage is over: writes may fail while reads succeed.
const QUIET: Duration = Duration::from_secs(5);

/// The outage of this process's store.
pub(crate) static OUTAGE: Outage = Outage {
    lasts: AtomicBool::new(false),
    failures: Mutex::new(None),
};

/// The failures of an outage that is not over: their number, and the instant of the last one.
#[derive(Debug)]
pub(crate) struct Outage {
    lasts: AtomicBool,
    failures: Mutex<Option<(u64, Instant)>>,
}

impl Outage {
    /// Notes a failure; logs the first one.
    pub(crate) fn failed(&self, error: &impl fmt::Display) {
        let mut failures = self.failures.lock();
        let (number, _) = failures.unwrap_or((0, Instant::now()));
        if number == 0 {
            tracing::error!(%error, "the store does not answer");
            self.lasts.store(true, Ordering::Relaxed);
        }
        *failures = Some((number + 1, Instant::now()));
    }

    /// Notes an answer; logs the end of an outage.
    pub(crate) fn answered(&self) {
        if !self.lasts.load(Ordering::Relaxed) {
            return;
        }
        let mut failures = self.failures.lock();
        if let Some((number, last)) = *failures
            && last.elapsed() >= QUIET
        {
            tracing::warn!(failures = number, "the store answers again");
            *failures = None;
            self.lasts.store(false, Ordering::Relaxed);
        }
    }
}
