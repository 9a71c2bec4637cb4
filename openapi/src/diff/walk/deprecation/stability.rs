//! Operations that promise nothing yet (`x-stability-level`: draft or alpha): their changes are for readers.

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::rules::Class;
use crate::diff::walk::node::Node;

/// The extension that names how stable something is.
pub(crate) const STABILITY: &str = "x-stability-level";

/// Returns whether an operation of the base promises nothing yet. What the revision says of it does not count: nobody
/// is warned by a level that comes with the change.
pub(crate) fn may_change(operation: &Node<'_>) -> bool {
    matches!(operation.text(STABILITY), Some("draft" | "alpha"))
}

/// Returns a change that reaches only operations that promise nothing yet: it is for readers.
pub(crate) fn lowered(change: Change) -> Change {
    match change.class {
        Class::Breaking | Class::Unproven | Class::Warning => Change {
            class: Class::Docs,
            message: message!(
                "{} ({}; only operations that were draft or alpha)",
                &change.message,
                change.class.name(),
            ),
            ..change
        },
        Class::Additive | Class::Docs => change,
    }
}
