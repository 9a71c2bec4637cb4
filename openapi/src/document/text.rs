//! The parser of a document's text: JSON, or the part of YAML 1.2 that JSON can express (OpenAPI 3.1
//! section 4.3).
//!
//! Integers of up to 64 bits are read exactly. All other numbers are IEEE 754 doubles, which is what
//! readers of JSON agree on (RFC 8259 section 6). `numbers.rs` finds the integers that are not.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::error::Category;
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use serde_saphyr::Error as YamlError;

use super::source::Format;
use crate::position::Position;
use crate::text_error::TextError;

/// Parses JSON if the text begins with a brace, and YAML otherwise.
pub(super) fn parse(name: &str, text: &str) -> Result<(Value, Format), TextError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().take(2).any(|first| first == '\0') {
        return Err(error(
            name,
            None,
            "not UTF-8 text: this looks like UTF-16, save it as UTF-8".to_owned(),
        ));
    }
    // Neither JSON nor YAML begins with `<`: this is a page that was saved instead of the document.
    if text.trim_start().starts_with('<') {
        return Err(error(
            name,
            Some(Position { line: 1, column: 1 }),
            "an HTML or XML page, not an OpenAPI document: check whether it is a login or an error page"
                .to_owned(),
        ));
    }
    if text.trim_start().starts_with('{') {
        let json_error = match json(name, text) {
            Ok(value) => return Ok((value, Format::Json)),
            Err(error) => error,
        };
        // YAML's flow style begins with a brace as well: the name decides.
        return if is_yaml_name(name) {
            yaml(name, text).map(|value| (value, Format::Yaml))
        } else {
            Err(json_error)
        };
    }
    yaml(name, text).map(|value| (value, Format::Yaml))
}

fn is_yaml_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn error(name: &str, position: Option<Position>, message: String) -> TextError {
    TextError {
        name: name.to_owned(),
        position,
        message,
    }
}

fn json(name: &str, text: &str) -> Result<Value, TextError> {
    let refused = match serde_json::from_str::<Unambiguous>(text) {
        Ok(read) => return Ok(read.0),
        Err(refused) => refused,
    };
    let lines = text.split_inclusive('\n');
    let line_start: usize = (lines.take(refused.line().saturating_sub(1)))
        .map(str::len)
        .sum();
    let end = line_start + refused.column();
    let message = refused.to_string();
    let what = message.split(" at line ").next().unwrap_or(&message);
    let (start, message) = match refused.classify() {
        // The text is JSON with a duplicate key, which the parser has just read.
        Category::Data => (start_of_key(text, end), what.to_owned()),
        Category::Syntax | Category::Eof | Category::Io => {
            let message = if what.starts_with(TOO_DEEP) {
                too_deep()
            } else {
                format!("not valid JSON: {what}")
            };
            (end.saturating_sub(1), message)
        }
    };
    let before = text.get(line_start..start).unwrap_or_default();
    let position = Position {
        line: refused.line(),
        column: before.chars().count() + 1,
    };
    Err(error(name, Some(position), message))
}

/// The most levels of objects and arrays that are read. What walks through a document may be recursive.
const DEEPEST: usize = 127;

/// How parsers say that a text is nested deeper than they read.
const TOO_DEEP: &str = "recursion limit";

fn too_deep() -> String {
    format!(
        "nested deeper than {DEEPEST} levels, the recursion limit: move inner parts to components"
    )
}

/// Returns where the key begins whose closing quote is the last one before `end`.
fn start_of_key(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    let end = end.min(bytes.len());
    let is_quote = |&at: &usize| {
        let before = bytes[..at].iter().rev();
        bytes[at] == b'"' && before.take_while(|&&byte| byte == b'\\').count() % 2 == 0
    };
    let mut quotes = (0..end).rev().filter(is_quote);
    let closing = quotes.next();
    quotes.next().or(closing).unwrap_or(end)
}

fn yaml(name: &str, text: &str) -> Result<Value, TextError> {
    // Documents of many megabytes are common, so the size budget is off. The limits on aliases stay on:
    // they stop documents that expand without end. `yes` and `1_000`, a boolean and a number in YAML
    // 1.1, are strings in 1.2 (section 10.3.2).
    let options = serde_saphyr::options! {
        budget: None,
        with_snippet: false,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
    };
    let refused = match serde_saphyr::from_str_with_options::<Unambiguous>(text, options) {
        Ok(read) => return Ok(read.0),
        Err(refused) => refused,
    };
    let position = refused.location().map(|location| Position {
        line: usize::try_from(location.line()).unwrap_or(usize::MAX),
        column: usize::try_from(location.column()).unwrap_or(usize::MAX),
    });
    Err(error(name, position, yaml_message(&refused)))
}

/// Returns what is wrong with a YAML text. The parser's own messages are for programmers, except those about
/// syntax.
fn yaml_message(error: &YamlError) -> String {
    match error.without_snippet() {
        YamlError::DuplicateMappingKey { key, .. } => {
            duplicate_key(key.as_deref().unwrap_or_default())
        }
        YamlError::MultipleDocuments { .. } => {
            "more than one YAML document in one text: save each in a separate file".to_owned()
        }
        YamlError::NullIntoString { .. } => {
            "the key is null, and JSON's keys are strings: put quotes around it".to_owned()
        }
        YamlError::RecursiveReferencesRequireWeakTypes { .. } => {
            "the alias is inside the value that it repeats, so the document has no end: remove the alias"
                .to_owned()
        }
        YamlError::NonFiniteFloat { value, .. } => {
            format!("JSON has no number `{value}`: put quotes around it if it is a string")
        }
        YamlError::AliasReplayLimitExceeded {
            max_total_replayed_events: most,
            ..
        }
        | YamlError::AliasExpansionLimitExceeded {
            max_expansions_per_anchor: most,
            ..
        } => {
            format!("the aliases expand to more than {most} values: write out the values that they repeat")
        }
        YamlError::AliasError { error, .. } => yaml_message(error),
        other => {
            let message = other.to_string();
            let what = message.lines().next().unwrap_or_default();
            let what = what.split(" at line ").next().unwrap_or(what);
            if what.starts_with(TOO_DEEP) {
                return too_deep();
            }
            let remedy = if what.contains("tabs disallowed") {
                ": use spaces"
            } else {
                ""
            };
            format!("not valid YAML: {what}{remedy}")
        }
    }
}

fn duplicate_key(key: &str) -> String {
    format!(
        "the key `{key}` appears twice in one object, and readers differ in which one they use (RFC \
         8259 section 4): remove one"
    )
}

/// A value in which no object has a duplicate key.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Nested(DEEPEST).deserialize(deserializer).map(Self)
    }
}

/// Reads a value of at most so many levels of objects and arrays, however the text comes to them: YAML's aliases nest what
/// they repeat.
#[derive(Clone, Copy)]
struct Nested(usize);

impl Nested {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels = self.0.checked_sub(1);
        levels.map(Self).ok_or_else(|| E::custom(TOO_DEEP))
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        let inner = self.inner()?;
        while let Some(item) = items.next_element_seed(inner)? {
            read.push(item);
        }
        read.shrink_to_fit();
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        // Half of the objects of real documents have one member, and a map that grows by itself begins with room for
        // three: a tenth of a document's memory.
        let mut read = Map::with_capacity(1);
        let inner = self.inner()?;
        while let Some(key) = members.next_key::<String>()? {
            match read.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(members.next_value_seed(inner)?);
                }
                Entry::Occupied(entry) => {
                    return Err(A::Error::custom(duplicate_key(entry.key())));
                }
            }
        }
        Ok(Value::Object(read))
    }
}
