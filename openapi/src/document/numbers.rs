//! Integers of a text that fit neither into 64 bits nor into a double: they are read as the nearest double. All readers
//! of JSON do so with fractions (RFC 8259 section 6), and some read such integers exactly.

use super::Document;

/// The fewest characters of such a number: fifteen digits always are one double's (IEEE 754).
const SHORTEST: usize = 16;

/// A number as it is written: its digits without leading and trailing zeros, and the power of ten of the last one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (unsigned, is_negative) = match text.strip_prefix('-') {
            Some(unsigned) => (unsigned, true),
            None => (text, false),
        };
        let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - significant.len()).ok()?;
        Some(Self {
            is_negative,
            digits: significant.trim_start_matches('0').to_owned(),
            exponent: exponent - i64::try_from(fraction.len()).ok()? + zeros,
        })
    }
}

/// An integer that is read as another.
#[derive(Debug, Clone)]
pub(crate) struct Rounded {
    pub(crate) written: String,
    pub(crate) decimal: Decimal,
    pub(crate) read: f64,
}

impl Document {
    /// Returns the integers in the document's texts that are read as others, in their order. A text that looks like one
    /// counts as well.
    pub(crate) fn rounded_numbers(&self) -> Vec<Rounded> {
        let texts = self.sources().map(|source| source.text.as_str());
        texts.flat_map(candidates).filter_map(rounded).collect()
    }
}

/// Returns the words of a text that are long enough and have the characters of a number.
fn candidates(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let is_part = |at: usize| matches!(bytes[at], b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let (mut found, mut at) = (Vec::new(), SHORTEST - 1);
    while at < bytes.len() {
        if !is_part(at) {
            at += SHORTEST;
            continue;
        }
        let start = (0..at)
            .rev()
            .find(|&before| !is_part(before))
            .map_or(0, |before| before + 1);
        let end = (at..bytes.len())
            .find(|&after| !is_part(after))
            .unwrap_or(bytes.len());
        if end - start >= SHORTEST {
            found.extend(text.get(start..end));
        }
        at = end + SHORTEST;
    }
    found
}

/// Returns an integer that is read as another.
fn rounded(written: &str) -> Option<Rounded> {
    if written.parse::<i64>().is_ok() || written.parse::<u64>().is_ok() {
        return None;
    }
    let decimal = Decimal::parse(written)?;
    let read: f64 = written.parse().ok()?;
    if decimal.exponent < 0 {
        return None;
    }
    (Decimal::parse(&format!("{read:e}"))? != decimal).then(|| Rounded {
        written: written.to_owned(),
        decimal,
        read,
    })
}

#[cfg(test)]
mod tests {
    use super::{candidates, rounded};

    #[test]
    fn integers_that_are_read_as_others_are_found() {
        let text = "{\"a\": 12345678901234567890123, \"b\":[1.00000000000000000001e30,\n9007199254740993]}";
        let found: Vec<_> = candidates(text).into_iter().filter_map(rounded).collect();
        let written: Vec<_> = found.iter().map(|number| number.written.as_str()).collect();
        assert_eq!(
            written,
            ["12345678901234567890123", "1.00000000000000000001e30"]
        );
    }

    #[test]
    fn numbers_that_are_read_as_written_are_none() {
        for written in [
            "18446744073709551615",
            "-9223372036854775808",
            "1.7976931348623157e308",
            "10000000000000000000000",
            "0.10000000000000000001",
            "2026-01-02-03-04-05",
            "+++++++++++++++++++",
        ] {
            assert!(rounded(written).is_none(), "{written}");
        }
    }
}
