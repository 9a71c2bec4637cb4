//! Numbers that are read as others. Two of them may differ and be read as one, so that nothing is known of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::message::message;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::Sides;
use crate::diff::walk::Walk;
use crate::document::Rounded;
use crate::hashed::HashMap;
use crate::pointer;

/// Reports numbers that both documents write differently and that are read as one.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let (old, new) = (walk.base.rounded_numbers(), walk.revision.rounded_numbers());
    let mut by_value: HashMap<u64, [Vec<&Rounded>; 2]> = HashMap::default();
    for (side, numbers) in [&old, &new].into_iter().enumerate() {
        for number in numbers {
            by_value.entry(number.read.to_bits()).or_default()[side].push(number);
        }
    }
    let mut conflicts = Vec::new();
    for [old, new] in by_value.into_values() {
        let decimals = |numbers: &[&Rounded]| -> Vec<_> {
            numbers
                .iter()
                .map(|number| number.decimal.clone())
                .collect()
        };
        let (was, is) = (decimals(&old), decimals(&new));
        let Some(first) = old.iter().chain(&new).next() else {
            continue;
        };
        let [base, revision] =
            [walk.base, walk.revision].map(|document| places_of(document.value(), first.read));
        // More are read as this number than were rounded to it: the others are written exactly.
        let are_rounded = base.len() <= old.len() && revision.len() <= new.len();
        let all: BTreeSet<_> = was.iter().chain(&is).collect();
        let is_one = all.len() == 1 && are_rounded;
        let (Some(base), Some(revision)) = (base.into_iter().next(), revision.into_iter().next())
        else {
            continue;
        };
        if was != is && !is_one {
            conflicts.push((base, revision, first.written.clone()));
        }
    }
    conflicts.sort_unstable();
    for (base, revision, written) in conflicts {
        let message = message!(
            "the number {} and another are both read as the same number, since neither fits into 64 bits: whether they differ is not compared",
            &written,
        );
        let place = Sides {
            base: Some(base),
            revision: Some(revision),
            ..Sides::default()
        };
        let rule = Rule::new(Area::Document, Kind::Field, Action::Changed);
        walk.note(rule, Class::Unproven, place, message);
    }
}

/// Returns the pointers, from a value, to the numbers in it that equal a double.
fn places_of(value: &Value, wanted: f64) -> Vec<String> {
    // A pointer is made only where there is such a number: most values have none.
    let below = |inner: &Value, token: &dyn Fn() -> String| -> Vec<String> {
        let places = places_of(inner, wanted).into_iter();
        places
            .map(|place| pointer::join("", &token()) + &place)
            .collect()
    };
    match value {
        Value::Number(number) => {
            let is_it = number
                .as_f64()
                .is_some_and(|number| number.to_bits() == wanted.to_bits());
            is_it.then(String::new).into_iter().collect()
        }
        Value::Array(items) => (items.iter().enumerate())
            .flat_map(|(index, item)| below(item, &|| index.to_string()))
            .collect(),
        Value::Object(members) => (members.iter())
            .flat_map(|(key, member)| below(member, &|| key.clone()))
            .collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => Vec::new(),
    }
}
