//! Where the text of a value is that reading moved: pointers to the value's place, and to its text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The values that are not where they were written.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved {
    /// The text of each place.
    texts: BTreeMap<String, String>,
    /// The first place of each text.
    places: BTreeMap<String, String>,
    /// The texts that may have several places with copies of one value.
    shared: BTreeSet<String>,
}

impl Moved {
    /// Notes that the value at `place` was written at `text`.
    pub(super) fn note(&mut self, place: impl Into<String>, text: impl Into<String>) {
        let (place, text) = (place.into(), text.into());
        let first = self.places.entry(text.clone());
        first.or_insert_with(|| place.clone());
        self.texts.insert(place, text);
    }

    /// Notes that the value at `place` is one of several copies of what was written at `text`.
    pub(super) fn note_copy(&mut self, place: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        self.shared.insert(text.clone());
        self.note(place, text);
    }

    /// Returns the pointer to the text of the value at `place`.
    pub(super) fn written_at<'p>(&self, place: &'p str) -> Cow<'p, str> {
        mapped(&self.texts, place).map_or(Cow::Borrowed(place), Cow::Owned)
    }

    /// Returns the pointer to the first place of a text.
    pub(super) fn place_of<'p>(&self, text: &'p str) -> Cow<'p, str> {
        mapped(&self.places, text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Returns whether the text of the value at `place` has other places as well.
    pub(super) fn is_shared(&self, place: &str) -> bool {
        if self.shared.is_empty() {
            return false;
        }
        let text = self.written_at(place);
        let mut shared = prefixes(&text).map(|prefix| self.shared.contains(prefix));
        shared.any(|is_shared| is_shared)
    }
}

/// Returns a pointer, its parent, and so on up to the root.
fn prefixes(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| {
        pointer.rsplit_once('/').map(|(parent, _)| parent)
    })
}

/// Returns where a map of pointers leads from `pointer`: by its nearest ancestor in the map.
pub(super) fn mapped(map: &BTreeMap<String, String>, pointer: &str) -> Option<String> {
    if map.is_empty() {
        return None;
    }
    let mut known = prefixes(pointer).filter_map(|prefix| Some((prefix, map.get(prefix)?)));
    let (prefix, target) = known.next()?;
    Some(format!("{target}{}", &pointer[prefix.len()..]))
}
