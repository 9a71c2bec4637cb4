//! The configuration file: TOML whose keys are the long options in snake case. One line of it sets one option.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Why a configuration file could not be used. Each message names the file and, where there is one, the line and the key.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error(
        "cannot read the configuration file {path}: {source}. Name the right one with --config"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error(
        "{path}:{line}: this is not TOML: {problem}. Write lines such as `listen = \"127.0.0.1:8080\"`, texts in quotes"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// A key that no option has.
    #[error("{path}:{line}: unknown key `{key}`{remedy}")]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What to write instead.
        remedy: String,
    },
    /// A value that its option does not take.
    #[error("{path}:{line}: `{key}`: {problem}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
}

/// One key of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// The key: an option's long name in snake case.
    pub(super) key: String,
    /// Its value, as it would be written behind the option.
    pub(super) value: String,
    /// Where it stands, from 1.
    pub(super) line: usize,
}

/// The key that sets an option, if it has a long name.
pub(super) fn key_of(option: &Arg) -> Option<String> {
    option.get_long().map(|long| long.replace('-', "_"))
}

/// Reads the file; each of its keys must be one of `options`, with a value that this option takes.
///
/// # Errors
///
/// [`FileError`], for the first thing that is wrong.
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
        let accepted = written(value).and_then(|value| accepted(option, &value).map(|()| value));
        let value = accepted.map_err(|problem| FileError::Value {
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

/// A value as it would be written behind its option; the elements of a list are parted by commas.
fn written(value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        // As they stand in the file, which takes away the underscores between digits that TOML allows.
        DeValue::Integer(integer) => Ok(integer.to_string()),
        DeValue::Float(float) => Ok(float.to_string()),
        DeValue::Boolean(boolean) => Ok(boolean.to_string()),
        DeValue::Array(elements) => {
            let elements: Result<Vec<_>, _> = elements.iter().map(written).collect();
            Ok(elements?.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => {
            Err("give a string, a number or a list of these".to_owned())
        }
    }
}

/// Has the option's own parser look at the value, so that the file takes what the command line takes.
fn accepted(option: &Arg, value: &str) -> Result<(), String> {
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
    // Whatever else clap may say has its message in the first line.
    let message = error.to_string();
    let first = message.lines().next().unwrap_or_default();
    Err(first.trim_start_matches("error: ").to_owned())
}

fn remedy(key: &str, options: &[Arg]) -> String {
    let likeness = |known: &String| strsim::jaro_winkler(key, known);
    let closest = options
        .iter()
        .filter_map(key_of)
        .map(|known| (likeness(&known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match closest {
        Some((_, known)) => format!("; did you mean `{known}`?"),
        None => "; `server config` shows all keys".to_owned(),
    }
}
