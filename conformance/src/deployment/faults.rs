//! Faults that any operation shows: cases that meet one of them are one finding, whatever request showed it.

/// A revoked token still works, or is refused in another way.
pub(crate) const REVOKED_WORKS: &str = "a revoked token is not refused with 401";

/// A token is refused that was not revoked.
pub(crate) const LIVE_REFUSED: &str = "a token that was not revoked is refused with 401";

/// A request for a token finds none.
pub(crate) const UNFOUND: &str = "a token that exists is not found";

/// A request gets no answer in time.
pub(crate) const TOO_SLOW: &str = "an answer that does not come in time";

/// A case gets no token.
pub(crate) const UNMINTED: &str = "a disposable token that cannot be minted";
