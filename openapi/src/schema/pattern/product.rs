//! The walk of several searches side by side, for the best string of a difference.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::alphabet::{Alphabet, ClassId, Symbol};
use super::automaton::Nfa;
use super::fuel::{Fuel, OutOfFuel};
use super::search::{BEGIN, FOUND, LOST, PlaceId, Search};
use super::strings::Lengths;
use crate::hashed::HashMap;

/// The automaton of a pattern, and whether the pattern is found in the strings of the set or not.
pub(super) type Literal = (Nfa, bool);

/// One set of strings: each pattern is found in them or is not, as said beside it, and their lengths are within
/// bounds.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) searches: Vec<(Search<'a>, bool)>,
    pub(super) lengths: Lengths,
}

/// The difference: the strings of the left side that are not in the right side.
#[derive(Debug)]
pub(super) struct Product<'a> {
    pub(super) alphabet: &'a Alphabet,
    pub(super) left: Side<'a>,
    pub(super) right: Side<'a>,
}

/// A state of the walk: the place of each search, and the number of characters, up to the number from which
/// on it makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Node {
    places: Box<[PlaceId]>,
    length: usize,
}

/// The fuel that a new node costs beside the steps to it.
const NODE_FUEL: usize = 16;

/// The number of characters that are hard to read, and of all characters.
type Cost = (usize, usize);

impl Product<'_> {
    /// Returns the string with the fewest characters that are hard to read, and the shortest of those;
    /// `None` when the difference is empty.
    pub(super) fn best(&mut self, fuel: &mut Fuel) -> Result<Option<String>, OutOfFuel> {
        let mut nodes = vec![(self.begin(), None)];
        let mut costs: HashMap<Node, Cost> = HashMap::from_iter([(self.begin(), (0, 0))]);
        let mut heap: BinaryHeap<Reverse<(Cost, usize)>> = BinaryHeap::from([Reverse(((0, 0), 0))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            let node = nodes[at].0.clone();
            if costs.get(&node).is_some_and(|known| *known < cost) {
                continue;
            }
            if self.contains(&node, fuel)? {
                return Ok(Some(self.string_to(&nodes, at)));
            }
            for symbol in self.alphabet.symbols() {
                let Some(next) = self.step(&node, symbol, fuel)? else {
                    continue;
                };
                let hard = usize::from(!self.alphabet.kind(symbol).printable);
                let cost = (cost.0 + hard, cost.1 + 1);
                if costs.get(&next).is_some_and(|known| *known <= cost) {
                    continue;
                }
                costs.insert(next.clone(), cost);
                heap.push(Reverse((cost, nodes.len())));
                nodes.push((next, Some((at, symbol))));
                fuel.burn(NODE_FUEL)?;
            }
        }
        Ok(None)
    }

    /// Returns the node before the first character.
    pub(super) fn begin(&self) -> Node {
        Node {
            places: vec![BEGIN; self.left.searches.len() + self.right.searches.len()].into(),
            length: 0,
        }
    }

    /// Returns the node after a character; `None` where no string that continues so is in the difference.
    pub(super) fn step(
        &mut self,
        node: &Node,
        symbol: Symbol,
        fuel: &mut Fuel,
    ) -> Result<Option<Node>, OutOfFuel> {
        fuel.burn(1)?;
        let (left, right) = (self.left.lengths, self.right.lengths);
        let length = (node.length + 1).min(left.saturation().max(right.saturation()));
        if length > left.most {
            return Ok(None);
        }
        let searches = self
            .left
            .searches
            .iter_mut()
            .chain(&mut self.right.searches);
        let mut places = Vec::with_capacity(node.places.len());
        for ((search, _), &place) in searches.zip(&node.places) {
            places.push(search.step(place, symbol, fuel)?);
        }
        let (left_places, right_places) = places.split_at(self.left.searches.len());
        let stays_within = length >= right.least && right.most == usize::MAX;
        if stays_within && self.right.all_end_at(right_places, [LOST, FOUND]) {
            return Ok(None);
        }
        if self.left.any_ends_at(left_places, [FOUND, LOST]) {
            return Ok(None);
        }
        Ok(Some(Node {
            places: places.into(),
            length,
        }))
    }

    /// Returns whether the string that ends here is in the difference.
    pub(super) fn contains(&mut self, node: &Node, fuel: &mut Fuel) -> Result<bool, OutOfFuel> {
        let (left, right) = node.places.split_at(self.left.searches.len());
        Ok(self.left.contains(left, node.length, fuel)?
            && !self.right.contains(right, node.length, fuel)?)
    }

    /// Returns the string of the characters that lead to a node.
    fn string_to(&self, nodes: &[(Node, Option<(usize, Symbol)>)], end: usize) -> String {
        let mut characters = Vec::new();
        let mut at = end;
        while let Some((before, symbol)) = nodes[at].1 {
            characters.push(self.alphabet.kind(symbol).character);
            at = before;
        }
        characters.iter().rev().collect()
    }
}

impl<'a> Side<'a> {
    pub(super) fn new(
        (literals, lengths): &'a (Vec<Literal>, Lengths),
        alphabet: &'a Alphabet,
        words: Option<ClassId>,
    ) -> Self {
        let searches = literals
            .iter()
            .map(|(automaton, is_found)| (Search::new(automaton, alphabet, words), *is_found));
        Self {
            searches: searches.collect(),
            lengths: *lengths,
        }
    }

    /// Returns whether each search is where `wanted` says: that of a pattern that is not found, and of one that is.
    fn all_end_at(&self, places: &[PlaceId], wanted: [PlaceId; 2]) -> bool {
        let mut searches = self.searches.iter().zip(places);
        searches.all(|((_, is_found), place)| *place == wanted[usize::from(*is_found)])
    }

    /// Returns whether any search is where `wanted` says.
    fn any_ends_at(&self, places: &[PlaceId], wanted: [PlaceId; 2]) -> bool {
        let mut searches = self.searches.iter().zip(places);
        searches.any(|((_, is_found), place)| *place == wanted[usize::from(*is_found)])
    }

    /// Returns whether a string of this length that ends at these places is in the set.
    fn contains(
        &mut self,
        places: &[PlaceId],
        length: usize,
        fuel: &mut Fuel,
    ) -> Result<bool, OutOfFuel> {
        if !self.lengths.contains(length) {
            return Ok(false);
        }
        for ((search, is_found), &place) in self.searches.iter_mut().zip(places) {
            if search.is_found(place, fuel)? != *is_found {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
