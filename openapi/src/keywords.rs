//! The keywords of JSON Schema: those that hold schemas, with ways to visit them, and those that only annotate.
//!
//! The tables follow JSON Schema 2020-12 (Core section 10 and 11, Validation sections 6 to 9) and
//! the schema object of OpenAPI 3.1 (section 4.8.24).

use serde_json::{Map, Value};

/// The keywords whose value is one schema.
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

/// The keywords whose value is an array of schemas.
pub(crate) const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// The keywords whose value is an object of named schemas.
pub(crate) const MAPS: &[&str] = &[
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
];

/// The fields of OpenAPI's objects whose value is a map. Its author chooses the keys, which may be spelled like
/// keywords: the response `default`, a header called `example`.
const NAMED: &[&str] = &[
    "paths",
    "webhooks",
    "x-webhooks",
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

/// The most keywords of a schema that are compared one by one, which is cheaper than to hash one.
const FEW: usize = 8;

/// Returns the value of a keyword.
pub(crate) fn get<'s>(schema: &'s Map<String, Value>, keyword: &str) -> Option<&'s Value> {
    if schema.len() > FEW {
        return schema.get(keyword);
    }
    let mut keywords = schema.iter();
    keywords.find_map(|(name, value)| (name == keyword).then_some(value))
}

/// Returns whether the author chooses the keys of this field's value. (`parameters` is a map among the components
/// only, where a key that is spelled like a keyword does no harm.)
pub(crate) fn holds_names(field: &str) -> bool {
    MAPS.contains(&field) || NAMED.contains(&field)
}

/// The keywords that accept or reject values.
const ASSERTIONS: &[&str] = &[
    "$ref",
    "$dynamicRef",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "items",
    "prefixItems",
    "contains",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "unevaluatedItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
];

/// The keywords that are for readers.
const ANNOTATIONS: &[&str] = &[
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
];

/// The other fields of the objects of OpenAPI 2.0 to 3.2, in which unknown fields have no meaning.
const FIELDS: &[&str] = &[
    "$self",
    "additionalOperations",
    "allowEmptyValue",
    "allowReserved",
    "attribute",
    "authorizationCode",
    "authorizationUrl",
    "basePath",
    "bearerFormat",
    "clientCredentials",
    "collectionFormat",
    "components",
    "consumes",
    "contact",
    "contentType",
    "dataValue",
    "defaultMapping",
    "delete",
    "deviceAuthorization",
    "deviceAuthorizationUrl",
    "email",
    "explode",
    "externalValue",
    "file",
    "flow",
    "flows",
    "get",
    "head",
    "host",
    "identifier",
    "implicit",
    "in",
    "info",
    "itemEncoding",
    "itemSchema",
    "jsonSchemaDialect",
    "kind",
    "license",
    "name",
    "namespace",
    "nodeType",
    "nullable",
    "oauth2MetadataUrl",
    "openapi",
    "openIdConnectUrl",
    "operationId",
    "operationRef",
    "options",
    "parameters",
    "parent",
    "password",
    "patch",
    "post",
    "prefix",
    "prefixEncoding",
    "produces",
    "propertyName",
    "put",
    "query",
    "refreshUrl",
    "requestBody",
    "schema",
    "scheme",
    "schemes",
    "security",
    "securityDefinitions",
    "serializedValue",
    "server",
    "servers",
    "style",
    "summary",
    "swagger",
    "tags",
    "termsOfService",
    "tokenUrl",
    "trace",
    "url",
    "value",
    "version",
    "wrapped",
];

/// The keywords that name a schema, or say how it is written.
const IDENTIFIERS: &[&str] = &["$id", "$anchor", "$dynamicAnchor", "$schema", "$comment"];

/// Returns whether `keyword` of a schema accepts and rejects nothing: it is for readers, or unknown (JSON Schema Core
/// section 4.3.1).
pub(crate) fn is_annotation(keyword: &str) -> bool {
    !ASSERTIONS.contains(&keyword) && !is_container(keyword)
}

/// Returns whether `keyword` is known to accept and reject nothing, in a schema as in OpenAPI's other objects.
pub(crate) fn is_known_annotation(keyword: &str) -> bool {
    keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword) || is_identifier(keyword)
}

/// Returns whether an object of some version of OpenAPI has a field of this name.
pub(crate) fn is_field(name: &str) -> bool {
    [FIELDS, NAMED, ASSERTIONS, ANNOTATIONS, IDENTIFIERS, MAPS]
        .iter()
        .any(|names| names.iter().any(|field| field.eq_ignore_ascii_case(name)))
}

/// Returns whether `keyword` names a schema, or says how it is written.
pub(crate) fn is_identifier(keyword: &str) -> bool {
    IDENTIFIERS.contains(&keyword)
}

/// Returns whether a keyword only holds definitions, which count where something refers to them.
pub(crate) fn is_container(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions")
}

/// Returns whether the members of this keyword's value are data, not schemas or references.
pub(crate) fn holds_data(keyword: &str) -> bool {
    (keyword.starts_with("x-") && !holds_names(keyword))
        || matches!(
            keyword,
            "example" | "examples" | "default" | "const" | "enum" | "value"
        )
}

/// Rewrites a schema: calls `edit` with each schema object, after the schemas inside it.
pub(crate) fn rewrite(schema: &mut Value, edit: &mut impl FnMut(&mut Map<String, Value>)) {
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

/// Calls `see` with each schema object of a schema, itself first.
pub(crate) fn visit<'a>(schema: &'a Value, see: &mut impl FnMut(&'a Map<String, Value>)) {
    visit_except(schema, &[], see);
}

/// Calls `see` with each schema object within a schema but for its definitions, itself first.
pub(crate) fn visit_without_definitions<'a>(
    schema: &'a Value,
    see: &mut impl FnMut(&'a Map<String, Value>),
) {
    visit_except(schema, &["$defs"], see);
}

/// Calls `see` with each schema object that values must satisfy, itself first: not with those below `not` and
/// `if`.
pub(crate) fn visit_asserted<'a>(schema: &'a Value, see: &mut impl FnMut(&'a Map<String, Value>)) {
    visit_except(schema, &["not", "if"], see);
}

fn visit_except<'a>(
    schema: &'a Value,
    skipped: &[&str],
    see: &mut impl FnMut(&'a Map<String, Value>),
) {
    let Value::Object(object) = schema else {
        return;
    };
    see(object);
    for (keyword, value) in object {
        let keyword = keyword.as_str();
        if skipped.contains(&keyword) {
            continue;
        }
        if SINGLE.contains(&keyword) {
            visit_except(value, skipped, see);
        } else if LISTS.contains(&keyword) {
            for item in value.as_array().into_iter().flatten() {
                visit_except(item, skipped, see);
            }
        } else if MAPS.contains(&keyword) {
            for (_, item) in value.as_object().into_iter().flatten() {
                visit_except(item, skipped, see);
            }
        }
    }
}
