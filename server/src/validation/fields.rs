//! A reader of the fields of a JSON object that collects their errors.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::validation::ValidationError;

/// The fields of the body's object, and the errors in those read so far. Unknown fields are ignored. A client gets all errors
/// in one answer.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    errors: Vec<ValidationError>,
}

impl<'a> Fields<'a> {
    /// Begins to read the fields of `object`, the body of the request.
    pub(crate) fn of(object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            errors: Vec::new(),
        }
    }

    /// Reads an optional string. `null` counts as absent.
    pub(crate) fn optional_string(
        &mut self,
        name: &'static str,
        length: RangeInclusive<usize>,
    ) -> Option<String> {
        match self.object.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.string(name, value, &length),
        }
    }

    /// Reads a required string. If it is absent or invalid, records an error and returns an empty string, and
    /// [`finish`](Self::finish) returns the error.
    pub(crate) fn required_string(
        &mut self,
        name: &'static str,
        length: RangeInclusive<usize>,
    ) -> String {
        match self.object.get(name) {
            None => {
                let input = Value::Object(self.object.clone());
                self.errors
                    .push(ValidationError::missing(&["body", name], &input));
                String::new()
            }
            Some(value) => self.string(name, value, &length).unwrap_or_default(),
        }
    }

    /// Reads an integer, or returns the default if it is absent. `5.0` is one (JSON Schema, validation, section 6.1.1); `"5"`,
    /// `true` and `null` are not.
    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u16>,
        default: u16,
    ) -> u16 {
        let Some(value) = self.object.get(name) else {
            return default;
        };
        let loc = ["body", name];
        let Some(number) = value
            .as_i64()
            .map(i128::from)
            .or_else(|| value.as_u64().map(i128::from))
            .or_else(|| {
                let whole = value.as_f64().filter(|number| number.fract() == 0.0);
                whole.map(|number| number as i128)
            })
        else {
            self.errors.push(ValidationError::new(
                "int_type",
                &loc,
                "Input should be a valid integer",
                value,
            ));
            return default;
        };
        let (least, most) = (*range.start(), *range.end());
        match u16::try_from(number) {
            Ok(number) if range.contains(&number) => number,
            Ok(_) | Err(_) => {
                self.errors.push(if number < i128::from(least) {
                    let msg = format!("Input should be greater than or equal to {least}");
                    ValidationError::new("greater_than_equal", &loc, msg, value).with("ge", least)
                } else {
                    let msg = format!("Input should be less than or equal to {most}");
                    ValidationError::new("less_than_equal", &loc, msg, value).with("le", most)
                });
                default
            }
        }
    }

    /// Returns `value` if every field that was read is valid.
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

    /// Checks that the value is a string whose length is in `length`, in Unicode scalar values as pydantic counts it.
    fn string(
        &mut self,
        name: &'static str,
        value: &Value,
        length: &RangeInclusive<usize>,
    ) -> Option<String> {
        let loc = ["body", name];
        let Value::String(text) = value else {
            self.errors.push(ValidationError::new(
                "string_type",
                &loc,
                "Input should be a valid string",
                value,
            ));
            return None;
        };
        let (least, most) = (*length.start(), *length.end());
        let characters = text.chars().count();
        if characters < least {
            let msg = format!("String should have at least {}", counted(least));
            self.errors.push(
                ValidationError::new("string_too_short", &loc, msg, value)
                    .with("min_length", least),
            );
        } else if characters > most {
            let msg = format!("String should have at most {}", counted(most));
            self.errors.push(
                ValidationError::new("string_too_long", &loc, msg, value).with("max_length", most),
            );
        } else if text.contains('\0') {
            // PostgreSQL's text cannot hold U+0000, and both stores must accept the same values.
            let error = "the character U+0000 is not allowed";
            let msg = format!("Value error, {error}");
            self.errors
                .push(ValidationError::new("value_error", &loc, msg, value).with("error", error));
        } else {
            return Some(text.clone());
        }
        None
    }
}

/// Returns the number with its unit.
fn counted(characters: usize) -> String {
    if characters == 1 {
        "1 character".to_owned()
    } else {
        format!("{characters} characters")
    }
}
