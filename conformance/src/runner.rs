//! The runner: it runs cases and emits events. Reports are made from the events elsewhere.

mod needs;
mod one_case;
mod reachable;
mod tally;

use std::future::Future;
use std::time::Instant;

use chrono::Utc;
use futures_util::{StreamExt, stream};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom as _;

pub use needs::check_waivers;
pub use one_case::run_case;

use crate::case::{Case, Effect};
use crate::deployment::Deployment;
use crate::event::{
    CaseRecord, Event, Exit, LeftBehind, RunFooter, RunHeader, Selection, Suite, Verdict,
};
use crate::exit::ExitCode;
use crate::session::Session;
use one_case::{milliseconds, undecided};
use tally::{Reached, Tally};

/// The cases that run first, one after the other. Without what they demand no other case can prove anything, and the breaker
/// of the deployment stops the run.
const PREREQUISITES: [&str; 2] = ["status.created", "revocation.refused_at_once"];

/// The selection of cases to run, and how to run them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The selected cases.
    pub cases: Vec<&'static Case>,
    /// The number of cases to select from.
    pub catalogue: usize,
    /// The filters that selected the cases, for the report.
    pub filter: Vec<String>,
    /// The most that a case may do to the deployment.
    pub allow: Effect,
    /// Whether a failed SHOULD makes the run fail as well.
    pub strict: bool,
    /// The number of cases that run at the same time.
    pub jobs: usize,
    /// The seed that shuffles the cases; `None` keeps their order.
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

/// Runs a plan until it is done or `interrupt` resolves. Minted tokens are revoked in both cases.
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

    let reachable = match order.is_empty() {
        true => Ok(()),
        false => reachable::check(deployment).await,
    };
    if let Err(problem) = reachable {
        for case in &order {
            decide(undecided(deployment, case, Verdict::Error, problem.clone()));
        }
        trouble = Some(problem);
    } else {
        let (prerequisites, others): (Vec<&Case>, Vec<&Case>) = order
            .iter()
            .partition(|case| PREREQUISITES.contains(&case.id));
        let (last, others): (Vec<&Case>, Vec<&Case>) =
            others.into_iter().partition(|case| case.needs.others_done);
        let run_case = |case| run_case(session, case, plan.allow, plan.strict);
        let others = stream::iter(others)
            .map(run_case)
            .buffer_unordered(plan.jobs.max(1));
        let records = stream::iter(prerequisites).then(run_case);
        let records = records
            .chain(others)
            .chain(stream::iter(last).then(run_case));
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

    let left_behind = finish(session).await;
    let cause = deployment.stopped(plan.allow);
    let (code, reason) = tally.judge(trouble.as_deref(), cause.as_deref(), reached(deployment));
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

/// Waits for the exchanges in flight, then revokes the minted tokens that are still live. Returns those that could not
/// be revoked, for a person to revoke.
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
        // It has only values of JSON; and a run is worth more than the record of its profile.
        profile: serde_json::to_value(&deployment.profile).unwrap_or_default(),
        selection: Selection {
            filter: plan.filter.clone(),
            allow: plan.allow,
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
        operations: deployment.contract.summary().to_vec(),
    }
}
