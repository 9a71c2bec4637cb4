//! References by name: `$ref: "#node"` and `$dynamicRef: "#node"` lead to the schema whose `$anchor` or
//! `$dynamicAnchor` that is (JSON Schema 2020-12 Core sections 8.2.2 and 8.2.3).
//!
//! A name that only one schema of the document has leads to it from everywhere, statically and
//! dynamically alike, so that it is written as the pointer that it stands for. A name that several have
//! stays as it is: which of them is meant depends on the way that leads there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::visit;

const ANCHORS: &[&str] = &["$anchor", "$dynamicAnchor"];
const REFERENCES: &[&str] = &["$ref", "$dynamicRef"];

/// Writes references by names that are unique in the document as pointers.
pub(super) fn name_places(document: &mut Value) {
    let mut places: BTreeMap<String, Option<String>> = BTreeMap::new();
    visit::objects(document, ANCHORS, &mut |path, schema| {
        let mut names: Vec<&str> = (ANCHORS.iter())
            .filter_map(|keyword| schema.get(keyword)?.as_str())
            .collect();
        names.dedup();
        for name in names {
            let place = places.entry(name.to_owned());
            place
                .and_modify(|place| *place = None)
                .or_insert_with(|| Some(path.pointer()));
        }
    });
    let of = |reference: &Value| {
        let place = places.get(reference.as_str()?.strip_prefix('#')?)?;
        // Within a reference, what a URI may not hold is percent-encoded.
        let pointer = place.as_ref()?.replace('%', "%25");
        Some(Value::String(format!("#{pointer}")))
    };
    visit::objects_mut(document, REFERENCES, &mut |schema| {
        if let Some(place) = schema.get("$ref").and_then(of) {
            schema.insert("$ref".to_owned(), place);
        }
        if !schema.contains_key("$ref")
            && let Some(place) = schema.get("$dynamicRef").and_then(|reference| {
                // To a place rather than a name it is a reference like any other.
                let is_to_a_place = reference.as_str().is_some_and(|to| to.starts_with("#/"));
                is_to_a_place
                    .then(|| reference.clone())
                    .or_else(|| of(reference))
            })
        {
            schema.shift_remove("$dynamicRef");
            schema.insert("$ref".to_owned(), place);
        }
    });
}
