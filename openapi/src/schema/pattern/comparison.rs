//! The comparison of two sets of strings, as automata over one alphabet.

use regex_syntax::hir::{Class, HirKind};

use super::alphabet::{Alphabet, ClassId, Classes};
use super::automaton::Nfa;
use super::fuel::{Fuel, OutOfFuel};
use super::look_around::{Conjunct, conjuncts};
use super::product::{Literal, Product, Side};
use super::strings::{Lengths, Strings};
use super::syntax;
use crate::memo::Memo;

/// The steps of one comparison, which take some milliseconds.
const FUEL: usize = 500_000;

/// The most comparisons that are remembered.
const REMEMBERED: usize = 1_000;

thread_local! {
    static COMPARED: Memo<(Strings, Strings), Inclusion> = Memo::new(REMEMBERED);
}

/// The word characters of ECMA-262 (its section 22.2.2.9.3).
const ECMA_WORDS: &str = r"(?-u:\w)";
/// The word characters of `\b` in the validator.
const VALIDATOR_WORDS: &str = r"\w";

/// Whether one set of strings is within another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inclusion {
    /// Proven: every string of the first set is in the second.
    Included,
    /// A string that is in the first set and not in the second: the shortest of those with the fewest
    /// characters that are hard to read.
    Not(String),
    /// The patterns are not regular, not understood, or too large.
    Unknown,
}

/// Returns whether every string of `a` is a string of `b`.
pub(crate) fn inclusion(a: &Strings, b: &Strings) -> Inclusion {
    if a.lengths.is_within(b.lengths) {
        // What holds for the patterns alone holds at every length, and is cheaper to compute.
        let of_any_length = |strings: &Strings| Strings {
            patterns: strings.patterns.clone(),
            lengths: Lengths::default(),
        };
        match compare(&of_any_length(a), &of_any_length(b)) {
            Inclusion::Not(string) if !a.lengths.contains(string.chars().count()) => {}
            decided => return decided,
        }
    }
    compare(a, b)
}

fn compare(a: &Strings, b: &Strings) -> Inclusion {
    let compared = |(a, b): &(Strings, Strings)| match Comparison::new(a, b) {
        Some(comparison) => comparison.inclusion(),
        None => Inclusion::Unknown,
    };
    COMPARED.with(|known| known.get((a.clone(), b.clone()), compared))
}

/// Two sets of strings as automata, ready to be walked side by side.
pub(super) struct Comparison {
    left: (Vec<Literal>, Lengths),
    right: (Vec<Literal>, Lengths),
    classes: Classes,
}

impl Comparison {
    /// Builds the automata; `None` when a pattern is not understood, or too large.
    pub(super) fn new(left: &Strings, right: &Strings) -> Option<Self> {
        let mut classes = Classes::default();
        let mut automaton = |conjunct: &Conjunct| {
            let nfa = Nfa::new(&syntax::parse(&conjunct.pattern)?, &mut classes)?;
            Some((nfa, conjunct.is_found))
        };
        let of_side = |side: &Strings| -> Vec<Conjunct> {
            side.patterns.iter().flat_map(|p| conjuncts(p)).collect()
        };
        let (left_patterns, right_patterns) = (of_side(left), of_side(right));
        let left_automata: Option<Vec<_>> = left_patterns.iter().map(&mut automaton).collect();
        // A pattern of the left side holds on the right side as well.
        let others = right_patterns.iter().filter(|p| !left_patterns.contains(p));
        let right_automata: Option<Vec<_>> = others.map(&mut automaton).collect();
        Some(Self {
            left: (left_automata?, left.lengths),
            right: (right_automata?, right.lengths),
            classes,
        })
    }

    /// Returns whether the left side is within the right one. ECMA-262 and the validator disagree on word
    /// characters: where the result depends on them it is unknown.
    fn inclusion(mut self) -> Inclusion {
        if !self.has_word_boundaries() {
            return self.inclusion_with(None);
        }
        let readings: Option<Vec<ClassId>> = [ECMA_WORDS, VALIDATOR_WORDS]
            .into_iter()
            .map(|words| self.class_of(words))
            .collect();
        let mut inclusion = Inclusion::Unknown;
        for words in readings.into_iter().flatten() {
            inclusion = self.inclusion_with(Some(words));
            match &inclusion {
                Inclusion::Included => {}
                // Both agree on ASCII.
                Inclusion::Not(string) if string.is_ascii() => return inclusion,
                Inclusion::Not(_) | Inclusion::Unknown => return Inclusion::Unknown,
            }
        }
        inclusion
    }

    /// Returns the strings of the left side that `search` finds, with the word characters of ECMA-262.
    pub(super) fn examples(
        mut self,
        search: impl FnOnce(&mut Product<'_>) -> Result<Vec<String>, OutOfFuel>,
    ) -> Vec<String> {
        let words = if self.has_word_boundaries() {
            self.class_of(ECMA_WORDS)
        } else {
            None
        };
        let examples = self.with_product(words, search).and_then(Result::ok);
        examples.unwrap_or_default()
    }

    fn has_word_boundaries(&self) -> bool {
        let mut automata = self.left.0.iter().chain(&self.right.0);
        automata.any(|(automaton, _)| automaton.has_word_boundaries)
    }

    fn inclusion_with(&self, words: Option<ClassId>) -> Inclusion {
        match self.with_product(words, |product| product.best(&mut Fuel::new(FUEL))) {
            Some(Ok(None)) => Inclusion::Included,
            Some(Ok(Some(string))) => Inclusion::Not(string),
            Some(Err(OutOfFuel)) | None => Inclusion::Unknown,
        }
    }

    /// Calls `search` with the product of the automata; `None` when the alphabet would be too large.
    fn with_product<R>(
        &self,
        words: Option<ClassId>,
        search: impl FnOnce(&mut Product<'_>) -> R,
    ) -> Option<R> {
        let alphabet = Alphabet::new(&self.classes)?;
        let mut product = Product {
            alphabet: &alphabet,
            left: Side::new(&self.left, &alphabet, words),
            right: Side::new(&self.right, &alphabet, words),
        };
        Some(search(&mut product))
    }

    /// Returns the class of characters that an expression stands for.
    fn class_of(&mut self, expression: &str) -> Option<ClassId> {
        let hir = regex_syntax::parse(expression).ok()?;
        match hir.kind() {
            HirKind::Class(Class::Unicode(class)) => Some(self.classes.of_class(class)),
            HirKind::Class(Class::Bytes(class)) => {
                Some(self.classes.of_class(&class.to_unicode_class()?))
            }
            HirKind::Empty
            | HirKind::Literal(_)
            | HirKind::Look(_)
            | HirKind::Repetition(_)
            | HirKind::Capture(_)
            | HirKind::Concat(_)
            | HirKind::Alternation(_) => None,
        }
    }
}
