//! Bundling: one schema of a document made self-contained. The schemas that it refers to become `$defs`, and
//! annotations are removed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::direction::Direction;
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

/// Returns a schema with its assertions only.
pub(super) fn assertions_of(
    document: &Document,
    schema: &Value,
    direction: Option<Direction>,
) -> Value {
    let mut schema = schema.clone();
    if let Some(direction) = direction {
        direction.strip(document, &mut schema);
    }
    keywords::rewrite(&mut schema, &mut |object| {
        assert_discriminator(document, object);
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

/// Restricts each alternative to the discriminator's values for it: its own name, and those that are mapped to
/// it (OpenAPI 3.1 section 4.8.25). A reader chooses the alternative by this value. An alternative that restricts the
/// property itself stays as it is: a discriminator does not change what is valid (OpenAPI 3.1.1 section 4.8.25).
fn assert_discriminator(document: &Document, object: &mut Map<String, Value>) {
    let Some(discriminator) = object.get("discriminator") else {
        return;
    };
    let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else {
        return;
    };
    // With a default, the property may be absent or have any value (OpenAPI 3.2).
    if discriminator.get("defaultMapping").is_some() {
        return;
    }
    let property = property.to_owned();
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped: Vec<(String, String)> = mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| {
            let target = target.as_str()?;
            let pointer = pointer::of_reference(target)
                .unwrap_or_else(|| format!("/components/schemas/{}", pointer::escape(target)));
            Some((value.clone(), pointer))
        })
        .collect();
    for keyword in ["oneOf", "anyOf"] {
        let branches = object.get_mut(keyword).and_then(Value::as_array_mut);
        for branch in branches.into_iter().flatten() {
            let reference = branch.get("$ref").and_then(Value::as_str);
            let Some(pointer) = reference.and_then(pointer::of_reference) else {
                continue;
            };
            let alternative = document.at(&pointer);
            if alternative.is_some_and(|schema| restricts(document, schema, &property, 0)) {
                continue;
            }
            let mut values: Vec<&str> = mapped
                .iter()
                .filter(|(_, target)| *target == pointer)
                .map(|(value, _)| value.as_str())
                .collect();
            let own = pointer::last(&pointer);
            values.push(&own);
            values.sort_unstable();
            values.dedup();
            let named =
                json!({"required": [property], "properties": {&property: {"enum": values}}});
            *branch = json!({"allOf": [branch.take(), named]});
        }
    }
}

/// The most references and combined schemas that are followed to find a property: they may form a circle.
const DEEPEST: usize = 16;

/// Returns whether a schema, or one that it combines, restricts the values of a property beyond the type string.
fn restricts(document: &Document, schema: &Value, property: &str, depth: usize) -> bool {
    if depth == DEEPEST {
        return true;
    }
    let is_closed = |keyword: &str| matches!(schema.get(keyword), Some(Value::Bool(false)));
    let declared = schema.get("properties").and_then(|all| all.get(property));
    let restricted = match declared {
        Some(declared) => !accepts_every_string(document, declared, depth),
        None => is_closed("additionalProperties") || is_closed("unevaluatedProperties"),
    };
    let inside = |schema: &Value| restricts(document, schema, property, depth + 1);
    let combined = ["allOf", "anyOf", "oneOf"].into_iter();
    let mut combined = combined.filter_map(|keyword| schema.get(keyword)?.as_array());
    restricted
        || target_of(document, schema).is_some_and(inside)
        || combined.any(|schemas| schemas.iter().any(inside))
}

/// Returns whether a schema visibly accepts every string.
fn accepts_every_string(document: &Document, schema: &Value, depth: usize) -> bool {
    let Value::Object(object) = schema else {
        return schema == &Value::Bool(true);
    };
    depth < DEEPEST
        && object
            .iter()
            .all(|(keyword, value)| match keyword.as_str() {
                "type" => match value {
                    Value::Array(types) => types.contains(&Value::from("string")),
                    one => one == "string",
                },
                "$ref" => target_of(document, schema)
                    .is_some_and(|target| accepts_every_string(document, target, depth + 1)),
                "allOf" => (value.as_array().into_iter().flatten())
                    .all(|part| accepts_every_string(document, part, depth + 1)),
                other => keywords::is_annotation(other),
            })
}

/// Returns the schema that a schema refers to, if it is a reference.
fn target_of<'a>(document: &'a Document, schema: &Value) -> Option<&'a Value> {
    let reference = schema.get("$ref")?.as_str()?;
    document.at(&pointer::of_reference(reference)?)
}

/// Returns whether a pattern, which may match anywhere in a string (JSON Schema Validation section 6.3.3),
/// matches every string.
fn matches_every_string(pattern: &str) -> bool {
    matches!(pattern, "" | "^" | "$" | ".*" | "^.*" | ".*$")
}
