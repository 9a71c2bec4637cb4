//! References where OpenAPI has none: an operation, `responses`, `content`, `properties`, `enum`, a `description`.
//!
//! Authors write them and their tools follow them, so each is replaced by what it refers to, before anything else reads
//! the document. What is beside the `$ref` is kept and counts. Positions in what was put there are those of the
//! target.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::files::{Loader, Resolved};
use super::found::{Found, WantedFile};
use super::methods::METHODS;
use super::moved::mapped;
use super::reference::{self, LONGEST_CHAIN};
use super::slot::SlotKind;
use crate::pointer;
use crate::size::size;
use crate::text_error::TextError;

/// The most values that all replacements of a document may have together: targets that refer to others may grow
/// exponentially.
const MOST_VALUES: usize = 2_000_000;

/// The misplaced references of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Misplaced {
    /// Where the text of each replacement is: pointers to the place and to the text.
    texts: BTreeMap<String, String>,
    /// The places of the references that were replaced, with what each stands for.
    replaced: Vec<(String, StandsFor)>,
    /// Why references were not replaced, by their places.
    kept: BTreeMap<String, &'static str>,
    /// The number of values in all replacements.
    values: usize,
}

/// What a misplaced reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StandsFor {
    Operation,
    /// The value of this field.
    Field(String),
    /// A member of the map in this field.
    Member(String),
    /// An item of the list in this field.
    Item(String),
}

/// What a misplaced reference is replaced by.
pub(super) struct Replacement {
    place: String,
    value: Value,
}

impl StandsFor {
    fn of(found: &Found) -> Self {
        let field = found.field.clone();
        match found.kind {
            SlotKind::Field if METHODS.contains(&field.as_str()) => StandsFor::Operation,
            SlotKind::Member if field == "additionalOperations" => StandsFor::Operation,
            SlotKind::Field | SlotKind::Map => StandsFor::Field(field),
            SlotKind::Member => StandsFor::Member(field),
            SlotKind::Item => StandsFor::Item(field),
        }
    }
}

/// The value that is being completed: the place that it will have in the document, and where its text is.
#[derive(Clone, Copy)]
struct Holder<'p> {
    place: &'p str,
    text: &'p str,
}

impl Misplaced {
    /// Returns the pointer to the text of the value at `pointer`.
    pub(super) fn written_at<'p>(&self, pointer: &'p str) -> Cow<'p, str> {
        mapped(&self.texts, pointer).map_or(Cow::Borrowed(pointer), Cow::Owned)
    }

    /// Returns the places of the references that were replaced, with what each stands for.
    pub(crate) fn replaced(&self) -> &[(String, StandsFor)] {
        &self.replaced
    }

    /// Returns the pointers to the texts that are read in place of references.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &str> {
        let targets = self
            .texts
            .iter()
            .filter(|(place, _)| !place.ends_with("/$ref"));
        targets.map(|(_, text)| text.as_str())
    }

    /// Returns why the reference at `place` was not replaced.
    pub(super) fn why_kept(&self, place: &str) -> Option<&'static str> {
        self.kept.get(place).copied()
    }

    /// Returns the replacements of the references that were found in the value that is at `place`. `root` is the
    /// document, in which nothing is replaced yet.
    pub(super) fn replacements(
        &mut self,
        loader: &mut Loader<'_, '_>,
        root: &Value,
        place: &str,
        found: Vec<Found>,
    ) -> Result<Vec<Replacement>, TextError> {
        let holder = Holder { place, text: place };
        self.replace(loader, root, holder, found, &mut Vec::new())
    }

    /// Returns the replacements of the references in `holder`. `chain` is what led there: the pointers to the texts
    /// that are being completed.
    fn replace(
        &mut self,
        loader: &mut Loader<'_, '_>,
        root: &Value,
        holder: Holder<'_>,
        found: Vec<Found>,
        chain: &mut Vec<String>,
    ) -> Result<Vec<Replacement>, TextError> {
        let mut replacements = Vec::new();
        for mut found in found {
            let place = format!("{}{}", holder.place, found.place);
            let target = self.target(loader, root, &mut found, chain)?;
            let (text, mut value) = match target {
                Ok(target) => target,
                Err(why) => {
                    self.kept.insert(place, why);
                    continue;
                }
            };
            let (file, within) = match reference::split_file(&text) {
                Some((file, within)) => (file.into_owned(), within),
                None => (String::new(), text.clone()),
            };
            let written_at = (file.as_str(), within.as_str());
            let inner = loader.rewrite_references(&mut value, written_at, found.slot())?;
            chain.push(text);
            let inside = Holder {
                place: &place,
                text: &chain[chain.len() - 1].clone(),
            };
            let inner = self.replace(loader, root, inside, inner, chain)?;
            apply(&mut value, inner);
            self.note(holder, &found, &value, inside);
            chain.pop();
            replacements.push(Replacement {
                place: found.place,
                value,
            });
        }
        Ok(replacements)
    }

    /// Notes where the text of a replacement is. That of the `$ref` itself remains.
    fn note(&mut self, holder: Holder<'_>, found: &Found, value: &Value, inside: Holder<'_>) {
        let mut note = |place: String, text: String| self.texts.insert(place, text);
        let reference = format!("{}{}/$ref", holder.text, found.place);
        note(pointer::join(inside.place, "$ref"), reference);
        match value {
            Value::Object(object) if !found.siblings.is_empty() => {
                for key in object.keys().filter(|key| !found.siblings.contains(key)) {
                    note(
                        pointer::join(inside.place, key),
                        pointer::join(inside.text, key),
                    );
                }
            }
            _ => {
                note(inside.place.to_owned(), inside.text.to_owned());
            }
        }
        let replaced = (inside.place.to_owned(), StandsFor::of(found));
        self.replaced.push(replaced);
    }

    /// Returns a copy of what a reference leads to, with the pointer to its text, or why there is none.
    fn target(
        &mut self,
        loader: &mut Loader<'_, '_>,
        root: &Value,
        found: &mut Found,
        chain: &[String],
    ) -> Result<Result<(String, Value), &'static str>, TextError> {
        const DANGLING: &str = "does not resolve";
        let mut next = Some(Resolved {
            reference: found.reference.clone(),
            file: found.file.take(),
        });
        // A pointer may lead through other references.
        for _ in 0..LONGEST_CHAIN {
            let Some(Resolved { reference, file }) = next else {
                break;
            };
            let Some(text) = pointer::of_reference(&reference) else {
                return Ok(Err("does not name a place in a document"));
            };
            let (path, within) = match reference::split_file(&text) {
                Some((path, within)) => (path.into_owned(), within),
                None => (String::new(), text.clone()),
            };
            let start = if path.is_empty() {
                root
            } else {
                let wanted = file.unwrap_or_else(|| WantedFile {
                    path: path.clone(),
                    from: String::new(),
                    reference: reference::as_written(&reference),
                });
                loader.unchanged(&wanted)?
            };
            match descend(start, &within) {
                Descent::Missing => return Ok(Err(DANGLING)),
                Descent::Found(_) if chain.contains(&text) => {
                    return Ok(Err("refers back to itself"));
                }
                Descent::Found(_) if chain.len() == LONGEST_CHAIN => break,
                Descent::Found(value) => {
                    self.values += size(value);
                    if self.values > MOST_VALUES {
                        return Ok(Err("stands for more values than any document has"));
                    }
                    return Ok(Ok((text, value.clone())));
                }
                Descent::Through(reference, rest) => {
                    let reference = reference.to_owned();
                    next = loader.resolved(&path, &reference);
                    if let Some(next) = &mut next {
                        next.reference.push_str(&reference::percent_encoded(&rest));
                    }
                }
            }
        }
        Ok(Err("goes through more than 100 other references"))
    }
}

/// What a pointer leads to.
enum Descent<'v> {
    Found(&'v Value),
    /// A reference, and the rest of the pointer.
    Through(&'v str, String),
    Missing,
}

/// Follows a pointer up to the first reference on its way.
fn descend<'v>(start: &'v Value, within: &str) -> Descent<'v> {
    let mut value = start;
    let mut rest = within;
    while let Some(after) = rest.strip_prefix('/') {
        let end = after.find('/').unwrap_or(after.len());
        let (here, below) = rest.split_at(end + 1);
        match value.pointer(here) {
            Some(member) => (value, rest) = (member, below),
            None => {
                return match value.get("$ref").and_then(Value::as_str) {
                    Some(reference) => Descent::Through(reference, rest.to_owned()),
                    None => Descent::Missing,
                };
            }
        }
    }
    Descent::Found(value)
}

/// Puts replacements into the value in which the references were found. A member beside a reference has precedence over
/// the target's.
pub(super) fn apply(value: &mut Value, replacements: Vec<Replacement>) {
    for Replacement {
        place,
        value: mut target,
    } in replacements
    {
        let Some(holder) = value.pointer_mut(&place) else {
            continue;
        };
        if let (Value::Object(members), Value::Object(target)) = (&mut *holder, &mut target) {
            members.shift_remove("$ref");
            target.append(members);
        }
        *holder = target;
    }
}
