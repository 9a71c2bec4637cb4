//! References by name: `$ref: "#node"` and `$dynamicRef: "#node"` lead to the schema that declares the
//! `$anchor` or `$dynamicAnchor` `node` (JSON Schema 2020-12 Core sections 8.2.2 and 8.2.3).
//!
//! An anchor that one schema of a file declares is replaced by the pointer to that schema; in a
//! `$dynamicRef` only if no other file declares it. An anchor that several schemas declare is kept: which
//! of them it means depends on the path of references that leads to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{reference, visit};

/// The keywords that declare anchors.
pub(super) const ANCHORS: &[&str] = &["$anchor", "$dynamicAnchor"];
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// Replaces references by name, in the document and its files, by pointers where the names are unique.
pub(super) fn replace_by_pointers(document: &mut Value) {
    let anchors = Anchors::of(document);
    visit::objects_mut(document, REFERENCES, &mut |_, schema| {
        anchors.replace(schema);
    });
}

/// Returns the names of the dynamic references that were not replaced.
pub(super) fn dynamic(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    visit::objects(document, &["$dynamicRef"], &mut |_, schema| {
        let reference = schema.get("$dynamicRef").and_then(Value::as_str);
        let name = reference.and_then(|reference| reference.rsplit_once('#'));
        names.extend(name.map(|(_, name)| name.to_owned()));
    });
    names
}

/// Returns the pointers to the schemas that declare an anchor.
pub(super) fn declaring(document: &Value, name: &str) -> Vec<String> {
    let mut pointers = Vec::new();
    visit::objects(document, ANCHORS, &mut |path, schema| {
        let mut declared = ANCHORS.iter().filter_map(|keyword| schema.get(*keyword));
        if declared.any(|anchor| anchor == name) {
            pointers.push(path.pointer());
        }
    });
    pointers
}

/// The pointers to the schemas that declare one anchor, by file; `None` where a file declares it more
/// than once.
type PointersByFile = BTreeMap<String, Option<String>>;

/// The anchors of a document and its files, by name.
struct Anchors(BTreeMap<String, PointersByFile>);

impl Anchors {
    fn of(document: &Value) -> Self {
        let mut anchors: BTreeMap<String, PointersByFile> = BTreeMap::new();
        visit::objects(document, ANCHORS, &mut |path, schema| {
            let mut names: Vec<&str> = (ANCHORS.iter())
                .filter_map(|keyword| schema.get(keyword)?.as_str())
                .collect();
            names.dedup();
            let pointer = path.pointer();
            let file = reference::split_file(&pointer)
                .map(|(file, _)| file.into_owned())
                .unwrap_or_default();
            for name in names {
                let pointers = anchors.entry(name.to_owned()).or_default();
                pointers
                    .entry(file.clone())
                    .and_modify(|pointer| *pointer = None)
                    .or_insert_with(|| Some(pointer.clone()));
            }
        });
        Self(anchors)
    }

    fn replace(&self, schema: &mut Map<String, Value>) {
        if let Some(reference) = schema.get("$ref") {
            if let Some(pointer) = self.by_pointer(reference) {
                schema.insert("$ref".to_owned(), pointer);
            }
            return;
        }
        let Some(Value::String(reference)) = schema.get("$dynamicRef").cloned() else {
            return;
        };
        let anchor = reference::anchor_of(&reference);
        // A dynamic reference to a place behaves as `$ref` (JSON Schema Core section 8.2.3.2).
        let replacement = if anchor.is_none() && reference.starts_with("#/") {
            Some(Value::String(reference.clone()))
        } else {
            self.by_pointer_dynamically(&reference)
        };
        if let Some(replacement) = replacement {
            schema.shift_remove("$dynamicRef");
            schema.insert("$ref".to_owned(), replacement);
        } else if let Some((_, name)) = anchor {
            schema.insert("$dynamicRef".to_owned(), Value::String(format!("#{name}")));
        }
    }

    /// Returns the reference by pointer that means the same as a `$ref` by name.
    fn by_pointer(&self, reference: &Value) -> Option<Value> {
        let (file, name) = reference::anchor_of(reference.as_str()?)?;
        let pointer = self.0.get(name)?.get(&file)?.as_ref()?;
        Some(Value::String(reference::to_place(pointer)))
    }

    /// Returns the reference by pointer that means the same as a `$dynamicRef` by name.
    fn by_pointer_dynamically(&self, reference: &str) -> Option<Value> {
        let (_, name) = reference::anchor_of(reference)?;
        let is_in_one_file = self.0.get(name)?.len() == 1;
        is_in_one_file.then(|| self.by_pointer(&Value::from(reference)))?
    }
}
