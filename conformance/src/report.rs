//! What a reader gets: folds over the events of a run.
//!
//! [`Report`] gathers the events into one value, which is `report.json`; the other formats are rendered from it, each
//! a function onto `&mut dyn Write` that knows nothing of the run itself. [`read()`] brings a saved run back, so that any
//! format can be made of it later.

mod digest;
mod file;
mod format;
mod github;
mod html;
pub mod json;
mod junit;
pub(crate) mod markdown;
pub mod ndjson;
mod read;
mod stream;
mod tap;
mod terminal;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use digest::duration;
pub use file::{ReportError, refuse_secrets, write_scanned};
pub use format::Format;
pub use read::{ReadError, read};
pub use stream::Stream;

use crate::event::{CaseRecord, Event, RunFooter, RunHeader, Verdict};

/// The version of the report's format; raised when a reader of the older one would misread it.
pub const FORMAT: u32 = 1;

/// A whole run, as `report.json` holds it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this format: 1.
    pub format: u32,
    /// Whether every selected case was decided. A report in which this is not true is not a valid record of a run.
    pub complete: bool,
    /// What was run, against what, by which contract.
    pub run: RunHeader,
    /// How many cases came to which verdict.
    pub totals: Totals,
    /// The cases, sorted by their place in the catalogue.
    pub cases: Vec<CaseRecord>,
    /// How the run ended. Absent when the run was cut off; the report is then not valid.
    pub end: Option<RunFooter>,
}

/// How many cases came to which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// All cases that were selected and decided.
    pub cases: usize,
    /// Every step held.
    pub pass: usize,
    /// A step did not hold, and that gates.
    pub fail: usize,
    /// A step did not hold, and that does not gate.
    pub warn: usize,
    /// Not run.
    pub skip: usize,
    /// Run, and not decided.
    pub inconclusive: usize,
    /// The suite or the way to the target broke.
    pub error: usize,
}

impl Totals {
    fn count(cases: &[CaseRecord]) -> Totals {
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
                Verdict::Error => totals.error += 1,
            }
        }
        totals
    }
}

impl Report {
    /// Gathers events. Gives nothing when not even the start is among them. `order` is the ids of the catalogue:
    /// cases finish in any order, and a reader wants the same one each time.
    #[must_use]
    pub fn gather(events: impl IntoIterator<Item = Event>, order: &[&str]) -> Option<Report> {
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
        // What is not in the catalogue comes after it, by name.
        cases.sort_by_cached_key(|case| match order.iter().position(|id| *id == case.id) {
            Some(place) => (place, String::new()),
            None => (usize::MAX, case.id.clone()),
        });
        Some(Report {
            format: FORMAT,
            complete: end.as_ref().is_some_and(|end| end.complete),
            run: run?,
            totals: Totals::count(&cases),
            cases,
            end,
        })
    }
}
