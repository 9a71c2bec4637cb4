//! The request that a derived case is about.

use serde_json::Value;

/// A request derived from the contract's schemas: an ordinary one, changed in one place.
#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// The index of the operation in the contract's document.
    pub(crate) operation: usize,
    /// The one place where the request is not an ordinary one.
    pub(crate) change: Change,
    /// The expected kind of answer.
    pub(crate) expects: Expects,
    /// The request in words.
    pub(crate) purpose: String,
    /// For the ordinary request: what the derived cases of its operation leave out.
    pub(crate) left_out: Vec<String>,
}

impl Sample {
    /// Returns whether it is the ordinary request of its operation.
    pub(crate) fn is_ordinary(&self) -> bool {
        self.change == Change::Nothing && self.expects == Expects::Documented
    }
}

/// The difference between a request and an ordinary one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nowhere.
    Nothing,
    /// In a parameter, which has this value or is left out.
    Parameter {
        location: Location,
        name: String,
        value: Option<Value>,
    },
    /// In its body, which is this or is left out.
    Body(Option<Value>),
    /// In its body, which is this text although its media type says otherwise, and what that is.
    Text { text: String, what: &'static str },
    /// In its body, which is in another media type that the contract names.
    In(String),
    /// In its body, which is in a media type that the contract does not name.
    MediaType(&'static str),
    /// In its method, which the contract does not declare for the path. It has no body.
    Method(&'static str),
    /// In a member of its body.
    Member { name: String, value: Value },
    /// In a member of its body of JSON, which is this text with its escapes.
    Escaped { name: String, text: &'static str },
}

impl Change {
    /// Names what is changed: `a body`, `a query parameter limit`.
    pub(crate) fn part(&self) -> String {
        match self {
            Change::Nothing => "an ordinary request".to_owned(),
            Change::Body(_) => "a body".to_owned(),
            Change::Text { what, .. } => (*what).to_owned(),
            Change::In(name) => format!("a body in {name}"),
            Change::MediaType(name) => format!("a body in {name}"),
            Change::Method(name) => format!("the method {name}"),
            Change::Member { name, .. } | Change::Escaped { name, .. } => {
                format!("a member {name} of the body")
            }
            Change::Parameter { location, name, .. } => {
                format!("a {} parameter {name}", location.name())
            }
        }
    }
}

/// The location of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// The expected kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expects {
    /// Any answer that the contract documents.
    Documented,
    /// A documented answer that is no refusal of bad input: only a value with a bound, an enumeration or a few values differs
    /// from the ordinary request.
    Taken,
    /// A documented refusal (4xx), and nothing has changed.
    Refused,
}

impl Location {
    /// Parses the value of `in`.
    pub(crate) fn parse(name: &str) -> Option<Location> {
        match name {
            "path" => Some(Location::Path),
            "query" => Some(Location::Query),
            "header" => Some(Location::Header),
            "cookie" => Some(Location::Cookie),
            _ => None,
        }
    }

    /// Returns the value of `in`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
            Location::Cookie => "cookie",
        }
    }
}
