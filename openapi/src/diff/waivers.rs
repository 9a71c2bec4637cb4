//! Waivers: changes that somebody has looked at and lets pass, for a reason and until a day.
//!
//! A waived change stays in the report and does not count. A waiver that lets nothing pass, or whose
//! last day is over, is [`Stale`], so that a file of waivers says only what is true today.

mod file;

use std::fmt;

use chrono::NaiveDate;

use crate::diff::change::{Change, Diff};
use crate::diff::rules::Rule;
use crate::pointer;
use crate::position::Position;
use crate::text_error::TextError;
use crate::waiver::Waived;

/// Why a text is not a file of waivers.
pub type WaiversError = TextError;

/// The waivers of one file, and which of them have been of use.
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
    operation: Option<String>,
    waived: Waived,
    /// Whether a change was let pass.
    used: bool,
    /// Whether a change was found that would be let pass, did it reach this operation and no other.
    misses_operation: bool,
    /// Whether a change was found that would be let pass, did it not stand in other places as well.
    misses_places: bool,
}

/// Where a waiver holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Location {
    /// At this JSON pointer.
    At(String),
    /// At this JSON pointer and everywhere below: written with `/**` at its end.
    AtAndBelow(String),
}

impl Location {
    fn holds(&self, place: &str) -> bool {
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
        self.rule == change.rule && change.places().any(|place| self.location.holds(place))
    }

    /// Whether the waiver names the change. Who names one of the places at which the same edit was
    /// done has looked at that edit; who waives all below some place has only looked there.
    fn names(&self, change: &Change) -> bool {
        match &self.location {
            Location::At(at) => change.places().any(|place| place == at),
            Location::AtAndBelow(_) => false,
        }
    }

    /// Whether the waiver speaks for all that the change reaches. One change of a component may
    /// reach many operations; who waives it for one of them has not looked at the others.
    fn covers(&self, change: &Change) -> bool {
        match &self.operation {
            None => true,
            Some(only) => change.operations.iter().eq([only]),
        }
    }
}

impl Waivers {
    /// Marks the changes that are waived as of `today`. One file may serve several comparisons:
    /// a waiver is of use if it is of use to any.
    pub fn apply(&mut self, diff: &mut Diff, today: NaiveDate) {
        for change in &mut diff.changes {
            let about = self
                .waivers
                .iter_mut()
                .filter(|waiver| !waiver.has_expired(today) && waiver.is_about(change));
            let (mut covering, missing): (Vec<_>, Vec<_>) =
                about.partition(|waiver| waiver.covers(change));
            for waiver in missing {
                waiver.misses_operation = true;
            }
            let holds = |place: &str| covering.iter().any(|waiver| waiver.location.holds(place));
            let is_waived =
                covering.iter().any(|waiver| waiver.names(change)) || change.places().all(holds);
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

    /// The waivers that must go or be corrected, in the file's order, after all comparisons.
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

/// A waiver that says what is not, or no longer, true. Its text names place, reason and remedy.
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
            self.name, self.subject
        )?;
        match self.why {
            Why::Expired(day) => write!(
                formatter,
                "expired after {day}: remove it, or look at the change again and give a later day"
            ),
            Why::Unused => write!(
                formatter,
                "waives nothing: remove it, or give rule and location as the report does"
            ),
            Why::MissesOperation => write!(
                formatter,
                "waives nothing: the change there does not reach the operation that it names, or not it \
                 alone; leave out `operation` to waive the change for all that it reaches"
            ),
            Why::MissesPlaces => write!(
                formatter,
                "waives nothing: the same change stands in other places too; give its location as the \
                 report does to waive it wherever it stands"
            ),
        }
    }
}
