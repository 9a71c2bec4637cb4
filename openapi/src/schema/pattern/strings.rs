//! A set of strings: those in which patterns are found and whose length is within bounds.

use serde_json::{Map, Value};

/// The strings that a schema allows, as far as its patterns and bounds on length describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Strings {
    /// The patterns, each of which is found in every string.
    pub(crate) patterns: Vec<String>,
    pub(crate) lengths: Lengths,
}

/// Inclusive bounds on the number of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Lengths {
    pub(crate) least: usize,
    /// The upper bound; `usize::MAX` where there is none.
    pub(crate) most: usize,
}

impl Default for Lengths {
    fn default() -> Self {
        Self {
            least: 0,
            most: usize::MAX,
        }
    }
}

impl Lengths {
    /// The bounds that no length is within.
    pub(super) const NONE: Self = Self { least: 1, most: 0 };

    pub(super) fn contains(self, length: usize) -> bool {
        (self.least..=self.most).contains(&length)
    }

    /// Returns the lengths that are within both bounds.
    pub(crate) fn intersection(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: self.most.min(other.most),
        }
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.least >= other.least && self.most <= other.most
    }

    /// Returns the length from which on all lengths are equally within bounds or not.
    pub(super) fn saturation(self) -> usize {
        let above = if self.most == usize::MAX {
            0
        } else {
            self.most.saturating_add(1)
        };
        self.least.max(above)
    }
}

impl Strings {
    /// Returns the strings in which the pattern is found.
    pub(crate) fn with_pattern(pattern: &str) -> Self {
        Self {
            patterns: vec![pattern.to_owned()],
            lengths: Lengths::default(),
        }
    }

    /// Returns the strings that the `pattern`, `minLength` and `maxLength` of a schema allow (JSON Schema
    /// Validation 2020-12 section 6.3); `None` where a keyword is malformed.
    pub(crate) fn of(schema: &Map<String, Value>) -> Option<Self> {
        let patterns = match schema.get("pattern") {
            None => Vec::new(),
            Some(pattern) => vec![pattern.as_str()?.to_owned()],
        };
        let bound = |keyword, default| match schema.get(keyword) {
            None => Some(default),
            Some(bound) => count(bound),
        };
        let lengths = Lengths {
            least: bound("minLength", 0)?,
            most: bound("maxLength", usize::MAX)?,
        };
        Some(Self { patterns, lengths })
    }
}

/// Returns a number of characters, which may be written as `3.0` (JSON Schema Core section 4.2.3).
fn count(bound: &Value) -> Option<usize> {
    let whole = |number: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole =
            (number >= 0.0 && number.fract() == 0.0 && number < 1e15).then_some(number as u64);
        whole
    };
    let number = bound.as_u64().or_else(|| bound.as_f64().and_then(whole))?;
    usize::try_from(number).ok()
}
