//! The latest results of a function, for arguments that it is given again and again.

use std::cell::RefCell;
use std::hash::Hash;

use serde_json::Value;

use crate::hashed::HashMap;

/// The latest results by their arguments.
pub(crate) struct Memo<K, T> {
    known: RefCell<HashMap<K, T>>,
    most: usize,
}

impl<K: Eq + Hash, T: Clone> Memo<K, T> {
    /// Builds a memo of at most `most` results.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            known: RefCell::default(),
            most,
        }
    }

    /// Returns the known result, or else computes it.
    pub(crate) fn get(&self, key: K, compute: impl FnOnce(&K) -> T) -> T {
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let computed = compute(&key);
        let mut known = self.known.borrow_mut();
        if known.len() == self.most {
            known.clear();
        }
        known.insert(key, computed.clone());
        computed
    }
}

/// Returns the text of a value, by which a result is known.
pub(crate) fn text_of(value: &Value) -> String {
    // Cheaper than by `Display`, which writes piece by piece.
    serde_json::to_string(value).unwrap_or_else(|_| value.to_string())
}
