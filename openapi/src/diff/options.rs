//! What a comparison takes into account.

use crate::diff::stability::Stability;

/// What a comparison takes into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether only the operations of the base, and what they reach, are compared: for a slice against the whole
    /// document that it was cut from. What is around the operations is not compared.
    pub only_operations_of_base: bool,
    /// Whether the names of components count: readers and generated clients see them. A component that is renamed or
    /// written out in place is then a difference (docs), otherwise it is only spelling.
    pub component_names: bool,
    /// The day of the comparison. The removal of something deprecated whose sunset (`x-sunset`) has come by that day
    /// is a kept promise and breaks nothing (docs). Without a day no sunset has come.
    pub today: Option<chrono::NaiveDate>,
    /// The level of stability from which on an operation is promised. Changes of those below it are for readers (docs).
    pub promised_from: Stability,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only_operations_of_base: false,
            component_names: false,
            today: None,
            promised_from: Stability::Beta,
        }
    }
}
