//! The step of a semantic version that a comparison asks for (<https://semver.org/spec/v2.0.0.html>).

use semver::{BuildMetadata, Prerelease, Version};
use serde::Serialize;

use crate::diff::change::Diff;
use crate::diff::rules::Class;

/// A step of a version, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// No message and no text changed.
    None,
    /// Only what a reader sees changed.
    Patch,
    /// All messages that worked still work.
    Minor,
    /// A message that worked no longer does, or nothing is proven.
    Major,
}

impl Bump {
    /// Returns the step that the changes which count ask for.
    #[must_use]
    pub fn of(diff: &Diff) -> Self {
        let steps = diff.counted().map(|class| match class {
            Class::Breaking | Class::Unproven => Self::Major,
            Class::Warning | Class::Additive => Self::Minor,
            Class::Docs => Self::Patch,
        });
        steps.max().unwrap_or(Self::None)
    }

    /// Returns the word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// Returns the least version after this step. Before 1.0.0 what breaks is a step of the second number and all else one of
    /// the third. A pre-release is already a step to the version that it precedes.
    #[must_use]
    pub fn after(self, version: &Version) -> Version {
        let mut next = version.clone();
        next.build = BuildMetadata::EMPTY;
        let step = match self {
            Self::Major if version.major == 0 => Self::Minor,
            Self::Minor if version.major == 0 => Self::Patch,
            step => step,
        };
        let is_taken = match step {
            Self::None => return next,
            Self::Patch => true,
            Self::Minor => version.patch == 0,
            Self::Major => version.minor == 0 && version.patch == 0,
        };
        next.pre = Prerelease::EMPTY;
        if is_taken && !version.pre.is_empty() {
            return next;
        }
        match step {
            Self::None => next,
            Self::Patch => Version::new(next.major, next.minor, next.patch + 1),
            Self::Minor => Version::new(next.major, next.minor + 1, 0),
            Self::Major => Version::new(next.major + 1, 0, 0),
        }
    }
}

/// Reads a version as documents write it: also `v1.2.3`, `1.2` and `1`.
#[must_use]
pub fn parse_version(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let rest = &text[core.len()..];
    let zeros = ".0".repeat(2_usize.saturating_sub(core.matches('.').count()));
    Version::parse(&format!("{core}{zeros}{rest}")).ok()
}
