//! Faults that any operation shows: cases that meet one of them are one finding, whatever request showed it.

/// A revoked token still works, or is refused in another way.
pub(crate) const REVOKED_WORKS: &str = "a revoked token is not refused with 401";

/// A token is refused that was not revoked.
pub(crate) const LIVE_REFUSED: &str = "a token that was not revoked is refused with 401";

/// A request for a token finds none.
pub(crate) const UNFOUND: &str = "a token that exists is not found";

/// An answer to a request with a credential may be stored for others.
pub(crate) const STORED_FOR_ALL: &str = "an answer that a shared cache may store";

/// Two tokens cannot be told apart.
pub(crate) const SAME_TOKEN: &str = "two tokens have the same id or jti";

/// A list is not that of its caller.
pub(crate) const LISTS_OTHERS: &str = "a list shows tokens of another user";

/// A request gets no answer in time.
pub(crate) const TOO_SLOW: &str = "an answer that does not come in time";

/// An answer is longer than the suite reads.
pub(crate) const TOO_LARGE: &str = "an answer that is too long to read";

/// A case gets no token.
pub(crate) const UNMINTED: &str = "a disposable token that cannot be minted";

/// An answer is not of the documented media type: answers are written in one place.
pub(crate) const OTHER_MEDIA_TYPE: &str = "an answer of another media type than the documented one";

/// What is read differs after a request that must not have such an effect. What has changed it follows, by its operation.
pub(crate) const CHANGED: &str = "changed by ";

/// Returns what is wrong with a server error.
pub(crate) fn server_error(status: u16) -> String {
    format!("server error {status}")
}

/// Returns what is wrong with an answer of a status that the contract does not document.
pub(crate) fn undocumented(status: u16) -> String {
    match status {
        500.. => server_error(status),
        _ => format!("{status}, which is not documented"),
    }
}

/// A request is refused for the number of requests, with no time after which it may be sent again.
pub(crate) const LIMITED: &str = "429 without Retry-After";

/// A connection breaks at a request like one that is answered.
pub(crate) const BREAKS: &str =
    "a connection that breaks at a request that is answered at other times";

/// Returns the fault of an operation that does not delete what it should, or something else: whatever uses that later shows it.
pub(crate) fn deletes_another(operation: &impl std::fmt::Display) -> String {
    format!("{operation} does not delete what its path names, and that alone")
}

/// A deployment, or one behind it, that is busy or away (RFC 9110, sections 15.6.3 to 15.6.5): any request shows it.
pub(crate) const BUSY: &str = "a deployment that is busy or away";

/// A connection is closed in place of an answer, each time.
pub(crate) const CLOSES: &str = "a connection that is closed in place of an answer";

/// Returns the fault of a server error where a thing of a kind was deleted, by the path of the kind: any operation on it shows it.
pub(crate) fn breaks_on_deleted(key: &str) -> String {
    format!("a server error for what was deleted: {key}")
}
