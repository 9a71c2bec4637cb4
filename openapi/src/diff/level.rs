//! What a policy makes of a change: the class by which it counts, or none.

use serde::{Serialize, Serializer};

use crate::diff::rules::Class;

/// The class by which a change counts, whatever was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It does not count.
    Off,
    /// It counts as a change of this class.
    As(Class),
}

impl Level {
    /// The levels that a policy may name, from the gravest.
    pub(crate) const NAMED: [Self; 5] = [
        Self::As(Class::Breaking),
        Self::As(Class::Warning),
        Self::As(Class::Additive),
        Self::As(Class::Docs),
        Self::Off,
    ];

    /// Returns the word in a policy and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::As(class) => class.name(),
        }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A decision of a policy about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// How the change counts.
    #[serde(rename = "class")]
    pub level: Level,
    /// The setting that says so, and where: `rules.response-type-changed in oasproof.toml`.
    pub why: String,
}
