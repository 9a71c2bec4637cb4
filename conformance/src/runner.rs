//! Runs cases and says what happens, as events. Knows no report.

mod tally;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use futures_util::{FutureExt, StreamExt, stream};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom as _;

use crate::case::{Case, Effect, Level, Needs, Stop};
use crate::cases;
use crate::deployment::Deployment;
use crate::event::{
    CaseRecord, Event, Exit, LeftBehind, RunFooter, RunHeader, Selection, Suite, Verdict,
};
use crate::exit::ExitCode;
use crate::fixtures::Fixtures;
use crate::profile::{ProfileError, Role, Waiver};
use crate::session::Session;
use crate::trial::{Tokens, Trial};
use crate::wire::NoAnswer;
use tally::{Reached, Tally};

/// What of a catalogue to run, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The selected cases.
    pub cases: Vec<&'static Case>,
    /// How many cases there are to select from.
    pub catalogue: usize,
    /// The filters that selected them, for the report.
    pub filter: Vec<String>,
    /// The most that a case may do to the deployment.
    pub allow: Effect,
    /// Whether a SHOULD gates as well.
    pub strict: bool,
    /// How many cases run at the same time.
    pub jobs: usize,
    /// What to shuffle the order of the cases by; `None`: as they stand.
    pub seed: Option<u64>,
}

impl Plan {
    /// Selects from a catalogue the cases whose id contains one of the filters; without a filter, all.
    #[must_use]
    pub fn select(catalogue: &[&'static Case], filter: &[String]) -> Vec<&'static Case> {
        let wanted = |case: &&Case| {
            filter.is_empty() || filter.iter().any(|text| case.id.contains(text.as_str()))
        };
        catalogue.iter().copied().filter(wanted).collect()
    }
}

/// Runs a plan until it is done or `interrupt` resolves. What was minted is revoked either way.
pub async fn run(
    session: &Session,
    plan: &Plan,
    interrupt: impl Future<Output = ()>,
    mut emit: impl FnMut(Event),
) -> ExitCode {
    let deployment = &session.deployment;
    let clock = Instant::now();
    emit(Event::RunStarted(Box::new(header(deployment, plan))));
    let mut order = plan.cases.clone();
    if let Some(seed) = plan.seed {
        order.shuffle(&mut SmallRng::seed_from_u64(seed));
    }
    let mut tally = Tally::default();
    let mut trouble = None;
    let mut interrupted = false;
    let mut decide = |record: CaseRecord| {
        tally.add(&record);
        emit(Event::CaseFinished(Box::new(record)));
    };

    if let Err(problem) = probe(deployment, plan).await {
        for case in &order {
            decide(undecided(deployment, case, Verdict::Error, problem.clone()));
        }
        trouble = Some(problem);
    } else {
        let (last, first): (Vec<&Case>, Vec<&Case>) =
            order.iter().partition(|case| case.needs.others_done);
        let first = stream::iter(first)
            .map(|case| run_case(session, case, plan.allow, plan.strict))
            .buffer_unordered(plan.jobs.max(1));
        let last = stream::iter(last).then(|case| run_case(session, case, plan.allow, plan.strict));
        let records = first.chain(last).take_until(interrupt);
        let mut records = std::pin::pin!(records);
        let mut decided = 0;
        while let Some(record) = records.next().await {
            decided += 1;
            decide(record);
        }
        interrupted = decided < plan.cases.len();
        if interrupted {
            trouble = Some(format!(
                "interrupted after {decided} of {} cases",
                plan.cases.len()
            ));
        }
    }

    let left_behind = finish(session).await;
    let (code, reason) = tally.judge(trouble.as_deref(), reached(deployment));
    emit(Event::RunFinished(Box::new(RunFooter {
        finished_at: Utc::now(),
        duration_ms: milliseconds(clock),
        requests: deployment.requests(),
        retries: deployment.retries(),
        reached: deployment.reached(),
        complete: !interrupted,
        exit: Exit {
            code: code.code(),
            name: code,
            meaning: code.meaning().to_owned(),
            reason,
        },
        coverage: deployment.coverage(),
        left_behind,
    })));
    code
}

/// Waits until nothing is under way any more and revokes what was minted and is still live. Gives what could not be
/// revoked, for a person to do it.
pub async fn finish(session: &Session) -> Vec<LeftBehind> {
    session.deployment.settled().await;
    session.fixtures.clean_up(None).await;
    session.deployment.ledger.left_behind()
}

fn reached(deployment: &Deployment) -> Reached {
    match (deployment.reached(), deployment.contract.has_revoke()) {
        (true, _) => Reached::Success,
        (false, true) => Reached::NoRevocation,
        (false, false) => Reached::NoSuccess,
    }
}

fn header(deployment: &Deployment, plan: &Plan) -> RunHeader {
    RunHeader {
        suite: Suite {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        target: deployment.target().to_owned(),
        contract: deployment.contract.name().clone(),
        // It holds only what JSON can hold; a run is worth more than the record of its profile.
        profile: serde_json::to_value(&deployment.profile).unwrap_or_default(),
        selection: Selection {
            filter: plan.filter.clone(),
            allow: plan.allow,
            strict: plan.strict,
            jobs: plan.jobs,
            seed: plan.seed,
            max_requests: deployment.limits().max_requests,
            rate: deployment.limits().rate,
            selected: plan.cases.len(),
            catalogue: plan.catalogue,
        },
        started_at: Utc::now(),
        operations: deployment.contract.summary().to_vec(),
    }
}

/// Looks whether anybody answers at the target at all; what is answered does not matter yet.
async fn probe(deployment: &Arc<Deployment>, plan: &Plan) -> Result<(), String> {
    if plan.cases.is_empty() {
        return Ok(());
    }
    let caller = crate::wire::Caller::new(
        &deployment.contract,
        "",
        deployment.credentials.operator.business_id,
    );
    let request = caller.list("").without("authorization");
    let purpose = "look whether the target answers".to_owned();
    match deployment.send("probe", purpose, request).await.outcome {
        Ok(_) | Err(NoAnswer::TooLarge(_)) => Ok(()),
        Err(problem) => Err(format!(
            "the target {} is unreachable: {problem}{}",
            deployment.target(),
            advice(deployment.target(), &problem)
        )),
    }
}

/// What to look at when a target does not answer: mostly it is the scheme, the host or the port.
fn advice(target: &str, problem: &NoAnswer) -> String {
    let tls = target.starts_with("https:");
    match problem {
        // rustls, of a first record that is none of TLS: an answer in plain HTTP, for one.
        NoAnswer::Connect(why) if tls && why.contains("InvalidContentType") => {
            ". It does not speak TLS there: is it http://?".to_owned()
        }
        NoAnswer::Connect(why) if why.contains("certificate") => String::new(),
        NoAnswer::Connect(_) => ". Does it run, and are host and port right?".to_owned(),
        NoAnswer::Broken(_) if !tls => {
            ". It does not speak plain HTTP there: is it https://?".to_owned()
        }
        NoAnswer::Broken(_)
        | NoAnswer::Timeout(_)
        | NoAnswer::TooLarge(_)
        | NoAnswer::Budget(_)
        | NoAnswer::Unsendable(_) => String::new(),
    }
}

/// Runs one case by itself: what a test of another project does for each. What the case minted is revoked before this
/// returns; [`finish`] looks after what could not be. A case that judges the answers of all others sees those that came
/// so far: run those whose [`Needs::others_done`] says so last.
pub async fn run_case(
    session: &Session,
    case: &'static Case,
    allow: Effect,
    strict: bool,
) -> CaseRecord {
    let (deployment, fixtures) = (&session.deployment, &session.fixtures);
    match missing(session, case, allow) {
        Some(Missing::Leave(reason)) => return undecided(deployment, case, Verdict::Skip, reason),
        Some(Missing::Means(reason)) => return lacking(deployment, case, reason),
        None => {}
    }
    if let Some(most) = deployment.exhausted() {
        let reason = format!("the budget of {most} requests (--max-requests) is used up");
        return undecided(deployment, case, Verdict::Skip, reason);
    }
    let needs = case.needs;
    let own = if needs.all_places {
        deployment.profile.fixtures.max_live
    } else {
        needs.own + needs.room
    };
    let places = [
        (Role::Operator, own),
        (Role::Member, needs.members),
        (Role::Outsider, needs.foreign),
    ];
    let lease = fixtures.lease(places).await;
    let clock = Instant::now();
    let mut trial = Trial::new(Arc::clone(deployment), case.id, needs.sample);
    let limit = deployment.profile.timeouts.case();
    let steps = async {
        let tokens = mint(fixtures, case.id, needs, &trial).await?;
        trial.give(tokens);
        (case.steps)(&trial).await
    };
    // A panic is a defect of the suite, and no reason to lose the other cases.
    let outcome = match tokio::time::timeout(limit, AssertUnwindSafe(steps).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Stop::Broken(
            "the case panicked: a defect of the suite, please report it".to_owned(),
        )),
        Err(_) => Err(Stop::Inconclusive(format!(
            "not decided within {} s",
            limit.as_secs()
        ))),
    };
    let duration_ms = milliseconds(clock);
    if let Some(operation) = cases::operation_index(&deployment.contract, case) {
        deployment.ran(operation, case.covers);
    }
    fixtures.clean_up(Some(case.id)).await;
    drop(lease);

    let (steps, exchanges) = trial.transcript().records();
    let (verdict, reason) = match outcome {
        Ok(()) => (
            Verdict::Pass,
            format!("{} of {} steps held", steps.len(), steps.len()),
        ),
        Err(Stop::Failed(reason)) => (failure(case.level, strict), reason),
        Err(Stop::Lacking(reason)) => {
            let reason = deployment.secrets.redact(&reason);
            return CaseRecord {
                duration_ms,
                steps,
                exchanges,
                ..lacking(deployment, case, reason)
            };
        }
        Err(Stop::Inapplicable(reason)) => (Verdict::Pass, format!("does not apply: {reason}")),
        Err(Stop::Inconclusive(reason)) => (Verdict::Inconclusive, reason),
        Err(Stop::Broken(reason)) => (Verdict::Error, reason),
    };
    let reason = deployment.secrets.excerpt(&reason, REASON);
    CaseRecord {
        duration_ms,
        steps,
        exchanges,
        ..undecided(deployment, case, verdict, reason)
    }
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
    Ok(Tokens {
        own: fixtures
            .mint(case, Role::Operator, needs.own, &record)
            .await?,
        members: fixtures
            .mint(case, Role::Member, needs.members, &record)
            .await?,
        foreign: fixtures
            .mint(case, Role::Outsider, needs.foreign, &record)
            .await?,
    })
}

/// The most of a reason that a report tells, in characters.
const REASON: usize = 4000;

/// Why a case is not run.
enum Missing {
    /// Its effect was not allowed.
    Leave(String),
    /// The deployment, as its profile describes it, cannot give what the case needs. A waiver can accept that.
    Means(String),
}

/// Why a case cannot be run against this deployment, if it cannot.
fn missing(session: &Session, case: &Case, allow: Effect) -> Option<Missing> {
    if case.effect > allow {
        return Some(Missing::Leave(format!(
            "its effect is `{0}`: run with --allow {0}",
            case.effect.name()
        )));
    }
    lacks(session, case).map(Missing::Means)
}

/// What the deployment cannot give that a case needs.
fn lacks(session: &Session, case: &Case) -> Option<String> {
    let needs = case.needs;
    let profile = &session.deployment.profile;
    if (needs.member || needs.members > 0) && profile.member.is_none() {
        return Some("the profile names no [member]: a user of the business who may not revoke others' tokens".to_owned());
    }
    if (needs.outsider || needs.foreign > 0) && profile.outsider.is_none() {
        return Some("the profile names no [outsider]: a user of another business".to_owned());
    }
    if needs.expired && profile.operator.expired_token.is_none() {
        return Some(
            "the profile names no operator.expired_token: a token of the operator that has expired"
                .to_owned(),
        );
    }
    if needs.own + needs.members + needs.foreign > 0 && !session.fixtures.has_supply() {
        return Some("the profile gives no way to disposable tokens: set fixtures.mint".to_owned());
    }
    let most = (needs.own + needs.room)
        .max(needs.members)
        .max(needs.foreign);
    if most > profile.fixtures.max_live {
        return Some(format!(
            "it needs {most} disposable tokens at a time: raise fixtures.max_live"
        ));
    }
    if needs.list && !profile.companions.list {
        return Some("the deployment has no list of tokens (companions.list)".to_owned());
    }
    if needs.create && !profile.companions.create {
        return Some("the deployment does not create tokens by API (companions.create)".to_owned());
    }
    None
}

/// The record of a case that is skipped for want of something, with the profile's waiver of it.
fn lacking(deployment: &Deployment, case: &Case, reason: String) -> CaseRecord {
    let waivers = deployment.profile.waivers.iter();
    let waiver = waivers.clone().find(|waiver| waiver.names(case.id));
    CaseRecord {
        waived: waiver.map(Waiver::waived),
        ..undecided(deployment, case, Verdict::Skip, reason)
    }
}

/// Makes sure, before anything is sent, that each waiver of the profile names a case that there is, and waives
/// something: one for cases that are run all the same hides the day on which it begins to be needed.
///
/// # Errors
/// For the first waiver that does not, with its line.
pub fn check_waivers(
    session: &Session,
    catalogue: &[&Case],
    selected: &[&Case],
) -> Result<(), ProfileError> {
    let origin = session.origin();
    for waiver in &session.deployment.profile.waivers {
        let case = waiver.case.get_ref();
        if !catalogue.iter().any(|case| waiver.names(case.id)) {
            let problem = format!("`{case}` names no case");
            let remedy = "Name one that `conformance list` shows, or an area: `tenancy.*`.";
            return Err(waiver.wrong(origin, problem, remedy));
        }
        let mut named = selected
            .iter()
            .filter(|case| waiver.names(case.id))
            .peekable();
        // A pool may run dry at any time, so nobody can say beforehand that a waiver is not needed.
        if named.peek().is_some()
            && !session.fixtures.may_run_dry()
            && named.all(|case| lacks(session, case).is_none())
        {
            let problem =
                format!("the waiver of `{case}` is not used: nothing that it names is skipped");
            return Err(waiver.wrong(origin, problem, "Remove it."));
        }
    }
    Ok(())
}

fn failure(level: Level, strict: bool) -> Verdict {
    match level {
        Level::Must => Verdict::Fail,
        Level::Should if strict => Verdict::Fail,
        Level::Should | Level::May => Verdict::Warn,
    }
}

fn undecided(deployment: &Deployment, case: &Case, verdict: Verdict, reason: String) -> CaseRecord {
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
        effect: case.effect,
        duration_ms: 0,
        steps: Vec::new(),
        exchanges: Vec::new(),
    }
}

fn milliseconds(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}
