//! Edits of the properties, alternatives and parts of a schema.

use serde_json::{Value, json};

use super::edits::{Edits, Leaf, NEW};
use super::messages::branches;
use super::places::Step;

impl Edits<'_> {
    pub(super) fn required(&mut self) {
        let required = branches(self.schema, "required").to_vec();
        if self.is_request() {
            let declared: Vec<String> = (self
                .schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten())
            .map(|(name, _)| name.clone())
            .filter(|name| !required.contains(&json!(name)))
            .collect();
            for (_, name) in self.names.of(&declared) {
                let mut more = required.clone();
                more.push(json!(name));
                let schema = self.with(&[("required", Some(Value::Array(more)))]);
                self.add_for_any("property newly required", name, schema);
            }
            if self.kind() == Some("object") {
                let mut more = required;
                more.push(json!(NEW));
                let mut properties = self
                    .schema
                    .get("properties")
                    .cloned()
                    .unwrap_or_else(|| json!({}));
                properties[NEW] = json!({"type": "string"});
                let schema = self.with(&[
                    ("required", Some(Value::Array(more))),
                    ("properties", Some(properties)),
                ]);
                self.add_for_any("required property added", NEW, schema);
            }
            return;
        }
        for (index, name) in self.names.of(&required) {
            let mut rest = required.clone();
            rest.remove(index);
            let rest = (!rest.is_empty()).then_some(Value::Array(rest));
            let schema = self.with(&[("required", rest.clone())]);
            self.add_for_any("property no longer required", name.to_string(), schema);
            let mut properties = self.schema.get("properties").cloned();
            let removed = properties
                .as_mut()
                .and_then(Value::as_object_mut)
                .and_then(|properties| properties.shift_remove(name.as_str()?));
            if removed.is_some() {
                let schema = self.with(&[("required", rest), ("properties", properties)]);
                self.add_for_any("required property removed", name.to_string(), schema);
            }
        }
    }

    pub(super) fn properties(&mut self) {
        let is_closed = self.schema.get("additionalProperties") == Some(&Value::Bool(false));
        if self.kind() != Some("object") && !self.has("properties") {
            return;
        }
        let undeclared = || Leaf::These(vec![json!("text"), json!(1), json!({})]);
        match (self.is_request(), is_closed) {
            (true, false) => {
                let schema = self.with(&[("additionalProperties", Some(json!(false)))]);
                self.add_at(
                    "undeclared properties forbidden",
                    "",
                    schema,
                    vec![Step::Undeclared],
                    undeclared(),
                );
            }
            (true, true) => {
                let Some(Value::Object(properties)) = self.schema.get("properties") else {
                    return;
                };
                let names: Vec<(String, Value)> = properties.clone().into_iter().collect();
                for (_, (name, property)) in self.names.of(&names) {
                    let mut rest = properties.clone();
                    rest.shift_remove(name);
                    let required = branches(self.schema, "required")
                        .iter()
                        .filter(|one| *one != name)
                        .cloned();
                    let required: Vec<Value> = required.collect();
                    let required = (!required.is_empty()).then_some(Value::Array(required));
                    let schema = self.with(&[
                        ("properties", Some(Value::Object(rest))),
                        ("required", required),
                    ]);
                    let steps = vec![Step::Property(name.clone())];
                    self.add_at(
                        "member of a closed object removed",
                        name,
                        schema,
                        steps,
                        Leaf::Of(property.clone()),
                    );
                }
            }
            (false, true) => {
                let schema = self.with(&[("additionalProperties", None)]);
                self.add_at(
                    "undeclared properties allowed",
                    "",
                    schema,
                    vec![Step::Undeclared],
                    undeclared(),
                );
            }
            (false, false) => {}
        }
    }

    pub(super) fn unions(&mut self) {
        for keyword in ["anyOf", "oneOf"] {
            let alternatives = branches(self.schema, keyword).to_vec();
            if alternatives.is_empty() {
                continue;
            }
            if self.is_request() {
                for (index, alternative) in self
                    .names
                    .of(&alternatives)
                    .filter(|_| alternatives.len() > 1)
                {
                    let mut rest = alternatives.clone();
                    rest.remove(index);
                    let schema = self.with(&[(keyword, Some(Value::Array(rest)))]);
                    let steps = vec![Step::Alternative(keyword, index)];
                    self.add_at(
                        "alternative removed",
                        index.to_string(),
                        schema,
                        steps,
                        Leaf::Of(alternative.clone()),
                    );
                }
                continue;
            }
            let object = json!({"type": "object", "required": ["seeded"], "properties": {"seeded": {"type": "boolean"}}});
            for new in [json!({"type": "boolean"}), object] {
                let mut more = alternatives.clone();
                more.push(new.clone());
                let schema = self.with(&[(keyword, Some(Value::Array(more)))]);
                let steps = vec![Step::Alternative(keyword, alternatives.len())];
                self.add_at(
                    "alternative added",
                    new["type"].to_string(),
                    schema,
                    steps,
                    Leaf::Of(new),
                );
            }
        }
    }

    pub(super) fn parts(&mut self) {
        let parts = branches(self.schema, "allOf").to_vec();
        if parts.is_empty() {
            return;
        }
        if self.is_request() {
            let mut more = parts;
            more.push(json!({"type": "object", "required": [NEW], "properties": {NEW: {"type": "string"}}}));
            let schema = self.with(&[("allOf", Some(Value::Array(more)))]);
            self.add_for_any("part added", NEW, schema);
            return;
        }
        for (index, _) in self.names.of(&parts).filter(|_| parts.len() > 1) {
            let mut rest = parts.clone();
            rest.remove(index);
            let schema = self.with(&[("allOf", Some(Value::Array(rest)))]);
            self.add_for_any("part removed", index.to_string(), schema);
        }
    }
}
