//! The keywords of a schema that accept or reject values.

use serde_json::{Map, Value};

use crate::diff::walk::Node;
use crate::keywords;

/// Returns the keywords of a schema that accept or reject values; `None` when it is not an object.
pub(crate) fn assertions<'a>(node: &Node<'a>) -> Option<Vec<&'a str>> {
    let object: &Map<String, Value> = node.value.as_object()?;
    Some(
        object
            .keys()
            .map(String::as_str)
            .filter(|key| !keywords::is_annotation(key) && !keywords::is_container(key))
            .collect(),
    )
}

/// Returns whether both schemas have a schema for undeclared properties, so that those two are compared.
pub(crate) fn undeclared_are_compared(base: &Node<'_>, revision: &Node<'_>) -> bool {
    [base, revision].iter().all(|core| {
        let additional = core.value.get("additionalProperties");
        additional.is_some_and(Value::is_object)
    })
}
