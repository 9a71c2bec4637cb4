//! Numbers at the bounds of a schema and near them.

use serde_json::{Map, Value, json};

/// Returns the integers at the bounds, and the smallest ones.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn integers(schema: &Map<String, Value>) -> Vec<Value> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let step = number("multipleOf")
        .filter(|step| step.fract() == 0.0 && *step >= 1.0)
        .unwrap_or(1.0);
    let low = number("minimum").map(f64::ceil);
    let low = low.or_else(|| number("exclusiveMinimum").map(|bound| bound.floor() + 1.0));
    let high = number("maximum").map(f64::floor);
    let high = high.or_else(|| number("exclusiveMaximum").map(|bound| bound.ceil() - 1.0));
    let low = low.map(|low| (low / step).ceil() * step);
    let high = high.map(|high| (high / step).floor() * step);
    let mut numbers: Vec<f64> = Vec::new();
    numbers.extend([low, high].into_iter().flatten());
    numbers.extend([0.0, step, -step]);
    numbers.extend(low.map(|low| low + step));
    numbers.extend(high.map(|high| high - step));
    numbers
        .into_iter()
        .filter(|n| low.is_none_or(|low| *n >= low) && high.is_none_or(|high| *n <= high))
        .map(|n| {
            if n.abs() < 9.0e18 {
                json!(n as i64)
            } else {
                json!(n)
            }
        })
        .collect()
}

/// Returns numbers that are not integers.
pub(super) fn fractions(schema: &Map<String, Value>) -> Vec<Value> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let low = number("minimum").or_else(|| number("exclusiveMinimum"));
    let high = number("maximum").or_else(|| number("exclusiveMaximum"));
    let mut numbers = match (low, high) {
        (Some(low), Some(high)) => vec![low.midpoint(high)],
        (Some(low), None) => vec![low + 0.5],
        (None, Some(high)) => vec![high - 0.5],
        (None, None) => vec![0.5],
    };
    numbers.extend(number("multipleOf"));
    numbers
        .into_iter()
        .filter(|n| n.fract() != 0.0)
        .map(|n| json!(n))
        .collect()
}
