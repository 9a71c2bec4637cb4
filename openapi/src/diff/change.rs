//! One difference, and the list of all of them.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

use crate::diff::level::{Level, Ruling};
use crate::diff::message::Message;
use crate::diff::rules::{Class, Rule, Verdict};
use crate::diff::sides::{Side, Sides};
use crate::document::{Document, Version, with_files_named};
use crate::shown::{elided, unfolded};
use crate::waiver::Waived;

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What kind of difference it is.
    pub rule: Rule,
    /// How grave it is.
    pub class: Class,
    /// The JSON pointer to it: into the revision, or into the base for what the revision lacks.
    pub location: String,
    /// Where it is in each document.
    #[serde(skip)]
    pub sides: Sides,
    /// Where else the same edit was made: the pointers to copies, each with the same text before and after the edit; in
    /// the order found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_places: Vec<String>,
    /// The operations that it reaches (`POST /path`), in the document's order; empty when it belongs to none.
    pub operations: Vec<String>,
    /// What changed, in one sentence without a full stop.
    pub message: Message,
    /// A JSON value that worked and no longer does: one that the base accepts and the revision rejects in a request, or
    /// that the revision may send and the base forbids in a response. The validator has confirmed it on both sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Value>,
    /// The JSON pointer of the schema that the witness is a value of, into the same document as `location`: the
    /// message's body, or the component at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_schema: Option<String>,
    /// The JSON pointer, within the witness, to the part for which it is rejected, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_part: Option<String>,
    /// What the base says there, when it is short enough to help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What the revision says there, when it is short enough to help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Value>,
    /// How it counts by the policy, if not by its class; set by [`crate::diff::Policy::apply`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Ruling>,
    /// Why this change does not count, and until when; set by [`crate::diff::Waivers::apply`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

impl Change {
    /// Builds a change without a witness.
    pub(crate) fn new(rule: Rule, class: Class, sides: impl Into<Sides>, message: Message) -> Self {
        let sides = sides.into();
        Self {
            rule,
            class,
            location: sides.location().to_owned(),
            sides,
            more_places: Vec::new(),
            operations: Vec::new(),
            message,
            witness: None,
            witness_schema: None,
            witness_part: None,
            base: None,
            revision: None,
            policy: None,
            waived: None,
        }
    }

    /// Names its places as the documents have them: reading moves what Swagger 2.0 has elsewhere.
    pub(crate) fn name_places(&mut self, base: &Document, revision: &Document) {
        let document = match self.sides.side() {
            Side::Base => base,
            Side::Revision => revision,
        };
        if document.version() != Version::V2_0 {
            return;
        }
        let named = |pointer: &str| document.named_at(pointer).into_owned();
        self.location = document.named_at(&self.location).into_owned();
        self.witness_schema = self.witness_schema.as_deref().map(named);
        // What was copied on reading has one place.
        let mut seen = HashSet::from([self.location.clone()]);
        let more = self.more_places.iter().map(|place| named(place));
        self.more_places = more.filter(|place| seen.insert(place.clone())).collect();
    }

    /// Returns the class by which the change counts: that of the policy, or else its own; `None` when it is waived or the
    /// policy lets it pass.
    #[must_use]
    pub fn counts_as(&self) -> Option<Class> {
        match (&self.waived, &self.policy) {
            (Some(_), _) => None,
            (None, None) => Some(self.class),
            (None, Some(ruling)) => match ruling.level {
                Level::Off => None,
                Level::As(class) => Some(class),
            },
        }
    }

    /// Returns every place of the change: the location, then the others.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let more = self.more_places.iter();
        std::iter::once(&self.location)
            .chain(more)
            .map(String::as_str)
    }

    /// Returns the location as reports write it for people: the document itself is `/`, and a place in a file that the
    /// document refers to is `schemas/token.yaml#/Token`.
    pub(crate) fn shown_location(&self) -> Cow<'_, str> {
        match self.location.as_str() {
            "" => Cow::Borrowed("/"),
            location => with_files_named(location),
        }
    }

    /// Returns the lines of the whole witness, if [`Self::shown_witness`] shows only a part of it.
    pub(crate) fn whole_witness(&self) -> Option<Vec<String>> {
        unfolded(self.witness.as_ref()?)
    }

    /// Returns the witness as reports show it to people: of a long one, the part that decides.
    pub(crate) fn shown_witness(&self) -> Option<String> {
        let witness = self.witness.as_ref()?;
        Some(elided(witness, self.witness_part.as_deref()))
    }
}

/// The differences between two documents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// Each cause once: the gravest class first, within a class what reaches most operations, then in the order of the
    /// documents.
    pub changes: Vec<Change>,
    /// How many changes a [`Selection`](crate::diff::Selection) left out.
    pub left_out: usize,
}

impl Diff {
    /// Returns the gravest class among the changes that count, as the verdict of the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.counted().max() {
            Some(gravest) => Verdict::from(gravest),
            None if !self.changes.is_empty() => Verdict::Waived,
            None if self.left_out > 0 => Verdict::LeftOut,
            None => Verdict::Identical,
        }
    }

    /// Returns the classes of the changes that count.
    pub fn counted(&self) -> impl Iterator<Item = Class> {
        self.changes.iter().filter_map(Change::counts_as)
    }
}
