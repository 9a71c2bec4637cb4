//! References within a document: that each leads somewhere, and where.

use std::collections::HashSet;

use serde_json::Value;

use super::{Document, DocumentError, files, visit};
use crate::pointer;

/// The pointer that `value` refers to, if it is a reference object within the document.
pub(super) fn target(value: &Value) -> Option<String> {
    let reference = value.as_object()?.get("$ref")?.as_str()?;
    pointer::of_reference(reference)
}

/// Refuses references that leave the document, lead nowhere, or lead back to themselves.
pub(super) fn check(document: &Document) -> Result<(), DocumentError> {
    let mut seen = HashSet::new();
    let mut refused = None;
    visit::objects(document.value(), &["$ref"], &mut |path, holder| {
        let Some(Value::String(reference)) = holder.get("$ref") else {
            return;
        };
        if refused.is_none() && seen.insert(reference) && !leads_somewhere(document, holder) {
            refused = Some((path.pointer(), reference));
        }
    });
    match refused {
        None => Ok(()),
        Some((pointer, reference)) => Err(why_refused(document, &pointer, reference)),
    }
}

/// The longest chain of references that each lead to nothing but the next: nobody writes one, and
/// everybody who meets it would go through all of it.
pub(super) const LONGEST_CHAIN: usize = 100;

/// Whether the chain of references that begins at `holder` ends.
fn leads_somewhere(document: &Document, holder: &Value) -> bool {
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

/// What is wrong with a reference that leads nowhere.
fn why_refused(document: &Document, pointer: &str, reference: &str) -> DocumentError {
    let written = files::as_written(reference);
    let error = |why: String| {
        let place = pointer::join(pointer, "$ref");
        document.error(&place, format!("the reference `{written}` {why}"))
    };
    let place = match files::by_name(reference) {
        Some(_) => None,
        None => pointer::of_reference(reference),
    };
    let Some(mut current) = place else {
        return error(
            "leads to no place of a document: write `#/components/…`, or the path of a file and \
             such a place in it"
                .to_owned(),
        );
    };
    let mut chain = vec![pointer.to_owned()];
    while let Some(value) = document.at(&current) {
        if chain.contains(&current) {
            return error("leads back to itself".to_owned());
        }
        // The last one of a chain may be by a name that nothing has: it is the culprit.
        if let Some(Value::String(last)) = value.get("$ref")
            && files::by_name(last).is_some()
        {
            return why_refused(document, &current, last);
        }
        let next = target(value).filter(|_| chain.len() < LONGEST_CHAIN);
        let Some(next) = next else {
            return error(format!(
                "leads through more than {LONGEST_CHAIN} others: refer to what the last one leads to"
            ));
        };
        chain.push(std::mem::replace(&mut current, next));
    }
    error(format!("leads nowhere{}", nearest(document, &current)))
}

/// A hint at what the writer of a dangling reference may have meant: a sibling of a like name.
fn nearest(document: &Document, pointer: &str) -> String {
    let Some((parent, _)) = pointer.rsplit_once('/') else {
        return String::new();
    };
    let wanted = pointer::last(pointer);
    let siblings = document.at(parent).and_then(Value::as_object);
    let Some(siblings) = siblings else {
        return format!(": there is no `{parent}`");
    };
    siblings
        .keys()
        .map(|name| (strsim::levenshtein(name, &wanted), name))
        .filter(|(distance, _)| *distance <= wanted.chars().count() / 3 + 1)
        .min()
        .map_or_else(String::new, |(_, name)| format!(": did you mean `{name}`?"))
}
