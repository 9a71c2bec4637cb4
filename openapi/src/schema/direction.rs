//! The direction of a message, and the properties that it has: `readOnly` ones are in responses only,
//! `writeOnly` ones in requests only (OpenAPI 3.0 section 4.7.24.2, JSON Schema Validation section 9.4).

use serde_json::{Map, Value};

use crate::document::Document;
use crate::{keywords, pointer};

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
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
        !is_flagged(document, property, flag, 0)
    }

    /// Removes the properties that messages in this direction do not have from a schema and everything in it,
    /// and no longer requires them.
    pub(super) fn strip(self, document: &Document, schema: &mut Value) {
        // One part of an `allOf` may require a property that another part declares.
        keywords::rewrite(schema, &mut |object| {
            if object.contains_key("allOf") {
                let mut names = Vec::new();
                self.collect_absent(document, object, 0, &mut names);
                unrequire(object, &names);
            }
        });
        keywords::rewrite(schema, &mut |object| self.strip_object(document, object));
    }

    /// Collects the names of the properties that a schema and its parts declare and that messages in this
    /// direction do not have.
    fn collect_absent(
        self,
        document: &Document,
        schema: &Map<String, Value>,
        depth: usize,
        names: &mut Vec<String>,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let absent = properties.into_iter().flatten();
        let absent = absent.filter(|(_, property)| !self.carries(document, property));
        names.extend(absent.map(|(name, _)| name.clone()));
        if depth == DEEPEST {
            return;
        }
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
            .and_then(|pointer| document.at(&pointer));
        let parts = schema.get("allOf").and_then(Value::as_array);
        let parts = parts.into_iter().flatten().chain(target);
        for part in parts.filter_map(Value::as_object) {
            self.collect_absent(document, part, depth + 1, names);
        }
    }

    fn strip_object(self, document: &Document, object: &mut Map<String, Value>) {
        let Some(Value::Object(properties)) = object.get_mut("properties") else {
            return;
        };
        let mut absent = Vec::new();
        properties.retain(|name, property| {
            let carried = self.carries(document, property);
            if !carried {
                absent.push(name.clone());
            }
            carried
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

/// The most references and parts that are followed to find a flag: they may form a circle.
const DEEPEST: usize = 16;

/// Returns whether a flag is set on a schema: by itself, by the schema that it refers to, by a part of an
/// `allOf`, or by the only alternative.
fn is_flagged(document: &Document, schema: &Value, flag: &str, depth: usize) -> bool {
    let Value::Object(object) = schema else {
        return false;
    };
    if object.get(flag) == Some(&Value::Bool(true)) {
        return true;
    }
    if depth == DEEPEST {
        return false;
    }
    let inside = |schema: &Value| is_flagged(document, schema, flag, depth + 1);
    let branches = |keyword: &str| {
        let branches = object.get(keyword).and_then(Value::as_array);
        branches.map(Vec::as_slice).unwrap_or_default()
    };
    let target = object
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(pointer::of_reference)
        .and_then(|pointer| document.at(&pointer));
    target.is_some_and(inside)
        || branches("allOf").iter().any(inside)
        || ["anyOf", "oneOf"]
            .iter()
            .any(|keyword| match branches(keyword) {
                [only] => inside(only),
                _ => false,
            })
}
