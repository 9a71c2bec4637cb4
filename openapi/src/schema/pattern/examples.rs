//! Some strings of a set: the shortest, one for each way through the patterns, those at the bounds.

use std::collections::{HashMap, HashSet, VecDeque};

use super::alphabet::Symbol;
use super::comparison::Comparison;
use super::product::{Node, Product};
use super::{Fuel, Lengths, OutOfFuel, Strings};

/// The most ways through the patterns that are shown.
const MOST_WAYS: usize = 6;

/// The longest string that is made to sit at a bound.
const LONGEST: usize = 512;

/// How many steps a search for examples may take: they are asked for often.
const EXAMPLES_FUEL: usize = 100_000;

/// How much of an automaton is looked at for other ways than the shortest.
const MOST_NODES: usize = 400;

impl Strings {
    /// A few of the strings, the shortest first; none where the patterns are not understood. The
    /// same set gives the same ones.
    pub(crate) fn examples(&self) -> Vec<String> {
        let mut examples = among(self, |product| {
            let routes = Routes::new(product, &mut Fuel(EXAMPLES_FUEL))?;
            Ok(routes.map_or_else(Vec::new, |routes| routes.ways(product)))
        });
        for bound in [self.lengths.least, self.lengths.most] {
            if bound == 0 || bound > LONGEST || !self.lengths.hold(bound) {
                continue;
            }
            let at_bound = Self {
                patterns: self.patterns.clone(),
                lengths: Lengths {
                    least: bound,
                    most: bound,
                },
            };
            examples.extend(among(&at_bound, |product| {
                Ok(product
                    .best(&mut Fuel(EXAMPLES_FUEL))?
                    .into_iter()
                    .collect())
            }));
        }
        let mut known = HashSet::new();
        examples.retain(|example| known.insert(example.clone()));
        examples
    }
}

fn among(
    strings: &Strings,
    ask: impl FnOnce(&mut Product<'_>) -> Result<Vec<String>, OutOfFuel>,
) -> Vec<String> {
    let nothing = Strings {
        patterns: Vec::new(),
        lengths: Lengths::NONE,
    };
    Comparison::new(strings, &nothing).map_or_else(Vec::new, |comparison| comparison.examples(ask))
}

/// A step from a node by a character to a node.
type Edge = (usize, Symbol, usize);

/// The nodes nearest to the beginning, and how to get on from them.
struct Routes {
    edges: Vec<Edge>,
    /// For each node the edges that lead on from it.
    out: Vec<Vec<Edge>>,
    /// For each node the edge by which it was first reached, on a shortest way.
    by: Vec<Option<Edge>>,
    /// For each node how many steps it is from the beginning.
    depth: Vec<usize>,
    /// For each node how many steps are left to the nearest end; `None` where none was seen.
    left: Vec<Option<usize>>,
}

impl Routes {
    /// `None` when no end was seen.
    fn new(product: &mut Product<'_>, fuel: &mut Fuel) -> Result<Option<Self>, OutOfFuel> {
        let mut nodes = vec![product.begin()];
        let mut known: HashMap<Node, usize> = HashMap::from([(product.begin(), 0)]);
        let (mut edges, mut by, mut depth) = (Vec::new(), vec![None], vec![0]);
        let mut from = 0;
        while from < nodes.len() {
            let node = nodes[from].clone();
            for symbol in product.alphabet.symbols() {
                let Some(next) = product.step(&node, symbol, fuel)? else {
                    continue;
                };
                let to = match known.get(&next) {
                    Some(&to) => to,
                    None if nodes.len() >= MOST_NODES => continue,
                    None => {
                        known.insert(next.clone(), nodes.len());
                        by.push(Some((from, symbol, nodes.len())));
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
            left.push(product.suits(node, fuel)?.then_some(0));
        }
        let mut routes = Self {
            out: vec![Vec::new(); nodes.len()],
            edges,
            by,
            depth,
            left,
        };
        routes.measure();
        Ok(routes.left[0].is_some().then_some(routes))
    }

    /// Finds how far each node is from an end, beginning at the ends.
    fn measure(&mut self) {
        let mut into = vec![Vec::new(); self.left.len()];
        for &edge in &self.edges {
            self.out[edge.0].push(edge);
            into[edge.2].push(edge.0);
        }
        let ends = (0..self.left.len()).filter(|&node| self.left[node].is_some());
        let mut pending: VecDeque<usize> = ends.collect();
        while let Some(node) = pending.pop_front() {
            let further = self.left[node].map(|steps| steps + 1);
            for &before in &into[node] {
                if self.left[before].is_none() {
                    self.left[before] = further;
                    pending.push_back(before);
                }
            }
        }
    }

    /// Strings that between them take as many different edges as can be, the shortest first.
    fn ways(&self, product: &Product<'_>) -> Vec<String> {
        let mut taken: HashSet<Edge> = HashSet::new();
        let mut found = Vec::new();
        let mut way = self.onwards(0, &taken);
        while found.len() < MOST_WAYS {
            let character = |edge: &Edge| product.alphabet.kind(edge.1).character;
            found.push(way.iter().map(character).collect());
            taken.extend(way);
            let new = self.edges.iter().filter(|edge| !taken.contains(edge));
            let new = new.filter_map(|edge| Some((self.depth[edge.0] + self.left[edge.2]?, edge)));
            let Some((_, &edge)) = new.min_by_key(|(length, _)| *length) else {
                break;
            };
            way = self.way_to(edge.0);
            way.push(edge);
            way.extend(self.onwards(edge.2, &taken));
        }
        found
    }

    /// A shortest way from the beginning.
    fn way_to(&self, node: usize) -> Vec<Edge> {
        let mut way = Vec::new();
        let mut at = node;
        while let Some(edge) = self.by[at] {
            way.push(edge);
            at = edge.0;
        }
        way.reverse();
        way
    }

    /// A shortest way to an end, by edges that were not taken where there are such.
    fn onwards(&self, from: usize, taken: &HashSet<Edge>) -> Vec<Edge> {
        let mut way = Vec::new();
        let mut at = from;
        while let Some(steps @ 1..) = self.left[at] {
            let mut nearer = self.out[at]
                .iter()
                .filter(|edge| self.left[edge.2].is_some_and(|left| left < steps));
            let first = nearer.clone().next();
            let Some(&edge) = nearer.find(|edge| !taken.contains(edge)).or(first) else {
                break;
            };
            way.push(edge);
            at = edge.2;
        }
        way
    }
}
