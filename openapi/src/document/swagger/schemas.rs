//! What schemas of Swagger 2.0 say otherwise than those of OpenAPI 3.0.

use serde_json::{Map, Value, json};

use crate::document::moved::Moved;
use crate::document::visit;
use crate::pointer;

/// The keywords that differ.
const LIFTED: &[&str] = &["discriminator", "x-nullable", "type"];

/// Lifts every object that may be a schema.
pub(super) fn lift(document: &mut Value, moved: &mut Moved) {
    visit::objects_mut(document, LIFTED, &mut |path, schema| {
        if schema.get("type").is_some_and(|kind| kind == "file") {
            schema.insert("type".to_owned(), "string".into());
            schema.insert("format".to_owned(), "binary".into());
        }
        if let Some(Value::String(name)) = schema.get("discriminator") {
            let lifted = json!({ "propertyName": name });
            schema.insert("discriminator".to_owned(), lifted);
            let place = pointer::join(&path.pointer(), "discriminator");
            let text = moved.written_at(&place).into_owned();
            moved.note(pointer::join(&place, "propertyName"), text);
        }
        lift_nullable(schema);
    });
}

/// Makes a widespread extension the keyword that 3.0 has for it. Beside a reference it is ignored, as all is.
fn lift_nullable(schema: &mut Map<String, Value>) {
    let is_flag = schema.get("x-nullable").is_some_and(Value::is_boolean);
    if !is_flag || schema.contains_key("$ref") || schema.contains_key("nullable") {
        return;
    }
    if let Some(flag) = schema.shift_remove("x-nullable") {
        schema.insert("nullable".to_owned(), flag);
    }
}
