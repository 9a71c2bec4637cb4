//! Arrays around the bounds of both sides.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Located, Search, Step, planted};
use crate::relation::side::Side;
use crate::relation::validators::validator;
use crate::sample;
use crate::schema::size;

/// The most nodes of an array.
const LARGEST: usize = 3_000;

/// The most different items.
const MOST_ITEMS: usize = 24;

/// Keywords whose value is a number of items.
const COUNTS: &[&str] = &["minItems", "maxItems", "minContains", "maxContains"];

/// Returns the schemas of the item at an index.
fn of_index<'a>(side: &Side<'a>, index: usize) -> Vec<Located<'a>> {
    let schemas = side.parts.iter().filter_map(|part| {
        let mut fixed = part.list("prefixItems");
        let fixed = fixed.nth(index);
        fixed
            .or_else(|| part.get("items"))
            .or_else(|| part.get("unevaluatedItems"))
    });
    schemas.collect()
}

/// Returns the number of items that have schemas of their own.
fn fixed(side: &Side<'_>) -> usize {
    let lengths = side
        .parts
        .iter()
        .map(|part| part.list("prefixItems").count());
    lengths.max().unwrap_or(0)
}

/// Returns values that differ from an item and from each other.
fn variants(item: &Value) -> Vec<Value> {
    let variant = |index: usize| match item {
        Value::String(text) => Some(json!(format!("{text}{index}"))),
        Value::Number(number) => Some(json!(
            number.as_i64()?.checked_add(i64::try_from(index).ok()?)?
        )),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    (0..MOST_ITEMS).filter_map(variant).collect()
}

impl<'a> Search<'a> {
    /// Returns arrays of all lengths of interest, with items that differ and with equal ones.
    pub(super) fn arrays(
        &mut self,
        value: &Value,
        sent: &Side<'a>,
        accepted: &Side<'a>,
    ) -> Vec<Value> {
        let Value::Array(present) = value else {
            return Vec::new();
        };
        let prefix: Vec<Value> = (0..fixed(sent))
            .map_while(|index| self.sent_value(&of_index(sent, index)))
            .collect();
        let mut items = self.candidates(&of_index(sent, prefix.len()));
        for side in [sent, accepted] {
            for contained in side.all("contains") {
                items.extend(self.candidates(&[contained]));
                items.extend(sample::near_misses(contained.schema));
            }
        }
        items.extend(present.iter().skip(prefix.len()).cloned());
        if sent.all("uniqueItems").next().is_some() {
            let more: Vec<Value> = items.iter().take(4).flat_map(variants).collect();
            items.extend(more);
        }
        let items = self.accepted_items(items, &of_index(sent, prefix.len()));
        let mut lengths = BTreeSet::from([0, 1, 2, fixed(accepted) + 1]);
        for side in [sent, accepted] {
            for count in COUNTS.iter().flat_map(|keyword| side.all(keyword)) {
                let count = count
                    .schema
                    .as_u64()
                    .and_then(|count| usize::try_from(count).ok());
                lengths.extend(
                    count
                        .into_iter()
                        .flat_map(|count| [count.saturating_sub(1), count, count + 1]),
                );
            }
        }
        let largest = items.iter().chain(&prefix).map(size).max().unwrap_or(1);
        lengths.retain(|length| length * largest <= LARGEST);
        let mut arrays = Vec::new();
        for &length in &lengths {
            for first in 0..items.len().max(1) {
                let start: Vec<Value> = prefix.iter().take(length).cloned().collect();
                let missing = length - start.len();
                let from_there = items.iter().cycle().skip(first);
                let different = start.iter().chain(from_there.take(missing)).cloned();
                arrays.push(different.collect());
                if let Some(item) = items.get(first) {
                    let equal = std::iter::repeat_n(item, missing);
                    arrays.push(start.iter().chain(equal).cloned().collect());
                }
            }
        }
        // A repeated item, whatever the items are.
        arrays.extend(present.iter().map(|item| {
            let more = present.iter().chain([item]);
            more.cloned().collect()
        }));
        arrays
    }

    /// Returns the different items among some that their schemas accept.
    fn accepted_items(&mut self, items: Vec<Value>, schemas: &[Located<'a>]) -> Vec<Value> {
        let whole = Located::whole(schemas);
        let compiled = if self.burn(size(&whole)) {
            validator(&whole)
        } else {
            None
        };
        let mut accepted: Vec<Value> = Vec::new();
        for item in items {
            let is_sent = compiled
                .as_ref()
                .is_none_or(|validator| validator.accepts(&item));
            if is_sent && accepted.len() < MOST_ITEMS && !accepted.contains(&item) {
                accepted.push(item);
            }
        }
        accepted
    }

    /// Alters the items of the array at the end of the trail.
    pub(super) fn items(
        &mut self,
        whole: &Value,
        value: &Value,
        trail: &mut Vec<Step>,
        sent: &Side<'a>,
        accepted: &Side<'a>,
    ) -> Option<Value> {
        let Value::Array(present) = value else {
            return None;
        };
        let mut whole = whole.clone();
        // One item after those that have schemas of their own.
        let count = (fixed(sent).max(fixed(accepted)) + 1).min(32);
        for index in 0..count {
            let (of_sender, of_receiver) = (of_index(sent, index), of_index(accepted, index));
            trail.push(Step::Index(index));
            let is_worth_it = self.is_worth_visiting(trail, &of_sender, &of_receiver);
            // The items before others are needed for those.
            if index >= present.len() && (is_worth_it || index + 1 < count) {
                let item = self.sent_value(&of_sender);
                if let Some(longer) = item.and_then(|item| planted(&whole, trail, item)) {
                    whole = longer;
                }
            }
            let found = self.place(&whole, trail, &of_sender, &of_receiver);
            trail.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
