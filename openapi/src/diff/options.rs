//! What a comparison takes into account.

/// What a comparison takes into account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Only the operations that the base holds, and what they reach: for a slice against the whole
    /// document that it was cut from. What stands around the operations is not compared.
    pub only_operations_of_base: bool,
    /// The names of components count: readers and generated clients see them. A component renamed
    /// or written out in place is then a difference (docs), else it is only spelling.
    pub component_names: bool,
    /// The day on which the comparison is made. What is gone, was deprecated, and had a sunset
    /// (`x-sunset`) that has come by then, is gone as was announced, which breaks nothing (docs). Without
    /// a day nothing has come.
    pub today: Option<chrono::NaiveDate>,
}
