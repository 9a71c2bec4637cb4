//! Sets of strings that patterns and lengths describe: whether one is within another, and a string
//! that shows that it is not.
//!
//! The algebra compares patterns by their text. Here they are compared by what they match: each
//! becomes an automaton, and all are walked side by side until a string turns up that is in the one
//! set and not in the other, or until there is nowhere left to go, which proves that there is none.

mod alphabet;
mod automaton;
mod comparison;
mod examples;
mod product;
mod search;
mod syntax;

use serde_json::{Map, Value};

use self::comparison::Comparison;

/// How many steps one question may take, some milliseconds' worth. Steps rather than time, so that
/// the same question always has the same answer.
const FUEL: usize = 500_000;

/// The strings of a schema, as far as its patterns and bounds on length describe them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Strings {
    /// Each is found in the string.
    pub(crate) patterns: Vec<String>,
    pub(crate) lengths: Lengths,
}

/// Bounds on the number of characters, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) least: usize,
    /// `usize::MAX` where there is no bound.
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
    /// Bounds that no length keeps to.
    const NONE: Self = Self { least: 1, most: 0 };

    fn hold(self, length: usize) -> bool {
        (self.least..=self.most).contains(&length)
    }

    /// What keeps to both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: self.most.min(other.most),
        }
    }

    fn within(self, other: Self) -> bool {
        self.least >= other.least && self.most <= other.most
    }

    /// From this length on all are alike.
    fn enough(self) -> usize {
        let above = if self.most == usize::MAX {
            0
        } else {
            self.most.saturating_add(1)
        };
        self.least.max(above)
    }
}

/// What holds between two sets of strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inclusion {
    /// Proven: every string of the one is in the other.
    Included,
    /// This string is in the one and not in the other: of those that are read most easily the
    /// shortest.
    Not(String),
    /// The patterns are not regular, not understood, or too large.
    Unknown,
}

impl Strings {
    /// The strings in which the pattern is found.
    pub(crate) fn with_pattern(pattern: &str) -> Self {
        Self {
            patterns: vec![pattern.to_owned()],
            lengths: Lengths::default(),
        }
    }

    /// The strings that the `pattern`, `minLength` and `maxLength` of a schema let through (JSON
    /// Schema Validation 2020-12 section 6.3). `None` where a keyword is malformed.
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

    /// A string that keeps to the lengths and in which a pattern is not found; `None` when there is
    /// none, or none is known.
    pub(crate) fn unmatched(&self) -> Option<String> {
        let any = Self {
            patterns: Vec::new(),
            lengths: self.lengths,
        };
        match inclusion(&any, self) {
            Inclusion::Not(string) => Some(string),
            Inclusion::Included | Inclusion::Unknown => None,
        }
    }
}

/// A number of characters, which may be written as `3.0` (JSON Schema Core section 4.2.3).
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

/// Whether every string of `a` is a string of `b`.
pub(crate) fn inclusion(a: &Strings, b: &Strings) -> Inclusion {
    if a.lengths.within(b.lengths) {
        // What holds whatever the length holds at every length, and costs less to find out.
        let free = |strings: &Strings| Strings {
            patterns: strings.patterns.clone(),
            lengths: Lengths::default(),
        };
        match compared(&free(a), &free(b)) {
            Inclusion::Not(string) if !a.lengths.hold(string.chars().count()) => {}
            decided => return decided,
        }
    }
    compared(a, b)
}

fn compared(a: &Strings, b: &Strings) -> Inclusion {
    match Comparison::new(a, b) {
        Some(comparison) => comparison.answer(),
        None => Inclusion::Unknown,
    }
}

/// Steps that are left.
#[derive(Debug)]
struct Fuel(usize);

/// There were not as many steps left as were needed.
#[derive(Debug)]
struct OutOfFuel;

impl Fuel {
    fn full() -> Self {
        Self(FUEL)
    }

    fn burn(&mut self, steps: usize) -> Result<(), OutOfFuel> {
        self.0 = self.0.checked_sub(steps).ok_or(OutOfFuel)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
