//! The request that a derived case is about.

use serde_json::Value;

/// A request that the contract's schemas suggest: an ordinary one, changed in one place.
#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// The operation's place in the contract's document.
    pub(crate) operation: usize,
    /// The one place where the request is not an ordinary one.
    pub(crate) change: Change,
    /// What may be answered.
    pub(crate) expects: Expects,
    /// What the request is, in words.
    pub(crate) purpose: String,
}

/// Where a request differs from an ordinary one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nowhere.
    Nothing,
    /// In a parameter, which has this text or is left out.
    Parameter {
        location: Location,
        name: String,
        text: Option<String>,
    },
    /// In its JSON body, which is this or is left out.
    Body(Option<Value>),
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// What may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expects {
    /// Whatever the contract documents.
    Documented,
    /// A documented refusal (4xx), and nothing has changed.
    Refused,
}

impl Location {
    pub(crate) fn parse(name: &str) -> Option<Location> {
        match name {
            "path" => Some(Location::Path),
            "query" => Some(Location::Query),
            "header" => Some(Location::Header),
            "cookie" => Some(Location::Cookie),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
            Location::Cookie => "cookie",
        }
    }
}
