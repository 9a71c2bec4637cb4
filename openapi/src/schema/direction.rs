//! Which properties a message carries: `readOnly` ones travel in responses alone, `writeOnly` ones
//! in requests alone (OpenAPI 3.0 section 4.7.24.2, JSON Schema Validation section 9.4).

use serde_json::{Map, Value};

use crate::document::Document;
use crate::{keywords, pointer};

/// Which way a message goes.
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

    /// Whether messages going this way carry a property of this schema.
    pub(crate) fn carries(self, document: &Document, property: &Value) -> bool {
        let flag = match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        };
        !is_flagged(document, property, flag, 0)
    }

    /// Takes out of a schema, and of all that stands in it, what messages going this way do not
    /// carry: the properties, and the demands for them.
    pub(super) fn strip(self, document: &Document, schema: &mut Value) {
        // One part of a whole may demand what another declares.
        keywords::rewrite(schema, &mut |whole| {
            if whole.contains_key("allOf") {
                let mut names = Vec::new();
                self.left_behind(document, whole, 0, &mut names);
                release(whole, &names);
            }
        });
        keywords::rewrite(schema, &mut |object| self.strip_object(document, object));
    }

    /// Collects the names of the properties that a schema, with its parts, declares and messages going
    /// this way do not carry.
    fn left_behind(
        self,
        document: &Document,
        schema: &Map<String, Value>,
        depth: usize,
        names: &mut Vec<String>,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let gone = properties.into_iter().flatten();
        let gone = gone.filter(|(_, property)| !self.carries(document, property));
        names.extend(gone.map(|(name, _)| name.clone()));
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
            self.left_behind(document, part, depth + 1, names);
        }
    }

    fn strip_object(self, document: &Document, object: &mut Map<String, Value>) {
        let Some(Value::Object(properties)) = object.get_mut("properties") else {
            return;
        };
        let mut left_behind = Vec::new();
        properties.retain(|name, property| {
            let carried = self.carries(document, property);
            if !carried {
                left_behind.push(name.clone());
            }
            carried
        });
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.retain(|name| !left_behind.iter().any(|gone| name == gone.as_str()));
        }
    }
}

/// Takes the names out of what a schema and its parts demand.
fn release(schema: &mut Map<String, Value>, names: &[String]) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !names.iter().any(|gone| name == gone.as_str()));
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
        release(part, names);
    }
}

/// How deep a flag is looked for behind references and parts of a whole, which may go in a circle.
const DEEPEST: usize = 16;

/// Whether the flag is set on a schema: by itself, by what it refers to, by a part of it, or by the
/// only alternative.
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
