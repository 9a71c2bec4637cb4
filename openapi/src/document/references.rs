//! References within a document: that each leads somewhere, and where.

use std::collections::HashSet;

use serde_json::Value;

use super::{Document, DocumentError, files};
use crate::keywords;
use crate::pointer;

/// The pointer that `value` refers to, if it is a reference object within the document.
pub(super) fn target(value: &Value) -> Option<String> {
    let reference = value.as_object()?.get("$ref")?.as_str()?;
    pointer::of_reference(reference)
}

/// Refuses references that leave the document, lead nowhere, or lead back to themselves.
pub(super) fn check(document: &Document) -> Result<(), DocumentError> {
    let mut seen = HashSet::new();
    let mut sound = true;
    each(document.value(), false, &mut |reference, holder| {
        sound = sound && (!seen.insert(reference) || leads_somewhere(document, holder));
    });
    if sound {
        return Ok(());
    }
    // Which one it is, and where, is only asked when there is one: places cost more than the check.
    locate(document)
}

/// Calls `visit` with each reference below `value` and the object that holds it; `named` says that
/// the members of `value` are named by the writer.
fn each<'a>(value: &'a Value, named: bool, visit: &mut impl FnMut(&'a str, &'a Value)) {
    match value {
        Value::Object(object) => {
            if !named && let Some(Value::String(reference)) = object.get("$ref") {
                visit(reference, value);
            }
            for (key, member) in object {
                if matches!(member, Value::Object(_) | Value::Array(_))
                    && (named || !keywords::holds_data(key))
                {
                    each(member, !named && keywords::holds_names(key), visit);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, false, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The longest chain of references that each lead to nothing but the next: nobody writes one, and
/// everybody who meets it would go through all of it.
const LONGEST_CHAIN: usize = 100;

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

/// The first reference that is refused, with its place.
fn locate(document: &Document) -> Result<(), DocumentError> {
    let mut pending = vec![(String::new(), document.value(), false)];
    while let Some((pointer, value, named)) = pending.pop() {
        match value {
            Value::Object(object) => {
                if !named && let Some(Value::String(reference)) = object.get("$ref") {
                    check_one(document, &pointer, reference)?;
                }
                for (key, member) in object {
                    if named || !keywords::holds_data(key) {
                        let is_map = !named && keywords::holds_names(key);
                        pending.push((pointer::join(&pointer, key), member, is_map));
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pending.push((pointer::join(&pointer, &index.to_string()), item, false));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

fn check_one(document: &Document, pointer: &str, reference: &str) -> Result<(), DocumentError> {
    let place = pointer::join(pointer, "$ref");
    let written = files::as_written(reference);
    let Some(mut current) = pointer::of_reference(reference) else {
        return Err(document.error(
            &place,
            format!(
                "the reference `{written}` leads to no place of a document: write \
                 `#/components/…`, or the path of a file and such a place in it"
            ),
        ));
    };
    let mut chain = vec![pointer.to_owned()];
    loop {
        let Some(value) = document.at(&current) else {
            return Err(document.error(
                &place,
                format!(
                    "the reference `{written}` leads nowhere{}",
                    nearest(document, &current)
                ),
            ));
        };
        if chain.contains(&current) {
            return Err(document.error(
                &place,
                format!("the reference `{written}` leads back to itself"),
            ));
        }
        let Some(next) = target(value) else {
            return Ok(());
        };
        if chain.len() == LONGEST_CHAIN {
            return Err(document.error(
                &place,
                format!(
                    "the reference `{written}` leads through more than {LONGEST_CHAIN} others: \
                     refer to what the last one leads to"
                ),
            ));
        }
        chain.push(std::mem::replace(&mut current, next));
    }
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
