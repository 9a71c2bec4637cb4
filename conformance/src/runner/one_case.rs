//! The run of one case: its tokens, its trial, its clean-up and its record.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;

use super::needs::{Missing, missing};
use super::{again, inquiry};
use crate::case::{Case, Effect, Level, Needs, Stop};
use crate::cases;
use crate::deployment::faults::UNMINTED;
use crate::deployment::lost::Met;
use crate::deployment::places::{Full, Lease};
use crate::deployment::{Deployment, Early};
use crate::event::{CaseRecord, ExchangeRecord, RequestRecord, StepRecord, Verdict};
use crate::fixtures::Fixtures;
use crate::profile::{Role, Waiver};
use crate::resources::clean_up;
use crate::session::Session;
use crate::trial::{Tokens, Trial};

/// The most of a reason that a report shows, in characters.
const REASON: usize = 4000;

/// Runs one case, as the tests of another project do for each. What the case minted is revoked before this returns;
/// [`finish`](super::finish) tries again what could not be revoked. A case that judges the answers to all others sees
/// the answers so far: run the cases with [`Needs::others_done`] last.
pub async fn run_case(
    session: &Session,
    case: &'static Case,
    allow: Effect,
    strict: bool,
) -> CaseRecord {
    let (deployment, fixtures) = (&session.deployment, &session.fixtures);
    match missing(session, case, allow) {
        Some(Missing::NotAllowed(reason)) => {
            return CaseRecord {
                unasked: case.needs.optional,
                ..undecided(deployment, case, Verdict::Skip, reason)
            };
        }
        Some(Missing::Unmet(reason)) => return lacking(deployment, case, reason),
        Some(Missing::Denied(reason)) => {
            return undecided(deployment, case, Verdict::Inconclusive, reason);
        }
        None => {}
    }
    if let Some(most) = deployment.exhausted() {
        let reason = format!("the budget of {most} requests (--max-requests) is used up");
        return undecided(deployment, case, Verdict::Skip, reason);
    }
    let refused = inquiry::cause(deployment, case.needs);
    if let Some(cause) = refused {
        return undecided(deployment, case, Verdict::Blocked, not_decided(&cause));
    }
    if let Some(Early { why, fault }) = deployment.stopped(case.effect) {
        return CaseRecord {
            fault: Some(fault),
            ..undecided(deployment, case, Verdict::Blocked, not_decided(&why))
        };
    }
    let out_of_time = || {
        let most = deployment.limits().max_seconds.unwrap_or_default();
        format!("the run's time of {most} s (--max-seconds) is used up")
    };
    if deployment.time_left().is_some_and(|left| left.is_zero()) {
        return undecided(deployment, case, Verdict::Skip, out_of_time());
    }
    let needs = case.needs;
    if needs.paging && deployment.profile.companions.list_items.is_some() {
        let reason = "does not apply: the list has another shape (companions.list_items)";
        return undecided(deployment, case, Verdict::Pass, reason.to_owned());
    }
    let lease = match fixtures.lease(needs).await {
        Ok(lease) => lease,
        Err(full) => return no_place(deployment, case, full),
    };
    let clock = Instant::now();
    let mut trial = Trial::new(Arc::clone(deployment), (case.id, needs.sample), allow);
    trial.place(lease);
    let limit = deployment.profile.timeouts.case();
    let time_left = deployment.time_left().filter(|left| *left < limit);
    let steps = async {
        let tokens = mint(fixtures, case.id, needs, &trial).await;
        let tokens = match tokens {
            Ok(tokens) => tokens,
            Err(stop) => return Err(trial.unminted(stop).await),
        };
        trial.give(tokens);
        again::steps(&trial, case).await
    };
    // A panic is a defect of the suite, and no reason to lose the other cases.
    let outcome = match tokio::time::timeout(
        time_left.unwrap_or(limit),
        AssertUnwindSafe(steps).catch_unwind(),
    )
    .await
    {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Stop::Broken(
            "the case panicked: a defect of the suite, please report it".to_owned(),
        )),
        Err(_) if time_left.is_some() => Err(Stop::Inconclusive(out_of_time())),
        Err(_) => Err(Stop::Inconclusive(format!(
            "not decided within {} s",
            limit.as_secs()
        ))),
    };
    let refused = match &outcome {
        Ok(()) | Err(Stop::Inapplicable(_) | Stop::Unasked(_) | Stop::Broken(_)) => None,
        Err(_) => inquiry::look(&trial).await,
    };
    if matches!(outcome, Err(Stop::Failed(_) | Stop::Blocked(_))) {
        inquiry::explain(&trial).await;
    }
    if !matches!(
        outcome,
        Ok(()) | Err(Stop::Inapplicable(_) | Stop::Unasked(_) | Stop::Broken(_))
    ) {
        inquiry::repeat(&trial).await;
    }
    let unminted = trial.transcript().unminted();
    let fault = trial.transcript().fault();
    let fault = fault.or_else(|| {
        let missing = trial.transcript().last_missing();
        unminted
            .as_ref()
            .map(|_| missing.unwrap_or(UNMINTED).to_owned())
    });
    if let (Some(why), Some(fault), None) = (unminted, &fault, &refused) {
        deployment.minted(Err((why, fault.clone())));
    }
    let duration_ms = milliseconds(clock);
    if let Some(operation) = cases::operation_index(&deployment.contract, case) {
        deployment.ran(operation, case.covers);
    }
    fixtures.clean_up(Some(case.id)).await;
    clean_up::clean_up(deployment, Some(case.id)).await;
    fixtures.take_back(case.id, trial.place(Lease::default()));

    let (steps, exchanges) = trial.transcript().records();
    if let Some(cause) = refused {
        return CaseRecord {
            duration_ms,
            steps,
            exchanges,
            ..undecided(deployment, case, Verdict::Blocked, not_decided(&cause))
        };
    }
    let (verdict, reason) = match outcome {
        Ok(()) => (
            Verdict::Pass,
            format!("{} of {} steps held", steps.len(), steps.len()),
        ),
        Err(Stop::Failed(reason)) => (failure(case.level, strict), reason),
        Err(Stop::ServerError(reason)) => (Verdict::Fail, reason),
        Err(Stop::Lacking(reason)) => {
            let reason = deployment.secrets.redact(&reason);
            return CaseRecord {
                duration_ms,
                steps,
                exchanges,
                ..lacking(deployment, case, reason)
            };
        }
        Err(Stop::Unasked(reason)) => {
            return CaseRecord {
                unasked: true,
                ..undecided(
                    deployment,
                    case,
                    Verdict::Skip,
                    deployment.secrets.redact(&reason),
                )
            };
        }
        Err(Stop::Inapplicable(reason)) => (Verdict::Pass, format!("does not apply: {reason}")),
        Err(Stop::Inconclusive(reason)) => (Verdict::Inconclusive, reason),
        Err(Stop::Unproven(reason)) => {
            let reason = deployment.secrets.redact(&reason);
            let waiver = (deployment.profile.waivers.iter()).find(|waiver| waiver.names(case.id));
            return CaseRecord {
                duration_ms,
                steps,
                exchanges,
                waivable: true,
                waived: waiver.map(Waiver::waived),
                ..undecided(deployment, case, Verdict::Unproven, reason)
            };
        }
        Err(Stop::Blocked(reason)) => (Verdict::Blocked, reason),
        Err(Stop::Broken(reason)) => (Verdict::Error, reason),
    };
    let reason = deployment.secrets.excerpt(&reason, REASON);
    let cause = cause(deployment, verdict, &reason, (&steps, &exchanges));
    // A request that was not sent any more shows nothing itself.
    let stopped = || deployment.stopped(case.effect).map(|early| early.fault);
    let is_unsent = verdict == Verdict::Blocked && cause.is_none();
    let fault = fault.or_else(|| is_unsent.then(stopped).flatten());
    if let (Verdict::Fail, Some(cause)) = (verdict, &cause) {
        deployment.failed_by(cause, fault.as_deref());
    }
    if matches!(verdict, Verdict::Fail | Verdict::Blocked) {
        deployment.met(cause.clone(), fault.clone());
    }
    CaseRecord {
        duration_ms,
        cause,
        fault,
        steps,
        exchanges,
        ..undecided(deployment, case, verdict, reason)
    }
}

/// Builds the record of a case for whose tokens there is no place, since others live on after their cases.
fn no_place(deployment: &Deployment, case: &Case, full: Full) -> CaseRecord {
    let Full { role, all, kept } = full;
    let Met { cause, fault } = deployment.why_living();
    let why = cause.as_ref().or(fault.as_ref());
    let reason = format!(
        "no place for a token of the {}: {kept} of {all} (fixtures.max_live) live on after their cases: {}",
        role.name(),
        why.map_or("", String::as_str)
    );
    CaseRecord {
        cause,
        fault,
        ..undecided(deployment, case, Verdict::Blocked, not_decided(&reason))
    }
}

/// Returns the reason of a case that a cause keeps from being decided.
fn not_decided(cause: &str) -> String {
    format!("not decided: {cause}")
}

async fn mint(
    fixtures: &Fixtures,
    case: &'static str,
    needs: Needs,
    trial: &Trial,
) -> Result<Tokens, Stop> {
    let record = |exchange| {
        trial.transcript().note(exchange);
    };
    let own = fixtures.mint(case, Role::Operator, needs.own, &record);
    Ok(Tokens {
        // Few cases need tokens of another user, so those tell nothing about all cases.
        own: (own.await).inspect_err(|stop| trial.transcript().note_unminted(stop))?,
        members: fixtures
            .mint(case, Role::Member, needs.members, &record)
            .await?,
        foreign: fixtures
            .mint(case, Role::Outsider, needs.foreign, &record)
            .await?,
    })
}

/// Builds the record of a case that is skipped because a need is not met, with the profile's waiver of it.
fn lacking(deployment: &Deployment, case: &Case, reason: String) -> CaseRecord {
    let waivers = deployment.profile.waivers.iter();
    let waiver = waivers.clone().find(|waiver| waiver.names(case.id));
    CaseRecord {
        waivable: true,
        waived: waiver.map(Waiver::waived),
        ..undecided(deployment, case, Verdict::Skip, reason)
    }
}

/// Returns the step that decided a case that did not pass: the last one that did not hold.
fn decisive(steps: &[StepRecord]) -> Option<&StepRecord> {
    steps.iter().rfind(|step| !step.held)
}

/// Returns the cause of a failure: the operation of the exchange that was checked, and what was wrong. A failure without a
/// step is its own cause.
fn cause(
    deployment: &Deployment,
    verdict: Verdict,
    reason: &str,
    (steps, exchanges): (&[StepRecord], &[ExchangeRecord]),
) -> Option<String> {
    let Some(step) = decisive(steps) else {
        let failed = matches!(verdict, Verdict::Fail | Verdict::Warn);
        return failed.then(|| reason.to_owned());
    };
    let check = step.check.as_ref().unwrap_or(&step.what);
    let Some(exchange) = step.exchange.and_then(|index| exchanges.get(index)) else {
        return Some(check.clone());
    };
    let RequestRecord { method, url, .. } = &exchange.request;
    let path = url.strip_prefix(deployment.target()).unwrap_or(url);
    Some(format!(
        "{}: {check}",
        deployment.operation_of(method, path)
    ))
}

/// Returns the verdict on a case with a step that did not hold.
fn failure(level: Level, strict: bool) -> Verdict {
    match level {
        Level::Must => Verdict::Fail,
        Level::Should if strict => Verdict::Fail,
        Level::Should | Level::May => Verdict::Warn,
    }
}

/// Builds the record of a case without steps and exchanges.
pub(super) fn undecided(
    deployment: &Deployment,
    case: &Case,
    verdict: Verdict,
    reason: String,
) -> CaseRecord {
    CaseRecord {
        id: case.id.to_owned(),
        level: case.level,
        verdict,
        reason,
        clause: case.clause.into(),
        operation: cases::operation(&deployment.contract, case),
        covers: case
            .covers
            .iter()
            .map(|pointer| (*pointer).to_owned())
            .collect(),
        waived: None,
        known: None,
        waivable: false,
        unasked: false,
        cause: None,
        fault: None,
        effect: case.effect,
        duration_ms: 0,
        steps: Vec::new(),
        exchanges: Vec::new(),
    }
}

/// Returns the time since `clock` began.
pub(super) fn milliseconds(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}
