//! How grave a difference is, and the verdict of a whole comparison.

use serde::Serialize;

/// How grave a difference is. Ordered: the gravest is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A reader sees it, no message is affected.
    Docs,
    /// Messages are affected, and every one that worked still works.
    Additive,
    /// Every message that worked still works, but its reader loses something that it may rely on.
    Warning,
    /// Nothing was proven in either direction; treated as breaking until a person has looked.
    Unproven,
    /// A message that worked no longer does.
    Breaking,
}

impl Class {
    /// Returns the word in reports and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Additive => "additive",
            Self::Warning => "warning",
            Self::Unproven => "unproven",
            Self::Breaking => "breaking",
        }
    }
}

/// The one word for a whole comparison: the gravest class among its changes. Ordered: the gravest is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No difference in meaning or in any text.
    Identical,
    /// There are differences, and none of them counts: each is waived, or let pass by the policy.
    Waived,
    /// There are differences, all of them outside what was selected.
    LeftOut,
    /// Only what a reader sees differs.
    Docs,
    /// Something was added or widened compatibly.
    Additive,
    /// Something was removed compatibly that readers may rely on.
    Warning,
    /// Something could not be proven compatible.
    Unproven,
    /// Something breaks.
    Breaking,
}

impl Verdict {
    /// Returns the word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Waived => "waived",
            Self::LeftOut => "left-out",
            Self::Docs => "docs",
            Self::Additive => "additive",
            Self::Warning => "warning",
            Self::Unproven => "unproven",
            Self::Breaking => "breaking",
        }
    }
}

impl From<Class> for Verdict {
    fn from(class: Class) -> Self {
        match class {
            Class::Docs => Self::Docs,
            Class::Additive => Self::Additive,
            Class::Warning => Self::Warning,
            Class::Unproven => Self::Unproven,
            Class::Breaking => Self::Breaking,
        }
    }
}
