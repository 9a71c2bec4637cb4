//! Sets of strings that patterns and lengths describe: whether one is within another, and a string
//! that shows that it is not.
//!
//! The algebra compares patterns by their text. Here they are compared by what they match: each
//! becomes an automaton, and all are walked side by side until a string turns up that is in the one
//! set and not in the other, or until there is nowhere left to go, which proves that there is none.

mod alphabet;
mod automaton;
mod product;
mod syntax;

use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Value};

use self::alphabet::{Alphabet, ClassId, Classes};
use self::automaton::{Nfa, Search};
use self::product::{OutOfFuel, Product};

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
    fn hold(self, length: usize) -> bool {
        (self.least..=self.most).contains(&length)
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
    match Question::new(a, b) {
        Some(question) => question.answer(),
        None => Inclusion::Unknown,
    }
}

/// The automata of both sides over their common alphabet.
struct Question {
    left: Vec<Nfa>,
    left_lengths: Lengths,
    right: Vec<Nfa>,
    right_lengths: Lengths,
    classes: Classes,
}

impl Question {
    fn new(a: &Strings, b: &Strings) -> Option<Self> {
        let mut classes = Classes::default();
        let mut automata = |patterns: &[&String]| -> Option<Vec<Nfa>> {
            let automata = patterns
                .iter()
                .map(|pattern| Nfa::new(&syntax::parse(pattern)?, &mut classes));
            automata.collect()
        };
        let left = automata(&a.patterns.iter().collect::<Vec<_>>())?;
        // What the one side says as well need not be asked of the other.
        let others = b.patterns.iter().filter(|p| !a.patterns.contains(p));
        let right = automata(&others.collect::<Vec<_>>())?;
        Some(Self {
            left,
            left_lengths: a.lengths,
            right,
            right_lengths: b.lengths,
            classes,
        })
    }

    /// ECMA-262's words are ASCII's; the validator's `\b` knows Unicode's. An answer is given only
    /// where it does not depend on that.
    fn answer(mut self) -> Inclusion {
        let mut automata = self.left.iter().chain(&self.right);
        if !automata.any(|automaton| automaton.asks_for_words) {
            return self.read(None);
        }
        let readings: Option<Vec<ClassId>> = [r"(?-u:\w)", r"\w"]
            .into_iter()
            .map(|words| words_of(words, &mut self.classes))
            .collect();
        let mut answer = Inclusion::Unknown;
        for words in readings.into_iter().flatten() {
            answer = self.read(Some(words));
            match &answer {
                Inclusion::Included => {}
                // Both read ASCII alike.
                Inclusion::Not(string) if string.is_ascii() => return answer,
                Inclusion::Not(_) | Inclusion::Unknown => return Inclusion::Unknown,
            }
        }
        answer
    }

    fn read(&self, words: Option<ClassId>) -> Inclusion {
        let Some(alphabet) = Alphabet::new(&self.classes) else {
            return Inclusion::Unknown;
        };
        let search = |automaton| Search::new(automaton, &alphabet, words);
        let mut product = Product {
            alphabet: &alphabet,
            left: self.left.iter().map(search).collect(),
            left_lengths: self.left_lengths,
            right: self.right.iter().map(search).collect(),
            right_lengths: self.right_lengths,
        };
        match product.best(&mut Fuel(FUEL)) {
            Ok(None) => Inclusion::Included,
            Ok(Some(string)) => Inclusion::Not(string),
            Err(OutOfFuel) => Inclusion::Unknown,
        }
    }
}

/// The class of the characters that a word is made of.
fn words_of(expression: &str, classes: &mut Classes) -> Option<ClassId> {
    let hir: Hir = regex_syntax::parse(expression).ok()?;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => Some(classes.of_class(class)),
        HirKind::Class(Class::Bytes(class)) => Some(classes.of_class(&class.to_unicode_class()?)),
        HirKind::Empty
        | HirKind::Literal(_)
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Capture(_)
        | HirKind::Concat(_)
        | HirKind::Alternation(_) => None,
    }
}

/// Steps that are left.
#[derive(Debug)]
struct Fuel(usize);

impl Fuel {
    /// `None` when there are not as many left.
    fn burn(&mut self, steps: usize) -> Option<()> {
        self.0 = self.0.checked_sub(steps)?;
        Some(())
    }
}

#[cfg(test)]
mod tests;
