//! Objects of a document as they are written.

use serde_json::{Map, Value};

use crate::pointer;

/// What cannot be read, and why.
pub(in crate::document) type Wrong = (String, String);

/// An object, and the pointer to its text.
#[derive(Clone)]
pub(super) struct Written<'v> {
    pub(super) object: &'v Map<String, Value>,
    pub(super) at: String,
}

impl Written<'_> {
    pub(super) fn member(&self, key: &str) -> String {
        pointer::join(&self.at, key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.object.get(key).and_then(Value::as_str)
    }

    /// Refuses fields that OpenAPI has since 3.0: a document with both says two things.
    pub(super) fn refuse(&self, fields: &[&str]) -> Result<(), Wrong> {
        match fields.iter().find(|key| self.object.contains_key(**key)) {
            None => Ok(()),
            Some(key) => Err((
                self.member(key),
                format!(
                    "`{key}` is a field of OpenAPI 3 in a document of Swagger 2.0: write it as 2.0 has it, or declare `openapi: 3.0.3`"
                ),
            )),
        }
    }
}

/// Returns a value that must be an object.
pub(super) fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>, Wrong> {
    value
        .as_object()
        .ok_or_else(|| (at.to_owned(), format!("`{at}` must be an object")))
}

/// Returns a value that must be an object, with its pointer.
pub(super) fn written<'v>(value: &'v Value, at: &str) -> Result<Written<'v>, Wrong> {
    Ok(Written {
        object: object(value, at)?,
        at: at.to_owned(),
    })
}
