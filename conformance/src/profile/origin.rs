//! The place of a mistake in a profile's text, by the spans of the TOML parser.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

/// A mistake in a profile: its place, the problem, and how to fix it.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {problem}\n  {remedy}", .file.display(), .place)]
pub struct ProfileError {
    /// The profile's file.
    pub file: PathBuf,
    /// The line and the key, such as `:7: operator.token`; empty when it is about the whole file.
    pub place: String,
    /// The problem.
    pub problem: String,
    /// How to fix it.
    pub remedy: String,
}

/// A profile's file and its text, for messages about it and for paths that are relative to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'o> {
    pub(crate) path: &'o Path,
    pub(crate) text: &'o str,
}

impl Origin<'_> {
    /// Returns the profile's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Returns the path of a file that the profile names: relative paths begin in the profile's folder.
    pub(crate) fn beside(&self, file: &Path) -> PathBuf {
        self.folder().join(file)
    }

    /// Builds the error of a mistake in the key of a table. Where the key is missing, the line is that of its table.
    pub(crate) fn error_in(
        &self,
        (table, key): (&str, &str),
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ProfileError {
        let line = self.offset_of(table, key).map(|offset| self.line(offset));
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        self.error(format!("{line}: {table}.{key}"), problem, remedy)
    }

    /// Builds the error of a mistake in the value at an offset of the text; `key` is the value's dotted key.
    pub(crate) fn error_at(
        &self,
        offset: usize,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ProfileError {
        let line = self.line(offset);
        let place = match key {
            "" => format!(":{line}"),
            key => format!(":{line}: {key}"),
        };
        self.error(place, problem, remedy)
    }

    fn error(
        &self,
        place: String,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ProfileError {
        ProfileError {
            file: self.path.to_owned(),
            place,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns the line that an offset lies in, counted from one.
    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// Returns where the key of a table begins, or, where it is missing, the table.
    fn offset_of(&self, table: &str, key: &str) -> Option<usize> {
        let (root, _) = DeTable::parse_recoverable(self.text);
        let (name, value) = root.get_ref().get_key_value(table)?;
        let inner = value.get_ref().as_table();
        let found = inner.and_then(|inner| inner.get_key_value(key));
        Some(found.map_or(name, |(key, _)| key).span().start)
    }

    /// Returns the dotted key whose value an offset lies in; empty where it lies in none.
    pub(super) fn key_at(&self, offset: usize) -> String {
        // Where the syntax is wrong, the parser would take what follows for a part of it.
        let rest = self.text.get(offset..).unwrap_or_default();
        let end = offset + rest.find('\n').unwrap_or(rest.len());
        let (root, _) = DeTable::parse_recoverable(self.text.get(..end).unwrap_or_default());
        self.path_to(root.get_ref(), offset).unwrap_or_default()
    }

    fn path_to(&self, table: &DeTable<'_>, offset: usize) -> Option<String> {
        table.iter().find_map(|(key, value)| {
            let (name, span) = (key.get_ref(), value.span());
            // A mistake in an inline table is reported at the key of the table.
            let is_inline = self.text[span.clone()].starts_with('{');
            let inner = match value.get_ref() {
                DeValue::Table(inner) if !is_inline => self.path_to(inner, offset),
                DeValue::Array(items) => (items.iter())
                    .filter_map(|item| item.get_ref().as_table())
                    .find_map(|item| self.path_to(item, offset)),
                DeValue::Table(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => None,
            };
            match inner {
                Some(inner) => Some(format!("{name}.{inner}")),
                None => {
                    let whole = key.span().start.min(span.start)..=span.end.max(key.span().end);
                    whole.contains(&offset).then(|| name.to_string())
                }
            }
        })
    }
}
