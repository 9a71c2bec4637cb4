//! Bounds and divisors of numbers.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::relation::conjunction::Conjunction;
use crate::relation::types::Types;

/// Returns whether the sender's numbers satisfy a keyword of the receiver.
pub(super) fn imply(sender: &Conjunction<'_>, keyword: &str, value: &Value) -> bool {
    let Value::Number(bound) = value else {
        return false;
    };
    let are_integers = sender.types.intersection(Types::FRACTION).is_empty();
    let among = |keyword: &str, holds: &dyn Fn(&Number) -> bool| {
        let numbers = sender.all(keyword).filter_map(Value::as_number);
        numbers.into_iter().any(holds)
    };
    let is = |number: &Number, wanted: &[Ordering]| {
        compare(number, bound).is_some_and(|ordering| wanted.contains(&ordering))
    };
    let (less, equal, greater) = (Ordering::Less, Ordering::Equal, Ordering::Greater);
    // The next integer after an exclusive bound.
    let next = |number: &Number, step: f64| {
        let number = number
            .as_f64()
            .filter(|number| number.abs() < 1e15 && are_integers)?;
        let integer = if step > 0.0 {
            number.floor()
        } else {
            number.ceil()
        };
        Number::from_f64(integer + step)
    };
    match keyword {
        "minimum" => {
            among("minimum", &|number| is(number, &[equal, greater]))
                || among("exclusiveMinimum", &|number| {
                    is(number, &[equal, greater])
                        || next(number, 1.0).is_some_and(|next| is(&next, &[equal, greater]))
                })
        }
        "exclusiveMinimum" => {
            among("minimum", &|number| is(number, &[greater]))
                || among("exclusiveMinimum", &|number| is(number, &[equal, greater]))
        }
        "maximum" => {
            among("maximum", &|number| is(number, &[equal, less]))
                || among("exclusiveMaximum", &|number| {
                    is(number, &[equal, less])
                        || next(number, -1.0).is_some_and(|next| is(&next, &[equal, less]))
                })
        }
        "exclusiveMaximum" => {
            among("maximum", &|number| is(number, &[less]))
                || among("exclusiveMaximum", &|number| is(number, &[equal, less]))
        }
        _ => {
            (are_integers && is_multiple(&Number::from(1), bound))
                || among("multipleOf", &|number| is_multiple(number, bound))
        }
    }
}

fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    let integer = |number: &Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or_else(|| number.as_u64().map(i128::from))
    };
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return Some(a.cmp(&b));
    }
    // Beyond, not every integer is a floating-point number.
    let exact = |number: &Number| {
        let float = number.as_f64()?;
        (integer(number).is_none() || float.abs() < 9e15).then_some(float)
    };
    exact(a)?.partial_cmp(&exact(b)?)
}

/// Returns whether `number` is an integer times `divisor`, both as the decimal numbers that are written.
fn is_multiple(number: &Number, divisor: &Number) -> bool {
    let (Some((a, a_exponent)), Some((b, b_exponent))) = (decimal(number), decimal(divisor)) else {
        return false;
    };
    let scaled = |digits: i128, exponent: i32| {
        let exponent = u32::try_from(exponent - a_exponent.min(b_exponent)).ok()?;
        digits.checked_mul(10_i128.checked_pow(exponent)?)
    };
    match (scaled(a, a_exponent), scaled(b, b_exponent)) {
        (Some(a), Some(b)) => b != 0 && a % b == 0,
        _ => false,
    }
}

/// Returns the digits of a number as an integer, and the power of ten to multiply it by.
fn decimal(number: &Number) -> Option<(i128, i32)> {
    let text = number.to_string();
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, exponent - i32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::is_multiple;
    use serde_json::json;

    #[test]
    fn divisors_are_compared_as_decimal_numbers() {
        for (a, b, expected) in [
            (json!(5), json!(2.5), true),
            (json!(0.3), json!(0.1), true),
            (json!(1), json!(0.01), true),
            (json!(2.5), json!(5), false),
            (json!(1e-7), json!(1e-9), true),
            (json!(4), json!(3), false),
        ] {
            let number = |value: &serde_json::Value| value.as_number().cloned().expect("a number");
            assert_eq!(
                is_multiple(&number(&a), &number(&b)),
                expected,
                "{a} and {b}"
            );
        }
    }
}
