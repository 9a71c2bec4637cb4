//! Walks several searches side by side, for the string that suits best.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::alphabet::{Alphabet, Symbol};
use super::automaton::{BEGIN, FOUND, LOST, PlaceId, Search};
use super::{Fuel, Lengths};

/// Strings of the left side that are none of the right side's.
pub(super) struct Product<'a> {
    pub(super) alphabet: &'a Alphabet,
    /// Patterns that are to be found.
    pub(super) left: Vec<Search<'a>>,
    pub(super) left_lengths: Lengths,
    /// Patterns of which one is not to be found, unless the length breaks `right_lengths`.
    pub(super) right: Vec<Search<'a>>,
    pub(super) right_lengths: Lengths,
}

/// Where the walk stands: the place of each search, and how many characters there were, as far as
/// that matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Node {
    places: Box<[PlaceId]>,
    length: usize,
}

/// What a node costs beside the steps to it.
const NODE: usize = 16;

/// Characters that are hard to read, and all characters.
type Cost = (usize, usize);

impl Product<'_> {
    /// The string with the fewest characters that are hard to read, and the shortest of those.
    /// `Ok(None)` when there is no such string; `Err` when the fuel was used up.
    pub(super) fn best(&mut self, fuel: &mut Fuel) -> Result<Option<String>, OutOfFuel> {
        // Beyond this many characters no bound tells lengths apart.
        let enough = self.left_lengths.enough().max(self.right_lengths.enough());
        let mut nodes = vec![(
            Node {
                places: vec![BEGIN; self.left.len() + self.right.len()].into(),
                length: 0,
            },
            None,
        )];
        let mut costs: HashMap<Node, Cost> = HashMap::from([(nodes[0].0.clone(), (0, 0))]);
        let mut heap: BinaryHeap<Reverse<(Cost, usize)>> = BinaryHeap::from([Reverse(((0, 0), 0))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            let node = nodes[at].0.clone();
            if costs.get(&node).is_some_and(|known| *known < cost) {
                continue;
            }
            if self.suits(&node, fuel)? {
                return Ok(Some(self.spell(&nodes, at)));
            }
            for symbol in self.alphabet.symbols() {
                let Some(next) = self.step(&node, symbol, enough, fuel)? else {
                    continue;
                };
                let hard = usize::from(!self.alphabet.kind(symbol).printable);
                let cost = (cost.0 + hard, cost.1 + 1);
                if costs.get(&next).is_some_and(|known| *known <= cost) {
                    continue;
                }
                fuel.burn(NODE).ok_or(OutOfFuel)?;
                costs.insert(next.clone(), cost);
                heap.push(Reverse((cost, nodes.len())));
                nodes.push((next, Some((at, symbol))));
            }
        }
        Ok(None)
    }

    /// Where a character leads; `None` where nothing suits, whatever follows.
    fn step(
        &mut self,
        node: &Node,
        symbol: Symbol,
        enough: usize,
        fuel: &mut Fuel,
    ) -> Result<Option<Node>, OutOfFuel> {
        fuel.burn(1).ok_or(OutOfFuel)?;
        let length = (node.length + 1).min(enough);
        if length > self.left_lengths.most {
            return Ok(None);
        }
        let searches = self.left.iter_mut().chain(&mut self.right);
        let mut places = Vec::with_capacity(node.places.len());
        for (search, &place) in searches.zip(&node.places) {
            places.push(search.after(place, symbol, fuel).ok_or(OutOfFuel)?);
        }
        let (left, right) = places.split_at(self.left.len());
        let lost = left.contains(&LOST);
        let fits = length >= self.right_lengths.least && self.right_lengths.most == usize::MAX;
        if lost || (fits && right.iter().all(|place| *place == FOUND)) {
            return Ok(None);
        }
        Ok(Some(Node {
            places: places.into(),
            length,
        }))
    }

    fn suits(&mut self, node: &Node, fuel: &mut Fuel) -> Result<bool, OutOfFuel> {
        if !self.left_lengths.hold(node.length) {
            return Ok(false);
        }
        let (left, right) = node.places.split_at(self.left.len());
        if !all_end(&mut self.left, left, fuel)? {
            return Ok(false);
        }
        let right_accepts =
            self.right_lengths.hold(node.length) && all_end(&mut self.right, right, fuel)?;
        Ok(!right_accepts)
    }

    fn spell(&self, nodes: &[(Node, Option<(usize, Symbol)>)], end: usize) -> String {
        let mut characters = Vec::new();
        let mut at = end;
        while let Some((before, symbol)) = nodes[at].1 {
            characters.push(self.alphabet.kind(symbol).character);
            at = before;
        }
        characters.iter().rev().collect()
    }
}

/// The walk was given up.
#[derive(Debug)]
pub(super) struct OutOfFuel;

fn all_end(
    searches: &mut [Search<'_>],
    places: &[PlaceId],
    fuel: &mut Fuel,
) -> Result<bool, OutOfFuel> {
    for (search, &place) in searches.iter_mut().zip(places) {
        if !search.ends(place, fuel).ok_or(OutOfFuel)? {
            return Ok(false);
        }
    }
    Ok(true)
}
