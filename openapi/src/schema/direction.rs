//! The direction of a message, and the properties that it has: `readOnly` ones are in responses only,
//! `writeOnly` ones in requests only (OpenAPI 3.0 section 4.7.24.2, JSON Schema Validation section 9.4).

use serde_json::{Map, Value};

use crate::document::Document;
use crate::hashed::HashSet;
use crate::{keywords, pointer};

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From client to server.
    Request,
    /// From server to client.
    Response,
}

impl Direction {
    /// Returns the other direction: that of an answer, or of what the server sends to a client's own address.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }

    /// Returns whether messages in this direction have a property with this schema.
    pub(crate) fn carries(self, document: &Document, property: &Value) -> bool {
        let flag = match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        };
        !is_flagged(document, property, flag)
    }

    /// Removes the properties that messages in this direction do not have from a schema and everything in it,
    /// and no longer requires them. Where they are `forbidden`, a message that has one is not accepted.
    pub(super) fn strip(self, document: &Document, schema: &mut Value, forbidden: bool) {
        // One part of an `allOf` may require a property that another part declares.
        keywords::rewrite(schema, &mut |object| {
            if object.contains_key("allOf") {
                let names = self.absent(document, object);
                unrequire(object, &names);
            }
        });
        keywords::rewrite(schema, &mut |object| {
            self.strip_object(document, object, forbidden);
        });
    }

    /// Returns the names of the properties that a schema and its parts declare and that messages in this direction do
    /// not have.
    fn absent(self, document: &Document, schema: &Map<String, Value>) -> Vec<String> {
        let parts = with_inner(document, schema, |schema| {
            list(schema, "allOf").iter().collect()
        });
        let properties = parts
            .into_iter()
            .filter_map(|part| part.get("properties")?.as_object());
        let absent = properties
            .flatten()
            .filter(|(_, property)| !self.carries(document, property));
        absent.map(|(name, _)| name.clone()).collect()
    }

    fn strip_object(self, document: &Document, object: &mut Map<String, Value>, forbidden: bool) {
        let Some(Value::Object(properties)) = object.get_mut("properties") else {
            return;
        };
        let mut absent = Vec::new();
        properties.retain(|name, property| {
            let carried = self.carries(document, property);
            if !carried {
                absent.push(name.clone());
                if forbidden {
                    *property = Value::Bool(false);
                }
            }
            carried || forbidden
        });
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.retain(|name| !absent.iter().any(|absent| name == absent.as_str()));
        }
    }
}

/// Removes the names from the `required` of a schema and its parts.
fn unrequire(schema: &mut Map<String, Value>, names: &[String]) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !names.iter().any(|absent| name == absent.as_str()));
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
        unrequire(part, names);
    }
}

/// Returns whether a flag is set on a schema: by itself, by the schema that it refers to, by a part of an
/// `allOf`, or by the only alternative.
fn is_flagged(document: &Document, schema: &Value, flag: &str) -> bool {
    let Value::Object(schema) = schema else {
        return false;
    };
    let is_set = |schema: &Map<String, Value>| schema.get(flag) == Some(&Value::Bool(true));
    is_set(schema)
        || with_inner(document, schema, |schema| {
            let only =
                ["anyOf", "oneOf"]
                    .into_iter()
                    .filter_map(|keyword| match list(schema, keyword) {
                        [only] => Some(only),
                        _ => None,
                    });
            list(schema, "allOf").iter().chain(only).collect()
        })
        .into_iter()
        .any(is_set)
}

/// The most references and parts that are followed from one schema.
const DEEPEST: usize = 16;

/// Returns a schema and all that it refers to or has as an inner schema, each once.
fn with_inner<'a>(
    document: &'a Document,
    schema: &'a Map<String, Value>,
    inner: impl Fn(&'a Map<String, Value>) -> Vec<&'a Value>,
) -> Vec<&'a Map<String, Value>> {
    let mut found = vec![schema];
    let mut seen = HashSet::from_iter([std::ptr::from_ref(schema)]);
    let mut level = vec![schema];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for schema in level {
            let reference = schema.get("$ref").and_then(Value::as_str);
            let target = reference.and_then(pointer::of_reference);
            let target = target.and_then(|pointer| document.at(&pointer));
            let schemas = target.into_iter().chain(inner(schema));
            next.extend(schemas.filter_map(Value::as_object));
        }
        next.retain(|schema| seen.insert(std::ptr::from_ref(*schema)));
        if next.is_empty() {
            break;
        }
        found.extend(&next);
        level = next;
    }
    found
}

fn list<'a>(schema: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    let schemas = schema.get(keyword).and_then(Value::as_array);
    schemas.map(Vec::as_slice).unwrap_or_default()
}
