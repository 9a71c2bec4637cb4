//! The things that requests name: those of one case, and those that cases share.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::origin::Origin;
use crate::asked::Asked;
use serde_json::Value;

/// The id of a thing.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
    /// Whether the run created it, or the profile names it: something may be created within it.
    pub(crate) ours: bool,
}

/// The ids that the requests of one case have in their paths, by the key of their kind. All requests of a case name the same
/// things, so that a reading shows what a change did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    bindings: BTreeMap<String, Bound>,
}

impl Scope {
    /// Returns the id of a kind.
    pub(crate) fn get(&self, key: &str) -> Option<&Bound> {
        self.bindings.get(key)
    }

    /// Sets the id of a kind, and forgets those of what was within an earlier one.
    pub(crate) fn bind(&mut self, key: &str, bound: Bound) {
        self.forget(key);
        self.bindings.insert(key.to_owned(), bound);
    }

    /// Forgets the id of a kind, and those of what was within it.
    pub(crate) fn forget(&mut self, key: &str) {
        let within = format!("{key}/");
        self.bindings
            .retain(|other, _| other != key && !other.starts_with(&within));
    }
}

/// A thing that all cases read and none changes, or why there is none.
pub(crate) type Found = Result<Bound, String>;

/// The things that cases share, by the path of their collection.
#[derive(Debug, Default)]
pub(crate) struct Shared(Mutex<HashMap<String, Arc<Asked<Found>>>>);

impl Shared {
    /// Returns the question for a thing.
    pub(crate) fn of(&self, key: &str) -> Arc<Asked<Found>> {
        let mut things = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(things.entry(key.to_owned()).or_default())
    }
}
