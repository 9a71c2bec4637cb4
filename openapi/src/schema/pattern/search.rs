//! The search for one pattern as a deterministic automaton, built from the nondeterministic one as far as
//! it is walked.

use super::alphabet::{Alphabet, ClassId, Symbol};
use super::automaton::{Assertion, Nfa, State, StateId};
use super::fuel::{Fuel, OutOfFuel};
use crate::hashed::HashMap;

/// The character before a place in the string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Before {
    Nothing,
    Word,
    Other,
}

/// A state of the deterministic automaton: the nondeterministic states that wait for the next character, and
/// the character before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    states: Vec<StateId>,
    before: Before,
}

/// The index of a [`Place`].
pub(super) type PlaceId = u32;

/// The place where the pattern was found, whatever follows.
pub(super) const FOUND: PlaceId = 0;
/// The place from which the pattern cannot be found, whatever follows.
pub(super) const LOST: PlaceId = 1;
/// The place before the first character.
pub(super) const BEGIN: PlaceId = 2;

const UNKNOWN: PlaceId = PlaceId::MAX;

/// The deterministic automaton of a search.
#[derive(Debug)]
pub(super) struct Search<'a> {
    nfa: &'a Nfa,
    alphabet: &'a Alphabet,
    /// The word characters, where the pattern has word boundaries.
    words: Option<ClassId>,
    places: Vec<Place>,
    ids: HashMap<Place, PlaceId>,
    /// The next place, for each place and each symbol.
    steps: Vec<PlaceId>,
    /// Whether the pattern is found in a string that ends at each place; `None` until it is computed.
    is_found_at: Vec<Option<bool>>,
    /// The number of the last round that visited each state of the pattern.
    visited: Vec<u64>,
    round: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(nfa: &'a Nfa, alphabet: &'a Alphabet, words: Option<ClassId>) -> Self {
        let mut search = Self {
            nfa,
            alphabet,
            words,
            places: Vec::new(),
            ids: HashMap::default(),
            steps: Vec::new(),
            is_found_at: Vec::new(),
            visited: vec![0; nfa.states.len()],
            round: 0,
        };
        let without_states = |before| Place {
            states: Vec::new(),
            before,
        };
        // FOUND, LOST and BEGIN, in this order. No search reaches the first two by its states.
        for place in [
            without_states(Before::Word),
            without_states(Before::Other),
            Place {
                states: vec![nfa.start],
                before: Before::Nothing,
            },
        ] {
            search.id_of(place);
        }
        search.is_found_at[FOUND as usize] = Some(true);
        search.is_found_at[LOST as usize] = Some(false);
        search
    }

    fn id_of(&mut self, place: Place) -> PlaceId {
        if let Some(&id) = self.ids.get(&place) {
            return id;
        }
        #[allow(clippy::cast_possible_truncation, reason = "fuel runs out earlier")]
        let id = self.places.len() as PlaceId;
        self.places.push(place.clone());
        self.ids.insert(place, id);
        self.steps
            .extend(std::iter::repeat_n(UNKNOWN, self.alphabet.symbols().len()));
        self.is_found_at.push(None);
        id
    }

    /// Returns the place after a character of that kind.
    pub(super) fn step(
        &mut self,
        from: PlaceId,
        symbol: Symbol,
        fuel: &mut Fuel,
    ) -> Result<PlaceId, OutOfFuel> {
        if from == FOUND || from == LOST {
            return Ok(from);
        }
        let at = from as usize * self.alphabet.symbols().len() + symbol;
        if self.steps[at] != UNKNOWN {
            return Ok(self.steps[at]);
        }
        let is_word = |words| self.alphabet.is_in_class(symbol, words);
        let next = if self.nfa.has_word_boundaries && self.words.is_some_and(is_word) {
            Before::Word
        } else {
            Before::Other
        };
        let mut states = Vec::new();
        let alphabet = self.alphabet;
        let found = self.follow(from, Some(next), fuel, |class, next| {
            if alphabet.is_in_class(symbol, class) {
                states.push(next);
            }
        })?;
        let to = if found {
            FOUND
        } else {
            if !self.nfa.anchored {
                states.push(self.nfa.start);
            }
            states.sort_unstable();
            states.dedup();
            fuel.burn(states.len() + self.alphabet.symbols().len())?;
            if states.is_empty() {
                LOST
            } else {
                self.id_of(Place {
                    states,
                    before: next,
                })
            }
        };
        self.steps[at] = to;
        Ok(to)
    }

    /// Returns whether the pattern is found in the string that ends here.
    pub(super) fn is_found(&mut self, at: PlaceId, fuel: &mut Fuel) -> Result<bool, OutOfFuel> {
        if let Some(known) = self.is_found_at[at as usize] {
            return Ok(known);
        }
        let found = self.follow(at, None, fuel, |_, _| {})?;
        self.is_found_at[at as usize] = Some(found);
        Ok(found)
    }

    /// Follows all transitions that read no character, with `next` as the next one (`None`: the end of the
    /// string). Calls `waits` with each class that is waited for, and returns whether the pattern was found.
    fn follow(
        &mut self,
        at: PlaceId,
        next: Option<Before>,
        fuel: &mut Fuel,
        mut waits: impl FnMut(ClassId, StateId),
    ) -> Result<bool, OutOfFuel> {
        let place = &self.places[at as usize];
        let mut pending = place.states.clone();
        self.round += 1;
        while let Some(state) = pending.pop() {
            if std::mem::replace(&mut self.visited[state], self.round) == self.round {
                continue;
            }
            fuel.burn(1)?;
            match &self.nfa.states[state] {
                State::Found => return Ok(true),
                State::Character(class, to) => waits(*class, *to),
                State::Either(branches) => pending.extend(branches),
                State::Where(assertion, to) => {
                    if holds(*assertion, place.before, next) {
                        pending.push(*to);
                    }
                }
            }
        }
        Ok(false)
    }
}

/// Returns whether the assertion holds between two characters.
fn holds(assertion: Assertion, before: Before, next: Option<Before>) -> bool {
    let boundary = (before == Before::Word) != (next == Some(Before::Word));
    match assertion {
        Assertion::Start => before == Before::Nothing,
        Assertion::End => next.is_none(),
        Assertion::Boundary => boundary,
        Assertion::NoBoundary => !boundary,
    }
}
