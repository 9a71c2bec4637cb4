//! Operations that promise nothing yet (`x-stability-level`: draft or alpha): their changes are for readers.

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::rules::Class;
use crate::diff::stability::{STABILITY, Stability};
use crate::diff::walk::node::Node;

/// Returns whether an operation of the base promises nothing yet. What the revision says of it does not count: nobody
/// is warned by a level that comes with the change.
pub(crate) fn may_change(operation: &Node<'_>, promised_from: Stability) -> bool {
    let level = operation.text(STABILITY).and_then(Stability::of);
    level.is_some_and(|level| level < promised_from)
}

/// Returns a change that reaches only operations that promise nothing yet: it is for readers.
pub(crate) fn lowered(change: Change, promised_from: Stability) -> Change {
    let levels = Stability::ALL.map(Stability::name);
    let below = levels[..promised_from as usize].join(" or ");
    match change.class {
        Class::Breaking | Class::Unproven | Class::Warning => Change {
            class: Class::Docs,
            message: message!(
                "{} ({}; only operations that were {})",
                &change.message,
                change.class.name(),
                below.as_str(),
            ),
            ..change
        },
        Class::Additive | Class::Docs => change,
    }
}
