//! `consumes` and `produces`: the media types of bodies.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::written::{Written, Wrong};
use crate::pointer;

/// The media types that a document or an operation lists.
#[derive(Debug, Clone, Default)]
pub(super) struct MediaTypes {
    /// The field that lists them.
    field: &'static str,
    /// The pointer to the list, or to what has the default.
    pub(super) at: String,
    /// Whether they are written, and not a default.
    pub(super) is_list: bool,
    /// Each with the pointer to its text.
    pub(super) listed: Vec<(String, String)>,
}

impl MediaTypes {
    /// Reads a list; `None` where there is none.
    pub(super) fn of(holder: &Written<'_>, field: &'static str) -> Result<Option<Self>, Wrong> {
        let Some(list) = holder.object.get(field) else {
            return Ok(None);
        };
        let at = holder.member(field);
        let wrong = || {
            (
                at.clone(),
                format!("`{field}` must be a list of media types"),
            )
        };
        let items = list.as_array().ok_or_else(wrong)?;
        let listed = items.iter().enumerate().map(|(index, item)| {
            let name = item.as_str().ok_or_else(wrong)?;
            Ok((name.to_owned(), pointer::join(&at, &index.to_string())))
        });
        let listed = listed.collect::<Result<_, Wrong>>()?;
        Ok(Some(Self {
            field,
            at,
            is_list: true,
            listed,
        }))
    }

    /// Returns those that meet a condition; the default with the pointer to what has them, where none does.
    pub(super) fn or(&self, is_meant: impl Fn(&str) -> bool, default: &str, at: &str) -> Self {
        let listed = self.listed.iter().filter(|(name, _)| is_meant(name));
        let mut meant = Self {
            listed: listed.cloned().collect(),
            ..self.clone()
        };
        if meant.listed.is_empty() {
            meant.is_list = false;
            meant.at = at.to_owned();
            meant.listed.push((default.to_owned(), at.to_owned()));
        }
        meant
    }

    /// Returns the pointers to the texts.
    pub(super) fn places(&self) -> impl Iterator<Item = String> {
        self.listed.iter().map(|(_, at)| at.clone())
    }

    /// Returns those whose texts are not among `used`.
    pub(super) fn without(&self, used: &BTreeSet<String>) -> Self {
        let listed = self.listed.iter().filter(|(_, at)| !used.contains(at));
        Self {
            listed: listed.cloned().collect(),
            ..self.clone()
        }
    }

    /// Keeps them as an extension: no message has them.
    pub(super) fn put_aside(&self, holder: &mut Map<String, Value>) {
        if !self.listed.is_empty() {
            let names: Vec<_> = self.listed.iter().map(|(name, _)| name.as_str()).collect();
            holder.insert(format!("x-unused-{}", self.field), names.into());
        }
    }
}
