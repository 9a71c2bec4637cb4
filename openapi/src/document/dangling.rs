//! The check that every reference within a document resolves.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::reference::{self, LONGEST_CHAIN, target};
use super::slot::SlotKind;
use super::{Document, visit};
use crate::pointer;
use crate::text_error::TextError;

/// Refuses references that leave the document, do not resolve, or refer back to themselves, and misplaced ones that were
/// not replaced.
pub(super) fn check(document: &Document) -> Result<(), TextError> {
    match (unresolved(document).into_iter()).next() {
        None => Ok(()),
        Some((pointer, reference)) => Err(why_not(document, &pointer, reference)),
    }
}

/// Keeps those references, with marks that say that they cannot be followed.
pub(super) fn keep(document: &mut Document) {
    let why = |(pointer, reference): (String, Option<&String>)| {
        let error = why_not(document, &pointer, reference);
        (pointer, error.message)
    };
    let dangling: Vec<_> = unresolved(document).into_iter().map(why).collect();
    for (pointer, _) in &dangling {
        if let Some(holder) = document.value.pointer_mut(pointer) {
            *holder = json!({"$ref": reference::DANGLING});
        }
    }
    document.dangling = dangling;
}

/// Returns the references that cannot be followed, with the pointers to what holds them; `None` for what is not a text.
fn unresolved(document: &Document) -> Vec<(String, Option<&String>)> {
    let mut known: HashMap<&String, bool> = HashMap::new();
    let mut unresolved = Vec::new();
    visit::objects(document.value(), &["$ref"], &mut |path, holder| {
        let Some(Value::String(reference)) = holder.get("$ref") else {
            // In a map it is the name of a member.
            if path.slot.kind != SlotKind::Map {
                unresolved.push((path.pointer(), None));
            }
            return;
        };
        let is_followed = !path.slot.forbids_references()
            && *known
                .entry(reference)
                .or_insert_with(|| resolves(document, holder));
        if !is_followed {
            unresolved.push((path.pointer(), Some(reference)));
        }
    });
    unresolved
}

/// Returns whether the chain of references that begins at `holder` ends at a value.
fn resolves(document: &Document, holder: &Value) -> bool {
    let mut current = holder;
    for _ in 0..LONGEST_CHAIN {
        if !current.get("$ref").is_some_and(Value::is_string) {
            return true;
        }
        let Some(value) = target(current).and_then(|pointer| document.at(&pointer)) else {
            return false;
        };
        current = value;
    }
    false
}

/// Returns what is wrong with a reference that cannot be followed.
fn why_not(document: &Document, pointer: &str, reference: Option<&String>) -> TextError {
    match reference {
        Some(reference) => why_refused(document, pointer, reference),
        None => document.error(
            &pointer::join(pointer, "$ref"),
            "the reference is not a text: write `#/components/…`".to_owned(),
        ),
    }
}

/// Returns what is wrong with a reference that does not resolve.
fn why_refused(document: &Document, pointer: &str, reference: &str) -> TextError {
    let named = pointer::of_reference(reference).unwrap_or_default();
    let written = match document.named_at(&named) {
        Cow::Owned(moved) => reference::as_written(&reference::to_place(&moved)),
        Cow::Borrowed(_) => reference::as_written(reference),
    };
    let error = |why: String| {
        let place = pointer::join(pointer, "$ref");
        document.error(&place, format!("the reference `{written}` {why}"))
    };
    let place = match reference::anchor_of(reference) {
        Some(_) => None,
        None => pointer::of_reference(reference),
    };
    if let Some(why) = document.misplaced().why_kept(pointer) {
        return error(why.to_owned());
    }
    let Some(mut current) = place else {
        return error(
            "does not name a place in a document: write `#/components/…`, or a file's path followed by \
             such a place"
                .to_owned(),
        );
    };
    let mut chain = vec![pointer.to_owned()];
    while let Some(value) = document.at(&current) {
        if chain.contains(&current) {
            return error("refers back to itself".to_owned());
        }
        // The last reference of a chain may name an anchor that no schema declares: that one is wrong.
        if let Some(Value::String(last)) = value.get("$ref")
            && reference::anchor_of(last).is_some()
        {
            return why_refused(document, &current, last);
        }
        let next = target(value).filter(|_| chain.len() < LONGEST_CHAIN);
        let Some(next) = next else {
            return error(format!(
                "goes through more than {LONGEST_CHAIN} other references: refer to the last one's target"
            ));
        };
        chain.push(std::mem::replace(&mut current, next));
    }
    error(format!("does not resolve{}", hint(document, &current)))
}

/// Returns a hint at what the author of a dangling reference may have meant: a sibling with a similar name.
fn hint(document: &Document, pointer: &str) -> String {
    let Some((parent, _)) = pointer.rsplit_once('/') else {
        return String::new();
    };
    let wanted = pointer::last(pointer);
    let siblings = document.at(parent).and_then(Value::as_object);
    let Some(siblings) = siblings else {
        return format!(": there is no `{}`", document.named_at(parent));
    };
    siblings
        .keys()
        .map(|name| (strsim::levenshtein(name, &wanted), name))
        .filter(|(distance, _)| *distance <= wanted.chars().count() / 3 + 1)
        .min()
        .map_or_else(String::new, |(_, name)| format!(": did you mean `{name}`?"))
}
