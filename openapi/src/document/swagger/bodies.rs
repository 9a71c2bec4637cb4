//! Bodies of requests: a parameter `in: body`, or the fields of a form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Lifting;
use super::media_types::MediaTypes;
use super::parameters::{Parameters, Writing, writing};
use super::written::{Written, Wrong, written};
use crate::pointer;

const MULTIPART: &str = "multipart/form-data";
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// What is assumed where nothing lists media types of requests, as converters do. Of a response nothing is assumed.
const ASSUMED: &str = "application/json";

impl<'v> Lifting<'v> {
    /// Returns the body of an operation, by its own parameters and those that its path shares.
    pub(super) fn request_body(
        &mut self,
        operation: &Written<'v>,
        shared: &Parameters<'v>,
        own: &Parameters<'v>,
        consumes: &MediaTypes,
    ) -> Result<Option<Value>, Wrong> {
        let place = operation.member("requestBody");
        let bodies = match own.bodies.is_empty() {
            true => &shared.bodies,
            false => &own.bodies,
        };
        let mut fields: BTreeMap<&str, &Written<'v>> = BTreeMap::new();
        for list in [&shared.fields, &own.fields] {
            let mut names = BTreeSet::new();
            for field in list {
                let name = field.text("name").unwrap_or_default();
                if !names.insert(name) {
                    let message = format!("the form has two fields `{name}`");
                    return Err((field.at.clone(), message));
                }
                fields.insert(name, field);
            }
        }
        let many = bodies
            .get(1)
            .or(bodies.first().filter(|_| !fields.is_empty()));
        if let Some(many) = many {
            let message = "an operation has one body: either one parameter `in: body`, or those `in: formData`";
            return Err((many.member("in"), message.to_owned()));
        }
        let used = bodies.iter().chain(fields.values().copied());
        let list = operation.member("parameters");
        let is_shared = |at: &str| pointer::below(at, &list).is_none();
        for parameter in used {
            if is_shared(&parameter.at) {
                self.copied.insert(parameter.at.clone());
            }
        }
        if let Some(body) = bodies.first() {
            match is_shared(&body.at) {
                true => self.moved.note_copy(&place, &body.at),
                false => self.moved.note(&place, &body.at),
            }
            return self.body(body, &place, consumes).map(Some);
        }
        if fields.is_empty() {
            return Ok(None);
        }
        self.moved.note(&place, &list);
        let fields: Vec<_> = fields.into_values().collect();
        self.form(&fields, (&place, &list), consumes).map(Some)
    }

    /// Lifts a parameter of the document that is a body, or a field of one, and that nothing refers to.
    pub(super) fn shared_body(
        &mut self,
        parameter: &'v Value,
        at: &str,
        place: &str,
    ) -> Result<Value, Wrong> {
        let parameter = written(parameter, at)?;
        let consumes = self.consumes.clone();
        match parameter.place()? {
            "body" => self.body(&parameter, place, &consumes),
            _ => self.form(&[&parameter], (place, at), &consumes),
        }
    }

    fn body(
        &mut self,
        body: &Written<'v>,
        place: &str,
        consumes: &MediaTypes,
    ) -> Result<Value, Wrong> {
        body.refuse(&["content"])?;
        let mut lifted = Map::new();
        let schema = self.described(body, place, &mut lifted)?;
        for key in ["name", "in"] {
            lifted.shift_remove(key);
        }
        let at = match body.object.contains_key("schema") {
            true => body.member("schema"),
            false => body.at.clone(),
        };
        let types = consumes.or(|_| true, ASSUMED, &body.at);
        let content = self.content(&types, &pointer::join(place, "content"), (&schema, &at));
        lifted.insert("content".to_owned(), Value::Object(content));
        // The name of a body is for readers.
        if let Some(name) = body.object.get("name") {
            let place = pointer::join(place, "x-name");
            self.moved.note(place, body.member("name"));
            lifted.insert("x-name".to_owned(), name.clone());
        }
        Ok(Value::Object(lifted))
    }

    /// Returns the body whose fields these parameters are.
    fn form(
        &mut self,
        fields: &[&Written<'v>],
        (place, at): (&str, &str),
        consumes: &MediaTypes,
    ) -> Result<Value, Wrong> {
        let has_files = (fields.iter()).any(|field| field.text("type") == Some("file"));
        let default = if has_files { MULTIPART } else { URLENCODED };
        let is_form = |name: &str| {
            let name = name.split(';').next().unwrap_or_default().trim();
            [MULTIPART, URLENCODED]
                .iter()
                .any(|form| name.eq_ignore_ascii_case(form))
        };
        let types = consumes.or(is_form, default, at);
        let mut content = self.content(&types, &pointer::join(place, "content"), (&json!({}), at));
        let mut required = Vec::new();
        for (name, body) in &mut content {
            let place = pointer::join_all(place, ["content", name]);
            let mut form = Form::default();
            for field in fields {
                self.field(&mut form, field, &place, types.listed.len() > 1)?;
            }
            required.clone_from(&form.required);
            *body = form.into_body();
        }
        let mut lifted = Map::new();
        lifted.insert("content".to_owned(), Value::Object(content));
        if !required.is_empty() {
            lifted.insert("required".to_owned(), true.into());
        }
        Ok(Value::Object(lifted))
    }

    /// Adds a field to a form, whose body is to be at `place`.
    fn field(
        &mut self,
        form: &mut Form,
        field: &Written<'v>,
        place: &str,
        is_copied: bool,
    ) -> Result<(), Wrong> {
        field.refuse(&["content", "style", "explode"])?;
        let Some(name) = field.text("name") else {
            let message = "a field of a form must have a `name`".to_owned();
            return Err((field.at.clone(), message));
        };
        let property = pointer::join_all(place, ["schema", "properties", name]);
        let encoding = pointer::join_all(place, ["encoding", name]);
        let is_copied = is_copied || self.copied.contains(&field.at);
        for place in [&property, &encoding] {
            match is_copied {
                true => self.moved.note_copy(place, &field.at),
                false => self.moved.note(place, &field.at),
            }
        }
        for key in ["style", "explode"] {
            let place = pointer::join(&encoding, key);
            self.moved.note(place, field.member("collectionFormat"));
        }
        let mut own = Map::new();
        let mut schema = self.described(field, &property, &mut own)?;
        let mut encoded = Map::new();
        match writing(&mut schema, field, "formData")? {
            Some(Writing::Style(style, explode)) => {
                encoded.insert("style".to_owned(), style.into());
                encoded.insert("explode".to_owned(), explode.into());
            }
            Some(Writing::Other(style)) => {
                encoded.insert("style".to_owned(), style.into());
            }
            None => {}
        }
        if !encoded.is_empty() {
            form.encoding
                .insert(name.to_owned(), Value::Object(encoded));
        }
        if own.get("required") == Some(&Value::Bool(true)) {
            let item = form.required.len().to_string();
            let place = pointer::join_all(place, ["schema", "required", &item]);
            self.moved.note(place, field.member("required"));
            form.required.push(name.into());
        }
        for key in ["name", "in", "required"] {
            own.shift_remove(key);
        }
        if let Value::Object(schema) = &mut schema {
            // A schema has no such field: it says that the text may be empty, as a text may be.
            if let Some(may_be_empty) = own.shift_remove("allowEmptyValue") {
                own.insert("x-allowEmptyValue".to_owned(), may_be_empty);
            }
            schema.extend(own);
        }
        form.properties.insert(name.to_owned(), schema);
        Ok(())
    }
}

/// A body of fields.
#[derive(Default)]
struct Form {
    properties: Map<String, Value>,
    required: Vec<Value>,
    encoding: Map<String, Value>,
}

impl Form {
    fn into_body(self) -> Value {
        let mut body = json!({"schema": {"type": "object", "properties": self.properties}});
        if !self.required.is_empty() {
            body["schema"]["required"] = self.required.into();
        }
        if !self.encoding.is_empty() {
            body["encoding"] = self.encoding.into();
        }
        body
    }
}
