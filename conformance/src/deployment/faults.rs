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

/// An answer does not say that it is JSON: answers are written in one place.
pub(crate) const OTHER_MEDIA_TYPE: &str = "an answer of another media type than JSON";

/// A connection breaks at a request like one that is answered.
pub(crate) const BREAKS: &str =
    "a connection that breaks at a request that is answered at other times";
