//! The builder of cases: a declaration shows only what is special about its case.

use super::{Case, Clause, Effect, Level, Needs, Steps};

/// A case that has no steps yet.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct CaseBuilder {
    id: &'static str,
    level: Level,
    clause: Clause,
    covers: &'static [&'static str],
    needs: Needs,
    effect: Effect,
}

impl Case {
    /// Begins a case that gates.
    pub const fn must(id: &'static str, clause: Clause) -> CaseBuilder {
        CaseBuilder::new(id, Level::Must, clause)
    }

    /// Begins a case that warns.
    pub const fn should(id: &'static str, clause: Clause) -> CaseBuilder {
        CaseBuilder::new(id, Level::Should, clause)
    }

    /// Begins a case that is only observed.
    pub const fn may(id: &'static str, clause: Clause) -> CaseBuilder {
        CaseBuilder::new(id, Level::May, clause)
    }
}

impl CaseBuilder {
    const fn new(id: &'static str, level: Level, clause: Clause) -> CaseBuilder {
        CaseBuilder {
            id,
            level,
            clause,
            covers: &[],
            needs: Needs::NONE,
            effect: Effect::Safe,
        }
    }

    /// Sets the parts of the operation that the case exercises: JSON pointers below the operation.
    pub const fn covers(mut self, pointers: &'static [&'static str]) -> CaseBuilder {
        self.covers = pointers;
        self
    }

    /// Asks for disposable tokens of the operator's user.
    pub const fn own(mut self, tokens: u32) -> CaseBuilder {
        self.needs.own = tokens;
        self.revokes()
    }

    /// Asks for the member's credential, and for disposable tokens of the member's user.
    pub const fn members(mut self, tokens: u32) -> CaseBuilder {
        self.needs.members = tokens;
        self.revokes().member()
    }

    /// Asks for the outsider's credential, and for disposable tokens of the outsider's user.
    pub const fn foreign(mut self, tokens: u32) -> CaseBuilder {
        self.needs.foreign = tokens;
        self.revokes().outsider()
    }

    /// Keeps places free in the operator's budget for tokens that the steps create themselves.
    pub const fn room(mut self, places: u32) -> CaseBuilder {
        self.needs.room = places;
        self.revokes()
    }

    /// Asks for all places of the operator, so that no other case creates or revokes a token meanwhile.
    pub const fn all_places(mut self) -> CaseBuilder {
        self.needs.all_places = true;
        self.revokes()
    }

    /// Asks for the credential of a member who may not revoke the operator's tokens.
    pub const fn member(mut self) -> CaseBuilder {
        self.needs.member = true;
        self
    }

    /// Asks for the credential of a user of another business.
    pub const fn outsider(mut self) -> CaseBuilder {
        self.needs.outsider = true;
        self
    }

    /// Asks for the companion operation `GET /api/v1/tokens`.
    pub const fn list(mut self) -> CaseBuilder {
        self.needs.list = true;
        self
    }

    /// Asks for the companion operation `GET /api/v1/tokens` with the parameters and pages of its published page.
    pub const fn paged_list(mut self) -> CaseBuilder {
        self.needs.paging = true;
        self.list()
    }

    /// Asks for the companion operation `POST /api/v1/tokens`.
    pub const fn create(mut self) -> CaseBuilder {
        self.needs.create = true;
        self
    }

    /// Asks for a token of the operator that has expired.
    pub const fn expired(mut self) -> CaseBuilder {
        self.needs.expired = true;
        self
    }

    /// Runs the case after all others, whose answers it judges.
    pub const fn after_others(mut self) -> CaseBuilder {
        self.needs.others_done = true;
        self
    }

    /// States that the case waits for a second or longer.
    pub const fn waits(mut self) -> CaseBuilder {
        self.needs.waits = true;
        self
    }

    /// Says that a broken deployment might obey what the case asks for.
    pub const fn risks(mut self) -> CaseBuilder {
        self.effect = Effect::Risks;
        self
    }

    /// Says that the case mints tokens or revokes them, which every case with disposable tokens does.
    const fn revokes(mut self) -> CaseBuilder {
        self.effect = Effect::Revokes;
        self
    }

    /// Completes the case.
    #[must_use]
    pub const fn steps(self, steps: Steps) -> Case {
        let CaseBuilder {
            id,
            level,
            clause,
            covers,
            needs,
            effect,
        } = self;
        Case {
            id,
            level,
            clause,
            covers,
            needs,
            effect,
            steps,
        }
    }
}

/// Makes the [`Steps`] of a case from what to do in a trial, written as in an `async fn`: `steps!(|t| t.lives(…).await)`.
macro_rules! steps {
    (|$trial:ident| $body:expr) => {
        |$trial| Box::pin(async move { $body })
    };
}
pub(crate) use steps;
