//! The schemas of one side for one place of a value.

use crate::relation::conjunction::{InPlace, Located, Part};

/// The schemas of one side for a place, with all that may hold because of them.
pub(super) struct Side<'a> {
    pub(super) schemas: Vec<Located<'a>>,
    pub(super) parts: Vec<Part<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(schemas: &[Located<'a>]) -> Self {
        let objects = schemas.iter().filter_map(|located| {
            let object = located.schema.as_object()?;
            let located = *located;
            Some(Part { object, located })
        });
        Self {
            schemas: schemas.to_vec(),
            parts: objects
                .flat_map(|part| part.in_place(InPlace::Possible))
                .collect(),
        }
    }

    /// Returns the values of a keyword.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = Located<'a>> {
        self.parts.iter().filter_map(move |part| part.get(keyword))
    }
}
