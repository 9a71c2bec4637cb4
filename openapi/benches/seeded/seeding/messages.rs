//! The messages of an operation: which side sends them, and the schema that describes them.

use openapi::pointer;
use serde_json::{Map, Value};

/// Which side's schema a message was made from: a request is sent by clients of the base, a response by the revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// Returns the flag of properties that messages in this direction do not have.
    pub(crate) fn absent_flag(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }

    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

/// How the values of a message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    Json,
    /// The properties of one object are texts.
    Form,
    /// The value is a text.
    Text,
}

/// A part of a message that one schema describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) direction: Direction,
    pub(crate) carrier: Carrier,
    /// The JSON pointer to the schema.
    pub(crate) schema: String,
}

/// An operation of a path or of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// `paths` or `webhooks`.
    pub(crate) section: &'static str,
    pub(crate) path: String,
    pub(crate) method: String,
}

impl Operation {
    /// Returns the pointer to the path item and to the operation in it, with references followed.
    pub(crate) fn pointers(&self, document: &Value) -> (String, String) {
        let item = pointer::join_all("", [self.section, self.path.as_str()]);
        let item = follow(document, item);
        let operation = pointer::join(&item, &self.method);
        (item, operation)
    }
}

/// The methods whose operations are edited.
pub(crate) const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Returns all operations of a document.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for section in ["paths", "webhooks"] {
        for path in members(document.get(section)).map(|(path, _)| path) {
            let item = follow(document, pointer::join_all("", [section, path]));
            let item = document.pointer(&item).and_then(Value::as_object);
            let methods = item.into_iter().flatten().map(|(method, _)| method);
            let methods = methods.filter(|method| METHODS.contains(&method.as_str()));
            operations.extend(methods.map(|method| Operation {
                section,
                path: path.clone(),
                method: method.clone(),
            }));
        }
    }
    operations
}

/// Returns the messages of an operation, with those of its callbacks.
pub(crate) fn messages(document: &Value, operation: &Operation) -> Vec<Message> {
    let mut messages = Messages {
        document,
        found: Vec::new(),
    };
    let (item, pointer) = operation.pointers(document);
    let direction = if operation.section == "paths" {
        Direction::Request
    } else {
        Direction::Response
    };
    messages.of_operation(&item, &pointer, direction, 0);
    messages.found
}

/// The most references that are followed to one value.
const LONGEST_CHAIN: usize = 16;

/// Follows the references from a pointer to a value that is none.
pub(crate) fn follow(document: &Value, mut pointer: String) -> String {
    for _ in 0..LONGEST_CHAIN {
        let reference = document
            .pointer(&pointer)
            .and_then(|value| value.get("$ref"));
        match reference
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
        {
            Some(target) => pointer = target,
            None => break,
        }
    }
    pointer
}

/// Returns the members of an object; none of anything else.
pub(crate) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// Headers that OpenAPI describes elsewhere (OpenAPI 3.1 section 4.8.12.2.1).
pub(crate) const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

struct Messages<'d> {
    document: &'d Value,
    found: Vec<Message>,
}

impl Messages<'_> {
    fn of_operation(&mut self, item: &str, operation: &str, request: Direction, depth: usize) {
        let of_item = self.parameters(item);
        let own = self.parameters(operation);
        let overridden =
            |parameter: &(String, String)| own.iter().any(|(_, key)| *key == parameter.1);
        let of_item: Vec<_> = of_item.into_iter().filter(|one| !overridden(one)).collect();
        for (parameter, _) in of_item.iter().chain(&own) {
            self.text(parameter, request);
        }
        let body = follow(self.document, pointer::join(operation, "requestBody"));
        self.content(&body, request);
        let responses = follow(self.document, pointer::join(operation, "responses"));
        for response in self.below(&responses) {
            self.content(&response, request.reversed());
            for header in self.below(&pointer::join(&response, "headers")) {
                let name = pointer::last(&header).to_lowercase();
                if !IGNORED_HEADERS.contains(&name.as_str()) {
                    self.text(&header, request.reversed());
                }
            }
        }
        if depth > 0 {
            return;
        }
        for callback in self.below(&pointer::join(operation, "callbacks")) {
            for item in self.below(&callback) {
                for method in METHODS {
                    let operation = pointer::join(&item, method);
                    if self.document.pointer(&operation).is_some() {
                        self.of_operation(&item, &operation, request.reversed(), depth + 1);
                    }
                }
            }
        }
    }

    /// Returns the pointers of an object's members, with references followed.
    fn below(&self, pointer: &str) -> Vec<String> {
        members(self.document.pointer(pointer))
            .filter(|(key, _)| !key.starts_with("x-"))
            .map(|(key, _)| follow(self.document, pointer::join(pointer, key)))
            .collect()
    }

    /// Returns the pointers of the parameters of an operation or a path item, each with its place and name.
    fn parameters(&self, holder: &str) -> Vec<(String, String)> {
        let list = pointer::join(holder, "parameters");
        let count = self
            .document
            .pointer(&list)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        (0..count)
            .map(|index| follow(self.document, format!("{list}/{index}")))
            .filter_map(|parameter| {
                let value = self.document.pointer(&parameter)?;
                let (place, name) = (value["in"].as_str()?, value["name"].as_str()?);
                let ignored =
                    place == "header" && IGNORED_HEADERS.contains(&name.to_lowercase().as_str());
                (!ignored).then(|| (parameter, format!("{place} {name}")))
            })
            .collect()
    }

    /// Adds the schema of a parameter or header.
    fn text(&mut self, holder: &str, direction: Direction) {
        self.add(pointer::join(holder, "schema"), direction, Carrier::Text);
        self.content(holder, direction);
    }

    /// Adds the schemas of the content that can be judged.
    fn content(&mut self, holder: &str, direction: Direction) {
        let content = pointer::join(holder, "content");
        let types: Vec<String> = members(self.document.pointer(&content))
            .map(|(key, _)| key.clone())
            .collect();
        for media_type in types {
            let carrier = match media_type.split(';').next().unwrap_or_default().trim() {
                "application/x-www-form-urlencoded" | "multipart/form-data" => Carrier::Form,
                "application/json" | "application/*" | "*/*" => Carrier::Json,
                essence if essence.ends_with("+json") => Carrier::Json,
                essence if essence.starts_with("text/") => Carrier::Text,
                _ => continue,
            };
            let holder = follow(self.document, pointer::join(&content, &media_type));
            self.add(pointer::join(&holder, "schema"), direction, carrier);
        }
    }

    fn add(&mut self, schema: String, direction: Direction, carrier: Carrier) {
        let message = Message {
            direction,
            carrier,
            schema,
        };
        if self.document.pointer(&message.schema).is_some() && !self.found.contains(&message) {
            self.found.push(message);
        }
    }
}

/// Returns whether a flag is set on a schema: by itself, by what it refers to, by a part of it, or by its only
/// alternative.
pub(crate) fn is_flagged(document: &Value, schema: &Value, flag: &str, depth: usize) -> bool {
    let Some(object) = schema.as_object() else {
        return false;
    };
    let inside = |schema: &Value| depth > 0 && is_flagged(document, schema, flag, depth - 1);
    let only = |keyword| {
        branches(object, keyword).len() == 1 && branches(object, keyword).iter().any(inside)
    };
    object.get(flag) == Some(&Value::Bool(true))
        || target(document, schema).is_some_and(|(_, schema)| inside(schema))
        || branches(object, "allOf").iter().any(inside)
        || only("anyOf")
        || only("oneOf")
}

/// The levels within which a flag counts.
pub(crate) const FLAG_DEPTH: usize = 8;

/// Returns the schemas that a keyword lists.
pub(crate) fn branches<'v>(schema: &'v Map<String, Value>, keyword: &str) -> &'v [Value] {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// Returns what a schema refers to, and the pointer to it.
pub(crate) fn target<'d>(document: &'d Value, schema: &Value) -> Option<(String, &'d Value)> {
    let pointer = pointer::of_reference(schema.get("$ref")?.as_str()?)?;
    let value = document.pointer(&pointer)?;
    Some((pointer, value))
}
