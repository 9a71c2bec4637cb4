//! What an inspection of a store found, which changes nothing in it.

use super::migrations::Difference;
use crate::timestamp::Timestamp;

/// The query whether there is any token, for both databases.
pub(super) const HAS_TOKENS: &str = "SELECT EXISTS (SELECT 1 FROM tokens)";

/// What was found.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// The differences of its schema from this program's.
    pub(crate) schema: Difference,
    /// The time of its own clock, where it has one.
    pub(crate) now: Option<Timestamp>,
    /// Whether a token has ever been minted there; `false` with a schema that this program does not know.
    pub(crate) has_tokens: bool,
    /// The latest instant in its audit trail, when its schema is this program's and the trail is not empty.
    pub(crate) latest: Option<Timestamp>,
}
