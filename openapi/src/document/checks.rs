//! The parts of the specification that a document is checked against when it is read.

use serde_json::Value;

use super::Document;
use super::methods::operations_of;
use super::version::Version;
use crate::pointer;
use crate::text_error::TextError;

/// Returns the version that the document declares.
pub(super) fn version(document: &Document) -> Result<Version, TextError> {
    if document.value().is_null() {
        return Err(document.error("", "not an OpenAPI document: it holds nothing"));
    }
    let Some(root) = document.value().as_object() else {
        return Err(document.error("", "not an OpenAPI document: its root is not an object"));
    };
    match root.get("swagger") {
        None => {}
        // In YAML the quotes are often forgotten.
        Some(declared) if declared == "2.0" || declared.as_f64() == Some(2.0) => {
            return Ok(Version::V2_0);
        }
        Some(declared) if declared.is_number() => {
            let message = format!(
                "the version of Swagger must be a string, not the number {declared}: write \"2.0\""
            );
            return Err(document.error("/swagger", message));
        }
        Some(declared) => {
            let message = format!("unknown version of Swagger {declared}: 2.0 is supported");
            return Err(document.error("/swagger", message));
        }
    }
    let Some(declared) = root.get("openapi") else {
        return Err(document.error(
            "",
            "not an OpenAPI document: it has no `openapi` field, which names the version, nor `swagger`",
        ));
    };
    let text = declared.as_str().unwrap_or_default();
    match text.split('.').take(2).collect::<Vec<_>>()[..] {
        ["3", "0"] => Ok(Version::V3_0),
        ["3", "1"] => Ok(Version::V3_1),
        ["3", "2"] => Ok(Version::V3_2),
        _ if declared.is_number() => Err(document.error(
            "/openapi",
            format!(
                "the OpenAPI version must be a string, not the number {declared}: write \"{declared}.0\""
            ),
        )),
        _ => Err(document.error(
            "/openapi",
            format!("unknown OpenAPI version {declared}: 3.0, 3.1 and 3.2 are supported"),
        )),
    }
}

/// Checks the shape of the parts that the comparison reads, so that a malformed document is refused and
/// not half understood.
pub(super) fn shape(document: &Document) -> Result<(), TextError> {
    let expect_object = |pointer: &str| match document.at(pointer) {
        None | Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(document.error(pointer, format!("`{pointer}` must be an object"))),
    };
    expect_object("/info")?;
    expect_object("/paths")?;
    expect_object("/components")?;
    let paths = document.value().get("paths").and_then(Value::as_object);
    for (path, declared) in paths.into_iter().flatten() {
        if path.starts_with("x-") {
            continue;
        }
        // Built only for errors: there are many paths.
        let place = || pointer::join("/paths", path);
        if !path.starts_with('/') {
            return Err(document.error(&place(), format!("the path `{path}` must begin with `/`")));
        }
        let refers = declared.get("$ref").is_some();
        let item = if refers {
            document.resolve(&place())
        } else {
            Some(declared)
        };
        let Some(item) = item.filter(|item| item.is_object()) else {
            expect_object(&place())?;
            continue;
        };
        for (method, operation) in operations_of(item) {
            if !operation.is_object() {
                expect_object(&method.pointer(&document.follow(&place())))?;
            }
        }
    }
    Ok(())
}

impl Document {
    /// Returns violations of the specification that [`Self::parse`] accepts, since real documents have
    /// them and can be compared all the same: responses without a description.
    #[must_use]
    pub fn defects(&self) -> Vec<TextError> {
        let mut defects = Vec::new();
        for operation in self.operations() {
            let responses = pointer::join(&operation.pointer, "responses");
            for status in self.response_statuses(&operation) {
                let response = self.follow(&pointer::join(&responses, &status));
                let description = pointer::join(&response, "description");
                if !self.at(&description).is_some_and(Value::is_string) {
                    defects.push(self.error(
                        &response,
                        format!(
                            "the response {status} of {operation} has no `description`, which \
                             OpenAPI 3.1 section 4.8.17 requires: add one"
                        ),
                    ));
                }
            }
        }
        defects
    }
}
