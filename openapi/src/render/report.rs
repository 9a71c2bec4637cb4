//! What the formats that point into files start from: a comparison, its two documents, and the place of
//! each change in their texts.

use crate::diff::{Action, Change, Diff, Kind};
use crate::document::{Document, Position};
use crate::pointer;

/// A comparison with its documents.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was found.
    pub diff: &'a Diff,
    /// The document in force.
    pub base: &'a Document,
    /// The document that is to replace it.
    pub revision: &'a Document,
    /// The revision's file as whoever shows annotations knows it: relative to the repository's top
    /// folder, with slashes. `None` when it came from no file.
    pub file: Option<&'a str>,
}

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Revision,
}

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The document that its location points into.
    pub(super) side: Side,
    /// The location's position there.
    pub(super) position: Option<Position>,
    /// The position in the revision: of the location, or of what would hold it if it were still there.
    /// Only the revision is at hand where a change is reviewed.
    pub(super) in_revision: Option<Position>,
}

impl<'a> Report<'a> {
    /// Each change with its place, in the comparison's order.
    pub(super) fn placed(&self) -> Vec<(&'a Change, Place)> {
        let changes = &self.diff.changes;
        let sides: Vec<Side> = changes.iter().map(|change| self.side(change)).collect();
        let mut in_base = Vec::new();
        let mut in_revision = Vec::new();
        for (change, side) in changes.iter().zip(&sides) {
            match side {
                Side::Revision => in_revision.push(change.location.as_str()),
                Side::Base => {
                    in_base.push(change.location.as_str());
                    in_revision.push(holder(&change.location));
                }
            }
        }
        let mut base_positions = self.base.positions(&in_base).into_iter();
        let revision_positions = self.revision.positions(&in_revision);
        (changes.iter().zip(sides))
            .zip(revision_positions)
            .map(|((change, side), in_revision)| {
                let position = match side {
                    Side::Base => base_positions.next().flatten(),
                    Side::Revision => in_revision,
                };
                let place = Place {
                    side,
                    position,
                    in_revision,
                };
                (change, place)
            })
            .collect()
    }

    /// The name of the document on that side.
    pub(super) fn name(&self, side: Side) -> &'a str {
        match side {
            Side::Base => self.base.name(),
            Side::Revision => self.revision.name(),
        }
    }

    /// `name:line:column`, as compilers write it and editors follow it.
    pub(super) fn shown(&self, place: Place) -> String {
        let name = self.name(place.side);
        match place.position {
            Some(Position { line, column }) => format!("{name}:{line}:{column}"),
            None => name.to_owned(),
        }
    }

    fn side(&self, change: &Change) -> Side {
        let location = &change.location;
        if self.base.at(location).is_none() {
            return Side::Revision;
        }
        if self.revision.at(location).is_none() || is_gone_from_a_list(change) {
            return Side::Base;
        }
        Side::Revision
    }
}

/// Whether the change took an item out of a list. At its index the revision may well hold another.
fn is_gone_from_a_list(change: &Change) -> bool {
    let index = pointer::last(&change.location);
    change.rule.action == Action::Removed
        && !index.is_empty()
        && index.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(
            change.rule.kind,
            Kind::Whole | Kind::Alternative | Kind::Server | Kind::Requirement | Kind::Tags
        )
}

/// The pointer to what holds the place that `location` points at.
fn holder(location: &str) -> &str {
    location.rsplit_once('/').map_or("", |(holder, _)| holder)
}
