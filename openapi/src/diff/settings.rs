//! Files of settings in TOML: errors with their place, and names with the nearest known one.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::diff::rules::{Rule, rule_of, rules};
use crate::position::Position;
use crate::text_error::TextError;

/// What is wrong, and where in the text.
pub(super) type Wrong = (Range<usize>, String);

/// A file of settings: its name in errors, and its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
}

impl<'t> Settings<'t> {
    /// Parses the text.
    pub(super) fn parse<T: serde::de::DeserializeOwned>(self) -> Result<T, TextError> {
        toml::from_str(self.text).map_err(|error| self.syntax_error(&error))
    }

    /// Returns the table of the file, whose keys have their places.
    pub(super) fn table(self) -> Result<Spanned<DeTable<'t>>, TextError> {
        DeTable::parse(self.text).map_err(|error| self.syntax_error(&error))
    }

    fn syntax_error(self, error: &toml::de::Error) -> TextError {
        TextError {
            name: self.name.to_owned(),
            position: error.span().map(|span| self.position(span.start)),
            message: error.message().replace('\n', " "),
        }
    }

    /// Returns the error for what is wrong.
    pub(super) fn error(self, (span, message): Wrong) -> TextError {
        TextError {
            name: self.name.to_owned(),
            position: Some(self.position(span.start)),
            message,
        }
    }

    /// Returns the position of a byte.
    pub(super) fn position(self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Returns the known name that is probably meant, for a mistake of a few letters.
fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let distance = |known: &str| strsim::damerau_levenshtein(known, written);
    let distances = known.into_iter().map(|known| (distance(known), known));
    let near = distances.filter(|(distance, _)| *distance <= 3);
    near.min().map(|(_, known)| known)
}

/// Returns how an error offers the known name that is probably meant, or else all of them.
pub(super) fn suggestion(written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(known) => format!("did you mean `{known}`?"),
        None => {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("write one of {}", known.join(", "))
        }
    }
}

/// Returns the rule with this id; `setting` is the key that holds it.
pub(super) fn known_rule(setting: &str, id: &Spanned<String>) -> Result<Rule, Wrong> {
    let written = id.get_ref();
    rule_of(written).ok_or_else(|| {
        let known: Vec<_> = rules().iter().map(|row| row.rule.to_string()).collect();
        let remedy = nearest(written, known.iter().map(String::as_str)).map_or_else(
            || {
                "a report has the rule of each change in brackets, and `oasproof rules` lists all"
                    .to_owned()
            },
            |known| format!("did you mean `{known}`?"),
        );
        let message = format!("`{setting}`: there is no rule `{written}`: {remedy}");
        (id.span(), message)
    })
}
