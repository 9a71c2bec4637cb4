//! A comparison with its two documents, and the place of each change in their texts: for formats that point into files.

use std::borrow::Cow;

use crate::diff::{Action, Change, Diff, Kind};
use crate::document::{self, Document};
use crate::pointer;
use crate::position::Position;

/// A comparison with its documents.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The differences.
    pub diff: &'a Diff,
    /// The document in force.
    pub base: &'a Document,
    /// The document that is to replace it.
    pub revision: &'a Document,
    /// The revision's file as the tool that shows annotations knows it: relative to the repository's top folder, with
    /// slashes. `None` when it came from no file.
    pub file: Option<&'a str>,
}

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Revision,
}

/// Where a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// The document that its location points into.
    pub(super) side: Side,
    /// The location's place in that document's texts.
    there: document::Place<'a>,
    /// The place in the revision: of the location, or of what would contain it if it still existed. Only the revision
    /// is available where a change is reviewed.
    in_revision: document::Place<'a>,
}

impl Place<'_> {
    /// Returns the location's position on its side.
    pub(super) fn position(&self) -> Option<Position> {
        self.there.position
    }

    /// Returns the position in the revision's file, which [`Report::file_of`] names.
    pub(super) fn in_revision(&self) -> Option<Position> {
        self.in_revision.position
    }
}

impl<'a> Report<'a> {
    /// Returns each change with its place, in the comparison's order.
    pub(super) fn placed(&self) -> Vec<(&'a Change, Place<'a>)> {
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
        let mut base_places = self.base.places(&in_base).into_iter();
        let revision_places = self.revision.places(&in_revision);
        (changes.iter().zip(sides))
            .zip(revision_places)
            .map(|((change, side), in_revision)| {
                let of_base = match side {
                    Side::Base => base_places.next(),
                    Side::Revision => None,
                };
                let place = Place {
                    side,
                    there: of_base.unwrap_or(in_revision),
                    in_revision,
                };
                (change, place)
            })
            .collect()
    }

    /// Returns the name of the document on that side.
    pub(super) fn name(&self, side: Side) -> &'a str {
        match side {
            Side::Base => self.base.name(),
            Side::Revision => self.revision.name(),
        }
    }

    /// Returns `name:line:column`, as compilers write it and editors follow it.
    pub(super) fn shown(&self, place: Place<'_>) -> String {
        let name = self.name_of(place);
        match place.position() {
            Some(Position { line, column }) => format!("{name}:{line}:{column}"),
            None => name.into_owned(),
        }
    }

    /// Returns the name of the text that contains the location: the document's, or that of a file beside it.
    pub(super) fn name_of(&self, place: Place<'_>) -> Cow<'a, str> {
        beside(self.name(place.side), place.there.file)
    }

    /// Returns the revision's file that contains the place, as [`Self::file`] names it; `None` when the revision came
    /// from no file.
    pub(super) fn file_of(&self, place: Place<'_>) -> Option<Cow<'a, str>> {
        self.file.map(|file| beside(file, place.in_revision.file))
    }

    fn side(&self, change: &Change) -> Side {
        let location = &change.location;
        if self.base.at(location).is_none() {
            return Side::Revision;
        }
        if self.revision.at(location).is_none() || is_removed_item(change) {
            return Side::Base;
        }
        Side::Revision
    }
}

/// Returns whether the change removed an item of a list. At its index the revision may have another.
fn is_removed_item(change: &Change) -> bool {
    let index = pointer::last(&change.location);
    change.rule.action == Action::Removed
        && !index.is_empty()
        && index.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(
            change.rule.kind,
            Kind::Whole | Kind::Alternative | Kind::Server | Kind::Requirement | Kind::Tags
        )
}

/// Returns the pointer to what contains the place at `location`.
fn holder(location: &str) -> &str {
    location.rsplit_once('/').map_or("", |(holder, _)| holder)
}

/// Returns a document's own name, or that of a file by its path from the document's folder: beside
/// `main:api/openapi.yaml` is `main:api/token.yaml`.
fn beside<'a>(name: &'a str, file: Option<&str>) -> Cow<'a, str> {
    let folder = name.rfind(['/', '\\', ':']).map_or(0, |end| end + 1);
    match file {
        None => Cow::Borrowed(name),
        Some(file) => Cow::Owned(format!("{}{file}", &name[..folder])),
    }
}
