//! A case: a declaration of what it demands, why, and by which steps it is checked.

mod builder;
pub(crate) mod outcome;
pub(crate) mod sample;
mod terms;

use futures_util::future::BoxFuture;

pub use builder::CaseBuilder;
pub(crate) use builder::steps;
pub use outcome::{Outcome, Stop};
pub use sample::Sample;
pub use terms::{Clause, Effect, Level};

use crate::trial::Trial;

/// The needs of a case. A case is skipped, with the reason, where the profile cannot meet them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Disposable tokens of the operator's user, minted before the first step: `trial.own(0)`, `trial.own(1)` …
    pub own: u32,
    /// Disposable tokens of the member's user: `trial.members(0)` …
    pub members: u32,
    /// Disposable tokens of the outsider's user, in the other business: `trial.foreign(0)` …
    pub foreign: u32,
    /// Places kept free in the operator's budget for tokens that the steps create themselves.
    pub room: u32,
    /// The credential of a member who may not revoke the operator's tokens.
    pub member: bool,
    /// The credential of a user of another business.
    pub outsider: bool,
    /// The companion operation `GET /api/v1/tokens`.
    pub list: bool,
    /// The parameters and the pages of that operation, as its published page has them.
    pub paging: bool,
    /// The companion operation `POST /api/v1/tokens`.
    pub create: bool,
    /// A token of the operator that has expired.
    pub expired: bool,
    /// All disposable tokens that the operator may hold, so that no other case creates or revokes one meanwhile.
    pub all_places: bool,
    /// The answers to all other cases: the case runs after them.
    pub others_done: bool,
    /// A second or longer in which it waits: it runs early, and others run meanwhile.
    pub waits: bool,
    /// The request that a derived case is about.
    pub sample: Option<&'static Sample>,
    /// Whether a run does without it where its effect is not allowed: no operation of the contract is about it.
    pub optional: bool,
}

impl Needs {
    /// No need beyond the operator's credential.
    pub const NONE: Needs = Needs {
        own: 0,
        members: 0,
        foreign: 0,
        room: 0,
        member: false,
        outsider: false,
        list: false,
        paging: false,
        create: false,
        expired: false,
        all_places: false,
        others_done: false,
        waits: false,
        sample: None,
        optional: false,
    };
}

/// The steps of a case, run in a trial.
pub type Steps = for<'a> fn(&'a Trial) -> BoxFuture<'a, Outcome>;

/// One demand of the contract, and the steps that check whether a deployment meets it.
#[derive(Debug)]
pub struct Case {
    /// `area.name`; append-only, never reused for another meaning.
    pub id: &'static str,
    /// How much depends on it.
    pub level: Level,
    /// The text that it cites.
    pub clause: Clause,
    /// The parts of the operation that it exercises: JSON pointers below the operation, such as `/responses/201`.
    pub covers: &'static [&'static str],
    /// What the deployment must have for it.
    pub needs: Needs,
    /// What it could do to the deployment.
    pub effect: Effect,
    /// The steps that check it.
    pub steps: Steps,
}

impl Case {
    /// Returns the area: the part of the id before the dot.
    #[must_use]
    pub fn area(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(area, _)| area)
    }
}
