//! Reports of a run, made from its events.
//!
//! [`Report`] collects the events into one value, which is `report.json`. Each other format is a function that renders this
//! value to `&mut dyn Write` and knows nothing of the runner. [`read()`] reads a saved run, so that it can be rendered later.

mod conclusion;
mod event_writer;
mod file;
mod format;
mod github;
mod html;
pub mod json;
mod junit;
mod markdown;
pub mod ndjson;
mod read;
mod summary;
mod tap;
mod terminal;
mod version;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use event_writer::EventWriter;
pub use file::{ReportError, refuse_secrets, write_scanned};
pub use format::Format;
pub use read::{ReadError, read};
pub(crate) use summary::{coverage, duration};
pub use version::FORMAT;

use crate::event::{CaseRecord, Event, RunFooter, RunHeader, Verdict};

/// A whole run, as `report.json` holds it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this format: 1.
    pub format: u32,
    /// Whether every selected case was decided. If not, the report is not a valid record of a run.
    pub complete: bool,
    /// The suite, the deployment, the contract and the selected cases.
    pub run: RunHeader,
    /// The number of cases by verdict.
    pub totals: Totals,
    /// The cases, in the order of the catalogue.
    pub cases: Vec<CaseRecord>,
    /// How the run ended. Absent when the run was cut off: the report is then not valid.
    pub end: Option<RunFooter>,
}

/// The number of cases by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// The cases that were selected and decided.
    pub cases: usize,
    /// Every step passed.
    pub pass: usize,
    /// A step failed, and the case's level makes the run fail.
    pub fail: usize,
    /// A step failed, and the case's level does not make the run fail.
    pub warn: usize,
    /// The case was not run.
    pub skip: usize,
    /// The case was run and could not be decided.
    pub inconclusive: usize,
    /// The operation of the case was not reached, so that what held proves nothing.
    #[serde(default)]
    pub unproven: usize,
    /// A fault that is not about the case's clause kept it from being decided.
    #[serde(default)]
    pub blocked: usize,
    /// The suite or the connection to the target broke.
    pub error: usize,
}

impl Totals {
    fn new(cases: &[CaseRecord]) -> Totals {
        let mut totals = Totals {
            cases: cases.len(),
            ..Totals::default()
        };
        for case in cases {
            match case.verdict {
                Verdict::Pass => totals.pass += 1,
                Verdict::Fail => totals.fail += 1,
                Verdict::Warn => totals.warn += 1,
                Verdict::Skip => totals.skip += 1,
                Verdict::Inconclusive => totals.inconclusive += 1,
                Verdict::Unproven => totals.unproven += 1,
                Verdict::Blocked => totals.blocked += 1,
                Verdict::Error => totals.error += 1,
            }
        }
        totals
    }

    /// Returns the number of cases with a verdict.
    pub(crate) fn with(self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Fail => self.fail,
            Verdict::Warn => self.warn,
            Verdict::Skip => self.skip,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Unproven => self.unproven,
            Verdict::Blocked => self.blocked,
            Verdict::Error => self.error,
        }
    }
}

impl Report {
    /// Builds the report from events. Returns `None` when [`Event::RunStarted`] is missing. `order` holds the ids of the
    /// catalogue: cases finish in any order, and a report lists them in the same order each time.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = Event>, order: &[&str]) -> Option<Report> {
        let mut run = None;
        let mut cases: Vec<CaseRecord> = Vec::new();
        let mut end = None;
        for event in events {
            match event {
                Event::RunStarted(header) => run = Some(*header),
                Event::CaseFinished(case) => cases.push(*case),
                Event::RunFinished(footer) => end = Some(*footer),
            }
        }
        // Cases that the catalogue does not have come last, by id.
        cases.sort_by_cached_key(|case| match order.iter().position(|id| *id == case.id) {
            Some(index) => (index, String::new()),
            None => (usize::MAX, case.id.clone()),
        });
        Some(Report {
            format: FORMAT,
            complete: end.as_ref().is_some_and(|end| end.complete),
            run: run?,
            totals: Totals::new(&cases),
            cases,
            end,
        })
    }
}
