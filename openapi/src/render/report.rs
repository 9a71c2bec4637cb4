//! A comparison with its two documents, and the places of each change in their texts.

use std::borrow::Cow;

use serde_json::Value;

use crate::diff::{Change, Diff, Policy, Side};
use crate::document::{self, Document};
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
    /// The policy that was read, whether or not it decided anything.
    pub policy: Option<&'a Policy>,
    /// How the changes are grouped in text, Markdown and HTML.
    pub grouping: Grouping,
}

/// What the changes of a group have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Their class.
    #[default]
    Class,
    /// The operations that they reach.
    Operation,
    /// The component that they are in.
    Component,
}

/// Where a change is, in the texts of both documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// The document that its location points into.
    pub(super) side: Side,
    base: document::Place<'a>,
    revision: document::Place<'a>,
}

impl<'a> Place<'a> {
    /// Returns the place on one side: of what changed, or of what would contain it there.
    pub(super) fn on(&self, side: Side) -> document::Place<'a> {
        match side {
            Side::Base => self.base,
            Side::Revision => self.revision,
        }
    }

    /// Returns the position in the revision's file, which [`Report::file_of`] names. Only the revision is available
    /// where a change is reviewed.
    pub(super) fn in_revision(&self) -> Option<Position> {
        self.revision.position
    }
}

impl<'a> Report<'a> {
    /// Returns each change with its place, in the comparison's order. Each text is read once.
    pub(super) fn placed(&self) -> Vec<(&'a Change, Place<'a>)> {
        let changes = &self.diff.changes;
        let shown = |side| -> Vec<&str> {
            let sides = changes.iter().map(|change| &change.sides);
            sides.map(|sides| sides.shown(side)).collect()
        };
        let base = self.base.places(&shown(Side::Base));
        let revision = self.revision.places(&shown(Side::Revision));
        (changes.iter().zip(base).zip(revision))
            .map(|((change, base), revision)| {
                let side = change.sides.side();
                let place = Place {
                    side,
                    base,
                    revision,
                };
                (change, place)
            })
            .collect()
    }

    fn document(&self, side: Side) -> &'a Document {
        match side {
            Side::Base => self.base,
            Side::Revision => self.revision,
        }
    }

    /// Returns the pointer to the change on one side, as that document has it.
    pub(super) fn pointer_on(&self, change: &'a Change, side: Side) -> Cow<'a, str> {
        self.document(side).named_at(change.sides.shown(side))
    }

    /// Returns what changed as it is on one side, if that has it.
    pub(super) fn value(&self, change: &'a Change, side: Side) -> Option<&'a Value> {
        let (known, pointer) = match side {
            Side::Base => (&change.base, &change.sides.base),
            Side::Revision => (&change.revision, &change.sides.revision),
        };
        // A whole document is no value to show.
        let pointer = pointer.as_deref().filter(|pointer| !pointer.is_empty());
        let there = || self.document(side).at(pointer?);
        known.as_ref().or_else(there)
    }

    /// Returns `name:line:column`, as compilers write it and editors follow it.
    pub(super) fn shown_on(&self, place: Place<'_>, side: Side) -> String {
        let name = self.name_on(place, side);
        match place.on(side).position {
            Some(Position { line, column }) => format!("{name}:{line}:{column}"),
            None => name.into_owned(),
        }
    }

    /// Returns where the change is in the base, an arrow, and where it is in the revision.
    pub(super) fn shown(&self, place: Place<'_>) -> String {
        let [base, revision] = [Side::Base, Side::Revision].map(|side| self.shown_on(place, side));
        format!("{base} → {revision}")
    }

    /// Returns the name of the text that contains the place on one side: the document's, or that of a file beside it.
    pub(super) fn name_on(&self, place: Place<'_>, side: Side) -> Cow<'a, str> {
        beside(self.document(side).name(), place.on(side).file)
    }

    /// Returns the revision's file that contains the place, as [`Self::file`] names it; `None` when the revision came
    /// from no file.
    pub(super) fn file_of(&self, place: Place<'_>) -> Option<Cow<'a, str>> {
        self.file.map(|file| beside(file, place.revision.file))
    }
}

/// Returns a document's own name, or that of a file by its path from the document's folder: beside
/// `main:api/openapi.yaml` is `main:api/token.yaml`, and above it `main:common.yaml`.
fn beside<'a>(name: &'a str, file: Option<&str>) -> Cow<'a, str> {
    let Some(mut file) = file else {
        return Cow::Borrowed(name);
    };
    let folder_of = |name: &str| name.rfind(['/', '\\', ':']).map_or(0, |end| end + 1);
    let mut folder = &name[..folder_of(name)];
    while let Some(above) = file.strip_prefix("../")
        && let Some(inner) = folder.strip_suffix(['/', '\\'])
        && !matches!(&inner[folder_of(inner)..], "" | "." | "..")
    {
        (folder, file) = (&inner[..folder_of(inner)], above);
    }
    Cow::Owned(format!("{folder}{file}"))
}
