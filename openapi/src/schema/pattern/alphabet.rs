//! The alphabet of some patterns: characters that no pattern distinguishes share one symbol.
//!
//! Patterns name sets of characters. All patterns treat two characters alike that are in the same sets, so
//! one of them, the most readable, represents the others: a handful instead of 1,112,064.

use std::collections::BTreeMap;

use regex_syntax::hir::ClassUnicode;

use crate::hashed::HashMap;

/// The most kinds of characters in an alphabet.
const MOST_SYMBOLS: usize = 512;

/// The characters that are preferred to represent their kind, best first.
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

/// The surrogates: code points that are not characters of a string (Unicode 16.0 section 3.8).
const SURROGATES: (u32, u32) = (0xd800, 0xdfff);

/// The index of a set of characters in [`Classes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassId(usize);

/// The index of a kind of character in [`Alphabet`].
pub(super) type Symbol = usize;

/// The sets of characters that patterns name, without duplicates.
#[derive(Debug, Default)]
pub(super) struct Classes {
    classes: Vec<Vec<(u32, u32)>>,
    ids: HashMap<Vec<(u32, u32)>, ClassId>,
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
        *self.ids.entry(ranges).or_insert_with_key(|ranges| {
            classes.push(ranges.clone());
            next
        })
    }
}

/// One kind of character.
#[derive(Debug)]
pub(super) struct Kind {
    /// The character that represents the kind.
    pub(super) character: char,
    /// Whether that character is printable ASCII.
    pub(super) printable: bool,
    /// Whether each class contains these characters, by its index.
    is_in_class: Vec<bool>,
}

/// All kinds of characters, the most readable first.
#[derive(Debug)]
pub(super) struct Alphabet {
    kinds: Vec<Kind>,
}

impl Alphabet {
    /// Splits all characters into kinds; `None` when there are more than [`MOST_SYMBOLS`].
    pub(super) fn new(classes: &Classes) -> Option<Self> {
        // The code points where classes begin or end: between two of them all characters are of one kind.
        let mut boundaries: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        boundaries.insert(0, Vec::new());
        for (class, ranges) in classes.classes.iter().enumerate() {
            for &(start, end) in ranges {
                boundaries.entry(start).or_default().push(class);
                boundaries.entry(end + 1).or_default().push(class);
            }
        }
        let mut inside = vec![false; classes.classes.len()];
        let mut spans: HashMap<Vec<bool>, Vec<(u32, u32)>> = HashMap::default();
        let mut points = boundaries.iter().peekable();
        while let Some((&start, changed)) = points.next() {
            for &class in changed {
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
            .filter_map(|(is_in_class, spans)| {
                let (rank, character) = best_of(&spans)?;
                let printable = matches!(character, ' '..='~');
                let kind = Kind {
                    character,
                    printable,
                    is_in_class,
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

    /// Returns whether a class contains the characters of a symbol.
    pub(super) fn is_in_class(&self, symbol: Symbol, class: ClassId) -> bool {
        self.kinds[symbol].is_in_class[class.0]
    }
}

/// Returns the most readable character of the spans and its rank; `None` when all are surrogates.
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
    fn characters_that_no_pattern_distinguishes_share_a_symbol() {
        let mut classes = Classes::default();
        let x = classes.of_char('x');
        let after_surrogates = classes.add(vec![(0xe000, 0x10_ffff)]);
        let alphabet = Alphabet::new(&classes).expect("few kinds");
        let shown: Vec<char> = alphabet
            .symbols()
            .map(|symbol| alphabet.kind(symbol).character)
            .collect();
        assert_eq!(shown, ['a', 'x', '\u{e000}']);
        assert!(alphabet.is_in_class(1, x) && !alphabet.is_in_class(0, x));
        assert!(alphabet.is_in_class(2, after_surrogates));
        assert!(alphabet.kind(1).printable && !alphabet.kind(2).printable);
    }
}
