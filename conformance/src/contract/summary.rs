//! The summary of a contract: its operations with their parameters, bodies and responses, as on a reference page.
//! Reports show verdicts beside it.

use openapi::{Document, pointer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameters::declared;

/// The most levels of nested members; deeper ones are named by their type alone.
const DEPTH: usize = 3;

/// One operation of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Operation {
    /// The HTTP method in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The operation in a few words.
    #[serde(default)]
    pub summary: String,
    /// What it does, in Markdown.
    #[serde(default)]
    pub description: String,
    /// Its parameters, its body and its answers, in the document's order.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// What a part of an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A parameter in path, query, header or cookie.
    Parameter,
    /// The body of the request.
    Body,
    /// An answer.
    Response,
}

/// A parameter, the body of the request, or an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The JSON pointer below the operation, such as `/responses/201`; what cases cover begins with it.
    pub pointer: String,
    /// What it is.
    pub kind: Kind,
    /// A parameter's name, an answer's status, or `body`.
    pub name: String,
    /// The type in words, such as `string or null`; with a parameter's place before it. Empty where none is declared.
    #[serde(default)]
    pub type_name: String,
    /// Whether a request must have it. Answers are not required.
    #[serde(default)]
    pub required: bool,
    /// What the document says of it.
    #[serde(default)]
    pub description: String,
    /// The members of the body's schema.
    #[serde(default)]
    pub members: Vec<Member>,
}

/// A member of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Its name, with the names of those that hold it before it: `data.revoked_at`, `detail[].msg`.
    pub name: String,
    /// The type in words.
    pub type_name: String,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
    /// What the document says of it.
    #[serde(default)]
    pub description: String,
}

/// Summarizes the operations of a document.
#[must_use]
pub fn operations(document: &Document) -> Vec<Operation> {
    let operations = document.operations();
    let summaries = operations.iter().map(|operation| {
        let text = |key: &str| {
            let value = document.at(&pointer::join(&operation.pointer, key));
            words(value).to_owned()
        };
        let mut parts = parameters(document, operation);
        parts.extend(body(document, operation));
        parts.extend(responses(document, operation));
        Operation {
            method: operation.method.clone(),
            path: operation.path.clone(),
            summary: text("summary"),
            description: text("description"),
            parts,
        }
    });
    summaries.collect()
}

fn parameters(document: &Document, operation: &openapi::Operation) -> Vec<Part> {
    let parts = declared(document, operation).into_iter().map(|parameter| {
        let of_schema = type_name(document, &pointer::join(&parameter.place, "schema"));
        Part {
            pointer: parameter.below,
            kind: Kind::Parameter,
            name: words(parameter.value.get("name")).to_owned(),
            type_name: format!("{}, {of_schema}", words(parameter.value.get("in"))),
            required: parameter.value["required"] == true,
            description: words(parameter.value.get("description")).to_owned(),
            members: Vec::new(),
        }
    });
    parts.collect()
}

fn body(document: &Document, operation: &openapi::Operation) -> Option<Part> {
    let place = document.follow(&pointer::join(&operation.pointer, "requestBody"));
    let body = document.at(&place)?;
    let schema = first_schema(document, &place);
    Some(Part {
        pointer: "/requestBody".to_owned(),
        kind: Kind::Body,
        name: "body".to_owned(),
        type_name: (schema.as_ref())
            .map(|schema| type_name(document, schema))
            .unwrap_or_default(),
        required: body["required"] == true,
        description: words(body.get("description")).to_owned(),
        members: schema
            .map(|schema| members(document, &schema))
            .unwrap_or_default(),
    })
}

fn responses(document: &Document, operation: &openapi::Operation) -> Vec<Part> {
    let responses = pointer::join(&operation.pointer, "responses");
    let statuses = document.response_statuses(operation).into_iter();
    let parts = statuses.map(|status| {
        let place = document.follow(&pointer::join(&responses, &status));
        let description = document
            .at(&place)
            .and_then(|value| value.get("description"));
        let schema = first_schema(document, &place);
        Part {
            pointer: format!("/responses/{status}"),
            kind: Kind::Response,
            type_name: (schema.as_ref())
                .map(|schema| type_name(document, schema))
                .unwrap_or_default(),
            required: false,
            description: words(description).to_owned(),
            members: schema
                .map(|schema| members(document, &schema))
                .unwrap_or_default(),
            name: status,
        }
    });
    parts.collect()
}

/// Returns the schema of the first media type that has one.
fn first_schema(document: &Document, holder: &str) -> Option<String> {
    let content = pointer::join(holder, "content");
    let types = document.at(&content)?.as_object()?.keys();
    let mut schemas = types.map(|name| pointer::join_all(&content, [name.as_str(), "schema"]));
    schemas.find(|schema| document.at(schema).is_some())
}

/// Returns the members of a schema and their members, in the document's order.
fn members(document: &Document, schema: &str) -> Vec<Member> {
    let mut found = Vec::new();
    gather(document, schema, "", DEPTH, &mut found);
    found
}

fn gather(document: &Document, schema: &str, prefix: &str, depth: usize, out: &mut Vec<Member>) {
    let schema = document.follow(schema);
    let Some(value) = document.at(&schema) else {
        return;
    };
    for union in ["allOf", "anyOf", "oneOf"] {
        let branches = value
            .get(union)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for branch in 0..branches {
            let branch = pointer::join_all(&schema, [union, &branch.to_string()]);
            gather(document, &branch, prefix, depth, out);
        }
    }
    if depth == 0 {
        return;
    }
    let items = pointer::join(&schema, "items");
    if document.at(&items).is_some() {
        gather(document, &items, &format!("{prefix}[]"), depth - 1, out);
    }
    let required = value.get("required").and_then(Value::as_array);
    let properties = value.get("properties").and_then(Value::as_object);
    for name in properties.into_iter().flat_map(serde_json::Map::keys) {
        let place = pointer::join_all(&schema, ["properties", name]);
        let full = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        if out.iter().any(|member| member.name == full) {
            continue;
        }
        let description = (document.at(&place))
            .and_then(|property| property.get("description"))
            .or_else(|| document.resolve(&place)?.get("description"));
        out.push(Member {
            type_name: type_name(document, &place),
            required: required.is_some_and(|names| names.iter().any(|one| one == name.as_str())),
            description: words(description).to_owned(),
            name: full.clone(),
        });
        gather(document, &place, &full, depth - 1, out);
    }
}

/// Names a schema's type: a component's name, or what the keywords say.
fn type_name(document: &Document, schema: &str) -> String {
    let Some(value) = document.at(schema) else {
        return "any".to_owned();
    };
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return name.to_owned();
    }
    for (keyword, word) in [("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")] {
        if let Some(branches) = value.get(keyword).and_then(Value::as_array) {
            let names = (0..branches.len()).map(|branch| {
                let branch = pointer::join_all(schema, [keyword, &branch.to_string()]);
                type_name(document, &branch)
            });
            return names.collect::<Vec<_>>().join(word);
        }
    }
    let of_type = |name: &str| match (name, value.get("format").and_then(Value::as_str)) {
        ("array", _) => format!(
            "array of {}",
            type_name(document, &pointer::join(schema, "items"))
        ),
        ("string" | "integer" | "number", Some(format)) => format!("{name} ({format})"),
        (_, _) => name.to_owned(),
    };
    match value.get("type") {
        Some(Value::String(name)) => of_type(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str).map(of_type);
            names.collect::<Vec<_>>().join(" or ")
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            "any".to_owned()
        }
    }
}

fn words(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use openapi::Document;
    use openapi::published::REVOKE_TOKEN;

    use super::{Kind, operations};

    #[test]
    fn parameter_of_the_operation_overrides_that_of_the_path() {
        let text = r#"{ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": { "/things": {
            "parameters": [
                { "name": "page", "in": "query", "schema": { "type": "string" } },
                { "name": "page", "in": "header", "schema": { "type": "string" } }
            ],
            "get": {
                "parameters": [{ "name": "page", "in": "query", "schema": { "type": "integer" } }],
                "responses": { "204": { "description": "none" } }
            }
        } } }"#;
        let document = Document::parse("things.json", text).expect("a document");
        let summary = operations(&document);
        let parameters = (summary[0].parts.iter()).filter(|part| part.kind == Kind::Parameter);
        let parts: Vec<(&str, &str)> = parameters
            .map(|part| (part.pointer.as_str(), part.type_name.as_str()))
            .collect();
        let expected = [
            ("/parameters/0", "query, integer"),
            ("/../parameters/1", "header, string"),
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn published_slice_has_the_summary_of_its_page() {
        let summary = operations(&REVOKE_TOKEN.document());
        let [revoke] = summary.as_slice() else {
            panic!("one operation")
        };
        let parts: Vec<String> = (revoke.parts.iter())
            .map(|part| format!("{} {} {}", part.pointer, part.name, part.type_name))
            .collect();
        let expected = [
            "/parameters/0 token_id path, string",
            "/parameters/1 authorization header, string or null",
            "/requestBody body APITokenRevokeRequest or null",
            "/responses/201 201 SuccessEnvelope_APITokenRevokeResponse_",
            "/responses/400 400 ",
            "/responses/401 401 ",
            "/responses/403 403 ",
            "/responses/404 404 ",
            "/responses/422 422 HTTPValidationError",
        ];
        assert_eq!(parts, expected);
        let created = (revoke.parts.iter())
            .find(|part| part.kind == Kind::Response)
            .expect("an answer");
        let at = (created.members.iter())
            .find(|member| member.name == "data.revoked_at")
            .expect("a member of a member");
        assert!(at.required);
        assert_eq!(at.type_name, "string (date-time)");
    }
}
