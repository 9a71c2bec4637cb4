//! The schemas of one side for one place of a value.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::conjunction::{InPlace, Located, Part, keep_first};
use crate::schema::Validator;

/// The schemas of one side for a place, with all that may hold because of them.
pub(super) struct Side<'a> {
    pub(super) schemas: Vec<Located<'a>>,
    pub(super) parts: Vec<Part<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(schemas: &[Located<'a>]) -> Self {
        let objects = schemas.iter().copied().filter_map(Part::of);
        let mut parts = objects
            .flat_map(|part| part.in_place(InPlace::Possible))
            .collect();
        keep_first(&mut parts);
        Self {
            schemas: schemas.to_vec(),
            parts,
        }
    }

    /// Returns the schemas of a property. `is_found` returns whether a pattern is found in its name.
    pub(super) fn of_name(
        &self,
        name: &str,
        mut is_found: impl FnMut(&'a str) -> bool,
    ) -> Vec<Located<'a>> {
        let mut schemas = Vec::new();
        for part in &self.parts {
            let count = schemas.len();
            let declared = part
                .object
                .get("properties")
                .and_then(|members| members.get(name));
            schemas.extend(declared.map(|schema| part.at(schema)));
            for (pattern, schema) in part.members("patternProperties") {
                if is_found(pattern) {
                    schemas.push(schema);
                }
            }
            if schemas.len() == count {
                let rest = part.get("additionalProperties");
                schemas.extend(rest.or_else(|| part.get("unevaluatedProperties")));
            }
        }
        schemas
    }

    /// Returns the values of a keyword.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = Located<'a>> {
        self.parts.iter().filter_map(move |part| part.get(keyword))
    }
}

/// Returns whether the pattern is found in the name. `compiled` keeps the compiled patterns.
pub(super) fn is_found_in_name<'a>(
    compiled: &mut BTreeMap<&'a str, Option<Validator>>,
    pattern: &'a str,
    name: &str,
) -> bool {
    let compiled = compiled
        .entry(pattern)
        .or_insert_with(|| Validator::new(&json!({ "pattern": pattern })).ok());
    compiled
        .as_ref()
        .is_some_and(|pattern| pattern.accepts(&Value::from(name)))
}
