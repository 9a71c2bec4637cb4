//! The nondeterministic automaton of one pattern (Thompson's construction).
//!
//! It reads characters, not bytes as `regex-automata` does: lengths count characters, `\p{L}` is one
//! step and not hundreds of states, and `\B` never splits a character.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::alphabet::{ClassId, Classes};

/// The most states of a nondeterministic automaton; counted repetitions multiply them.
const MOST_STATES: usize = 6_000;

/// The index of a state in [`Nfa::states`].
pub(super) type StateId = usize;

/// A state of the automaton.
#[derive(Debug)]
pub(super) enum State {
    /// Reads one character of the class.
    Character(ClassId, StateId),
    /// Continues at any of these states.
    Either(Vec<StateId>),
    /// Continues where the assertion holds.
    Where(Assertion, StateId),
    /// Ends the pattern.
    Found,
}

/// An assertion of ECMA-262 about a place between characters (its section 22.2.2.4).
#[derive(Debug, Clone, Copy)]
pub(super) enum Assertion {
    Start,
    End,
    Boundary,
    NoBoundary,
}

impl Assertion {
    /// Returns the assertion; `None` for those that only Rust has.
    fn of(look: Look) -> Option<Self> {
        match look {
            Look::Start => Some(Self::Start),
            Look::End => Some(Self::End),
            Look::WordUnicode => Some(Self::Boundary),
            Look::WordUnicodeNegate => Some(Self::NoBoundary),
            Look::StartLF
            | Look::EndLF
            | Look::StartCRLF
            | Look::EndCRLF
            | Look::WordAscii
            | Look::WordAsciiNegate
            | Look::WordStartAscii
            | Look::WordEndAscii
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfAscii
            | Look::WordEndHalfAscii
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode => None,
        }
    }
}

/// The automaton of a pattern.
#[derive(Debug)]
pub(super) struct Nfa {
    pub(super) states: Vec<State>,
    pub(super) start: StateId,
    /// Whether a match can only begin at the start of the string.
    pub(super) anchored: bool,
    /// Whether the pattern has `\b` or `\B`.
    pub(super) has_word_boundaries: bool,
}

impl Nfa {
    /// Builds the automaton; `None` when it would be too large, or has an assertion that ECMA-262 does not
    /// have.
    pub(super) fn new(pattern: &Hir, classes: &mut Classes) -> Option<Self> {
        let mut builder = Builder {
            states: vec![State::Found],
            classes,
        };
        let start = builder.prepend(pattern, 0)?;
        let looks = pattern.properties().look_set();
        Some(Self {
            states: builder.states,
            start,
            anchored: pattern.properties().look_set_prefix().contains(Look::Start),
            has_word_boundaries: looks.contains_word(),
        })
    }
}

struct Builder<'c> {
    states: Vec<State>,
    classes: &'c mut Classes,
}

impl Builder<'_> {
    fn add(&mut self, state: State) -> Option<StateId> {
        self.states.push(state);
        (self.states.len() <= MOST_STATES).then(|| self.states.len() - 1)
    }

    /// Adds the states of an expression that continues at `next`, and returns the first of them.
    fn prepend(&mut self, hir: &Hir, next: StateId) -> Option<StateId> {
        match hir.kind() {
            HirKind::Empty => Some(next),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                text.chars().rev().try_fold(next, |next, c| {
                    let class = self.classes.of_char(c);
                    self.add(State::Character(class, next))
                })
            }
            HirKind::Class(Class::Unicode(class)) => {
                let class = self.classes.of_class(class);
                self.add(State::Character(class, next))
            }
            HirKind::Class(Class::Bytes(class)) => {
                let class = self.classes.of_class(&class.to_unicode_class()?);
                self.add(State::Character(class, next))
            }
            HirKind::Look(look) => self.add(State::Where(Assertion::of(*look)?, next)),
            HirKind::Capture(capture) => self.prepend(&capture.sub, next),
            HirKind::Concat(parts) => parts
                .iter()
                .rev()
                .try_fold(next, |next, part| self.prepend(part, next)),
            HirKind::Alternation(branches) => {
                let branches = branches.iter().map(|branch| self.prepend(branch, next));
                let branches = branches.collect::<Option<Vec<_>>>()?;
                self.add(State::Either(branches))
            }
            HirKind::Repetition(repetition) => self.prepend_repetition(repetition, next),
        }
    }

    fn prepend_repetition(&mut self, repetition: &Repetition, next: StateId) -> Option<StateId> {
        let (sub, least) = (&repetition.sub, repetition.min);
        let mut first = next;
        match repetition.max {
            None => {
                first = self.add(State::Either(vec![next]))?;
                let body = self.prepend(sub, first)?;
                self.states[first] = State::Either(vec![body, next]);
            }
            Some(most) => {
                for _ in least..most {
                    let body = self.prepend(sub, first)?;
                    if body == first {
                        break;
                    }
                    first = self.add(State::Either(vec![body, next]))?;
                }
            }
        }
        for _ in 0..least {
            let body = self.prepend(sub, first)?;
            if body == first {
                break;
            }
            first = body;
        }
        Some(first)
    }
}
