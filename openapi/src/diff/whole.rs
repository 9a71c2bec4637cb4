//! Documents that only one side has, of many that are compared at once.

use crate::criterion::Labels;
use crate::diff::change::{Change, Diff};
use crate::diff::message::message;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::{Side, Sides};
use crate::document::Document;

/// Returns the comparison of a document that was removed: whatever it described may no longer work.
#[must_use]
pub fn removed(base: &Document) -> Diff {
    let rule = Rule::new(Area::Document, Kind::Whole, Action::Removed);
    let message = message!("the document was removed");
    let change = Change::new(rule, Class::Breaking, Sides::of(Side::Base, ""), message);
    only(change, base)
}

/// Returns the comparison of a document that is new.
#[must_use]
pub fn added(revision: &Document) -> Diff {
    let rule = Rule::new(Area::Document, Kind::Whole, Action::Added);
    let message = message!("the document is new");
    let change = Change::new(
        rule,
        Class::Additive,
        Sides::of(Side::Revision, ""),
        message,
    );
    only(change, revision)
}

fn only(mut change: Change, document: &Document) -> Diff {
    let labels = Labels::all(document).into_iter();
    change.operations = labels.map(|labels| labels.name().to_owned()).collect();
    Diff {
        changes: vec![change],
        left_out: 0,
    }
}
