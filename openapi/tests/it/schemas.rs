//! Small documents with one schema, and short forms of their comparison.

use openapi::Document;
use openapi::diff::{Change, Class, compare};
use serde_json::{Value, json};

use crate::rule_docs::is_documented;

/// The body of the only operation that has the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Request,
    Response,
}

impl Body {
    /// Returns the pointer to the schema in a [`document`].
    pub(crate) fn pointer(self) -> &'static str {
        match self {
            Self::Request => "/paths/~1things/post/requestBody/content/application~1json/schema",
            Self::Response => "/paths/~1things/post/responses/200/content/application~1json/schema",
        }
    }
}

/// Returns a document with one operation whose request or response body has the schema. Its components are moved
/// from the schema's member `components`.
pub(crate) fn document(body: Body, schema: &Value) -> Document {
    let mut schema = schema.clone();
    let components = schema
        .as_object_mut()
        .and_then(|schema| schema.shift_remove("components"))
        .unwrap_or_else(|| json!({}));
    let content = json!({"application/json": {"schema": schema}});
    let nothing = json!({"application/json": {}});
    let (request, response) = match body {
        Body::Request => (content, nothing),
        Body::Response => (nothing, content),
    };
    let value = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": {
            "requestBody": {"content": request},
            "responses": {"200": {"description": "ok", "content": response}}
        }}},
        "components": {"schemas": components}
    });
    Document::parse("test", &value.to_string()).expect("a valid document")
}

/// Returns the changes from one schema of the body to another.
pub(crate) fn changes(body: Body, base: &Value, revision: &Value) -> Vec<Change> {
    compare(&document(body, base), &document(body, revision)).changes
}

/// Returns the changes between two documents as `class rule`.
pub(crate) fn changed(base: &Value, revision: &Value) -> Vec<String> {
    let parse = |value: &Value| Document::parse("test", &value.to_string()).expect("a document");
    summary(&compare(&parse(base), &parse(revision)).changes)
}

/// Returns the changes as `class rule`. Each must be documented by `diff::rules`.
pub(crate) fn summary(changes: &[Change]) -> Vec<String> {
    if let Some(change) = changes.iter().find(|change| !is_documented(change)) {
        panic!("src/diff/rules/ has no row for this class and rule: {change:?}");
    }
    changes
        .iter()
        .map(|change| format!("{} {}", change.class.name(), change.rule))
        .collect()
}

/// Checks the witness of every breaking change with a validator of each schema.
pub(crate) fn assert_witnessed(body: Body, base: &Value, revision: &Value, changes: &[Change]) {
    for change in changes
        .iter()
        .filter(|change| change.class == Class::Breaking)
    {
        let witness = change
            .witness
            .as_ref()
            .unwrap_or_else(|| panic!("no witness: {change:?}"));
        let pointer = change
            .witness_schema
            .as_deref()
            .expect("the schema of the witness");
        if pointer != body.pointer() {
            // The witness is a value of a part and was checked with the part's schemas.
            continue;
        }
        let accepts = |schema: &Value| {
            let document = document(body, schema);
            let schema = openapi::SchemaRef {
                pointer: body.pointer().to_owned(),
            };
            openapi::Validator::of(&document, &schema)
                .expect("a valid schema")
                .accepts(witness)
        };
        let (sender, receiver) = match body {
            Body::Request => (base, revision),
            Body::Response => (revision, base),
        };
        assert!(accepts(sender), "{witness} is not sent: {change:?}");
        assert!(!accepts(receiver), "{witness} is accepted: {change:?}");
    }
}
