//! Edits of one schema that can break a message: what a client sends is restricted, what it receives is extended.

use serde_json::{Map, Value, json};

use super::messages::Direction;
use super::places::Step;

/// An edit of one schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edit {
    pub(crate) kind: &'static str,
    /// What the edit is about: a property, a value, a type.
    pub(crate) detail: String,
    /// The schema after the edit.
    pub(crate) schema: Value,
    /// The steps from the schema to the value that shows the break.
    pub(crate) steps: Vec<Step>,
    pub(crate) leaf: Leaf,
}

/// The value at the end of the steps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leaf {
    /// A value of this schema.
    Of(Value),
    /// One of these.
    These(Vec<Value>),
    /// An array of the schema with a number of items.
    Items(usize),
}

/// Returns the edits of a schema in messages of one direction. Of edits that differ only by a name, there are at most
/// `most`, from the `from`th on.
pub(crate) fn edits(schema: &Value, direction: Direction, is_3_0: bool, names: Names) -> Vec<Edit> {
    let empty = Map::new();
    let mut edits = Edits {
        schema: schema.as_object().unwrap_or(&empty),
        direction,
        is_3_0,
        names,
        found: Vec::new(),
    };
    if edits.schema.contains_key("$ref") {
        edits.reference();
        return edits.found;
    }
    edits.types();
    edits.null();
    edits.values();
    edits.strings();
    edits.numbers();
    edits.arrays();
    edits.required();
    edits.properties();
    edits.unions();
    edits.parts();
    edits.found
}

/// Which of many names are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) from: usize,
    pub(crate) most: usize,
}

impl Names {
    pub(super) fn of<T>(self, all: &[T]) -> impl Iterator<Item = (usize, &T)> {
        let from = if all.is_empty() {
            0
        } else {
            self.from % all.len()
        };
        let rotated = (from..all.len()).chain(0..from).take(self.most);
        rotated.map(|index| (index, &all[index]))
    }
}

pub(super) struct Edits<'v> {
    pub(super) schema: &'v Map<String, Value>,
    direction: Direction,
    pub(super) is_3_0: bool,
    pub(super) names: Names,
    found: Vec<Edit>,
}

/// The name of what an edit adds.
pub(super) const NEW: &str = "seeded";

impl Edits<'_> {
    pub(super) fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        self.schema.contains_key(keyword)
    }

    /// Returns the only type, apart from null.
    pub(super) fn kind(&self) -> Option<&str> {
        match self.schema.get("type")? {
            Value::String(kind) => Some(kind),
            Value::Array(kinds) => {
                let mut kinds = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|kind| *kind != "null");
                kinds.next().filter(|_| kinds.next().is_none())
            }
            _ => None,
        }
    }

    /// Returns the schema with some keywords set, or removed.
    pub(super) fn with(&self, changes: &[(&str, Option<Value>)]) -> Value {
        let mut schema = self.schema.clone();
        for (keyword, value) in changes {
            match value {
                Some(value) => {
                    schema.insert((*keyword).to_owned(), value.clone());
                }
                None => {
                    schema.shift_remove(*keyword);
                }
            }
        }
        Value::Object(schema)
    }

    pub(super) fn add(
        &mut self,
        kind: &'static str,
        detail: impl Into<String>,
        schema: Value,
        leaf: Leaf,
    ) {
        self.add_at(kind, detail, schema, Vec::new(), leaf);
    }

    pub(super) fn add_at(
        &mut self,
        kind: &'static str,
        detail: impl Into<String>,
        schema: Value,
        steps: Vec<Step>,
        leaf: Leaf,
    ) {
        self.found.push(Edit {
            kind,
            detail: detail.into(),
            schema,
            steps,
            leaf,
        });
    }

    /// Adds an edit that any value of the sender shows.
    pub(super) fn add_for_any(
        &mut self,
        kind: &'static str,
        detail: impl Into<String>,
        schema: Value,
    ) {
        let leaf = Leaf::Of(if self.is_request() {
            Value::Object(self.schema.clone())
        } else {
            schema.clone()
        });
        self.add(kind, detail, schema, leaf);
    }

    fn reference(&mut self) {
        let inline =
            json!({"type": "object", "required": [NEW], "properties": {NEW: {"type": "boolean"}}});
        self.add_for_any("reference replaced by another schema", "an object", inline);
        self.add_for_any(
            "reference replaced by another schema",
            "a boolean",
            json!({"type": "boolean"}),
        );
    }

    fn types(&mut self) {
        let Some(kind) = self.kind().map(str::to_owned) else {
            if self.schema.is_empty() && self.is_request() {
                let leaf = Leaf::These(vec![json!("text"), json!({}), json!(true)]);
                self.add("type added", "integer", json!({"type": "integer"}), leaf);
            }
            return;
        };
        let others: &[&str] = match kind.as_str() {
            "string" => &["integer", "object"],
            "integer" | "number" => &["string", "boolean"],
            "boolean" => &["string", "integer"],
            "array" => &["object", "string"],
            "object" => &["array", "string"],
            _ => &[],
        };
        for other in others {
            let mut schema = self.schema.clone();
            schema.retain(|keyword, _| {
                ["title", "description", "nullable", "readOnly", "writeOnly"]
                    .contains(&keyword.as_str())
            });
            schema.insert("type".to_owned(), json!(other));
            self.add_for_any(
                "type changed",
                format!("{kind} to {other}"),
                Value::Object(schema),
            );
        }
        let is_scalar = matches!(kind.as_str(), "string" | "integer" | "boolean");
        if is_scalar && !self.is_request() && !self.is_3_0 && !self.has("enum") {
            let schema = self.with(&[("type", Some(json!([kind, "array"])))]);
            let leaf = Leaf::These(vec![json!([])]);
            self.add("type added to the types", "array", schema, leaf);
        }
        match (kind.as_str(), self.is_request()) {
            ("number", true) => {
                let schema = self.with(&[("type", Some(json!("integer")))]);
                self.add(
                    "type changed",
                    "number to integer",
                    schema,
                    Leaf::These(vec![json!(0.5), json!(1.5), json!(20.5)]),
                );
            }
            ("integer", false) => {
                let schema = self.with(&[("type", Some(json!("number"))), ("format", None)]);
                self.add(
                    "type changed",
                    "integer to number",
                    schema,
                    Leaf::These(vec![json!(0.5), json!(1.5), json!(20.5)]),
                );
            }
            _ => {}
        }
        if !self.is_request() && !self.has("enum") && !self.has("const") {
            self.add(
                "schema emptied",
                "",
                json!({}),
                Leaf::These(vec![
                    json!([[]]),
                    json!({NEW: 1}),
                    json!(true),
                    json!("~"),
                    json!(0.5),
                ]),
            );
        }
    }

    fn null(&mut self) {
        let Some(types) = self.schema.get("type") else {
            return;
        };
        let leaf = || Leaf::These(vec![Value::Null]);
        let is_nullable = if self.is_3_0 {
            self.schema.get("nullable") == Some(&Value::Bool(true))
        } else {
            types.is_array()
        };
        let (action, nullable) = match (self.is_request(), is_nullable) {
            (true, true) => ("null removed", false),
            (false, false) => ("null added", true),
            _ => return,
        };
        let schema = match self.kind() {
            Some(_) if self.is_3_0 => self.with(&[("nullable", nullable.then(|| json!(true)))]),
            Some(kind) if nullable => self.with(&[("type", Some(json!([kind, "null"])))]),
            Some(kind) => self.with(&[("type", Some(json!(kind)))]),
            None => return,
        };
        self.add(action, "", schema, leaf());
    }
}
