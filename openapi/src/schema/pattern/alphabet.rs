//! The characters that some patterns tell apart, each kind of them under one symbol.
//!
//! Patterns name sets of characters. Two characters that are in the same ones are treated alike
//! by all of the patterns, so one of each kind, the one that reads best, stands for the rest: a
//! handful instead of 1,112,064.

use std::collections::{BTreeMap, HashMap};

use regex_syntax::hir::ClassUnicode;

/// The most kinds of characters that are told apart.
const MOST_SYMBOLS: usize = 512;

/// Which characters are preferred to stand for their kind, best first.
const PREFERENCE: &[(char, char)] = &[
    ('a', 'z'),
    ('0', '9'),
    ('A', 'Z'),
    ('!', '~'),
    (' ', ' '),
    ('\u{c0}', '\u{24f}'),
    ('\u{a1}', '\u{ffff}'),
    ('\u{1f300}', '\u{1f6ff}'),
    ('\u{0}', '\u{10ffff}'),
];

/// The code points that are not characters of a string (Unicode 16.0 section 3.8).
const SURROGATES: (u32, u32) = (0xd800, 0xdfff);

/// A set of characters that a pattern names, by its place in the list of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassId(usize);

/// A kind of character, by its place in [`Alphabet::symbols`].
pub(super) type Symbol = usize;

/// The sets of characters that patterns name, each once.
#[derive(Debug, Default)]
pub(super) struct Classes {
    classes: Vec<Vec<(u32, u32)>>,
    known: HashMap<Vec<(u32, u32)>, ClassId>,
}

impl Classes {
    pub(super) fn of_class(&mut self, class: &ClassUnicode) -> ClassId {
        let ranges = class.iter();
        self.add(
            ranges
                .map(|range| (u32::from(range.start()), u32::from(range.end())))
                .collect(),
        )
    }

    pub(super) fn of_char(&mut self, c: char) -> ClassId {
        self.add(vec![(u32::from(c), u32::from(c))])
    }

    fn add(&mut self, ranges: Vec<(u32, u32)>) -> ClassId {
        let next = ClassId(self.classes.len());
        let classes = &mut self.classes;
        *self.known.entry(ranges).or_insert_with_key(|ranges| {
            classes.push(ranges.clone());
            next
        })
    }
}

/// One kind of character.
#[derive(Debug)]
pub(super) struct Kind {
    /// The character that stands for the kind.
    pub(super) character: char,
    /// Whether it can be read by whoever only reads ASCII.
    pub(super) printable: bool,
    /// For each class, whether it holds these characters.
    member: Vec<bool>,
}

/// All kinds of characters there are, those that read best first.
#[derive(Debug)]
pub(super) struct Alphabet {
    kinds: Vec<Kind>,
}

impl Alphabet {
    /// `None` when there are more kinds than anybody wants to look at.
    pub(super) fn new(classes: &Classes) -> Option<Self> {
        // Where classes begin and end, from the first code point to the last: between two such
        // points all characters are of one kind.
        let mut turns: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        turns.insert(0, Vec::new());
        for (class, ranges) in classes.classes.iter().enumerate() {
            for &(start, end) in ranges {
                turns.entry(start).or_default().push(class);
                turns.entry(end + 1).or_default().push(class);
            }
        }
        let mut inside = vec![false; classes.classes.len()];
        let mut spans: HashMap<Vec<bool>, Vec<(u32, u32)>> = HashMap::new();
        let mut points = turns.iter().peekable();
        while let Some((&start, turning)) = points.next() {
            for &class in turning {
                inside[class] = !inside[class];
            }
            let end = points
                .peek()
                .map_or(u32::from(char::MAX), |&(&next, _)| next - 1);
            if start <= u32::from(char::MAX) {
                spans.entry(inside.clone()).or_default().push((start, end));
            }
            if spans.len() > MOST_SYMBOLS {
                return None;
            }
        }
        let mut kinds: Vec<(usize, Kind)> = spans
            .into_iter()
            .filter_map(|(member, spans)| {
                let (rank, character) = best_of(&spans)?;
                let printable = matches!(character, ' '..='~');
                let kind = Kind {
                    character,
                    printable,
                    member,
                };
                Some((rank, kind))
            })
            .collect();
        kinds.sort_by_key(|(rank, kind)| (*rank, kind.character));
        Some(Self {
            kinds: kinds.into_iter().map(|(_, kind)| kind).collect(),
        })
    }

    pub(super) fn symbols(&self) -> std::ops::Range<Symbol> {
        0..self.kinds.len()
    }

    pub(super) fn kind(&self, symbol: Symbol) -> &Kind {
        &self.kinds[symbol]
    }

    pub(super) fn holds(&self, class: ClassId, symbol: Symbol) -> bool {
        self.kinds[symbol].member[class.0]
    }
}

/// The character of the spans that reads best, and how well; `None` when there are only surrogates.
fn best_of(spans: &[(u32, u32)]) -> Option<(usize, char)> {
    PREFERENCE
        .iter()
        .enumerate()
        .find_map(|(rank, &(low, high))| {
            let firsts = spans.iter().filter_map(|&(start, end)| {
                let mut first = start.max(u32::from(low));
                if (SURROGATES.0..=SURROGATES.1).contains(&first) {
                    first = SURROGATES.1 + 1;
                }
                (first <= end.min(u32::from(high))).then_some(first)
            });
            firsts
                .min()
                .and_then(char::from_u32)
                .map(|character| (rank, character))
        })
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Classes};

    #[test]
    fn characters_that_no_pattern_tells_apart_are_one_symbol() {
        let mut classes = Classes::default();
        let x = classes.of_char('x');
        let surrogates_apart = classes.add(vec![(0xe000, 0x10_ffff)]);
        let alphabet = Alphabet::new(&classes).expect("few kinds");
        let shown: Vec<char> = alphabet
            .symbols()
            .map(|symbol| alphabet.kind(symbol).character)
            .collect();
        assert_eq!(shown, ['a', 'x', '\u{e000}']);
        assert!(alphabet.holds(x, 1) && !alphabet.holds(x, 0));
        assert!(alphabet.holds(surrogates_apart, 2));
        assert!(alphabet.kind(1).printable && !alphabet.kind(2).printable);
    }
}
