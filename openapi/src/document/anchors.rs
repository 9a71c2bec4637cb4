//! References by name: `$ref: "#node"` and `$dynamicRef: "#node"` lead to the schema whose `$anchor` or
//! `$dynamicAnchor` that is (JSON Schema 2020-12 Core sections 8.2.2 and 8.2.3).
//!
//! A name that only one schema of its file has leads to it from everywhere, and dynamically as well if no
//! other file has it, so that it is written as the pointer that it stands for. A name that several have stays as it
//! is: which of them is meant depends on the way that leads there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{files, visit};

const ANCHORS: &[&str] = &["$anchor", "$dynamicAnchor"];
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// Whether a text may have schemas that name themselves.
pub(super) fn are_in(text: &str) -> bool {
    ANCHORS.iter().any(|keyword| text.contains(keyword))
}

/// Where the schemas of one name are: by the file that holds them, `None` where it has several.
type Places = BTreeMap<String, Option<String>>;

/// Writes references by names, within the document and its files, as pointers where the names are unique.
pub(super) fn name_places(document: &mut Value) {
    let mut named: BTreeMap<String, Places> = BTreeMap::new();
    visit::objects(document, ANCHORS, &mut |path, schema| {
        let mut names: Vec<&str> = (ANCHORS.iter())
            .filter_map(|keyword| schema.get(keyword)?.as_str())
            .collect();
        names.dedup();
        let pointer = path.pointer();
        let file = files::file_of(&pointer).unwrap_or_default();
        for name in names {
            let places = named.entry(name.to_owned()).or_default();
            places
                .entry(file.clone())
                .and_modify(|place| *place = None)
                .or_insert_with(|| Some(pointer.clone()));
        }
    });
    let of = |reference: &Value, dynamically: bool| {
        let (file, name) = files::by_name(reference.as_str()?)?;
        let places = named.get(name)?;
        if dynamically && places.len() > 1 {
            return None;
        }
        let pointer = places.get(&file)?.as_ref()?;
        // Within a reference, what a URI may not hold is percent-encoded.
        let pointer = pointer.replace('%', "%25").replace('#', "%23");
        Some(Value::String(format!("#{pointer}")))
    };
    visit::objects_mut(document, REFERENCES, &mut |schema| {
        if let Some(place) = schema
            .get("$ref")
            .and_then(|reference| of(reference, false))
        {
            schema.insert("$ref".to_owned(), place);
        }
        if schema.contains_key("$ref") {
            return;
        }
        let Some(reference) = schema.get("$dynamicRef").cloned() else {
            return;
        };
        let name = reference.as_str().and_then(files::by_name);
        // To a place rather than a name it is a reference like any other.
        let is_to_a_place =
            name.is_none() && reference.as_str().is_some_and(|to| to.starts_with("#/"));
        let place = if is_to_a_place {
            Some(reference.clone())
        } else {
            of(&reference, true)
        };
        if let Some(place) = place {
            schema.shift_remove("$dynamicRef");
            schema.insert("$ref".to_owned(), place);
        } else if let Some((_, name)) = name {
            schema.insert("$dynamicRef".to_owned(), Value::String(format!("#{name}")));
        }
    });
}
