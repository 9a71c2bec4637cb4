//! The values for requests that environment variables give.

use secrecy::SecretString;
use serde_json::Value;

use super::Profile;
use super::operations::{OperationValues, variable};
use super::origin::{Origin, ProfileError};

/// A value that an environment variable gave.
#[derive(Debug, Clone)]
pub struct Given {
    /// The name of the parameter or of the member of a body; empty for a whole body.
    pub name: String,
    /// The environment variable.
    pub variable: String,
    /// The value.
    pub value: SecretString,
}

impl Profile {
    /// Puts the values of environment variables in place of `{ env = "NAME" }`, and returns them.
    ///
    /// # Errors
    /// When a variable is not set.
    pub(crate) fn fill_in(&mut self, origin: Origin<'_>) -> Result<Vec<Given>, ProfileError> {
        let mut given = Vec::new();
        let remedy = "Set it to the value, or write the value itself.";
        for (name, value) in &mut self.parameters {
            fill(name, value, &mut given)
                .map_err(|problem| origin.error_in(("parameters", name), problem, remedy))?;
        }
        for (operation, values) in &mut self.operations {
            let OperationValues {
                body,
                media_type: _,
                expendable: _,
                path,
                query,
                header,
                cookie,
            } = values;
            let places = [path, query, header, cookie].into_iter().flatten();
            let places = places.map(|(name, value)| (name.as_str(), value));
            for (name, value) in places.chain(body.as_mut().map(|body| ("", body))) {
                fill(name, value, &mut given).map_err(|problem| {
                    origin.error_in(("operations", operation), problem, remedy)
                })?;
            }
        }
        Ok(given)
    }
}

/// Fills in a value and those in it.
fn fill(name: &str, value: &mut Value, given: &mut Vec<Given>) -> Result<(), String> {
    if let Some(variable) = variable(value).map(str::to_owned) {
        let text = std::env::var(&variable).map_err(|error| match error {
            std::env::VarError::NotPresent => {
                format!("the environment variable {variable} is not set")
            }
            std::env::VarError::NotUnicode(_) => {
                format!("the environment variable {variable} is not UTF-8")
            }
        })?;
        *value = Value::String(text.clone());
        given.push(Given {
            name: name.to_owned(),
            variable,
            value: SecretString::from(text),
        });
        return Ok(());
    }
    match value {
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| fill(name, item, given)),
        Value::Object(members) => {
            let mut members = members.iter_mut();
            members.try_for_each(|(name, value)| fill(name, value, given))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
