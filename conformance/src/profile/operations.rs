//! The values that a profile gives for the requests of single operations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::origin::{Origin, ProfileError};
use crate::case::sample::Location;
use crate::contract::Contract;

/// The values of the requests of one operation. In place of any value, `{ env = "NAME" }` names the environment variable that has
/// it, in capitals; reports then show that name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationValues {
    /// The body of an ordinary request.
    #[serde(
        default,
        deserialize_with = "one_value",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Value>")]
    pub body: Option<Value>,
    /// The media type of that body. Unset: JSON where the contract has it, otherwise the first that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Whether the run may change or delete what the path names, although the run did not create it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expendable: bool,
    /// The path parameters, by name. What an operation changes is named only with `expendable`.
    #[serde(
        default,
        deserialize_with = "values",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub path: BTreeMap<String, Value>,
    /// The query parameters, by name. One that the contract does not declare is sent as well.
    #[serde(
        default,
        deserialize_with = "values",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub query: BTreeMap<String, Value>,
    /// The headers, by name. One that the contract does not declare is sent as well.
    #[serde(
        default,
        deserialize_with = "values",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub header: BTreeMap<String, Value>,
    /// The cookies, by name. One that the contract does not declare is sent as well.
    #[serde(
        default,
        deserialize_with = "values",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub cookie: BTreeMap<String, Value>,
}

impl OperationValues {
    /// Returns the parameters of a location, by name.
    pub(crate) fn of(&self, location: Location) -> &BTreeMap<String, Value> {
        match location {
            Location::Path => &self.path,
            Location::Query => &self.query,
            Location::Header => &self.header,
            Location::Cookie => &self.cookie,
        }
    }
}

/// Checks that a contract has each operation, and each parameter of a path, for which values are given: others would do
/// nothing.
pub(super) fn check(
    operations: &BTreeMap<String, OperationValues>,
    contract: &Contract,
    origin: Origin<'_>,
) -> Result<(), ProfileError> {
    let all = || contract.operations().iter().map(|one| &one.operation);
    for (key, values) in operations {
        let is = |one: &&openapi::Operation| {
            one.to_string() == *key || one.id.as_deref() == Some(key.as_str())
        };
        let Some(operation) = all().find(is) else {
            let nearest =
                all().min_by_key(|one| strsim::damerau_levenshtein(&one.to_string(), key));
            let nearest = nearest.map_or_else(String::new, openapi::Operation::to_string);
            return Err(origin.error_in(
                ("operations", key),
                "the contract has no such operation",
                format!("Write the method and the path as the contract has them, such as \"{nearest}\", or an operationId."),
            ));
        };
        let unknown = values
            .path
            .keys()
            .find(|name| !operation.path.contains(&format!("{{{name}}}")));
        if let Some(name) = unknown {
            return Err(origin.error_in(
                ("operations", key),
                format!("its path has no parameter {name}"),
                format!("Name one of {}.", operation.path),
            ));
        }
    }
    Ok(())
}

/// Reads a value that is sent as JSON.
fn one_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    json(value).map(Some).map_err(D::Error::custom)
}

/// Reads a table of values that are sent as JSON or as texts.
fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Value>, D::Error> {
    let values = BTreeMap::<String, toml::Value>::deserialize(deserializer)?;
    (values.into_iter())
        .map(|(name, value)| Ok((name, json(value).map_err(D::Error::custom)?)))
        .collect()
}

/// Converts a value of TOML; a time becomes its text.
fn json(value: toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| format!("{number} is not a number of JSON"))?,
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => {
            Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?)
        }
        toml::Value::Table(members) => Value::Object(
            (members.into_iter())
                .map(|(name, value)| Ok((name, json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

/// Reads texts, each of which an environment variable may have.
pub(super) fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Value>, D::Error> {
    let values = values(deserializer)?;
    let is_text = |value: &Value| value.is_string() || variable(value).is_some();
    match values.iter().find(|(_, value)| !is_text(value)) {
        None => Ok(values),
        Some((name, _)) => Err(D::Error::custom(format!(
            "the value of {name} is neither a text nor {{ env = \"NAME\" }} with a name in capitals"
        ))),
    }
}

/// Returns the schema of a text that an environment variable may have.
pub(super) fn schema_of_texts(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": { "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "env": { "type": "string" } },
                "required": ["env"],
                "additionalProperties": false,
            },
        ] },
    })
}

/// Returns the environment variable that a value names: a table with the one key `env`, and a name in capitals.
pub(super) fn variable(value: &Value) -> Option<&str> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let name = members.get("env")?.as_str()?;
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_capital)).then_some(name)
}
