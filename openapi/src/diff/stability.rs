//! How stable an operation is, as it says itself (`x-stability-level`).

/// The extension that names the level.
pub(crate) const STABILITY: &str = "x-stability-level";

/// A level of stability, the least stable first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stability {
    /// It may change at any time.
    Draft,
    /// It may change in every release.
    Alpha,
    /// It is promised, and not yet for long.
    Beta,
    /// It is promised. What names no level is stable.
    #[default]
    Stable,
}

impl Stability {
    /// Every level, the least stable first.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Alpha, Self::Beta, Self::Stable];

    /// Returns the word in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }

    /// Returns the level of this name, if there is one.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}
