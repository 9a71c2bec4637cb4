//! One pattern as a nondeterministic automaton over characters (Thompson's construction).
//!
//! A step is a character, not a byte as in `regex-automata`: lengths count characters, `\p{L}` is
//! one step rather than hundreds of states, and `\B` never looks into a character.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::alphabet::{ClassId, Classes};

/// The most states of a nondeterministic automaton; counted repetitions multiply them.
const MOST_STATES: usize = 6_000;

/// A state, by its place in the list of them.
pub(super) type StateId = usize;

/// What a state waits for or leads to.
#[derive(Debug)]
pub(super) enum State {
    /// One character of the class.
    Character(ClassId, StateId),
    /// Any of these, without a character.
    Either(Vec<StateId>),
    /// On, without a character, where the assertion holds.
    Where(Assertion, StateId),
    /// The end of the pattern.
    Found,
}

/// What ECMA-262 asks of a place between characters (its section 22.2.2.4).
#[derive(Debug, Clone, Copy)]
pub(super) enum Assertion {
    Start,
    End,
    Boundary,
    NoBoundary,
}

impl Assertion {
    /// `None` for those that only Rust has.
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

/// A pattern, to be searched for.
#[derive(Debug)]
pub(super) struct Nfa {
    pub(super) states: Vec<State>,
    pub(super) start: StateId,
    /// Whether a match can only begin where the string does.
    pub(super) anchored: bool,
    /// Whether the pattern asks where words begin and end.
    pub(super) asks_for_words: bool,
}

impl Nfa {
    /// `None` when the automaton would be too large, or asserts what ECMA-262 does not know.
    pub(super) fn new(pattern: &Hir, classes: &mut Classes) -> Option<Self> {
        let mut building = Building {
            states: vec![State::Found],
            classes,
        };
        let start = building.before(pattern, 0)?;
        let looks = pattern.properties().look_set();
        Some(Self {
            states: building.states,
            start,
            anchored: pattern.properties().look_set_prefix().contains(Look::Start),
            asks_for_words: looks.contains_word(),
        })
    }
}

struct Building<'c> {
    states: Vec<State>,
    classes: &'c mut Classes,
}

impl Building<'_> {
    fn add(&mut self, state: State) -> Option<StateId> {
        self.states.push(state);
        (self.states.len() <= MOST_STATES).then(|| self.states.len() - 1)
    }

    /// The state from which the expression leads to `next`.
    fn before(&mut self, hir: &Hir, next: StateId) -> Option<StateId> {
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
            HirKind::Capture(capture) => self.before(&capture.sub, next),
            HirKind::Concat(parts) => parts
                .iter()
                .rev()
                .try_fold(next, |next, part| self.before(part, next)),
            HirKind::Alternation(branches) => {
                let branches = branches.iter().map(|branch| self.before(branch, next));
                let branches = branches.collect::<Option<Vec<_>>>()?;
                self.add(State::Either(branches))
            }
            HirKind::Repetition(repetition) => {
                let (sub, least) = (&repetition.sub, repetition.min);
                let mut first = next;
                match repetition.max {
                    None => {
                        first = self.add(State::Either(vec![next]))?;
                        let body = self.before(sub, first)?;
                        self.states[first] = State::Either(vec![body, next]);
                    }
                    Some(most) => {
                        for _ in least..most {
                            let body = self.before(sub, first)?;
                            if body == first {
                                break;
                            }
                            first = self.add(State::Either(vec![body, next]))?;
                        }
                    }
                }
                for _ in 0..least {
                    let body = self.before(sub, first)?;
                    if body == first {
                        break;
                    }
                    first = body;
                }
                Some(first)
            }
        }
    }
}
