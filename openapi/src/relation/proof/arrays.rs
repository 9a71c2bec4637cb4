//! Items of arrays.

use serde_json::Value;

use super::Proof;
use crate::relation::conjunction::{Conjunction, InPlace, Located, Part, count};

/// A schema for all items from an index on.
struct Rest<'a> {
    from: usize,
    schema: Located<'a>,
}

/// Returns the schemas for the items that no other keyword of the schema is about. For `InPlace::Possible` these are
/// the ones that hold in any case, for `InPlace::Certain` the ones of which it is certain what they are not about.
fn rests<'a>(part: Part<'a>, which: InPlace) -> Vec<Rest<'a>> {
    let own = part.list("prefixItems").count();
    let items = part.get("items").map(|schema| Rest { from: own, schema });
    let mut rests: Vec<Rest<'a>> = items.into_iter().collect();
    if let Some(schema) = part.get("unevaluatedItems") {
        let evaluating = part.in_place(which);
        let covers_all = |other: &Part<'_>| {
            let is_other = !std::ptr::eq(other.object, part.object);
            other.get("items").is_some()
                || (is_other && other.get("unevaluatedItems").is_some())
                || (which == InPlace::Possible
                    && (other.get("contains").is_some() || other.get("$dynamicRef").is_some()))
        };
        if !evaluating.iter().any(covers_all) {
            let lengths = evaluating
                .iter()
                .map(|other| other.list("prefixItems").count());
            let from = lengths.max().unwrap_or(0);
            rests.push(Rest { from, schema });
        }
    }
    rests
}

/// Returns the schemas of the item at an index.
fn of_index<'a>(sender: &Conjunction<'a>, index: usize) -> Vec<Located<'a>> {
    let mut schemas = Vec::new();
    for part in &sender.parts {
        schemas.extend(part.list("prefixItems").nth(index));
        let rests = rests(*part, InPlace::Possible).into_iter();
        schemas.extend(
            rests
                .filter(|rest| rest.from <= index)
                .map(|rest| rest.schema),
        );
    }
    schemas
}

/// Returns the index from which on all items have the same schemas.
fn saturation(sender: &Conjunction<'_>) -> usize {
    let lengths = sender.parts.iter().flat_map(|part| {
        let rests = rests(*part, InPlace::Possible)
            .into_iter()
            .map(|rest| rest.from);
        rests.chain([part.list("prefixItems").count()])
    });
    lengths.max().unwrap_or(0)
}

/// Returns an upper bound of the number of items.
fn most_items(sender: &Conjunction<'_>) -> u64 {
    let is_refused = |index: &usize| Conjunction::of(&of_index(sender, *index)).is_refused;
    let refused = (0..=saturation(sender)).find(is_refused);
    let refused = refused.map_or(u64::MAX, |index| index as u64);
    sender.lowest("maxItems").min(refused)
}

impl<'a> Proof<'a> {
    /// Returns whether the sender's arrays satisfy a keyword of the receiver.
    pub(super) fn arrays_imply(
        &mut self,
        sender: &Conjunction<'a>,
        keyword: &str,
        receiver: Located<'a>,
        level: usize,
    ) -> bool {
        let Some(part) = Part::of(receiver) else {
            return false;
        };
        let Some(value) = part.object.get(keyword) else {
            return true;
        };
        match (keyword, count(value)) {
            ("minItems", Some(least)) => sender.highest("minItems") >= least,
            ("maxItems", Some(most)) => most_items(sender) <= most,
            ("minItems" | "maxItems", None) => false,
            ("uniqueItems", _) => {
                value == &Value::Bool(false)
                    || most_items(sender) <= 1
                    || sender
                        .all("uniqueItems")
                        .any(|unique| unique == &Value::Bool(true))
            }
            ("prefixItems", _) => {
                let mut items = part.list("prefixItems").enumerate();
                items.all(|(index, item)| {
                    most_items(sender) <= index as u64
                        || self.includes(&of_index(sender, index), item, level + 1)
                })
            }
            ("contains", _) => self.arrays_contain(sender, part, level),
            _ => {
                // A schema that all items satisfy is about no item.
                let rests = rests(part, InPlace::Certain).into_iter();
                let mut rests = rests.filter(|rest| std::ptr::eq(rest.schema.schema, value));
                rests.all(|rest| self.items_are(sender, &rest, level))
            }
        }
    }

    /// Returns whether all items from an index on satisfy a schema.
    fn items_are(&mut self, sender: &Conjunction<'a>, rest: &Rest<'a>, level: usize) -> bool {
        let end = rest.from.max(saturation(sender)) as u64;
        (rest.from..)
            .take_while(|&index| index as u64 <= end)
            .all(|index| {
                most_items(sender) <= index as u64
                    || self.includes(&of_index(sender, index), rest.schema, level + 1)
            })
    }

    /// Returns whether as many items satisfy `contains` as the receiver wants.
    fn arrays_contain(
        &mut self,
        sender: &Conjunction<'a>,
        receiver: Part<'a>,
        level: usize,
    ) -> bool {
        let Some(wanted) = receiver.get("contains") else {
            return true;
        };
        let bound = |part: &Part<'_>, keyword: &str, default| match part.object.get(keyword) {
            Some(value) => count(value),
            None => Some(default),
        };
        let least = bound(&receiver, "minContains", 1);
        let most = bound(&receiver, "maxContains", u64::MAX);
        let (Some(least), Some(most)) = (least, most) else {
            return false;
        };
        let from = 0;
        let every = Rest {
            from,
            schema: wanted,
        };
        let mut has_enough = least == 0
            || (sender.highest("minItems") >= least && self.items_are(sender, &every, level));
        let mut has_few = most_items(sender) <= most;
        for part in &sender.parts {
            let Some(contained) = part.get("contains") else {
                continue;
            };
            has_enough = has_enough
                || (bound(part, "minContains", 1).is_some_and(|own| own >= least)
                    && self.includes(&[contained], wanted, level + 1));
            has_few = has_few
                || (bound(part, "maxContains", u64::MAX).is_some_and(|own| own <= most)
                    && self.includes(&[wanted], contained, level + 1));
        }
        has_enough && has_few
    }
}
