//! The values by which a discriminator names the alternatives of a union.

use serde_json::{Value, json};

use crate::document::Document;
use crate::{keywords, pointer};

/// A discriminator without a default: with one, the property may be absent or have any value (OpenAPI 3.2).
#[derive(Debug, Clone)]
pub(crate) struct Discriminator {
    pub(crate) property: String,
    /// The values that are mapped, with the pointers to the schemas that they stand for.
    mapped: Vec<(String, String)>,
}

impl Discriminator {
    /// Reads a Discriminator Object.
    pub(crate) fn of(discriminator: &Value) -> Option<Self> {
        let property = discriminator.get("propertyName")?.as_str()?.to_owned();
        if discriminator.get("defaultMapping").is_some() {
            return None;
        }
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mapped = mapping.into_iter().flatten().filter_map(|(value, target)| {
            let target = target.as_str()?;
            let pointer = pointer::of_reference(target)
                .unwrap_or_else(|| format!("/components/schemas/{}", pointer::escape(target)));
            Some((value.clone(), pointer))
        });
        let mapped = mapped.collect();
        Some(Self { property, mapped })
    }

    /// Returns the values that name an alternative: its component's name, and those that are mapped to it (OpenAPI 3.1
    /// section 4.8.25). An alternative that restricts the property itself has none: a discriminator does not change
    /// what is valid (OpenAPI 3.1.1 section 4.8.25).
    pub(crate) fn values(&self, document: &Document, branch: &Value) -> Option<Vec<String>> {
        let pointer = pointer::of_reference(branch.get("$ref")?.as_str()?)?;
        let alternative = document.at(&pointer);
        if alternative.is_some_and(|schema| restricts(document, schema, &self.property, 0)) {
            return None;
        }
        let mapped = self.mapped.iter().filter(|(_, target)| *target == pointer);
        let mut values: Vec<String> = mapped.map(|(value, _)| value.clone()).collect();
        values.push(pointer::last(&pointer).into_owned());
        values.sort_unstable();
        values.dedup();
        Some(values)
    }

    /// Returns an alternative in which the property has one of the values.
    pub(crate) fn with_value(&self, branch: &Value, values: &[String]) -> Value {
        let property = &self.property;
        let named = json!({"required": [property], "properties": {property: {"enum": values}}});
        json!({"allOf": [branch, named]})
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
