//! The generators of the property tests: random schemas, edits, values, and the smallest pair that still fails.
//! Everything is made from a seed and the number of a case.

mod edit;
mod minimal;
mod schema;
mod value;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

pub(crate) use edit::edited;
pub(crate) use minimal::minimal;
pub(crate) use schema::schema;
pub(crate) use value::values;

/// Returns the random generator of one case. `OPENAPI_SEED` selects other cases.
pub(crate) fn randomness(test: u64, case: u64) -> SmallRng {
    let seed = number_of("OPENAPI_SEED").unwrap_or(1);
    SmallRng::seed_from_u64((seed << 40) ^ (test << 32) ^ case)
}

/// Returns the number of cases that a test tries: its usual number, times `OPENAPI_CASES`.
pub(crate) fn cases(usual: u64) -> u64 {
    usual * number_of("OPENAPI_CASES").unwrap_or(1)
}

/// Returns the only case that is tried, if `OPENAPI_CASE` names one.
pub(crate) fn only_case() -> Option<u64> {
    number_of("OPENAPI_CASE")
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} must be a number: {text}")),
    )
}

/// Picks one of the items.
pub(crate) fn pick<'t, T>(random: &mut SmallRng, from: &'t [T]) -> &'t T {
    &from[random.random_range(0..from.len())]
}

/// Returns true once in so many times, at random.
pub(crate) fn once_in(random: &mut SmallRng, times: u32) -> bool {
    random.random_ratio(1, times)
}

/// Returns the JSON pointers of all schemas in a schema that [`schema`] made, itself and its components
/// included.
pub(crate) fn places(schema: &Value) -> Vec<String> {
    let mut places = Vec::new();
    let mut pending = vec![(String::new(), schema)];
    while let Some((pointer, schema)) = pending.pop() {
        places.push(pointer.clone());
        let Some(object) = schema.as_object() else {
            continue;
        };
        for (keyword, value) in object {
            let inside = openapi::pointer::join(&pointer, keyword);
            match (keyword.as_str(), value) {
                ("items" | "additionalProperties" | "not", _) => pending.push((inside, value)),
                ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                    let branches = branches.iter().enumerate();
                    pending.extend(branches.map(|(index, branch)| {
                        (openapi::pointer::join(&inside, &index.to_string()), branch)
                    }));
                }
                ("properties" | "patternProperties" | "components", Value::Object(members)) => {
                    pending.extend(
                        members
                            .iter()
                            .map(|(name, member)| (openapi::pointer::join(&inside, name), member)),
                    );
                }
                _ => {}
            }
        }
    }
    places
}
