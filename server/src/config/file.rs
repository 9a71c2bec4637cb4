//! The configuration file: TOML whose keys are the long options in snake case.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Why a configuration file cannot be used. Each message names the file and, if there is one, the line and the key.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}. Give a TOML file with --config")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error(
        "{path}:{line}: not valid TOML: {problem}. Write lines such as `listen = \"127.0.0.1:8080\"`, with strings in quotes"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The parser's message.
        problem: String,
    },
    /// No option has this key.
    #[error("{path}:{line}: unknown key `{key}`{remedy}")]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What to write instead, as the end of the message.
        remedy: String,
    },
    /// The option of this key does not accept the value.
    #[error("{path}:{line}: `{key}`: {problem}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What to write instead, or what is wrong.
        problem: String,
    },
}

/// A key of the file and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// The key: an option's long name in snake case.
    pub(super) key: String,
    /// The value, as text that the option's parser accepts.
    pub(super) value: String,
    /// The line of the key, from 1.
    pub(super) line: usize,
}

/// Returns the key that sets an option; nothing for an option without a long name.
pub(super) fn key_of(option: &Arg) -> Option<String> {
    option.get_long().map(|long| long.replace('-', "_"))
}

/// Reads the file. Each of its keys must be that of one of `options`, with a value that this option accepts.
///
/// # Errors
///
/// [`FileError`] for the first problem.
pub(super) fn read(path: &Path, options: &[Arg]) -> Result<Vec<Setting>, FileError> {
    let text = std::fs::read_to_string(path).map_err(|source| FileError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let line_at = |offset: usize| 1 + text[..offset].matches('\n').count();
    let table = DeTable::parse(&text).map_err(|error| FileError::Malformed {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| line_at(span.start)),
        problem: error.message().to_owned(),
    })?;
    let mut settings = Vec::new();
    for (key, value) in table.get_ref() {
        let line = line_at(key.span().start);
        let key = key.get_ref().to_string();
        let Some(option) = options
            .iter()
            .find(|option| key_of(option).as_ref() == Some(&key))
        else {
            return Err(FileError::UnknownKey {
                path: path.to_owned(),
                line,
                remedy: remedy(&key, options),
                key,
            });
        };
        let checked = argument(value).and_then(|value| check(option, &value).map(|()| value));
        let value = checked.map_err(|problem| FileError::Value {
            path: path.to_owned(),
            line,
            key: key.clone(),
            problem,
        })?;
        settings.push(Setting { key, value, line });
    }
    settings.sort_by_key(|setting| setting.line);
    Ok(settings)
}

/// Returns a value as an argument of its option: the elements of a list are separated by commas.
fn argument(value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        // Printed by `toml`, without the underscores that TOML allows between digits.
        DeValue::Integer(integer) => Ok(integer.to_string()),
        DeValue::Float(float) => Ok(float.to_string()),
        DeValue::Boolean(boolean) => Ok(boolean.to_string()),
        DeValue::Array(elements) => {
            let elements: Result<Vec<_>, _> = elements.iter().map(argument).collect();
            Ok(elements?.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => {
            Err("give a string, a number or a list of these".to_owned())
        }
    }
}

/// Checks a value with the option's own parser, so that the file accepts what the command line accepts.
fn check(option: &Arg, value: &str) -> Result<(), String> {
    let long = option.get_long().unwrap_or_default();
    let parsed = Command::new("file")
        .no_binary_name(true)
        .disable_help_flag(true)
        .arg(option.clone())
        .try_get_matches_from([format!("--{long}={value}")]);
    let Err(error) = parsed else {
        return Ok(());
    };
    if let Some(problem) = std::error::Error::source(&error) {
        return Err(problem.to_string());
    }
    if let Some(ContextValue::Strings(possible)) = error.get(ContextKind::ValidValue) {
        return Err(format!("give one of: {}", possible.join(", ")));
    }
    // The first line of any other error of clap is its message.
    let message = error.to_string();
    let first = message.lines().next().unwrap_or_default();
    Err(first.trim_start_matches("error: ").to_owned())
}

/// Returns the end of the message about an unknown key: the most similar key, or where to find all keys.
fn remedy(key: &str, options: &[Arg]) -> String {
    let similarity = |known: &String| strsim::jaro_winkler(key, known);
    let closest = options
        .iter()
        .filter_map(key_of)
        .map(|known| (similarity(&known), known))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match closest {
        Some((_, known)) => format!("; did you mean `{known}`?"),
        None => "; `server config` shows all keys".to_owned(),
    }
}
