//! What stands beside a reference that is no schema's, put together with what is referred to.
//!
//! Beside a Reference Object's `$ref` stand a `summary` and a `description` that replace the component's
//! (OpenAPI 3.1 section 4.8.23); 3.0 ignores them. Beside a Path Item Object's `$ref` stand the
//! item's other fields (section 4.8.9); where both have one the specification leaves it open, and the
//! one beside counts. What stands beside a schema's reference is the schema's own.

use serde_json::{Map, Value};

use super::references::{self, LONGEST_CHAIN};
use super::{Version, visit};
use crate::pointer;

/// Puts path items that refer and say more into one each.
pub(super) fn join_path_items(document: &mut Value) {
    replace(document, |document, place, holder| {
        let mut tokens = pointer::tokens(place);
        let section = tokens.next();
        let stands_among_items = matches!(section.as_deref(), Some("paths" | "webhooks"))
            && tokens.count() == 1
            || component_of(place) == Some("pathItems");
        let refers_to_one = references::target(holder)
            .is_some_and(|target| component_of(&target) == Some("pathItems"));
        (stands_among_items || refers_to_one)
            .then(|| put_together(document, holder, |_| true))
            .flatten()
    });
}

/// Gives what is referred to the texts that the reference has for it. Examples, which are data here, keep
/// them beside the reference.
pub(super) fn replace_texts(document: &mut Value, version: Version) {
    replace(document, |document, _, holder| {
        let target = references::target(holder)?;
        let texts: &[&str] = match component_of(&target)? {
            "responses" if version == Version::V3_2 => &["summary", "description"],
            "responses" | "parameters" | "headers" | "requestBodies" | "links"
            | "securitySchemes" => &["description"],
            _ => return None,
        };
        let whole = put_together(document, holder, |key| texts.contains(&key))?;
        let plain = put_together(document, holder, |_| false)?;
        (whole != plain).then_some(whole)
    });
}

/// Replaces the objects that refer and say more by what `whole` makes of them.
fn replace(
    document: &mut Value,
    whole: impl Fn(&Value, &str, &Value) -> Option<Map<String, Value>>,
) {
    let mut found = Vec::new();
    visit::objects(document, &["$ref"], &mut |path, value| {
        if value["$ref"].is_string() && value.as_object().is_some_and(|holder| holder.len() > 1) {
            let place = path.pointer();
            if let Some(whole) = whole(document, &place, value) {
                found.push((place, whole));
            }
        }
    });
    for (place, whole) in found {
        if let Some(value) = document.pointer_mut(&place) {
            *value = Value::Object(whole);
        }
    }
}

/// What the chain of references from `holder` ends at, with those fields that `counts` of each link
/// over it; `None` when the chain leads nowhere, which is refused elsewhere.
fn put_together(
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
    let mut whole = end?.clone();
    for link in links.into_iter().rev() {
        let fields = link
            .iter()
            .filter(|(key, _)| *key != "$ref" && counts(key.as_str()));
        for (key, value) in fields {
            whole.insert(key.clone(), value.clone());
        }
    }
    Some(whole)
}

/// The kind of component that a pointer names, by its section of `components`.
fn component_of(pointer: &str) -> Option<&str> {
    let (section, name) = pointer.strip_prefix("/components/")?.split_once('/')?;
    (!name.contains('/')).then_some(section)
}
