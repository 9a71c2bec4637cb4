//! Query parameters, read as FastAPI reads them: percent-decoded text; of a repeated name the last value counts.

use std::convert::Infallible;
use std::ops::RangeInclusive;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::Value;
use url::form_urlencoded;

use crate::state::AppState;
use crate::validation::ValidationError;

/// The query of a request, and the errors in the parameters read so far.
pub(crate) struct QueryFields {
    pairs: Vec<(String, String)>,
    errors: Vec<ValidationError>,
}

impl FromRequestParts<AppState> for QueryFields {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            // Every text is a list of pairs: parsing does not fail, and replaces what is not UTF-8.
            pairs: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            errors: Vec::new(),
        })
    }
}

impl QueryFields {
    /// Returns the text of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Reads a boolean, in any of the spellings that pydantic accepts.
    pub(crate) fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => true,
            "false" | "0" | "no" | "off" | "f" | "n" => false,
            _ => {
                let msg = "Input should be a valid boolean, unable to interpret input";
                self.refuse(ValidationError::new(
                    "bool_parsing",
                    &["query", name],
                    msg,
                    &Value::from(text),
                ));
                default
            }
        }
    }

    /// Reads a decimal integer.
    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u32>,
        default: u32,
    ) -> u32 {
        let Some(text) = self.text(name) else {
            return default;
        };
        let (loc, input) = (["query", name], Value::from(text));
        let (least, most) = (*range.start(), *range.end());
        let error = match text.trim().parse::<i64>() {
            Ok(number) if number < i64::from(least) => {
                let msg = format!("Input should be greater than or equal to {least}");
                ValidationError::new("greater_than_equal", &loc, msg, &input).with("ge", least)
            }
            Ok(number) => match u32::try_from(number) {
                Ok(number) if number <= most => return number,
                Ok(_) | Err(_) => {
                    let msg = format!("Input should be less than or equal to {most}");
                    ValidationError::new("less_than_equal", &loc, msg, &input).with("le", most)
                }
            },
            Err(_) => {
                let msg = "Input should be a valid integer, unable to parse string as an integer";
                ValidationError::new("int_parsing", &loc, msg, &input)
            }
        };
        self.refuse(error);
        default
    }

    /// Reads one of these words. The first is the default.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&'static str, T)],
    ) -> T {
        let default = choices[0].1;
        let Some(text) = self.text(name) else {
            return default;
        };
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
            return *choice;
        }
        let words: Vec<String> = choices
            .iter()
            .map(|(word, _)| format!("'{word}'"))
            .collect();
        let expected = match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            Some(_) | None => words.concat(),
        };
        let msg = format!("Input should be {expected}");
        self.refuse(
            ValidationError::new("literal_error", &["query", name], msg, &Value::from(text))
                .with("expected", expected),
        );
        default
    }

    /// Records the error of a parameter, also of one that another module reads.
    pub(crate) fn refuse(&mut self, error: ValidationError) {
        self.errors.push(error);
    }

    /// Returns `value` if every parameter that was read is valid.
    ///
    /// # Errors
    ///
    /// All recorded errors.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<ValidationError>> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(self.errors)
        }
    }
}
