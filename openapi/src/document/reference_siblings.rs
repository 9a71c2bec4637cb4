//! Fields beside a `$ref` that is not a schema's, merged with what it refers to.
//!
//! A `summary` and a `description` beside a Reference Object's `$ref` override the component's (OpenAPI
//! 3.1 section 4.8.23); 3.0 ignores them. The other fields beside a Path Item Object's `$ref` belong to the
//! item (section 4.8.9); the specification leaves open which of two equal fields counts, and here the
//! one beside the reference does. Keywords beside a schema's `$ref` are the schema's and stay.

use serde_json::{Map, Value};

use super::reference::{self, LONGEST_CHAIN};
use super::version::Version;
use super::visit;
use crate::pointer;

/// Merges each path item that refers to another and has fields beside the reference.
pub(super) fn merge_path_items(document: &mut Value) {
    if !may_have_merged_items(document) {
        return;
    }
    replace(document, |document, place, holder| {
        let mut tokens = pointer::tokens(place);
        let section = tokens.next();
        let is_path_item = matches!(
            section.as_deref(),
            Some("paths" | "webhooks" | "x-webhooks")
        ) && tokens.count() == 1
            || component_section(place) == Some("pathItems");
        let refers_to_one = reference::target(holder)
            .is_some_and(|target| component_section(&target) == Some("pathItems"));
        (is_path_item || refers_to_one)
            .then(|| merged(document, holder, |_| true))
            .flatten()
    });
}

/// Returns whether a path item may refer to another: most documents are not read once more for that.
fn may_have_merged_items(document: &Value) -> bool {
    let members = |place: &str| document.pointer(place).and_then(Value::as_object);
    let mut items = ["/paths", "/webhooks", "/x-webhooks"]
        .into_iter()
        .filter_map(members);
    members("/components/pathItems").is_some()
        || items.any(|items| items.values().any(|item| item.get("$ref").is_some()))
}

/// Merges the texts beside a reference into what it refers to. Examples are data here and keep them
/// beside the reference.
pub(super) fn merge_texts(document: &mut Value, version: Version) {
    replace(document, |document, _, holder| {
        let target = reference::target(holder)?;
        let texts: &[&str] = match component_section(&target)? {
            "responses" if version == Version::V3_2 => &["summary", "description"],
            "responses" | "parameters" | "headers" | "requestBodies" | "links"
            | "securitySchemes" => &["description"],
            _ => return None,
        };
        let with_texts = merged(document, holder, |key| texts.contains(&key))?;
        let without_texts = merged(document, holder, |_| false)?;
        (with_texts != without_texts).then_some(with_texts)
    });
}

/// Replaces the objects that have fields beside their `$ref` by what `merge` returns for them.
fn replace(
    document: &mut Value,
    merge: impl Fn(&Value, &str, &Value) -> Option<Map<String, Value>>,
) {
    let mut replacements = Vec::new();
    visit::objects(document, &["$ref"], &mut |path, value| {
        if value["$ref"].is_string() && value.as_object().is_some_and(|holder| holder.len() > 1) {
            let place = path.pointer();
            if let Some(merged) = merge(document, &place, value) {
                replacements.push((place, merged));
            }
        }
    });
    for (place, merged) in replacements {
        if let Some(value) = document.pointer_mut(&place) {
            *value = Value::Object(merged);
        }
    }
}

/// Returns the object at the end of the chain of references from `holder`, overridden by those fields of
/// each link that `counts` accepts; `None` when the chain does not resolve, which is refused elsewhere.
fn merged(
    document: &Value,
    holder: &Value,
    counts: impl Fn(&str) -> bool,
) -> Option<Map<String, Value>> {
    let mut links = vec![holder.as_object()?];
    let mut end = None;
    for _ in 0..LONGEST_CHAIN {
        let reference = links.last()?.get("$ref")?.as_str()?;
        let target = document
            .pointer(&pointer::of_reference(reference)?)?
            .as_object()?;
        if !target.get("$ref").is_some_and(Value::is_string) {
            end = Some(target);
            break;
        }
        links.push(target);
    }
    let mut merged = end?.clone();
    for link in links.into_iter().rev() {
        let fields = link
            .iter()
            .filter(|(key, _)| *key != "$ref" && counts(key.as_str()));
        for (key, value) in fields {
            merged.insert(key.clone(), value.clone());
        }
    }
    Some(merged)
}

/// Returns the section of `components` that a pointer to a component names.
fn component_section(pointer: &str) -> Option<&str> {
    let (section, name) = pointer.strip_prefix("/components/")?.split_once('/')?;
    (!name.contains('/')).then_some(section)
}
