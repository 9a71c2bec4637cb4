//! An ordinary request, sent with other credentials.

use super::enforced::unenforced;
use crate::case::sample::{Change, Expects};
use crate::case::{Outcome, Sample, Stop};
use crate::contract::DocumentedOperation;
use crate::contract::security::{Credential, Placed};
use crate::deployment::reach::Reach;
use crate::derived::effects::{self, Reading};
use crate::derived::{reach, steps};
use crate::profile::Role;
use crate::resources::request;
use crate::trial::{Alone, Answer, Trial};
use crate::wire::{Caller, Request};

/// A caller who is not known, in causes.
pub(super) const NO_CREDENTIAL: &str = "a caller without a valid credential";

/// An ordinary request of an operation, which is sent with other credentials.
pub(super) struct Ask<'t> {
    t: &'t Trial,
    pub(super) sample: &'static Sample,
    pub(super) documented: &'t DocumentedOperation,
    reach: Reach,
    pub(super) operator: Caller<'t>,
    pub(super) request: Request,
    /// How to read what the request would change, and what was read.
    before: Option<(Request, Reading)>,
    _alone: Option<Alone<'t>>,
}

impl<'t> Ask<'t> {
    /// Builds the request, and reads what it would change.
    pub(super) async fn of(t: &'t Trial) -> Result<Ask<'t>, Stop> {
        let sample = t.sample()?;
        let documented = &t.deployment().contract.operations()[sample.operation];
        let reach = reach::of(t, sample.operation).await?;
        let request = request::ordinary(t, sample.operation).await?;
        let (before, alone) = match request.method.is_safe() {
            true => (None, None),
            false => {
                (effects::Reader::of(t, sample.operation).await?)
                    .before(t)
                    .await?
            }
        };
        Ok(Ask {
            t,
            sample,
            documented,
            reach,
            operator: t.caller_for(Role::Operator, sample.operation)?,
            request,
            before,
            _alone: alone,
        })
    }

    /// Returns the request as another user sends it.
    pub(super) fn as_caller(&self, caller: &Caller<'_>) -> Request {
        let request = self.request.clone();
        let request = request.carrying(self.operator.credentials(), caller.credentials());
        match caller.business_id() {
            "" => request,
            business_id => request.set("x-business-id", business_id),
        }
    }

    /// Returns the operator's credentials for each alternative for which the profile has them all.
    pub(super) fn alternatives(&self) -> Result<Vec<Vec<Credential>>, Stop> {
        let demanded = self.documented.security.demanded().unwrap_or_default();
        let found: Vec<Vec<Credential>> = (demanded.iter())
            .filter_map(|one| self.t.deployment().credentials_for(Role::Operator, one))
            .filter(|credentials| !credentials.is_empty())
            .collect();
        match found.is_empty() {
            true => Err(Stop::Unasked(
                "the profile has no credential of the operator to change".to_owned(),
            )),
            false => Ok(found),
        }
    }

    /// Sends the request with other credentials, which are not valid, and checks that it is refused.
    pub(super) async fn unauthorized(&self, what: &str, credentials: Vec<Placed>) -> Outcome {
        let request = self.request.clone();
        let request = request.carrying(self.operator.credentials(), &credentials);
        let purpose = match what {
            "" => self.sample.purpose.clone(),
            what => format!("{} ({what})", self.sample.purpose),
        };
        let answer = self.t.send(&purpose, request).await?;
        let wanted: &[u16] = match [401, 403, 404].map(|status| self.documented.names(status)) {
            [true, _, _] => &[401],
            [false, true, _] => &[401, 403],
            [false, false, true] => &[401, 403, 404],
            [false, false, false] => &[401, 403],
        };
        if answer.status() / 100 == 2
            && let Some(names) = unenforced(self.t, self.sample.operation).await?
        {
            let what = format!("the security scheme {names}, which no operation enforces");
            let found = format!("{} to {purpose}", answer.status());
            self.t.expect(&what, false, "401", found)?;
        }
        self.is_refused(&answer, NO_CREDENTIAL, wanted)
    }

    /// Checks that an answer refuses a caller as the contract documents it.
    pub(super) fn is_refused(&self, answer: &Answer<'_>, who: &str, wanted: &[u16]) -> Outcome {
        let status = answer.status();
        let expected = format!("{}: {who} is refused", crate::profile::one_of(wanted));
        let held = wanted.contains(&status);
        if let (Reach::Not(unreached), false, 4) = (&self.reach, held, status / 100)
            && unreached.answered == Some(status)
        {
            // The operator is refused in the same way, so this is not about who asks.
            return self.reach.demanded();
        }
        let found = match held {
            true => status.to_string(),
            false => format!("{status}: {}", answer.quote()),
        };
        let held = answer.expect("status", held, expected, found);
        let cause = format!("{status} to {who}");
        // What refuses callers, though in another way, does so for all operations.
        let of_all = (status / 100 == 4).then(|| cause.clone());
        self.t
            .name_cause(Some(cause), steps::limited(status).or(of_all));
        held?;
        // A contract that documents no refusal at all says nothing about its body.
        if !self.documented.documents(status) {
            return Ok(());
        }
        let documented = Sample {
            operation: self.sample.operation,
            change: Change::Nothing,
            expects: Expects::Documented,
            purpose: self.sample.purpose.clone(),
            left_out: Vec::new(),
        };
        steps::conforms(answer, self.t, &documented, &self.reach)
    }

    /// Checks that the refused requests changed nothing, and that the ordinary request succeeds.
    pub(super) async fn finish(&self) -> Outcome {
        if let Some((reading, before)) = &self.before {
            let purpose = "read it after the refusal";
            (before.is_unchanged(self.t, reading.clone(), purpose, &|_| false)).await?;
        }
        reach::ensure(self.t, self.sample.operation).await
    }
}
