//! Bundling: one schema of a document made self-contained. The schemas that it refers to become `$defs`, and
//! annotations are removed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::alternatives::repeated;
use super::direction::Direction;
use super::discriminator::Discriminator;
use super::format::keep_asserted_format;
use crate::document::Document;
use crate::{keywords, pointer};

/// The types of JSON values (JSON Schema Validation section 6.1.1).
const TYPES: &[&str] = &[
    "null", "boolean", "object", "array", "number", "string", "integer",
];

/// Returns the name of the definition that a reference within a bundle refers to.
pub(crate) fn definition_name(reference: &str) -> Option<String> {
    Some(pointer::last(reference.strip_prefix("#/$defs")?).into_owned())
}

/// The names of the definitions of a bundle.
#[derive(Default)]
pub(super) struct Names {
    by_pointer: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// The pointers and names of the definitions that are not yet written.
    pub(super) pending: Vec<(String, String)>,
}

impl Names {
    /// Makes the references of a schema those to definitions of the bundle.
    pub(super) fn rename_references(&mut self, schema: &mut Value) {
        keywords::rewrite(schema, &mut |object| {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(pointer) = pointer::of_reference(reference)
            {
                *reference = format!("#/$defs/{}", self.name_for(pointer));
            }
        });
    }

    /// Returns the name of the definition for the schema at `pointer`: the pointer's last token, with a number
    /// if that name is taken.
    fn name_for(&mut self, pointer: String) -> &str {
        let (by_pointer, taken, pending) =
            (&mut self.by_pointer, &mut self.taken, &mut self.pending);
        by_pointer.entry(pointer.clone()).or_insert_with(|| {
            let base: String = pointer::last(&pointer)
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect();
            let mut name = base.clone();
            let mut count = 1;
            while !taken.insert(name.clone()) {
                count += 1;
                name = format!("{base}_{count}");
            }
            pending.push((pointer, name.clone()));
            name
        })
    }
}

/// Returns a schema with its assertions only. Properties that the direction does not have are left out, or `forbidden`.
pub(super) fn assertions_of(
    document: &Document,
    schema: &Value,
    direction: Option<Direction>,
    forbidden: bool,
) -> Value {
    let mut schema = schema.clone();
    if let Some(direction) = direction {
        direction.strip(document, &mut schema, forbidden);
    }
    keywords::rewrite(&mut schema, &mut |object| {
        assert_discriminator(document, object);
        if let Some(Value::Array(branches)) = object.get_mut("oneOf") {
            // By the letter nothing satisfies two equal alternatives: one is meant.
            for index in repeated(branches, document.value()).into_iter().rev() {
                branches.remove(index);
            }
        }
        object.retain(|keyword, value| {
            // A list of schemas must not be empty (JSON Schema Core section 10.2.1): no validator reads one that is.
            let is_malformed = keywords::LISTS.contains(&keyword.as_str())
                && value.as_array().is_some_and(Vec::is_empty);
            !is_malformed && !keywords::is_annotation(keyword) && !keywords::is_container(keyword)
        });
        keep_asserted_format(object);
        if let Some(Value::String(kind)) = object.get("type")
            && !TYPES.contains(&kind.as_str())
        {
            // No value has a type that is not JSON's.
            *object = Map::from_iter([("not".to_owned(), json!({}))]);
        }
        if object
            .get("pattern")
            .and_then(Value::as_str)
            .is_some_and(matches_every_string)
        {
            object.shift_remove("pattern");
        }
    });
    schema
}

/// Restricts each alternative to the discriminator's values for it. A reader chooses the alternative by this value.
fn assert_discriminator(document: &Document, object: &mut Map<String, Value>) {
    let Some(discriminator) = object.get("discriminator").and_then(Discriminator::of) else {
        return;
    };
    for keyword in ["oneOf", "anyOf"] {
        let branches = object.get_mut(keyword).and_then(Value::as_array_mut);
        for branch in branches.into_iter().flatten() {
            if let Some(values) = discriminator.values(document, branch) {
                *branch = discriminator.with_value(branch, &values);
            }
        }
    }
}

/// Returns whether a pattern, which may match anywhere in a string (JSON Schema Validation section 6.3.3),
/// matches every string.
fn matches_every_string(pattern: &str) -> bool {
    matches!(pattern, "" | "^" | "$" | ".*" | "^.*" | ".*$")
}
