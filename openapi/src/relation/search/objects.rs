//! Objects around the bounds of both sides.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Located, Search, Step, planted};
use crate::relation::scalars;
use crate::relation::side::{Side, is_found_in_name};
use crate::sample;
use crate::schema::Strings;

/// The most properties that are added to reach a bound.
const MOST_ADDED: usize = 200;

/// Names that patterns of names often refuse.
const NAMES: &[&str] = &["extra", "A", "0", "~", ""];

/// Returns the names that the keywords of both sides are about.
fn names<'a>(sent: &Side<'a>, accepted: &Side<'a>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
    for part in sent.parts.iter().chain(&accepted.parts) {
        for keyword in ["properties", "dependentSchemas", "dependentRequired"] {
            names.extend(part.members(keyword).map(|(name, _)| name.to_owned()));
        }
        for (pattern, _) in part.members("patternProperties") {
            let strings = Strings::with_pattern(pattern);
            names.extend(strings.examples().into_iter().take(2));
            names.extend(strings.unmatched());
        }
    }
    let of_names = |side: &Side<'a>| {
        let schemas: Vec<Located<'a>> = side.all("propertyNames").collect();
        Side::of(&schemas)
    };
    let (sent, accepted) = (of_names(sent), of_names(accepted));
    for schema in sent.schemas.iter().chain(&accepted.schemas) {
        let values = scalars::values(&sent, &accepted).into_iter();
        let values = values.chain(sample::candidates(schema.schema));
        names.extend(values.filter_map(|name| name.as_str().map(str::to_owned)));
    }
    names
}

impl<'a> Search<'a> {
    /// Returns the schemas of a property.
    fn of_name(&mut self, side: &Side<'a>, name: &str) -> Vec<Located<'a>> {
        side.of_name(name, |pattern| {
            is_found_in_name(&mut self.patterns, pattern, name)
        })
    }

    /// Returns objects with one property more or less, and with as many as the bounds say: about `most` of them.
    pub(super) fn objects(
        &mut self,
        value: &Value,
        sent: &Side<'a>,
        accepted: &Side<'a>,
        most: usize,
    ) -> Vec<Value> {
        let Value::Object(present) = value else {
            return Vec::new();
        };
        let mut objects = Vec::new();
        let mut add = |members: Map<String, Value>| objects.push(Value::Object(members));
        for name in present.keys().take(most) {
            let mut fewer = present.clone();
            fewer.shift_remove(name);
            add(fewer);
        }
        for name in names(sent, accepted).into_iter().take(most) {
            let schemas = self.of_name(sent, &name);
            for value in self.candidates(&schemas).into_iter().take(3) {
                let mut more = present.clone();
                more.insert(name.clone(), value);
                add(more);
            }
        }
        let bounds = [sent, accepted].into_iter().flat_map(|side| {
            side.all("minProperties")
                .chain(side.all("maxProperties"))
                .collect::<Vec<_>>()
        });
        for bound in bounds.filter_map(|bound| usize::try_from(bound.schema.as_u64()?).ok()) {
            for count in [bound.saturating_sub(1), bound + 1] {
                let first = present.iter().take(count);
                let mut members: Map<String, Value> = first
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                let rest = self.of_name(sent, "key0");
                let value = self.sent_value(&rest);
                let keys = (0..MOST_ADDED).map(|index| format!("key{index}"));
                let missing = count.saturating_sub(members.len());
                members.extend(value.into_iter().flat_map(|value| {
                    keys.clone()
                        .take(missing)
                        .map(move |key| (key, value.clone()))
                }));
                add(members);
            }
        }
        objects
    }

    /// Alters the members of the object at the end of the trail, those that it could have included: also those that only
    /// the receiver declares, which a closed schema refuses.
    pub(super) fn members(
        &mut self,
        whole: &Value,
        value: &Value,
        trail: &mut Vec<Step>,
        sent: &Side<'a>,
        accepted: &Side<'a>,
    ) -> Option<Value> {
        let Value::Object(present) = value else {
            return None;
        };
        let parts = sent.parts.iter().chain(&accepted.parts);
        let declared = parts.flat_map(|part| part.members("properties"));
        let declared: BTreeSet<&str> = declared.map(|(name, _)| name).collect();
        let described = ["additionalProperties", "patternProperties"];
        let others = if described
            .iter()
            .any(|keyword| sent.all(keyword).next().is_some())
        {
            names(sent, accepted)
        } else {
            BTreeSet::new()
        };
        let mut names: Vec<&str> = declared.into_iter().collect();
        names.extend(
            present
                .keys()
                .map(String::as_str)
                .filter(|name| !names.contains(name))
                .collect::<Vec<_>>(),
        );
        names.extend(
            others
                .iter()
                .map(String::as_str)
                .filter(|name| !names.contains(name))
                .collect::<Vec<_>>(),
        );
        for name in names {
            let (of_sender, of_receiver) = (self.of_name(sent, name), self.of_name(accepted, name));
            trail.push(Step::Name(name.to_owned()));
            let grown = if !self.is_worth_visiting(trail, &of_sender, &of_receiver) {
                None
            } else if present.contains_key(name) {
                Some(whole.clone())
            } else {
                let member = self.sent_value(&of_sender);
                member.and_then(|member| planted(whole, trail, member))
            };
            let found = grown.and_then(|whole| self.place(&whole, trail, &of_sender, &of_receiver));
            trail.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
