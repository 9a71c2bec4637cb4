//! One difference, and how grave it is.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::rule::Rule;

/// How grave a difference is. Ordered: what must be looked at first is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A reader sees it, no message is affected.
    Docs,
    /// Messages are affected, and every one that worked still works.
    Additive,
    /// Nothing was proven in either direction; treated as breaking until someone has looked.
    Unproven,
    /// A message that worked no longer does.
    Breaking,
}

impl Class {
    /// The word in reports and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Additive => "additive",
            Self::Unproven => "unproven",
            Self::Breaking => "breaking",
        }
    }
}

/// The one word for a whole comparison: the gravest class among its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No difference in meaning or in any text.
    Identical,
    /// There are differences, and every one of them is waived.
    Waived,
    /// Only what a reader sees differs.
    Docs,
    /// Something was added or widened compatibly.
    Additive,
    /// Something could not be proven compatible.
    Unproven,
    /// Something breaks.
    Breaking,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Waived => "waived",
            Self::Docs => "docs",
            Self::Additive => "additive",
            Self::Unproven => "unproven",
            Self::Breaking => "breaking",
        }
    }
}

impl From<Class> for Verdict {
    fn from(class: Class) -> Self {
        match class {
            Class::Docs => Self::Docs,
            Class::Additive => Self::Additive,
            Class::Unproven => Self::Unproven,
            Class::Breaking => Self::Breaking,
        }
    }
}

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What kind of difference it is.
    pub rule: Rule,
    /// How grave it is.
    pub class: Class,
    /// The JSON pointer to it: into the revision, or into the base for what the revision lacks.
    pub location: String,
    /// Where else the same edit was done: the pointers to copies, each with the same text before and
    /// after; in the order found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_places: Vec<String>,
    /// The operations that it reaches (`POST /path`), in the document's order; empty when it
    /// belongs to none.
    pub operations: Vec<String>,
    /// What changed, in one sentence without a full stop.
    pub message: String,
    /// A JSON value that worked and now does not: one that the base accepts and the revision
    /// rejects in a request, or that the revision may send and the base forbids in a response.
    /// The validator has confirmed it on both sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Value>,
    /// The JSON pointer of the schema that the witness is a value of, into the same document as
    /// `location`: the message's body, or the component at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_schema: Option<String>,
    /// What the base says there, when it is short enough to help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What the revision says there, when it is short enough to help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Value>,
    /// Why this one does not count, and until when; set by [`super::Waivers::apply`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

impl Change {
    /// Every place at which it stands: the location, then the others.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let more = self.more_places.iter();
        std::iter::once(&self.location)
            .chain(more)
            .map(String::as_str)
    }

    /// The location as reports write it for people: the document itself is `/`.
    pub(crate) fn shown_location(&self) -> &str {
        match self.location.as_str() {
            "" => "/",
            location => location,
        }
    }
}

/// What was said for letting a change pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// The last day on which it is let pass.
    pub expires: NaiveDate,
}
