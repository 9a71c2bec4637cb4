//! Waivers: changes that do not count, for a reason and until a day.
//!
//! A waived change stays in the report and does not count. A waiver that waives nothing, or has expired, is
//! [`Stale`], so that a file of waivers is always up to date.

mod file;

use std::fmt;

use chrono::NaiveDate;

use crate::criterion::Criterion;
use crate::diff::change::{Change, Diff};
use crate::diff::operations::Operations;
use crate::diff::rules::Rule;
use crate::pointer;
use crate::position::Position;
use crate::shown::visible;
use crate::text_error::TextError;
use crate::waiver::Waived;

/// Why a text is not a file of waivers.
pub type WaiversError = TextError;

/// The waivers of one file, and which of them were used.
#[derive(Debug, Clone)]
pub struct Waivers {
    name: String,
    waivers: Vec<Waiver>,
}

#[derive(Debug, Clone)]
struct Waiver {
    position: Position,
    rule: Rule,
    location: Location,
    /// What every operation must meet that the change reaches.
    criteria: Vec<Criterion>,
    waived: Waived,
    /// Whether it waived a change.
    used: bool,
    /// Whether a change was not waived only because it reaches other operations as well.
    misses_operation: bool,
    /// Whether a change was not waived only because it has other places as well.
    misses_places: bool,
}

/// Where a waiver applies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Location {
    /// At this JSON pointer.
    At(String),
    /// At this JSON pointer and everywhere below it: written with `/**` at its end.
    AtAndBelow(String),
}

impl Location {
    fn contains(&self, place: &str) -> bool {
        match self {
            Self::At(at) => place == at,
            Self::AtAndBelow(at) => pointer::below(place, at).is_some(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) if at.is_empty() => write!(formatter, "/"),
            Self::At(at) => write!(formatter, "{at}"),
            Self::AtAndBelow(at) => write!(formatter, "{at}/**"),
        }
    }
}

impl Waiver {
    fn has_expired(&self, today: NaiveDate) -> bool {
        self.waived.has_expired(today)
    }

    fn is_about(&self, change: &Change) -> bool {
        self.rule == change.rule && change.places().any(|place| self.location.contains(place))
    }

    /// Returns whether the waiver gives the exact location of the change. That is a decision about the edit, wherever
    /// it was made; a waiver of everything below some place is only about what is there.
    fn names(&self, change: &Change) -> bool {
        match &self.location {
            Location::At(at) => change.places().any(|place| place == at),
            Location::AtAndBelow(_) => false,
        }
    }

    /// Returns whether the waiver covers all operations that the change reaches. A waiver for some operations is no
    /// decision about the others.
    fn covers(&self, change: &Change, operations: &Operations<'_>) -> bool {
        let is_covered = |name: &String| {
            let mut criteria = self.criteria.iter();
            criteria.all(|criterion| operations.is_met(criterion, name))
        };
        self.criteria.is_empty()
            || (!change.operations.is_empty() && change.operations.iter().all(is_covered))
    }
}

impl Waivers {
    /// Marks the changes that are waived as of `today`. One file may be used for several comparisons; a waiver is
    /// used if any of them needs it. `operations` are those of the documents that were compared.
    pub fn apply(&mut self, diff: &mut Diff, operations: &Operations<'_>, today: NaiveDate) {
        for change in &mut diff.changes {
            let about = self
                .waivers
                .iter_mut()
                .filter(|waiver| !waiver.has_expired(today) && waiver.is_about(change));
            let (mut covering, missing): (Vec<_>, Vec<_>) =
                about.partition(|waiver| waiver.covers(change, operations));
            for waiver in missing {
                waiver.misses_operation = true;
            }
            let is_covered = |place: &str| {
                covering
                    .iter()
                    .any(|waiver| waiver.location.contains(place))
            };
            let is_waived = covering.iter().any(|waiver| waiver.names(change))
                || change.places().all(is_covered);
            for waiver in &mut covering {
                if is_waived {
                    waiver.used = true;
                    change.waived.get_or_insert_with(|| waiver.waived.clone());
                } else {
                    waiver.misses_places = true;
                }
            }
        }
    }

    /// Returns the waivers that must be removed or corrected, in the file's order, after all comparisons.
    #[must_use]
    pub fn stale(&self, today: NaiveDate) -> Vec<Stale> {
        let stale = |waiver: &Waiver| {
            let why = if waiver.has_expired(today) {
                Why::Expired(waiver.waived.expires)
            } else if waiver.used {
                return None;
            } else if waiver.misses_operation {
                Why::MissesOperation
            } else if waiver.misses_places {
                Why::MissesPlaces
            } else {
                Why::Unused
            };
            Some(Stale {
                name: self.name.clone(),
                position: waiver.position,
                subject: format!("`{}` at `{}`", waiver.rule, waiver.location),
                why,
            })
        };
        self.waivers.iter().filter_map(stale).collect()
    }
}

/// A waiver that is not, or no longer, up to date. Its text says where it is, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    name: String,
    position: Position,
    subject: String,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Expired(NaiveDate),
    Unused,
    MissesOperation,
    MissesPlaces,
}

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(
            formatter,
            "{}:{line}:{column}: the waiver of {} ",
            visible(&self.name),
            visible(&self.subject)
        )?;
        match self.why {
            Why::Expired(day) => write!(
                formatter,
                "expired after {day}: remove it, or review the change again and give a later day"
            ),
            Why::Unused => write!(
                formatter,
                "waives nothing: remove it, or copy rule and location from the report"
            ),
            Why::MissesOperation => write!(
                formatter,
                "waives nothing: the change there does not reach these operations, or reaches others too; leave out \
                 `operation` to waive the change for all operations"
            ),
            Why::MissesPlaces => write!(
                formatter,
                "waives nothing: the same change is in other places too; copy its location from the report to \
                 waive it in all of them"
            ),
        }
    }
}
