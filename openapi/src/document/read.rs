//! The least that must hold of a document before anything else is asked.

use serde_json::Value;

use super::{Document, DocumentError, Version, operations_of};
use crate::pointer;

pub(super) fn version(document: &Document) -> Result<Version, DocumentError> {
    if document.value().is_null() {
        return Err(document.error("", "not an OpenAPI document: there is nothing in it"));
    }
    let Some(root) = document.value().as_object() else {
        return Err(document.error("", "not an OpenAPI document: its root is not an object"));
    };
    if root.contains_key("swagger") {
        return Err(document.error(
            "/swagger",
            "Swagger 2.0 is not read here: convert the document to OpenAPI 3.0 or newer first",
        ));
    }
    let Some(declared) = root.get("openapi") else {
        return Err(document.error(
            "",
            "not an OpenAPI document: it has no `openapi` field, which names the version",
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
                "the OpenAPI version is a text, and {declared} a number: write \"{declared}.0\""
            ),
        )),
        _ => Err(document.error(
            "/openapi",
            format!("unknown OpenAPI version {declared}: 3.0, 3.1 and 3.2 are read here"),
        )),
    }
}

/// What the specification requires of the parts that the comparison reads, so that a malformed
/// document is refused rather than half understood.
pub(super) fn check_shape(document: &Document) -> Result<(), DocumentError> {
    let expect_object = |pointer: &str| match document.at(pointer) {
        None | Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(document.error(pointer, format!("`{pointer}` must be an object"))),
    };
    expect_object("/info")?;
    expect_object("/paths")?;
    expect_object("/components")?;
    let paths = document.value().get("paths").and_then(Value::as_object);
    for (path, written) in paths.into_iter().flatten() {
        if path.starts_with("x-") {
            continue;
        }
        // Places are named only for what is refused: there are many paths.
        let place = || pointer::join("/paths", path);
        if !path.starts_with('/') {
            return Err(document.error(&place(), format!("the path `{path}` must begin with `/`")));
        }
        let refers = written.get("$ref").is_some();
        let item = if refers {
            document.resolve(&place())
        } else {
            Some(written)
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

/// What the specification requires of responses and the comparison can do without.
pub(super) fn defects(document: &Document) -> Vec<DocumentError> {
    let mut defects = Vec::new();
    for operation in document.operations() {
        let responses = pointer::join(&operation.pointer, "responses");
        for status in document.response_statuses(&operation) {
            let response = document.follow(&pointer::join(&responses, &status));
            let description = pointer::join(&response, "description");
            if !document.at(&description).is_some_and(Value::is_string) {
                defects.push(document.error(
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
