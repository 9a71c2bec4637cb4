//! What is seen of a store by looking at it without changing it.

use super::migrations::Difference;
use crate::timestamp::Timestamp;

/// Whether there is any token, on either database.
pub(super) const HAS_TOKENS: &str = "SELECT EXISTS (SELECT 1 FROM tokens)";

/// What was seen.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// How its schema differs from this program's.
    pub(crate) schema: Difference,
    /// What its own clock says, where it has one.
    pub(crate) now: Option<Timestamp>,
    /// Whether a token has ever been minted there; not told of a schema that this program does not know.
    pub(crate) has_tokens: bool,
    /// The latest instant on its record, when its schema is this program's and something is on record.
    pub(crate) latest: Option<Timestamp>,
}
