//! References where OpenAPI has none, and the extensions that hold their targets.

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::{Side, Sides};
use crate::diff::walk::Walk;
use crate::document::{Document, StandsFor};
use crate::pointer;

/// Returns one note for each kind of place in which the revision has references and OpenAPI has none.
pub(crate) fn misplaced_references(revision: &Document) -> Vec<Change> {
    let mut kinds: Vec<(&StandsFor, &str, usize)> = Vec::new();
    for (place, stands_for) in revision.misplaced().replaced() {
        match kinds.iter_mut().find(|(kind, ..)| *kind == stands_for) {
            Some((.., count)) => *count += 1,
            None => kinds.push((stands_for, place, 1)),
        }
    }
    let rule = Rule::new(Area::Document, Kind::MisplacedReference, Action::Changed);
    let note = |(stands_for, first, count): (&StandsFor, &str, usize)| {
        let stands_for = match stands_for {
            StandsFor::Operation => message!("an operation"),
            StandsFor::Field(field) => message!("`{}`", field),
            StandsFor::Member(field) => message!("a member of `{}`", field),
            StandsFor::Item(field) => message!("an item of `{}`", field),
        };
        let places = match count {
            1 => message!("in one place"),
            count => message!("in {} places, first here", &count.to_string()),
        };
        let template = "a `$ref` stands for {} {}, where strict OpenAPI has none: it is read as what it refers to";
        let message = message!(template, &stands_for, &places);
        let location = pointer::join(&revision.place_of(first), "$ref");
        Change::new(
            rule,
            Class::Docs,
            Sides::of(Side::Revision, &location),
            message,
        )
    };
    kinds.into_iter().map(note).collect()
}

/// Records each reference of the base that cannot be followed.
pub(super) fn dangling_references(walk: &mut Walk<'_>) {
    let rule = Rule::new(Area::Document, Kind::DanglingReference, Action::Changed);
    for (holder, why) in walk.base.dangling() {
        let location = pointer::join(holder, "$ref");
        let template = "in the base, {}: what it stands for was not compared";
        let message = message!(template, why);
        let place = Sides::of(Side::Base, &location);
        walk.record(Change::new(rule, Class::Unproven, place, message));
    }
}

/// Returns whether an extension of both documents is equal apart from what replaces misplaced references, which is
/// compared in their places.
pub(super) fn differ_only_in_targets(walk: &mut Walk<'_>, extension: &str) -> bool {
    let place = pointer::join("", extension);
    let [base, revision] = [walk.base, walk.revision].map(|document| rest(document, &place));
    base == revision
}

/// Returns what the document has at `place`, without the targets of misplaced references; `None` when nothing remains.
fn rest(document: &Document, place: &str) -> Option<Value> {
    let mut rest = document.at(place)?.clone();
    let targets = document.misplaced().targets();
    for target in targets.filter_map(|target| pointer::below(target, place)) {
        let (holder, _) = target.rsplit_once('/')?;
        if let Some(Value::Object(holder)) = rest.pointer_mut(holder) {
            holder.shift_remove(pointer::last(target).as_ref());
        }
    }
    (rest != json!({})).then_some(rest)
}
