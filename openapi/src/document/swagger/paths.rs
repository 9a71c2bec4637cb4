//! Paths, their operations and responses.

use serde_json::{Map, Value};

use super::media_types::MediaTypes;
use super::parameters::Parameters;
use super::written::{Written, Wrong, object, written};
use super::{Lifting, Role};
use crate::document::methods::METHODS;
use crate::document::reference;
use crate::pointer;

impl<'v> Lifting<'v> {
    /// Lifts all paths of a field.
    pub(super) fn paths(&mut self, paths: &'v Value, at: &str) -> Result<Value, Wrong> {
        let mut lifted = Map::new();
        for (path, item) in object(paths, at)? {
            let item = match path.starts_with("x-") {
                true => item.clone(),
                false => self.path_item(item, &pointer::join(at, path))?,
            };
            lifted.insert(path.clone(), item);
        }
        Ok(Value::Object(lifted))
    }

    /// Lifts a path item. It stays where it is, as its operations do.
    pub(super) fn path_item(&mut self, item: &'v Value, at: &str) -> Result<Value, Wrong> {
        if reference::target(item).is_some() {
            self.want(item, Role::PathItem);
            return Ok(item.clone());
        }
        let item = written(item, at)?;
        item.refuse(&["servers"])?;
        let shared = self.parameters(item.object.get("parameters"), &item.member("parameters"))?;
        let mut lifted = Map::new();
        for (key, value) in item.object {
            if METHODS.contains(&key.as_str()) {
                let operation = written(value, &item.member(key))?;
                lifted.insert(key.clone(), self.operation(&operation, &shared)?);
            } else if key == "parameters" {
                put(&mut lifted, key, &shared);
            } else {
                lifted.insert(key.clone(), value.clone());
            }
        }
        Ok(Value::Object(lifted))
    }

    fn operation(
        &mut self,
        operation: &Written<'v>,
        shared: &Parameters<'v>,
    ) -> Result<Value, Wrong> {
        operation.refuse(&["requestBody", "servers", "callbacks"])?;
        let own_consumes = MediaTypes::of(operation, "consumes")?;
        let own_produces = MediaTypes::of(operation, "produces")?;
        let list = operation.object.get("parameters");
        let parameters = self.parameters(list, &operation.member("parameters"))?;
        let consumes = own_consumes.as_ref().unwrap_or(&self.consumes).clone();
        let produces = own_produces.as_ref().unwrap_or(&self.produces).clone();
        let mut lifted = Map::new();
        for (key, value) in operation.object {
            match key.as_str() {
                "consumes" | "produces" | "schemes" => {}
                "parameters" => put(&mut lifted, key, &parameters),
                "responses" => {
                    let responses = self.responses(value, &operation.member(key), &produces)?;
                    lifted.insert(key.clone(), responses);
                }
                _ => {
                    lifted.insert(key.clone(), value.clone());
                }
            }
        }
        if let Some(body) = self.request_body(operation, shared, &parameters, &consumes)? {
            lifted.insert("requestBody".to_owned(), body);
        }
        self.servers_of_operation(operation, &mut lifted)?;
        for types in [own_consumes, own_produces].into_iter().flatten() {
            types.without(&self.used).put_aside(&mut lifted);
        }
        Ok(Value::Object(lifted))
    }

    /// Lifts the responses of an operation. Shared ones are copied: their media types are those of the operation.
    fn responses(
        &mut self,
        responses: &'v Value,
        at: &str,
        produces: &MediaTypes,
    ) -> Result<Value, Wrong> {
        let mut lifted = Map::new();
        for (status, response) in object(responses, at)? {
            let place = pointer::join(at, status);
            let followed = self.followed(response, &place);
            let response = match followed {
                _ if status.starts_with("x-") => response.clone(),
                None => response.clone(),
                Some((target, target_at)) => {
                    if target_at != place {
                        self.moved.note_copy(&place, &target_at);
                        self.copied.insert(target_at.clone());
                    }
                    self.response(&written(target, &target_at)?, &place, produces)?
                }
            };
            lifted.insert(status.clone(), response);
        }
        Ok(Value::Object(lifted))
    }

    /// Lifts a response, which is to be at `place`.
    pub(super) fn response(
        &mut self,
        response: &Written<'v>,
        place: &str,
        produces: &MediaTypes,
    ) -> Result<Value, Wrong> {
        response.refuse(&["content", "links"])?;
        let mut lifted = Map::new();
        for (key, value) in response.object {
            match key.as_str() {
                "schema" => {}
                "headers" => {
                    let (at, place) = (response.member(key), pointer::join(place, key));
                    lifted.insert(key.clone(), self.headers(value, &at, &place)?);
                }
                _ => {
                    lifted.insert(key.clone(), value.clone());
                }
            }
        }
        // Without a schema there is no content (Swagger 2.0, Response Object).
        if let Some(schema) = response.object.get("schema") {
            let types = produces.or(|_| true, "*/*", &response.at);
            let place = pointer::join(place, "content");
            let mut content = self.content(&types, &place, (schema, &response.member("schema")));
            self.examples(&mut lifted, &mut content, (response, &place));
            lifted.insert("content".to_owned(), Value::Object(content));
        }
        Ok(Value::Object(lifted))
    }

    /// Moves the examples of a response to its media types. Those of others stay.
    fn examples(
        &mut self,
        lifted: &mut Map<String, Value>,
        content: &mut Map<String, Value>,
        (response, place): (&Written<'v>, &str),
    ) {
        let Some(Value::Object(examples)) = lifted.get_mut("examples") else {
            return;
        };
        let at = response.member("examples");
        for (media_type, body) in content {
            if let (Some(example), Some(body)) =
                (examples.shift_remove(media_type), body.as_object_mut())
            {
                body.insert("example".to_owned(), example);
                let place = pointer::join_all(place, [media_type, "example"]);
                self.moved.note(place, pointer::join(&at, media_type));
            }
        }
        if examples.is_empty() {
            lifted.shift_remove("examples");
        }
    }

    /// Returns a schema for each media type, which are to be at `place`.
    pub(super) fn content(
        &mut self,
        types: &MediaTypes,
        place: &str,
        (schema, at): (&Value, &str),
    ) -> Map<String, Value> {
        let is_copied = types.listed.len() > 1;
        let mut note = |place: &str, at: &str, is_copied| match is_copied {
            true => self.moved.note_copy(place, at),
            false => self.moved.note(place, at),
        };
        // The document's list is that of many operations.
        note(place, &types.at, types.is_list);
        let mut content = Map::new();
        for (name, written_at) in &types.listed {
            let place = pointer::join(place, name);
            note(&place, written_at, types.is_list);
            note(&pointer::join(&place, "schema"), at, is_copied);
            let mut body = Map::new();
            body.insert("schema".to_owned(), schema.clone());
            content.insert(name.clone(), Value::Object(body));
        }
        self.used.extend(types.places());
        content
    }
}

/// Puts a list of parameters where one was written.
fn put(holder: &mut Map<String, Value>, key: &str, parameters: &Parameters<'_>) {
    let plain = parameters.plain.iter().map(|(value, _)| value.clone());
    let plain: Vec<Value> = plain.collect();
    if !plain.is_empty() {
        holder.insert(key.to_owned(), plain.into());
    }
}
