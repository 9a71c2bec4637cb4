//! The search for one pattern as a deterministic automaton, made from the nondeterministic one as
//! far as somebody walks.

use std::collections::HashMap;

use super::alphabet::{Alphabet, ClassId, Symbol};
use super::automaton::{Assertion, Nfa, State, StateId};
use super::{Fuel, OutOfFuel};

/// What stands before a place in the string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Before {
    Nothing,
    Word,
    Other,
}

/// Where the search stands: the states that wait for the next character, and what they stand after.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    states: Vec<StateId>,
    before: Before,
}

/// A state of the deterministic automaton.
pub(super) type PlaceId = u32;

/// The pattern was found, whatever follows.
pub(super) const FOUND: PlaceId = 0;
/// The pattern will not be found, whatever follows.
pub(super) const LOST: PlaceId = 1;
/// Before the first character.
pub(super) const BEGIN: PlaceId = 2;

const UNKNOWN: PlaceId = PlaceId::MAX;

/// The deterministic automaton of a search, made as it is walked.
#[derive(Debug)]
pub(super) struct Search<'a> {
    nfa: &'a Nfa,
    alphabet: &'a Alphabet,
    /// The characters that words are made of, where the pattern asks for words.
    words: Option<ClassId>,
    places: Vec<Place>,
    known: HashMap<Place, PlaceId>,
    /// For each place and each symbol the place after it.
    steps: Vec<PlaceId>,
    ends: Vec<Option<bool>>,
    /// For each state of the pattern, the number of the last round that came by.
    seen: Vec<u64>,
    round: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(nfa: &'a Nfa, alphabet: &'a Alphabet, words: Option<ClassId>) -> Self {
        let mut search = Self {
            nfa,
            alphabet,
            words,
            places: Vec::new(),
            known: HashMap::new(),
            steps: Vec::new(),
            ends: Vec::new(),
            seen: vec![0; nfa.states.len()],
            round: 0,
        };
        let nowhere = |before| Place {
            states: Vec::new(),
            before,
        };
        for place in [
            // No search stands at the first of these: it is only the number of having found.
            nowhere(Before::Word),
            nowhere(Before::Other),
            Place {
                states: vec![nfa.start],
                before: Before::Nothing,
            },
        ] {
            search.id_of(place);
        }
        search.ends[FOUND as usize] = Some(true);
        search.ends[LOST as usize] = Some(false);
        search
    }

    fn id_of(&mut self, place: Place) -> PlaceId {
        if let Some(&id) = self.known.get(&place) {
            return id;
        }
        #[allow(clippy::cast_possible_truncation, reason = "fuel ends long before")]
        let id = self.places.len() as PlaceId;
        self.places.push(place.clone());
        self.known.insert(place, id);
        self.steps
            .extend(std::iter::repeat_n(UNKNOWN, self.alphabet.symbols().len()));
        self.ends.push(None);
        id
    }

    /// The place after a character of that kind.
    pub(super) fn after(
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
        let is_word = |words| self.alphabet.holds(words, symbol);
        let next = if self.nfa.asks_for_words && self.words.is_some_and(is_word) {
            Before::Word
        } else {
            Before::Other
        };
        let mut states = Vec::new();
        let alphabet = self.alphabet;
        let found = self.reached(from, Some(next), fuel, |class, next| {
            if alphabet.holds(class, symbol) {
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

    /// Whether the pattern is found in the string that ends here.
    pub(super) fn ends(&mut self, at: PlaceId, fuel: &mut Fuel) -> Result<bool, OutOfFuel> {
        if let Some(known) = self.ends[at as usize] {
            return Ok(known);
        }
        let found = self.reached(at, None, fuel, |_, _| {})?;
        self.ends[at as usize] = Some(found);
        Ok(found)
    }

    /// Follows all that takes no character, seeing what comes `next` (`None`: the end). Tells of
    /// each class that is waited for, and says whether the pattern was found.
    fn reached(
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
            if std::mem::replace(&mut self.seen[state], self.round) == self.round {
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

/// Whether the assertion holds between what is before and what comes next.
fn holds(assertion: Assertion, before: Before, next: Option<Before>) -> bool {
    let boundary = (before == Before::Word) != (next == Some(Before::Word));
    match assertion {
        Assertion::Start => before == Before::Nothing,
        Assertion::End => next.is_none(),
        Assertion::Boundary => boundary,
        Assertion::NoBoundary => !boundary,
    }
}
