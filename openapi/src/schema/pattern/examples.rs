//! Examples of the strings of a set: the shortest, one for each path through the patterns, those at the
//! bounds on length; and one that misses a pattern.

use std::collections::VecDeque;

use super::alphabet::Symbol;
use super::comparison::{Comparison, Inclusion, inclusion};
use super::fuel::{Fuel, OutOfFuel};
use super::product::{Node, Product};
use super::strings::{Lengths, Strings};
use crate::hashed::{HashMap, HashSet};
use crate::memo::Memo;

/// The most paths through the patterns that become examples.
const MOST_PATHS: usize = 6;

/// The longest example that is made for a bound on length.
const LONGEST: usize = 512;

/// The steps of a search for examples: fewer than for a comparison, since examples are asked for often.
const EXAMPLES_FUEL: usize = 100_000;

/// The most sets of strings of which the examples are remembered.
const REMEMBERED: usize = 1_000;

thread_local! {
    static EXAMPLES: Memo<Strings, Vec<String>> = Memo::new(REMEMBERED);
}

/// The most nodes in which paths beside the shortest are searched.
const MOST_NODES: usize = 400;

impl Strings {
    /// Returns a few of the strings, the shortest first; none where the patterns are not understood. The
    /// result is deterministic.
    pub(crate) fn examples(&self) -> Vec<String> {
        EXAMPLES.with(|known| known.get(self.clone(), Self::found_examples))
    }

    fn found_examples(&self) -> Vec<String> {
        let mut examples = search(self, |product| {
            let paths = Paths::new(product, &mut Fuel::new(EXAMPLES_FUEL))?;
            Ok(paths.map_or_else(Vec::new, |paths| paths.strings(product)))
        });
        for bound in [self.lengths.least, self.lengths.most] {
            if bound == 0 || bound > LONGEST || !self.lengths.contains(bound) {
                continue;
            }
            let at_bound = Self {
                patterns: self.patterns.clone(),
                lengths: Lengths {
                    least: bound,
                    most: bound,
                },
            };
            examples.extend(search(&at_bound, |product| {
                Ok(product
                    .best(&mut Fuel::new(EXAMPLES_FUEL))?
                    .into_iter()
                    .collect())
            }));
        }
        let mut seen = HashSet::default();
        examples.retain(|example| seen.insert(example.clone()));
        examples
    }

    /// Returns a string whose length is within the bounds and in which a pattern is not found; `None` when
    /// there is none, or none is known.
    pub(crate) fn unmatched(&self) -> Option<String> {
        let any = Self {
            patterns: Vec::new(),
            lengths: self.lengths,
        };
        match inclusion(&any, self) {
            Inclusion::Not(string) => Some(string),
            Inclusion::Included | Inclusion::Unknown => None,
        }
    }
}

/// Returns what `find` finds among the strings.
fn search(
    strings: &Strings,
    find: impl FnOnce(&mut Product<'_>) -> Result<Vec<String>, OutOfFuel>,
) -> Vec<String> {
    let nothing = Strings {
        patterns: Vec::new(),
        lengths: Lengths::NONE,
    };
    Comparison::new(strings, &nothing).map_or_else(Vec::new, |comparison| comparison.examples(find))
}

/// A step from one node to another by a character.
type Edge = (usize, Symbol, usize);

/// The nodes nearest to the start, and the paths between them.
struct Paths {
    edges: Vec<Edge>,
    /// The edges that leave each node.
    out: Vec<Vec<Edge>>,
    /// The edge by which each node was first reached, on a shortest path.
    reached_by: Vec<Option<Edge>>,
    /// The number of steps from the start to each node.
    depth: Vec<usize>,
    /// The number of steps from each node to the nearest end; `None` where no end was found.
    left: Vec<Option<usize>>,
}

impl Paths {
    /// Explores the nodes; `None` when no end was found.
    fn new(product: &mut Product<'_>, fuel: &mut Fuel) -> Result<Option<Self>, OutOfFuel> {
        let mut nodes = vec![product.begin()];
        let mut ids: HashMap<Node, usize> = HashMap::from_iter([(product.begin(), 0)]);
        let (mut edges, mut reached_by, mut depth) = (Vec::new(), vec![None], vec![0]);
        let mut from = 0;
        while from < nodes.len() {
            let node = nodes[from].clone();
            for symbol in product.alphabet.symbols() {
                let Some(next) = product.step(&node, symbol, fuel)? else {
                    continue;
                };
                let to = match ids.get(&next) {
                    Some(&to) => to,
                    None if nodes.len() >= MOST_NODES => continue,
                    None => {
                        ids.insert(next.clone(), nodes.len());
                        reached_by.push(Some((from, symbol, nodes.len())));
                        depth.push(depth[from] + 1);
                        nodes.push(next);
                        nodes.len() - 1
                    }
                };
                edges.push((from, symbol, to));
            }
            from += 1;
        }
        let mut left = Vec::with_capacity(nodes.len());
        for node in &nodes {
            left.push(product.contains(node, fuel)?.then_some(0));
        }
        let mut paths = Self {
            out: vec![Vec::new(); nodes.len()],
            edges,
            reached_by,
            depth,
            left,
        };
        paths.measure();
        Ok(paths.left[0].is_some().then_some(paths))
    }

    /// Computes the distance of each node from an end, beginning at the ends.
    fn measure(&mut self) {
        let mut sources = vec![Vec::new(); self.left.len()];
        for &edge in &self.edges {
            self.out[edge.0].push(edge);
            sources[edge.2].push(edge.0);
        }
        let ends = (0..self.left.len()).filter(|&node| self.left[node].is_some());
        let mut pending: VecDeque<usize> = ends.collect();
        while let Some(node) = pending.pop_front() {
            let further = self.left[node].map(|steps| steps + 1);
            for &source in &sources[node] {
                if self.left[source].is_none() {
                    self.left[source] = further;
                    pending.push_back(source);
                }
            }
        }
    }

    /// Returns strings that together take as many different edges as possible, the shortest first.
    fn strings(&self, product: &Product<'_>) -> Vec<String> {
        let mut taken: HashSet<Edge> = HashSet::default();
        let mut found = Vec::new();
        let mut path = self.path_to_end(0, &taken);
        while found.len() < MOST_PATHS {
            let character = |edge: &Edge| product.alphabet.kind(edge.1).character;
            found.push(path.iter().map(character).collect());
            taken.extend(path);
            let new = self.edges.iter().filter(|edge| !taken.contains(edge));
            let new = new.filter_map(|edge| Some((self.depth[edge.0] + self.left[edge.2]?, edge)));
            let Some((_, &edge)) = new.min_by_key(|(length, _)| *length) else {
                break;
            };
            path = self.path_to(edge.0);
            path.push(edge);
            path.extend(self.path_to_end(edge.2, &taken));
        }
        found
    }

    /// Returns a shortest path from the start to a node.
    fn path_to(&self, node: usize) -> Vec<Edge> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(edge) = self.reached_by[at] {
            path.push(edge);
            at = edge.0;
        }
        path.reverse();
        path
    }

    /// Returns a shortest path to an end, by edges that were not taken where there are some.
    fn path_to_end(&self, from: usize, taken: &HashSet<Edge>) -> Vec<Edge> {
        let mut path = Vec::new();
        let mut at = from;
        while let Some(steps @ 1..) = self.left[at] {
            let mut nearer = self.out[at]
                .iter()
                .filter(|edge| self.left[edge.2].is_some_and(|left| left < steps));
            let first = nearer.clone().next();
            let Some(&edge) = nearer.find(|edge| !taken.contains(edge)).or(first) else {
                break;
            };
            path.push(edge);
            at = edge.2;
        }
        path
    }
}
