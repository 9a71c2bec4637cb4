//! Strings, numbers and listed values around the bounds of both sides.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::formats::strings_of;
use super::side::Side;
use crate::hashed::HashSet;
use crate::sample;
use crate::schema::{Inclusion, Lengths, Strings, inclusion};

/// The longest string that is made for a bound on length.
const LONGEST: usize = 1 << 25;

/// The most listed values that are tried.
const MOST_LISTED: usize = 64;

/// Returns the values that one of the sides may treat differently.
pub(super) fn values(sent: &Side<'_>, accepted: &Side<'_>) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    let listed = |side: &Side<'_>| -> Vec<Value> {
        let listed = side.all("enum");
        let listed = listed.filter_map(|values| values.schema.as_array()?.get(..));
        listed.flatten().cloned().collect()
    };
    let (of_sender, of_receiver) = (listed(sent), listed(accepted));
    for (side, listed, others) in [
        (sent, &of_sender, &of_receiver),
        (accepted, &of_receiver, &of_sender),
    ] {
        values.extend(side.all("const").map(|value| value.schema.clone()));
        // Of many, those that only this side lists.
        let others: HashSet<String> = others.iter().map(Value::to_string).collect();
        let is_own = |value: &&Value| !others.contains(&value.to_string());
        let own = listed.iter().filter(is_own).take(MOST_LISTED);
        values.extend(own.chain(listed.iter().take(MOST_LISTED)).cloned());
    }
    values.extend(numbers(sent, accepted));
    values.extend(strings(sent, accepted).into_iter().map(Value::String));
    values
}

/// Returns numbers around the bounds of both sides, those of the receiver first.
pub(super) fn numbers(sent: &Side<'_>, accepted: &Side<'_>) -> Vec<Value> {
    let of = |side: &Side<'_>, keyword: &str| -> Vec<f64> {
        side.all(keyword)
            .filter_map(|number| number.schema.as_f64())
            .collect()
    };
    let mut steps = of(sent, "multipleOf");
    steps.extend([1.0, 0.5]);
    let mut bounds: Vec<f64> = Vec::new();
    for side in [accepted, sent] {
        for keyword in [
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ] {
            bounds.extend(of(side, keyword));
        }
    }
    let mut numbers = Vec::new();
    for bound in bounds {
        for step in &steps {
            // The multiples of the step next to the bound.
            let multiple = (bound / step).floor() * step;
            numbers.extend([-1.0, 0.0, 1.0, 2.0].map(|count| multiple + count * step));
            numbers.extend([bound, bound - step, bound + step, bound / 2.0]);
        }
    }
    numbers
        .into_iter()
        .filter(|number| number.is_finite())
        .map(number)
        .collect()
}

/// Returns the number as a JSON integer where it is one.
#[allow(clippy::cast_possible_truncation)]
fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// Returns the strings that each schema of a side describes.
fn described(side: &Side<'_>) -> Vec<Strings> {
    let parts = side.parts.iter();
    parts
        .map(|part| strings_of(std::slice::from_ref(part)))
        .collect()
}

/// Returns the strings that the sender's patterns and lengths allow, and some of them that the receiver's refuse.
pub(super) fn unmatched(sent: &Side<'_>, accepted: &Side<'_>) -> (Strings, Vec<String>) {
    let all = strings_of(&sent.parts);
    let mut found = Vec::new();
    for strings in described(accepted) {
        let has_patterns = !all.patterns.is_empty() || !strings.patterns.is_empty();
        if has_patterns && let Inclusion::Not(string) = inclusion(&all, &strings) {
            found.push(string);
        }
    }
    (all, found)
}

/// Returns strings around the bounds of both sides.
pub(super) fn strings(sent: &Side<'_>, accepted: &Side<'_>) -> Vec<String> {
    let (all, mut found) = unmatched(sent, accepted);
    let mut lengths = BTreeSet::new();
    for strings in described(accepted) {
        if !strings.patterns.is_empty() {
            found.extend(strings.unmatched());
        }
        let bounds = [strings.lengths.least, strings.lengths.most];
        lengths.extend(bounds.map(|bound| bound.saturating_sub(1)));
        lengths.extend(bounds.map(|bound| bound.saturating_add(1)));
    }
    let lengths = lengths
        .into_iter()
        .filter(|length| (1..=LONGEST).contains(length));
    for length in lengths {
        let of_length = Strings {
            patterns: all.patterns.clone(),
            lengths: Lengths {
                least: length,
                most: length,
            },
        };
        let formats = sent
            .all("format")
            .filter_map(|format| format.schema.as_str());
        found.extend(formats.filter_map(|format| sample::of_format_and_length(format, length)));
        if all.patterns.is_empty() {
            found.push("a".repeat(length));
        } else if length <= 1_000 {
            found.extend(of_length.examples());
        }
    }
    found
}
