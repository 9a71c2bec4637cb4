//! Sets of strings that patterns and lengths describe: whether one is within another, and a string
//! that shows that it is not.
//!
//! Patterns are compared by what they match, not by their text. Each becomes an automaton, and all are
//! walked side by side: until a string is found that is in one set and not in the other, or until
//! every state was visited, which proves that there is no such string.

mod alphabet;
mod automaton;
mod comparison;
mod examples;
mod fuel;
mod look_around;
mod product;
mod search;
mod strings;
mod syntax;

pub(crate) use comparison::{Inclusion, inclusion};
pub(crate) use strings::{Lengths, Strings};

#[cfg(test)]
mod tests;
