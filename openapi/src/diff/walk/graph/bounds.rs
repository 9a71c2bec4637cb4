//! What differences in parts of a whole mean at most, where the relation of the wholes is proven: what a component no
//! longer requires, another part of each message may require.

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::rules::Class;
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

    /// Returns the least bound that leaves a class as it is.
    pub(super) fn for_class(class: Class) -> Self {
        match class {
            Class::Docs => Self::Equal,
            Class::Additive | Class::Warning => Self::Compatible,
            Class::Unproven | Class::Breaking => Self::Free,
        }
    }

    /// Returns a class as it counts within the bound.
    pub(super) fn limit(self, class: Class) -> Class {
        match self {
            _ if self >= Self::for_class(class) => class,
            Self::Equal => Class::Docs,
            Self::Compatible | Self::Free => Class::Additive,
        }
    }

    /// Returns a change as it counts within the bound.
    pub(super) fn limited(self, change: Change) -> Change {
        let class = self.limit(change.class);
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
