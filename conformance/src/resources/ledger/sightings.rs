//! What answers showed, and when: what was there before a request is not what this request created.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// A thing: the index of its kind, and the ids in its path.
pub(super) type Thing = (usize, Vec<String>);

/// When things were seen, and when the run deleted them.
#[derive(Debug, Default)]
pub(super) struct Sightings(HashMap<Thing, Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// When the first answer that showed it was complete, since the run deleted it.
    shown: Option<DateTime<Utc>>,
    /// When the answer to its deletion was complete.
    deleted: Option<DateTime<Utc>>,
    /// The number of requests on their way that delete it: another one may have its id already.
    deletions: usize,
}

impl Sightings {
    /// Records that the answer to a request showed a thing. A request that was sent before its deletion was answered may show
    /// the state before.
    pub(super) fn show(&mut self, thing: Thing, sent: DateTime<Utc>, answered: DateTime<Utc>) {
        let seen = self.0.entry(thing).or_default();
        if seen.deleted.is_none_or(|deleted| deleted <= sent) {
            let first = seen.shown.map_or(answered, |shown| shown.min(answered));
            seen.shown = Some(first);
        }
    }

    /// Records that a request to delete a thing is on its way.
    pub(super) fn begin_deletion(&mut self, thing: Thing) {
        self.0.entry(thing).or_default().deletions += 1;
    }

    /// Records that such a request was answered, or was not.
    pub(super) fn end_deletion(&mut self, thing: &Thing) {
        if let Some(seen) = self.0.get_mut(thing) {
            seen.deletions = seen.deletions.saturating_sub(1);
        }
    }

    /// Returns whether a request to delete a thing is on its way.
    pub(super) fn are_deleting(&self, thing: &Thing) -> bool {
        self.0.get(thing).is_some_and(|seen| seen.deletions > 0)
    }

    /// Records the deletion of things: another one may get the same id.
    pub(super) fn delete(&mut self, is_deleted: impl Fn(&Thing) -> bool, answered: DateTime<Utc>) {
        for (thing, seen) in &mut self.0 {
            if is_deleted(thing) {
                seen.shown = None;
                seen.deleted = Some(answered);
            }
        }
    }

    /// Returns whether an answer had shown a thing before a request was sent.
    pub(super) fn were_before(&self, thing: &Thing, sent: DateTime<Utc>) -> bool {
        let seen = self.0.get(thing).filter(|seen| seen.deletions == 0);
        let shown = seen.and_then(|seen| seen.shown);
        shown.is_some_and(|shown| shown <= sent)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Sightings;

    #[test]
    fn only_answers_before_a_request_show_what_was_there_before_it() {
        let at = |second| DateTime::<Utc>::from_timestamp(second, 0).expect("a time");
        let one = || (0, vec!["7".to_owned()]);
        let mut sightings = Sightings::default();
        sightings.show(one(), at(1), at(3));
        assert!(!sightings.were_before(&one(), at(2)));
        assert!(sightings.were_before(&one(), at(3)));
        sightings.delete(|thing| *thing == one(), at(5));
        assert!(!sightings.were_before(&one(), at(6)));
        // This list may have been read before the deletion.
        sightings.show(one(), at(4), at(6));
        assert!(!sightings.were_before(&one(), at(7)));
        sightings.show(one(), at(6), at(7));
        assert!(sightings.were_before(&one(), at(8)));
        sightings.begin_deletion(one());
        assert!(!sightings.were_before(&one(), at(8)));
        sightings.end_deletion(&one());
        assert!(sightings.were_before(&one(), at(8)));
    }
}
