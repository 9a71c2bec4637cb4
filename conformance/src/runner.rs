//! The runner: it runs cases and emits events. Reports are made from the events elsewhere.

mod again;
mod inquiry;
mod needs;
mod one_case;
mod order;
mod reachable;
mod selection;
mod tally;

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use futures_util::{StreamExt, stream};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom as _;
use serde_json::Value;
use tokio::task::JoinError;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

pub use needs::check_waivers;
pub use one_case::run_case;
pub use selection::{Criterion, Filters};

use crate::baseline::Baseline;
use crate::case::{Case, Effect};
use crate::deployment::Deployment;
use crate::event::{
    CaseRecord, Event, Exit, KnownState, LeftBehind, RunFooter, RunHeader, Selection, Suite,
    Verdict,
};
use crate::exit::ExitCode;
use crate::profile::Role;
use crate::redact::Secrets;
use crate::resources::clean_up;
use crate::session::Session;
use one_case::{milliseconds, undecided};
use order::Order;
use tally::{Ending, Reached, Tally};

/// The selection of cases to run, and how to run them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The selected cases.
    pub cases: Vec<&'static Case>,
    /// The number of cases to select from.
    pub catalogue: usize,
    /// The filters that selected the cases, for the report.
    pub filters: Filters,
    /// The failures that are known and do not fail the run.
    pub baseline: Option<Baseline>,
    /// The most that a case may do to the deployment.
    pub allow: Effect,
    /// The percentage of the selected operations that has to be reached: 100 unless the bar is lowered.
    pub reach: u8,
    /// Whether a failed SHOULD makes the run fail as well.
    pub strict: bool,
    /// The number of cases that run at the same time.
    pub jobs: usize,
    /// The seed that shuffles the cases; `None` keeps their order.
    pub seed: Option<u64>,
}

/// Runs a plan until it is done or `interrupt` resolves. Minted tokens are revoked in both cases.
pub async fn run(
    session: &Arc<Session>,
    plan: &Plan,
    interrupt: impl Future<Output = ()>,
    mut emit: impl FnMut(Event),
) -> ExitCode {
    let deployment = &session.deployment;
    let clock = Instant::now();
    emit(Event::RunStarted(Box::new(header(deployment, plan))));
    let mut cases = plan.cases.clone();
    if let Some(seed) = plan.seed {
        cases.shuffle(&mut SmallRng::seed_from_u64(seed));
    }
    let mut tally = Tally::default();
    let mut trouble = None;
    let mut interrupted = false;
    let running = TaskTracker::new();
    let today = Utc::now().date_naive();
    let mut decide = |mut record: CaseRecord| {
        let baseline = plan.baseline.as_ref();
        record.known = baseline.and_then(|baseline| baseline.accepts(&record, today));
        let by_known = baseline.is_some_and(|baseline| baseline.blocks(&record, today));
        tally.add(&record, by_known);
        emit(Event::CaseFinished(Box::new(record)));
    };

    let reachable = match cases.is_empty() {
        true => Ok(()),
        false => reachable::check(deployment).await,
    };
    if let Err(problem) = reachable {
        for case in &cases {
            decide(undecided(deployment, case, Verdict::Error, problem.clone()));
        }
        trouble = Some(problem);
    } else {
        let Order {
            prerequisites,
            all_places,
            waiting,
            others,
            last,
            judges,
        } = Order::of(&cases);
        let jobs = plan.jobs.max(1);
        // Each in a task, so that the cases of a run share the processors.
        let run_case = |case| {
            let (session, allow, strict) = (Arc::clone(session), plan.allow, plan.strict);
            let task = async move { run_case(&session, case, allow, strict).await };
            let task = AbortOnDropHandle::new(running.spawn(task));
            async {
                // A panic is a defect of the runner: `run_case` catches those of cases.
                let done = task.await.map_err(JoinError::into_panic);
                done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
        };
        let in_turn = |cases| stream::iter(cases).then(run_case);
        let at_a_time = |cases| stream::iter(cases).map(run_case).buffer_unordered(jobs);
        let (waiting, others) = (at_a_time(waiting), at_a_time(others));
        let others = match jobs {
            1 => waiting.chain(others).left_stream(),
            _ => stream::select(waiting, others).right_stream(),
        };
        let records = in_turn(prerequisites)
            .chain(in_turn(all_places))
            .chain(others)
            .chain(in_turn(last))
            .chain(at_a_time(judges));
        let records = records.take_until(interrupt);
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

    // Of an interrupted run, until its cases send nothing more.
    running.close();
    running.wait().await;
    let left_behind = finish(session).await;
    let stopped = deployment.stopped(plan.allow.min(Effect::Revokes));
    let stopped = stopped.map(|early| early.why);
    let refused = Role::ALL
        .iter()
        .find_map(|role| deployment.refused_user(*role));
    let cause = refused.or(stopped);
    let known = plan.baseline.as_ref().map_or_else(Vec::new, |baseline| {
        baseline.shown_by(tally.verdicts(), today)
    });
    let mut coverage = deployment.coverage();
    for sample in plan.cases.iter().filter_map(|case| case.needs.sample) {
        let operation = &mut coverage.operations[sample.operation];
        operation.left_out.extend(sample.left_out.iter().cloned());
    }
    let unreached = coverage.operations.iter();
    let unreached = unreached.filter(|one| one.unreached.is_some());
    let unreached = unreached.map(|one| one.operation.clone()).collect();
    let ending = Ending {
        trouble: trouble.as_deref(),
        cause: cause.as_deref(),
        reached: reached(deployment),
        known: &known,
        left_out: plan.catalogue.saturating_sub(plan.cases.len()),
        unreached: &unreached,
        reach: plan.reach,
    };
    let (code, reason) = tally.judge(&ending);
    emit(Event::RunFinished(Box::new(RunFooter {
        finished_at: Utc::now(),
        duration_ms: milliseconds(clock),
        requests: deployment.requests(),
        retries: deployment.retries(),
        waits: deployment.waits(),
        reached: deployment.reached(),
        complete: !interrupted,
        exit: Exit {
            code: code.code(),
            name: code,
            meaning: meaning(code, &tally, &ending),
            reason,
        },
        coverage,
        known,
        left_behind,
        refused_for_seconds: deployment.ledger.refused_for().map(|time| time.as_secs()),
        resources: clean_up::report(deployment),
    })));
    code
}

/// Waits for the exchanges in flight, then revokes the minted tokens that are still live. Returns those that could not
/// be revoked, for a person to revoke.
pub async fn finish(session: &Session) -> Vec<LeftBehind> {
    session.deployment.settled().await;
    session.fixtures.clean_up(None).await;
    clean_up::clean_up(&session.deployment, None).await;
    let mut left = session.deployment.ledger.left_behind();
    left.extend(session.deployment.lost.left_behind());
    left
}

/// Returns the meaning of an exit code. A run that met known failures, or that looked at a part alone, does not call the
/// deployment conformant without saying so.
fn meaning(code: ExitCode, tally: &Tally, ending: &Ending<'_>) -> String {
    let mut known = ending.known.iter();
    let exceptions = [
        (tally.is_lenient(ending), "not reached"),
        (tally.has_waived(), "waived"),
        (ending.left_out > 0, "not selected"),
    ];
    let exceptions = exceptions.iter().filter(|(is_one, _)| *is_one);
    let exceptions: Vec<&str> = exceptions.map(|(_, what)| *what).collect();
    if code != ExitCode::Conformant {
        code.meaning().to_owned()
    } else if known.any(|known| known.state == KnownState::Fails) {
        "no failure but the known ones".to_owned()
    } else if exceptions.is_empty() {
        code.meaning().to_owned()
    } else {
        format!(
            "{} except for what was {}",
            code.meaning(),
            exceptions.join(" or ")
        )
    }
}

fn reached(deployment: &Deployment) -> Reached {
    match (deployment.reached(), deployment.contract.has_revoke()) {
        (true, _) => Reached::Success,
        (false, true) => Reached::NoRevocation,
        (false, false) => Reached::NoSuccess,
    }
}

/// Returns the profile as the record of the run has it: without the credentials that its values for requests may have.
fn profile_of(deployment: &Deployment) -> Value {
    fn redact(value: &mut Value, secrets: &Secrets) {
        match value {
            Value::String(text) => *text = secrets.redact(text),
            Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrets)),
            Value::Object(members) => members.values_mut().for_each(|one| redact(one, secrets)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    // It has only values of JSON; and a run is worth more than the record of its profile.
    let mut profile = serde_json::to_value(&deployment.profile).unwrap_or_default();
    for table in ["parameters", "operations"] {
        if let Some(values) = profile.get_mut(table) {
            redact(values, &deployment.secrets);
        }
    }
    profile
}

fn header(deployment: &Deployment, plan: &Plan) -> RunHeader {
    RunHeader {
        suite: Suite {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        target: deployment.target().to_owned(),
        contract: deployment.contract.name().clone(),
        base_path: deployment.contract.base_path(deployment.target()),
        profile: profile_of(deployment),
        selection: Selection {
            filter: plan.filters.texts.clone(),
            include: plan
                .filters
                .include
                .iter()
                .map(Criterion::to_string)
                .collect(),
            exclude: plan
                .filters
                .exclude
                .iter()
                .map(Criterion::to_string)
                .collect(),
            baseline: plan
                .baseline
                .as_ref()
                .map(|baseline| baseline.path().display().to_string()),
            allow: plan.allow,
            reach: plan.reach,
            strict: plan.strict,
            jobs: plan.jobs,
            seed: plan.seed,
            max_requests: deployment.limits().max_requests,
            rate: deployment.limits().rate,
            max_seconds: deployment.limits().max_seconds,
            selected: plan.cases.len(),
            catalogue: plan.catalogue,
        },
        started_at: Utc::now(),
        operations: deployment.contract.summary(),
    }
}
