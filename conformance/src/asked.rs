//! Questions that a run asks a deployment once, for all cases that need to know.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::case::Stop;

/// The number of cases that find the deployment busy, after which a question is not asked again.
const PATIENCE: u32 = 5;

/// Returns whether a status says that the deployment, or one behind it, is busy or away: the same request may succeed later
/// (RFC 9110, sections 15.6.3 to 15.6.5).
pub(crate) fn is_busy(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// A question. The first case that needs to know asks, others wait. A case that finds the deployment busy is blocked, and the next
/// one asks again.
#[derive(Debug)]
pub(crate) struct Asked<T> {
    known: OnceCell<T>,
    asked: AtomicU32,
    /// What the last case found that was blocked.
    last: Mutex<Option<T>>,
}

impl<T> Default for Asked<T> {
    fn default() -> Asked<T> {
        Asked {
            known: OnceCell::new(),
            asked: AtomicU32::new(0),
            last: Mutex::new(None),
        }
    }
}

impl<T: Clone> Asked<T> {
    /// Returns the answer; while there is none, what the last blocked case found, if it recorded that. `None` if nothing is known.
    pub(crate) fn known(&self) -> Option<T> {
        let last = || {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.clone()
        };
        self.known.get().cloned().or_else(last)
    }

    /// Asks, unless a case has asked. `ask` is told whether it may leave the question to the next case, by an error.
    pub(crate) async fn once<A>(&self, ask: impl FnOnce(bool) -> A) -> Result<T, Stop>
    where
        A: Future<Output = Result<T, Stop>>,
    {
        let known = self.known.get_or_try_init(|| {
            let before = self.asked.fetch_add(1, Ordering::Relaxed);
            ask(before < PATIENCE)
        });
        known.await.cloned()
    }

    /// Records what a case found that leaves the question to the next one.
    pub(crate) fn note(&self, found: T) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(found);
    }

    /// Answers the question, unless it is answered.
    pub(crate) fn answer(&self, known: T) {
        // Another case may have found the same.
        let _ = self.known.set(known);
    }
}
