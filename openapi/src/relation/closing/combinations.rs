//! Values that satisfy several alternatives of an `anyOf`: they may have the properties of all of these.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::declared::Declared;
use super::{Closing, DEEPEST, Scope};
use crate::relation::conjunction::{Conjunction, Located};
use crate::relation::contradictions::contradiction;
use crate::relation::types::Types;

/// The most alternatives of which each two are closed together. Of more, any two are closed to the names of all.
const MOST_COMBINED: usize = 12;

/// An alternative that is closed, and the properties that it declares.
struct Named<'v> {
    branch: &'v Value,
    declared: Declared,
}

impl Closing<'_> {
    /// Returns alternatives for the values that satisfy several of an `anyOf`.
    pub(super) fn combinations(&mut self, branches: &Value) -> Vec<Value> {
        let branches = branches.as_array().into_iter().flatten();
        let named = branches.filter_map(|branch| {
            let mut declared = Declared::default();
            // An alternative that is not closed has all values that it has in common with others.
            let is_closed = declared.collect(branch.as_object()?, self.definitions, false, 0);
            declared.names.retain(|name| self.names.contains_key(name));
            is_closed.then_some(Named { branch, declared })
        });
        let named: Vec<Named<'_>> = named.collect();
        if self.nested == DEEPEST {
            return Vec::new();
        }
        if named.len() > MOST_COMBINED {
            return self.any_two(&named).into_iter().collect();
        }
        let mut combinations = Vec::new();
        for (index, one) in named.iter().enumerate() {
            for other in &named[..index] {
                let (names, other_names) = (&one.declared.names, &other.declared.names);
                let both = json!({"allOf": [other.branch, one.branch]});
                if !names.is_subset(other_names)
                    && !other_names.is_subset(names)
                    && contradiction(&both, self.root).is_none()
                {
                    combinations.push(self.schema(&both, Scope::Whole));
                }
            }
        }
        combinations
    }

    /// Returns an alternative for the values that satisfy at least two; `None` where there are none, or these have no
    /// more properties than each.
    fn any_two(&mut self, named: &[Named<'_>]) -> Option<Value> {
        let names: BTreeSet<&BTreeSet<String>> =
            named.iter().map(|one| &one.declared.names).collect();
        if names.len() < 2 || self.are_exclusive(named) {
            return None;
        }
        let open: Vec<Value> = (named.iter())
            .map(|one| self.schema(one.branch, Scope::Part))
            .collect();
        let mut two = json!({"allOf": [{"anyOf": open}, {"not": {"oneOf": open}}]});
        let all = |part: fn(&Declared) -> &BTreeSet<String>| -> BTreeSet<String> {
            named
                .iter()
                .flat_map(|one| part(&one.declared).iter().cloned())
                .collect()
        };
        let (names, patterns) = (all(|one| &one.names), all(|one| &one.patterns));
        if let Value::Object(two) = &mut two {
            self.exclude_undeclared(two, &names, &patterns);
        }
        Some(two)
    }

    /// Returns whether the alternatives have different values of a property that they all require.
    fn are_exclusive(&self, named: &[Named<'_>]) -> bool {
        let mut tags = named.iter().map(|one| self.tags(one.branch));
        let Some(first) = tags.next() else {
            return true;
        };
        let others: Vec<_> = tags.collect();
        first.into_iter().any(|(name, mut taken)| {
            others.iter().all(|tags| {
                let values = tags.get(&name);
                values.is_some_and(|values| values.iter().all(|value| taken.insert(value.clone())))
            })
        })
    }

    /// Returns the values of the required properties that list them, as JSON.
    fn tags(&self, branch: &Value) -> BTreeMap<String, BTreeSet<String>> {
        let located = Located {
            schema: branch,
            root: self.root,
        };
        let conjunction = Conjunction::of(&[located]);
        let mut tags = BTreeMap::new();
        if !conjunction.types.is_within(Types::OBJECT) {
            return tags;
        }
        for name in conjunction.required() {
            let said = conjunction.parts.iter();
            let said =
                said.filter_map(|part| Some(part.at(part.object.get("properties")?.get(name)?)));
            let said: Vec<Located<'_>> = said.collect();
            if let Some(values) = Conjunction::of(&said).values {
                let values = values.into_iter().map(Value::to_string);
                tags.insert(name.to_owned(), values.collect());
            }
        }
        tags
    }
}
