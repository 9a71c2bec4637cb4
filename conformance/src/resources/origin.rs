//! Where the values of a request come from.

use std::fmt;

/// Where a value of a request comes from. Of several, the first in this order is taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The suite itself: the id of a disposable token.
    Suite,
    /// This key of the profile.
    Profile(String),
    /// A link of this operation's answer.
    Link(String),
    /// An answer of this operation.
    Answer(String),
    /// An example of the contract.
    Example,
    /// The default of the contract.
    Default,
    /// A sample of the contract's schema.
    Sample,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Suite => formatter.write_str("a disposable token of the suite"),
            Origin::Profile(key) => write!(formatter, "the profile: {key}"),
            Origin::Link(operation) => write!(formatter, "a link in the answer of {operation}"),
            Origin::Answer(operation) => write!(formatter, "the answer of {operation}"),
            Origin::Example => formatter.write_str("an example of the contract"),
            Origin::Default => formatter.write_str("the default of the contract"),
            Origin::Sample => formatter.write_str("a sample of the contract's schema"),
        }
    }
}
