//! Objects and arrays, built of what all schemas of a place require of their members.

use serde_json::{Map, Value};

use super::{Builder, Step, Wanted};
use crate::relation::conjunction::{Conjunction, Located};
use crate::relation::side::{Side, is_found_in_name};
use crate::relation::types::Types;

/// The most items or properties that are built to reach a bound.
const MOST_MEMBERS: usize = 64;

impl<'a> Builder<'a> {
    /// Returns objects with the required members, and with the one that is wanted.
    pub(super) fn objects(
        &mut self,
        conjunction: &Conjunction<'a>,
        wanted: Option<(&str, &[Step], Wanted<'_>)>,
    ) -> Vec<Value> {
        if Types::OBJECT.intersection(conjunction.types).is_empty() {
            return Vec::new();
        }
        let mut members = Map::new();
        for name in conjunction.required() {
            if wanted.is_none_or(|(other, ..)| name != other) {
                let schemas = self.of_name(conjunction, name);
                let Some(value) = self.of_all(&schemas).into_iter().next() else {
                    return Vec::new();
                };
                members.insert(name.to_owned(), value);
            }
        }
        let least = usize::try_from(conjunction.highest("minProperties")).unwrap_or(usize::MAX);
        let keys = (0..MOST_MEMBERS).map(|index| format!("key{index}"));
        for key in keys {
            if members.len() + usize::from(wanted.is_some()) >= least {
                break;
            }
            let schemas = self.of_name(conjunction, &key);
            if let Some(value) = self.of_all(&schemas).into_iter().next() {
                members.insert(key, value);
            }
        }
        let Some((name, rest, wanted)) = wanted else {
            return vec![Value::Object(members)];
        };
        let schemas = self.of_name(conjunction, name);
        let values = self.values(&schemas, Some((rest, wanted))).into_iter();
        let with = |value| {
            let mut members = members.clone();
            members.insert(name.to_owned(), value);
            Value::Object(members)
        };
        values.map(with).collect()
    }

    /// Returns arrays with the required items, of which the first has what is wanted.
    pub(super) fn arrays(
        &mut self,
        conjunction: &Conjunction<'a>,
        wanted: Option<(&[Step], Wanted<'_>)>,
    ) -> Vec<Value> {
        if Types::ARRAY.intersection(conjunction.types).is_empty() {
            return Vec::new();
        }
        let least = usize::try_from(conjunction.highest("minItems")).unwrap_or(usize::MAX);
        let of_index = |index: usize| -> Vec<Located<'a>> {
            let parts = conjunction.parts.iter();
            let of_part = parts.filter_map(|part| {
                let fixed = part.list("prefixItems").nth(index);
                fixed.or_else(|| part.get("items"))
            });
            of_part.collect()
        };
        let mut others = Vec::new();
        for index in usize::from(wanted.is_some())..least.min(MOST_MEMBERS) {
            let mut items = self.of_all(&of_index(index)).into_iter();
            // Items that differ, where there are some.
            let item = items.find(|item| !others.contains(item));
            match item.or_else(|| others.last().cloned()) {
                Some(item) => others.push(item),
                None => return Vec::new(),
            }
        }
        let Some(wanted) = wanted else {
            return vec![Value::Array(others)];
        };
        let first = self.values(&of_index(0), Some(wanted)).into_iter();
        let with = |item| Value::Array([item].into_iter().chain(others.clone()).collect());
        first.map(with).collect()
    }

    fn of_name(&mut self, conjunction: &Conjunction<'a>, name: &str) -> Vec<Located<'a>> {
        let side = Side {
            schemas: Vec::new(),
            parts: conjunction.parts.clone(),
        };
        side.of_name(name, |pattern| {
            is_found_in_name(&mut self.patterns, pattern, name)
        })
    }
}
