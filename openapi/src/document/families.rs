//! Inheritance: a schema with a discriminator stands for every schema that has it in its `allOf` (OpenAPI 3.0.3 section
//! 4.7.25, OpenAPI 3.1 section 4.8.25).
//!
//! References to such a schema are rewritten to refer to its family: an `anyOf` of the schema, its descendants and the
//! targets of its mapping. A descendant still refers to the schema itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::reference;
use super::visit;
use crate::pointer;

/// The member of a document's value that holds the families.
pub(crate) const FAMILIES: &str = "$families";

const SCHEMAS: &str = "/components/schemas";

/// Rewrites the references to schemas that others inherit from.
pub(super) fn add(document: &mut Value) {
    let families = families(document);
    if families.is_empty() {
        return;
    }
    let of = |family: &str| format!("#/{FAMILIES}/{}", pointer::escape(family));
    visit::objects_mut(document, &["$ref"], &mut |_, holder| {
        let target = holder.get("$ref").and_then(Value::as_str).and_then(name_of);
        if let Some(name) = target.filter(|name| families.contains_key(name)) {
            holder.insert("$ref".to_owned(), of(&name).into());
        }
    });
    // With something beside it, a part is what its whole inherits.
    visit::objects_mut(document, &["allOf"], &mut |_, schema| {
        let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
        let parts = parts.filter(|parts| parts.len() > 1);
        parts.into_iter().flatten().for_each(to_itself);
    });
    let schemas = document.pointer_mut(SCHEMAS).and_then(Value::as_object_mut);
    for (_, schema) in schemas.into_iter().flatten() {
        let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
        parts.into_iter().flatten().for_each(to_itself);
    }
    let families = families.into_iter().map(|(name, members)| {
        let refer =
            |member: &String| json!({"$ref": format!("#{SCHEMAS}/{}", pointer::escape(member))});
        let alternatives: Vec<Value> = members.iter().map(refer).collect();
        // A member's name is its value in messages: families with other names are not equal.
        (
            name,
            json!({ "$comment": members.join(" "), "anyOf": alternatives }),
        )
    });
    let families: Map<String, Value> = families.collect();
    if let Value::Object(root) = document {
        root.insert(FAMILIES.to_owned(), Value::Object(families));
    }
}

/// Makes a reference to a family one to the schema itself.
fn to_itself(part: &mut Value) {
    let family = part.get("$ref").and_then(Value::as_str);
    let name = family.and_then(|family| family.strip_prefix(&format!("#/{FAMILIES}")));
    if let Some(name) = name.map(|name| format!("#{SCHEMAS}{name}")) {
        part["$ref"] = name.into();
    }
}

/// Returns the members of each family by the name of its schema, which is the first.
fn families(document: &Value) -> BTreeMap<String, Vec<String>> {
    let schemas = document.pointer(SCHEMAS).and_then(Value::as_object);
    let schemas: Vec<(&String, &Value)> = schemas.into_iter().flatten().collect();
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, schema) in &schemas {
        let parts = schema.get("allOf").and_then(Value::as_array);
        let parents = parts.into_iter().flatten().filter_map(reference::target);
        for parent in parents.filter_map(|pointer| name_at(&pointer)) {
            children.entry(parent).or_default().push((*name).clone());
        }
    }
    let is_parent = |schema: &Value| {
        let lists = |keyword: &str| schema.get(keyword).is_some();
        lists("discriminator") && !lists("oneOf") && !lists("anyOf")
    };
    let mut families = BTreeMap::new();
    for (name, schema) in schemas {
        if !is_parent(schema) {
            continue;
        }
        let mut members = members_of(name, &children);
        let mapping = schema["discriminator"]
            .get("mapping")
            .and_then(Value::as_object);
        for target in mapping
            .into_iter()
            .flatten()
            .filter_map(|(_, target)| target.as_str())
        {
            let target = name_of(target).unwrap_or_else(|| target.to_owned());
            let exists = document.pointer(&pointer::join(SCHEMAS, &target)).is_some();
            if exists && !members.contains(&target) {
                members.push(target);
            }
        }
        // A descendant may have descendants of its own.
        for member in members.clone() {
            let below = members_of(&member, &children);
            if below.len() > 1 {
                families.insert(member, below);
            }
        }
        if members.len() > 1 {
            families.insert(name.clone(), members);
        }
    }
    families
}

/// Returns a schema's name and those of its descendants.
fn members_of(name: &str, children: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut members = vec![name.to_owned()];
    let mut seen = BTreeSet::from([name.to_owned()]);
    let mut next = 0;
    while let Some(member) = members.get(next) {
        let below = children.get(member).cloned().unwrap_or_default();
        members.extend(below.into_iter().filter(|name| seen.insert(name.clone())));
        next += 1;
    }
    members
}

/// Returns the name of the component that a reference leads to.
fn name_of(reference: &str) -> Option<String> {
    name_at(&pointer::of_reference(reference)?)
}

fn name_at(place: &str) -> Option<String> {
    let name = place.strip_prefix(SCHEMAS)?.strip_prefix('/')?;
    (!name.contains('/')).then(|| pointer::last(place).into_owned())
}
