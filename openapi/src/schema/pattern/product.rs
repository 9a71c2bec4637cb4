//! Walks several searches side by side, for the string that suits best.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::alphabet::{Alphabet, Symbol};
use super::search::{BEGIN, FOUND, LOST, PlaceId, Search};
use super::{Fuel, Lengths, OutOfFuel};

/// A set of strings: each of the patterns is found in them, and their lengths hold.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) searches: Vec<Search<'a>>,
    pub(super) lengths: Lengths,
}

/// The strings of the left side that are none of the right side's.
#[derive(Debug)]
pub(super) struct Product<'a> {
    pub(super) alphabet: &'a Alphabet,
    pub(super) left: Side<'a>,
    pub(super) right: Side<'a>,
}

/// Where the walk stands: the place of each search, and how many characters there were, as far as
/// that matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Node {
    places: Box<[PlaceId]>,
    length: usize,
}

/// What a node costs beside the steps to it.
const NODE: usize = 16;

/// Characters that are hard to read, and all characters.
type Cost = (usize, usize);

impl Product<'_> {
    /// The string with the fewest characters that are hard to read, and the shortest of those;
    /// `None` when there is no string at all.
    pub(super) fn best(&mut self, fuel: &mut Fuel) -> Result<Option<String>, OutOfFuel> {
        let mut nodes = vec![(self.begin(), None)];
        let mut costs: HashMap<Node, Cost> = HashMap::from([(self.begin(), (0, 0))]);
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
                fuel.burn(NODE)?;
            }
        }
        Ok(None)
    }

    /// Before the first character.
    pub(super) fn begin(&self) -> Node {
        Node {
            places: vec![BEGIN; self.left.searches.len() + self.right.searches.len()].into(),
            length: 0,
        }
    }

    /// Where a character leads; `None` where nothing suits, whatever follows.
    pub(super) fn step(
        &mut self,
        node: &Node,
        symbol: Symbol,
        fuel: &mut Fuel,
    ) -> Result<Option<Node>, OutOfFuel> {
        fuel.burn(1)?;
        // Beyond this many characters no bound tells lengths apart.
        let enough = self.left.lengths.enough().max(self.right.lengths.enough());
        let length = (node.length + 1).min(enough);
        if length > self.left.lengths.most {
            return Ok(None);
        }
        let searches = self
            .left
            .searches
            .iter_mut()
            .chain(&mut self.right.searches);
        let mut places = Vec::with_capacity(node.places.len());
        for (search, &place) in searches.zip(&node.places) {
            places.push(search.after(place, symbol, fuel)?);
        }
        let (left, right) = places.split_at(self.left.searches.len());
        let fits = length >= self.right.lengths.least && self.right.lengths.most == usize::MAX;
        let accepted = fits && right.iter().all(|place| *place == FOUND);
        if accepted || left.contains(&LOST) {
            return Ok(None);
        }
        Ok(Some(Node {
            places: places.into(),
            length,
        }))
    }

    /// Whether the string that ends here is one of those looked for.
    pub(super) fn suits(&mut self, node: &Node, fuel: &mut Fuel) -> Result<bool, OutOfFuel> {
        let (left, right) = node.places.split_at(self.left.searches.len());
        Ok(self.left.holds(left, node.length, fuel)?
            && !self.right.holds(right, node.length, fuel)?)
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

impl Side<'_> {
    /// Whether the string that ends at these places and has this length is in the set.
    fn holds(
        &mut self,
        places: &[PlaceId],
        length: usize,
        fuel: &mut Fuel,
    ) -> Result<bool, OutOfFuel> {
        if !self.lengths.hold(length) {
            return Ok(false);
        }
        for (search, &place) in self.searches.iter_mut().zip(places) {
            if !search.ends(place, fuel)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
