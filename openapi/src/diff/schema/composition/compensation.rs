//! What compensates a difference between two alternatives or two parts.

use crate::diff::walk::witness::Root;
use crate::diff::walk::{Pair, Walk};
use crate::relation::{is_compatible, is_compatible_as_declared};
use crate::schema::Direction;

/// The most nodes of two schemas that are related to find what compensates a difference.
const LIMIT: usize = 1_000;

/// What the compared pair is of the wholes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Alternatives,
    Parts,
}

/// Returns what a difference within a pair is judged against, where that is proven to break nothing: of alternatives,
/// the receiver's whole accepts all that the sender's alternative sends; of parts, the receiver's part accepts all that
/// the sender's whole does. Alternatives that another accepts only because it does not declare their properties are judged
/// by themselves: a reader of such a property finds what it does not expect.
pub(crate) fn compensating_root<'a>(
    walk: &mut Walk<'a>,
    wholes: &Pair<'a>,
    pair: &Pair<'a>,
    direction: Direction,
    of: Of,
) -> Option<Root<'a>> {
    if walk.same_assertions(pair) {
        return None;
    }
    let is_base_sender = direction == Direction::Request;
    let (base, revision) = if is_base_sender == (of == Of::Parts) {
        (&wholes.base, &pair.revision)
    } else {
        (&pair.base, &wholes.revision)
    };
    let (sender, receiver) = walk.sides_within(base.value, revision.value, direction, LIMIT)?;
    if !is_compatible(&sender, &receiver) {
        return None;
    }
    let is_alone = of == Of::Alternatives && !is_compatible_as_declared(&sender, &receiver);
    let judged = if is_alone {
        pair.clone()
    } else {
        Pair {
            base: base.clone(),
            revision: revision.clone(),
        }
    };
    Some(Root {
        pair: judged,
        trail: Vec::new(),
    })
}
