//! The automata of two sets of strings over one alphabet, and what is read out of them.

use regex_syntax::hir::{Class, HirKind};

use super::alphabet::{Alphabet, ClassId, Classes};
use super::automaton::Nfa;
use super::product::{Product, Side};
use super::search::Search;
use super::{Fuel, Inclusion, Lengths, OutOfFuel, Strings, syntax};

/// What words are made of in ECMA-262 (its section 22.2.2.9.3).
const ECMA_WORDS: &str = r"(?-u:\w)";
/// What words are made of to `\b` as the validator reads it.
const VALIDATOR_WORDS: &str = r"\w";

/// Two sets of strings, ready to be walked through side by side.
pub(super) struct Comparison {
    left: (Vec<Nfa>, Lengths),
    right: (Vec<Nfa>, Lengths),
    classes: Classes,
}

impl Comparison {
    /// `None` when a pattern is not understood, or too large.
    pub(super) fn new(left: &Strings, right: &Strings) -> Option<Self> {
        let mut classes = Classes::default();
        let mut automaton = |pattern: &String| Nfa::new(&syntax::parse(pattern)?, &mut classes);
        let left_automata: Option<Vec<Nfa>> = left.patterns.iter().map(&mut automaton).collect();
        // What the left side asks for as well need not be asked again.
        let others = right.patterns.iter().filter(|p| !left.patterns.contains(p));
        let right_automata: Option<Vec<Nfa>> = others.map(&mut automaton).collect();
        Some(Self {
            left: (left_automata?, left.lengths),
            right: (right_automata?, right.lengths),
            classes,
        })
    }

    /// Whether the left side is within the right one. Given only where it does not depend on what
    /// words are made of, of which ECMA-262 and the validator have different opinions.
    pub(super) fn answer(mut self) -> Inclusion {
        if !self.asks_for_words() {
            return self.read(None);
        }
        let readings: Option<Vec<ClassId>> = [ECMA_WORDS, VALIDATOR_WORDS]
            .into_iter()
            .map(|words| self.words(words))
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

    /// What `ask` finds among the strings of the left side, its words being ECMA-262's.
    pub(super) fn examples(
        mut self,
        ask: impl FnOnce(&mut Product<'_>) -> Result<Vec<String>, OutOfFuel>,
    ) -> Vec<String> {
        let words = if self.asks_for_words() {
            self.words(ECMA_WORDS)
        } else {
            None
        };
        let examples = self.walk(words, ask).and_then(Result::ok);
        examples.unwrap_or_default()
    }

    fn asks_for_words(&self) -> bool {
        let mut automata = self.left.0.iter().chain(&self.right.0);
        automata.any(|automaton| automaton.asks_for_words)
    }

    fn read(&self, words: Option<ClassId>) -> Inclusion {
        match self.walk(words, |product| product.best(&mut Fuel::full())) {
            Some(Ok(None)) => Inclusion::Included,
            Some(Ok(Some(string))) => Inclusion::Not(string),
            Some(Err(OutOfFuel)) | None => Inclusion::Unknown,
        }
    }

    /// `None` when the patterns tell too many kinds of characters apart.
    fn walk<R>(
        &self,
        words: Option<ClassId>,
        ask: impl FnOnce(&mut Product<'_>) -> R,
    ) -> Option<R> {
        let alphabet = Alphabet::new(&self.classes)?;
        let search = |automaton| Search::new(automaton, &alphabet, words);
        let mut product = Product {
            alphabet: &alphabet,
            left: Side {
                searches: self.left.0.iter().map(search).collect(),
                lengths: self.left.1,
            },
            right: Side {
                searches: self.right.0.iter().map(search).collect(),
                lengths: self.right.1,
            },
        };
        Some(ask(&mut product))
    }

    /// The class of the characters that the expression stands for.
    fn words(&mut self, expression: &str) -> Option<ClassId> {
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
