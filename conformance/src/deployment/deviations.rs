//! The answers to ordinary requests of a run that are not as documented: one of each kind for an operation, whatever case sent its
//! request. The case that judges every answer of an operation looks at them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::faults::undocumented;
use crate::contract::DocumentedOperation;
use crate::wire::{Exchange, NoAnswer, Response};

/// The most kinds that are kept for an operation. A value in a problem makes another kind of it.
const MOST: usize = 16;

/// An answer that is not as documented.
#[derive(Debug, Clone)]
pub(crate) struct Deviation {
    /// What is wrong, in the words of a case that checks it.
    pub(crate) check: String,
    /// The first exchange that showed it.
    pub(crate) exchange: Exchange,
    /// The case that sent its request.
    pub(crate) case: &'static str,
}

/// The answers that are not as documented, by their operation.
#[derive(Debug, Default)]
pub(super) struct Deviations(Mutex<BTreeMap<usize, Vec<Deviation>>>);

impl Deviations {
    /// Keeps an exchange of an operation, if it is an ordinary one whose answer is the first that differs in this way.
    pub(super) fn learn(
        &self,
        (operation, documented): (usize, &DocumentedOperation),
        case: &'static str,
        exchange: &Exchange,
    ) {
        let Some(check) = check(documented, exchange) else {
            return;
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.entry(operation).or_default();
        if kept.len() < MOST && !kept.iter().any(|one| one.check == check) {
            kept.push(Deviation {
                check,
                exchange: exchange.clone(),
                case,
            });
        }
    }

    /// Returns those of an operation.
    pub(super) fn of(&self, operation: usize) -> Vec<Deviation> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&operation).cloned().unwrap_or_default()
    }
}

/// Says how the answer to an ordinary request differs from what is documented. `None` if it does not, or if the request was not
/// looked at.
fn check(documented: &DocumentedOperation, exchange: &Exchange) -> Option<String> {
    if !exchange.request.is_ordinary {
        return None;
    }
    match &exchange.outcome {
        Ok(response) if response.status >= 500 || !documented.documents(response.status) => {
            Some(undocumented(response.status))
        }
        Ok(response) => {
            let Response { status, body, .. } = response;
            // What cannot be judged is undecided in the ordinary case of the operation.
            let parts = documented.parts(*status, |name| response.headers_of(name), body);
            parts.ok()?.iter().find_map(|part| part.fault(*status))
        }
        Err(
            problem @ (NoAnswer::Timeout(_)
            | NoAnswer::Broken(_)
            | NoAnswer::TooLarge(..)
            | NoAnswer::Undecodable(..)),
        ) => Some(problem.to_string()),
        Err(
            NoAnswer::Connect(_)
            | NoAnswer::BrokenByOther(_)
            | NoAnswer::Busy { .. }
            | NoAnswer::Budget(_)
            | NoAnswer::Stopped(_)
            | NoAnswer::Unsendable(_),
        ) => None,
    }
}
