//! What a case is: a declaration of what it demands, why, and how it finds out.

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

/// What a case needs of the deployment. What the profile cannot give skips the case, with the reason.
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
    /// The companion operation `POST /api/v1/tokens`.
    pub create: bool,
    /// A token of the operator that has expired.
    pub expired: bool,
    /// All disposable tokens that the operator may hold, so that nobody else creates or revokes one meanwhile.
    pub all_places: bool,
    /// The answers that the other cases got: the case is run when those are done.
    pub others_done: bool,
    /// The request that a generated case is about.
    pub sample: Option<&'static Sample>,
}

impl Needs {
    /// Nothing beyond the operator's credential.
    pub const NONE: Needs = Needs {
        own: 0,
        members: 0,
        foreign: 0,
        room: 0,
        member: false,
        outsider: false,
        list: false,
        create: false,
        expired: false,
        all_places: false,
        others_done: false,
        sample: None,
    };
}

/// What a case does in a trial.
pub type Steps = for<'a> fn(&'a Trial) -> BoxFuture<'a, Outcome>;

/// One promise of the contract, and how to find out whether a deployment keeps it.
#[derive(Debug)]
pub struct Case {
    /// `area.name`; append-only, never reused for another meaning.
    pub id: &'static str,
    /// How much depends on it.
    pub level: Level,
    /// The text that it stands on.
    pub clause: Clause,
    /// What of the slice it exercises: JSON pointers below the operation, such as `/responses/201`.
    pub covers: &'static [&'static str],
    /// What it needs of the deployment.
    pub needs: Needs,
    /// What it could do to the deployment.
    pub effect: Effect,
    /// How it finds out.
    pub steps: Steps,
}

impl Case {
    /// The area: what stands before the dot of the id.
    #[must_use]
    pub fn area(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(area, _)| area)
    }
}
