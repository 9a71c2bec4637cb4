//! What differences in parts of a whole mean at most, where the relation of the wholes is proven: what a component no
//! longer requires, another part of each message may require.

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::rules::{Action, Class, Kind};
use crate::relation::Relation;

/// What differences mean at most, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// The wholes accept the same values.
    Equal,
    /// The wholes are compatible.
    Compatible,
    /// Nothing is proven.
    Free,
}

impl Bound {
    pub(super) fn of(relation: &Relation) -> Self {
        match relation {
            Relation::Equal => Self::Equal,
            Relation::Compatible => Self::Compatible,
            Relation::Breaking(_) | Relation::Unproven => Self::Free,
        }
    }

    /// Returns the least bound that leaves a change as it is. What no validator knows is in no relation of values.
    pub(super) fn for_change(change: &Change) -> Self {
        match change.class {
            _ if change.rule.kind == Kind::Discriminator || is_unknown_format(change) => {
                Self::Equal
            }
            Class::Docs => Self::Equal,
            Class::Additive | Class::Warning => Self::Compatible,
            Class::Unproven | Class::Breaking => Self::Free,
        }
    }

    /// Returns the class of a change as it counts within the bound.
    pub(super) fn limit(self, change: &Change) -> Class {
        match self {
            _ if self >= Self::for_change(change) => change.class,
            Self::Equal => Class::Docs,
            Self::Compatible | Self::Free => Class::Additive,
        }
    }

    /// Returns a change as it counts within the bound.
    pub(super) fn limited(self, change: Change) -> Change {
        let class = self.limit(&change);
        if class == change.class {
            return change;
        }
        let template = match self {
            Self::Equal => "{}; the messages that contain it accept the same values",
            Self::Compatible | Self::Free => "{}; the messages that contain it still work",
        };
        Change {
            class,
            message: message!(template, &change.message),
            witness: None,
            witness_schema: None,
            witness_part: None,
            ..change
        }
    }
}

/// Returns whether a change is of a format, or of an encoding, that no validator asserts.
fn is_unknown_format(change: &Change) -> bool {
    let is_of_values = matches!(change.rule.action, Action::Widened | Action::Narrowed);
    change.rule.kind == Kind::Format && !is_of_values
}
