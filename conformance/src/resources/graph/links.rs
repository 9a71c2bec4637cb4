//! The links of a contract (OpenAPI 3.1, section 4.8.20): which value of an answer another operation takes.

use openapi::{Document, Operation, pointer};
use serde_json::Value;

/// A value of an exchange, as a runtime expression names it (OpenAPI 3.1, section 4.8.20.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// The value at a JSON pointer in the body of the answer.
    AnswerBody(String),
    /// A header of the answer.
    AnswerHeader(String),
    /// The value at a JSON pointer in the body of the request.
    RequestBody(String),
}

/// One parameter of a link.
pub(super) struct Link {
    /// The index of the operation that it leads to.
    pub(super) target: usize,
    /// The parameter of that operation.
    pub(super) parameter: String,
    /// Its value.
    pub(super) expression: Expression,
}

impl Expression {
    /// Parses an expression, which may be embedded in braces. `None` for one that does not name a part of a created thing.
    fn parse(text: &str) -> Option<Expression> {
        let text = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
            .unwrap_or(text);
        let pointer = |rest: &str| match rest.strip_prefix('#') {
            Some(pointer) => Some(pointer.to_owned()),
            None => rest.is_empty().then(String::new),
        };
        if let Some(rest) = text.strip_prefix("$response.body") {
            return pointer(rest).map(Expression::AnswerBody);
        }
        if let Some(name) = text.strip_prefix("$response.header.") {
            return Some(Expression::AnswerHeader(name.to_ascii_lowercase()));
        }
        pointer(text.strip_prefix("$request.body")?).map(Expression::RequestBody)
    }
}

/// Returns the links of an operation's successful answers.
pub(super) fn of(document: &Document, operation: &Operation, all: &[&Operation]) -> Vec<Link> {
    let mut found = Vec::new();
    for status in document.response_statuses(operation) {
        if !status.starts_with('2') && status != "default" {
            continue;
        }
        let response = pointer::join_all(&operation.pointer, ["responses", &status]);
        let links = pointer::join(&document.follow(&response), "links");
        let names = document.at(&links).and_then(Value::as_object);
        for (name, _) in names.into_iter().flatten() {
            let Some(link) = document.resolve(&pointer::join(&links, name)) else {
                continue;
            };
            let Some(target) = target(document, link, all) else {
                continue;
            };
            for (name, value) in link["parameters"].as_object().into_iter().flatten() {
                let parameter = name.strip_prefix("path.").unwrap_or(name);
                if let Some(expression) = value.as_str().and_then(Expression::parse) {
                    found.push(Link {
                        target,
                        parameter: parameter.to_owned(),
                        expression,
                    });
                }
            }
        }
    }
    found
}

/// Returns the index of the operation that a link leads to, by its id or by a reference.
fn target(document: &Document, link: &Value, all: &[&Operation]) -> Option<usize> {
    if let Some(id) = link["operationId"].as_str() {
        return (all.iter()).position(|operation| operation.id.as_deref() == Some(id));
    }
    let reference = pointer::of_reference(link["operationRef"].as_str()?)?;
    let (item, method) = reference.rsplit_once('/')?;
    let item = document.follow(item);
    let place = format!("{item}/{method}");
    all.iter().position(|operation| operation.pointer == place)
}

#[cfg(test)]
mod tests {
    use super::Expression;

    #[test]
    fn expressions_name_parts_of_the_answer() {
        let body = Expression::AnswerBody("/data/id".to_owned());
        assert_eq!(
            Expression::parse("$response.body#/data/id"),
            Some(body.clone())
        );
        assert_eq!(Expression::parse("{$response.body#/data/id}"), Some(body));
        let header = Expression::AnswerHeader("x-id".to_owned());
        assert_eq!(Expression::parse("$response.header.X-Id"), Some(header));
        assert_eq!(Expression::parse("$request.path.id"), None);
        assert_eq!(Expression::parse("7"), None);
    }
}
