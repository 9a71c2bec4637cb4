//! The requests of a run that were answered without a server error: a server error of one like it comes now and then, and is not
//! about the request.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The fault that any operation shows which answers some requests with a server error, and others like them without.
pub(crate) const NOW_AND_THEN: &str =
    "a server error of a request that is answered without one at other times";

/// The hashes of the requests that were answered without a server error.
#[derive(Debug, Default)]
pub(super) struct Sound(Mutex<HashSet<u64>>);

impl Sound {
    pub(super) fn add(&self, hash: u64) {
        let mut sound = (self.0.lock()).unwrap_or_else(PoisonError::into_inner);
        sound.insert(hash);
    }

    pub(super) fn contains(&self, hash: u64) -> bool {
        let sound = (self.0.lock()).unwrap_or_else(PoisonError::into_inner);
        sound.contains(&hash)
    }
}
