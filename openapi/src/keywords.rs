//! Which JSON Schema keywords hold schemas, which only annotate, and how to visit the former.
//!
//! The tables follow JSON Schema 2020-12 (Core section 10 and 11, Validation sections 6 to 9) and
//! the schema object of OpenAPI 3.1 (section 4.8.24).

use serde_json::Value;

/// Keywords whose value is one schema.
pub(crate) const SINGLE: &[&str] = &[
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords whose value is an array of schemas.
pub(crate) const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords whose value is an object of named schemas.
pub(crate) const MAPS: &[&str] = &[
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
];

/// Fields of OpenAPI's objects whose value is an object of named things. Their names are the
/// writer's, and may be those of keywords: the response `default`, a header called `example`.
const NAMED: &[&str] = &[
    "paths",
    "webhooks",
    "additionalOperations",
    "responses",
    "content",
    "headers",
    "encoding",
    "callbacks",
    "links",
    "schemas",
    "requestBodies",
    "securitySchemes",
    "pathItems",
    "mediaTypes",
    "variables",
    "mapping",
    "scopes",
    "$files",
];

/// Whether the members of this field's value are named by the writer. (`parameters` is such an
/// object among the components alone, where a name that is a keyword's does no harm.)
pub(crate) fn holds_names(field: &str) -> bool {
    MAPS.contains(&field) || NAMED.contains(&field)
}

/// Keywords that say something to a reader and accept or reject nothing.
pub(crate) const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "discriminator",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$comment",
    "$schema",
    "$id",
    "$anchor",
];

/// Whether `keyword` of a schema only annotates.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword)
}

/// Keywords that only hold definitions: what refers to them sees them, nothing else does.
pub(crate) fn is_container(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions")
}

/// Whether the members of this keyword's value are data, not schemas or references.
pub(crate) fn holds_data(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || matches!(
            keyword,
            "example" | "examples" | "default" | "const" | "enum" | "value"
        )
}

/// Rewrites a schema: `edit` sees each schema object after its subschemas have been rewritten.
pub(crate) fn rewrite(
    schema: &mut Value,
    edit: &mut impl FnMut(&mut serde_json::Map<String, Value>),
) {
    let Value::Object(object) = schema else {
        return;
    };
    for (keyword, value) in object.iter_mut() {
        let keyword = keyword.as_str();
        if SINGLE.contains(&keyword) {
            rewrite(value, edit);
        } else if LISTS.contains(&keyword) {
            for item in value.as_array_mut().into_iter().flatten() {
                rewrite(item, edit);
            }
        } else if MAPS.contains(&keyword) {
            for (_, item) in value.as_object_mut().into_iter().flatten() {
                rewrite(item, edit);
            }
        }
    }
    edit(object);
}

/// Shows `see` each schema object of a schema, itself first.
pub(crate) fn visit(schema: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    visit_but(schema, &[], see);
}

/// Shows `see` each schema object that a value is held to, itself first: not what stands below `not`
/// and `if`.
pub(crate) fn visit_asserted(
    schema: &Value,
    see: &mut impl FnMut(&serde_json::Map<String, Value>),
) {
    visit_but(schema, &["not", "if"], see);
}

fn visit_but(
    schema: &Value,
    passed_over: &[&str],
    see: &mut impl FnMut(&serde_json::Map<String, Value>),
) {
    let Value::Object(object) = schema else {
        return;
    };
    see(object);
    for (keyword, value) in object {
        let keyword = keyword.as_str();
        if passed_over.contains(&keyword) {
            continue;
        }
        if SINGLE.contains(&keyword) {
            visit_but(value, passed_over, see);
        } else if LISTS.contains(&keyword) {
            for item in value.as_array().into_iter().flatten() {
                visit_but(item, passed_over, see);
            }
        } else if MAPS.contains(&keyword) {
            for (_, item) in value.as_object().into_iter().flatten() {
                visit_but(item, passed_over, see);
            }
        }
    }
}
