//! What handlers share.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::domain::keys::KeyRing;
use crate::last_used::LastUsed;
use crate::rate_limit::RateLimits;
use crate::refused_uses::RefusedUses;
use crate::store::Store;

/// The state of a server, complete from the start. Each request has a copy of it, which is why it is one pointer.
#[derive(Clone, Debug)]
pub(crate) struct AppState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    keys: RwLock<Arc<KeyRing>>,
    last_used: LastUsed,
    refused_uses: RefusedUses,
    rate_limits: Arc<RateLimits>,
}

impl AppState {
    /// Builds the state of a server on this store, whose tokens these keys sign, with these limits.
    pub(crate) fn new(store: Store, keys: KeyRing, rate_limits: RateLimits) -> Self {
        Self(Arc::new(Shared {
            store,
            keys: RwLock::new(Arc::new(keys)),
            last_used: LastUsed::default(),
            refused_uses: RefusedUses::default(),
            rate_limits: Arc::new(rate_limits),
        }))
    }

    /// Returns the store of record.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Returns the uses of tokens that wait to be written.
    pub(crate) fn last_used(&self) -> &LastUsed {
        &self.0.last_used
    }

    /// Returns the uses of revoked tokens that wait to be recorded.
    pub(crate) fn refused_uses(&self) -> &RefusedUses {
        &self.0.refused_uses
    }

    /// Returns the limits of how often clients may ask.
    pub(crate) fn rate_limits(&self) -> &Arc<RateLimits> {
        &self.0.rate_limits
    }

    /// Returns the keys that sign and verify tokens.
    pub(crate) fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.keys.read())
    }

    /// Replaces the keys.
    pub(crate) fn replace_keys(&self, keys: KeyRing) {
        *self.0.keys.write() = Arc::new(keys);
    }
}
