//! One run of one case, and what the steps of the case can do.
//!
//! Steps send requests as one of the profile's users ([`Caller`]) and check expectations of the answers ([`Answer`]).
//! Every expectation becomes a step of the report. The first one that does not hold ends the case.

pub(crate) mod answer;
mod reproduction;
mod transcript;
pub(crate) mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use answer::Answer;

use crate::case::{Effect, Sample, Stop};
use crate::deployment::Deployment;
use crate::deployment::ledger::Token;
use crate::deployment::observation::Kind;
use crate::deployment::places::Lease;
use crate::profile::{Identity, Role, Timeouts};
use crate::resources::scope::Scope;
use crate::wire::{Caller, Exchange, Form, NoAnswer, Request, Wire};
use transcript::Transcript;

/// The disposable tokens that a case asked for.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) own: Vec<Arc<Token>>,
    pub(crate) members: Vec<Arc<Token>>,
    pub(crate) foreign: Vec<Arc<Token>>,
}

/// A guard that keeps other cases from changing anything.
#[derive(Debug)]
pub(crate) struct Alone<'t> {
    trial: &'t Trial,
    _quiet: tokio::sync::RwLockWriteGuard<'t, ()>,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.trial.is_alone.store(false, Ordering::Relaxed);
    }
}

/// One run of one case.
#[derive(Debug)]
pub struct Trial {
    transcript: Transcript,
    tokens: Tokens,
    places: Lease,
    sample: Option<&'static Sample>,
    allowed: Effect,
    scope: Mutex<Scope>,
    /// Whether the case holds the lock of the deployment that keeps others from changing it.
    is_alone: AtomicBool,
}

impl Trial {
    /// Starts a trial of the case with this id, in a run that allows effects up to a given one. A derived case has a sample.
    pub(crate) fn new(
        deployment: Arc<Deployment>,
        (case, sample): (&'static str, Option<&'static Sample>),
        allowed: Effect,
    ) -> Trial {
        Trial {
            transcript: Transcript::new(deployment, case),
            tokens: Tokens::default(),
            places: Lease::default(),
            sample,
            allowed,
            scope: Mutex::default(),
            is_alone: AtomicBool::new(false),
        }
    }

    /// Starts a trial that is part of no case: of what cases share.
    pub(crate) fn apart(
        deployment: Arc<Deployment>,
        name: &'static str,
        asked_by: &Trial,
    ) -> Trial {
        let apart = Trial::new(deployment, (name, None), asked_by.allowed);
        (apart.is_alone).store(asked_by.is_alone(), Ordering::Relaxed);
        apart
    }

    /// Blocks this trial where another one, of what cases share, found the deployment busy at last. Returns why.
    pub(crate) fn blocked_by(&self, apart: &Trial) -> Option<Stop> {
        let cause = apart.transcript.busy()?;
        let what = format!("what cases share, by {}", apart.transcript.case());
        let stop = self.expect(&what, false, "no server error", &cause).err()?;
        self.name_cause(Some(cause), None);
        Some(stop.on_the_way())
    }

    /// Returns the things that the requests of this trial name.
    pub(crate) fn scope(&self) -> MutexGuard<'_, Scope> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a future with other things for its requests to name.
    pub(crate) async fn with_other_things<T>(&self, run: impl Future<Output = T>) -> T {
        let mine = std::mem::take(&mut *self.scope());
        let done = run.await;
        *self.scope() = mine;
        done
    }

    /// Waits until no request of another case may change anything, as long as the guard is held.
    pub(crate) async fn alone(&self) -> Alone<'_> {
        let quiet = self.deployment().quiet().await;
        self.is_alone.store(true, Ordering::Relaxed);
        Alone {
            trial: self,
            _quiet: quiet,
        }
    }

    /// Returns whether the case keeps others from changing anything.
    pub(crate) fn is_alone(&self) -> bool {
        self.is_alone.load(Ordering::Relaxed)
    }

    /// Sets the disposable tokens that the case asked for.
    pub(crate) fn give(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }

    /// Gives the case the places of its tokens, and returns those that it had.
    pub(crate) fn place(&mut self, places: Lease) -> Lease {
        std::mem::replace(&mut self.places, places)
    }

    /// Waits. Where revocations are seen to revoke, the places of the tokens that the case has revoked are free for other cases
    /// from now on; if one of them works all the same, [`Places`](crate::deployment::places::Places) takes another place for it.
    pub(crate) async fn wait(&self, time: Duration) {
        let (deployment, case) = (self.deployment(), self.transcript.case());
        if deployment.revocations_hold() {
            (self.places).free(|role| deployment.ledger.revoked_of(case, role));
        }
        tokio::time::sleep(time).await;
    }

    /// Returns the steps and exchanges so far.
    pub(crate) fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Returns the deployment.
    pub(crate) fn deployment(&self) -> &Arc<Deployment> {
        self.transcript.deployment()
    }

    /// Returns the profile's timeouts.
    pub(crate) fn timeouts(&self) -> &Timeouts {
        &self.deployment().profile.timeouts
    }

    /// Returns the `n`th disposable token of the operator. The declaration of the case says how many there are.
    pub(crate) fn own(&self, n: usize) -> &Token {
        &self.tokens.own[n]
    }

    /// Returns the `n`th disposable token of the member.
    pub(crate) fn members(&self, n: usize) -> &Token {
        &self.tokens.members[n]
    }

    /// Returns the `n`th disposable token of the outsider.
    pub(crate) fn foreign(&self, n: usize) -> &Token {
        &self.tokens.foreign[n]
    }

    /// Returns the sample of a derived case.
    pub(crate) fn sample(&self) -> Result<&'static Sample, Stop> {
        self.sample
            .ok_or_else(|| Stop::Broken("the case has no sample: a defect of the suite".to_owned()))
    }

    /// Returns the most that a case may do to the deployment in this run.
    pub(crate) fn allowed(&self) -> Effect {
        self.allowed
    }

    /// Returns the operator.
    pub(crate) fn operator(&self) -> Caller<'_> {
        self.caller(&self.deployment().credentials.operator)
    }

    /// Returns the member. The case must declare that it needs one.
    pub(crate) fn member(&self) -> Result<Caller<'_>, Stop> {
        self.deployment()
            .credentials
            .member
            .as_ref()
            .map(|identity| self.caller(identity))
            .ok_or_else(|| undeclared("member"))
    }

    /// Returns the outsider. The case must declare that it needs one.
    pub(crate) fn outsider(&self) -> Result<Caller<'_>, Stop> {
        let outsider = self.deployment().credentials.outsider.as_ref();
        outsider
            .map(|identity| self.caller(identity))
            .ok_or_else(|| undeclared("outsider"))
    }

    /// Returns a user as a caller of an operation of the contract, whose requests carry the credentials that the operation
    /// demands. The case is skipped where the profile lacks one.
    pub(crate) fn caller_for(&self, role: Role, operation: usize) -> Result<Caller<'_>, Stop> {
        let caller = self.deployment().caller_for(role, operation);
        caller.map_err(|missing| {
            let operation = &self.deployment().contract.operations()[operation].operation;
            Stop::Lacking(format!("{operation}: {missing}"))
        })
    }

    /// Returns a user. The case must declare that it needs one.
    pub(crate) fn user(&self, role: Role) -> Result<Caller<'_>, Stop> {
        match role {
            Role::Operator => Ok(self.operator()),
            Role::Member => self.member(),
            Role::Outsider => self.outsider(),
        }
    }

    fn caller(&self, identity: &Identity) -> Caller<'_> {
        Caller::of(&self.deployment().contract, identity)
    }

    /// Sends a request and returns the answer. A server error fails the case.
    pub(crate) async fn send(&self, purpose: &str, request: Request) -> Result<Answer<'_>, Stop> {
        let outcome = self.look(purpose, request).await?;
        self.whole(purpose, outcome)
    }

    /// Sends a request and returns the answer, of any status. Without an answer the error has the index of the exchange.
    pub(crate) async fn look(
        &self,
        purpose: &str,
        request: Request,
    ) -> Result<Result<Answer<'_>, (usize, NoAnswer)>, Stop> {
        let (deployment, case) = (self.deployment(), self.transcript.case());
        let exchange = match self.is_alone.load(Ordering::Relaxed) {
            true => {
                deployment
                    .send_alone(case, purpose.to_owned(), request)
                    .await
            }
            false => deployment.send(case, purpose.to_owned(), request).await,
        };
        self.recall(purpose, exchange)
    }

    /// Takes an exchange of another case for one of this trial. Without an answer the error has the index of the exchange.
    pub(crate) fn recall(
        &self,
        purpose: &str,
        exchange: Exchange,
    ) -> Result<Result<Answer<'_>, (usize, NoAnswer)>, Stop> {
        let (index, outcome) = self.record(purpose, exchange)?;
        Ok(outcome.map_err(|problem| (index, problem)))
    }

    /// Checks that there is a whole answer, and no server error.
    pub(crate) fn whole<'t>(
        &'t self,
        purpose: &str,
        outcome: Result<Answer<'t>, (usize, NoAnswer)>,
    ) -> Result<Answer<'t>, Stop> {
        match outcome {
            Ok(answer) => {
                answer.is_no_server_error()?;
                Ok(answer)
            }
            Err((index, problem)) => {
                let what = format!("{purpose}: an answer");
                self.transcript
                    .step(
                        what,
                        false,
                        "a complete HTTP answer".to_owned(),
                        problem.to_string(),
                        Some(index),
                    )
                    .inspect_err(|_| self.name_missing(index, &problem))?;
                Err(Stop::Failed(problem.to_string()))
            }
        }
    }

    /// Names why there is no whole answer to an exchange, in the step that was recorded last.
    pub(crate) fn name_missing(&self, index: usize, problem: &NoAnswer) {
        self.transcript.name_check(|| problem.to_string());
        let fault = self.transcript.missing(index);
        (self.transcript).name_fault(fault.map(str::to_owned));
    }

    /// Sends a request that a deployment may refuse by closing the connection, and returns the answer if there is one.
    /// A server may close the connection while the client still writes the body, and its answer can be lost then
    /// (RFC 9112, section 9.6). The request asks to close the connection, so that no later request uses it.
    pub(crate) async fn send_unwanted(
        &self,
        purpose: &str,
        request: Request,
    ) -> Result<Option<Answer<'_>>, Stop> {
        let request = request.set("connection", "close");
        match self.look(purpose, request).await? {
            Ok(answer) => self.whole(purpose, Ok(answer)).map(Some),
            Err((index, problem)) => {
                let held = matches!(problem, NoAnswer::Broken(_));
                let what = format!("{purpose}: an answer");
                let expected = "a complete HTTP answer, or the connection closed".to_owned();
                self.transcript
                    .step(what, held, expected, problem.to_string(), Some(index))?;
                Ok(None)
            }
        }
    }

    /// Fails a case whose request on a raw connection got no whole answer. If the connection broke, its requests may be why.
    pub(crate) fn unanswered(&self, purpose: &str, problem: &NoAnswer) -> Result<(), Stop> {
        let last = self.transcript.last_unanswered().map(|(index, _)| index);
        let (expected, actual) = ("an answer".to_owned(), problem.to_string());
        let outcome = (self.transcript).step(purpose.to_owned(), false, expected, actual, last);
        match last.filter(|_| !matches!(problem, NoAnswer::Broken(_))) {
            Some(index) => self.name_missing(index, problem),
            None => self.transcript.name_check(|| purpose.to_owned()),
        }
        outcome
    }

    /// Opens a raw connection to the deployment, for requests that an HTTP client does not send.
    pub(crate) async fn connect(&self) -> Result<Wire, Stop> {
        self.deployment().wire().await.map_err(|problem| {
            Stop::Broken(format!(
                "a separate connection directly to the target, without a proxy: {problem}"
            ))
        })
    }

    /// Sends a request on a connection, in the given form. Returns the answer, or why no answer arrived.
    pub(crate) async fn send_on(
        &self,
        wire: &mut Wire,
        form: Form,
        purpose: &str,
        request: Request,
    ) -> Result<Result<Answer<'_>, NoAnswer>, Stop> {
        let exchange = self
            .deployment()
            .send_on(
                wire,
                form,
                self.transcript.case(),
                purpose.to_owned(),
                request,
            )
            .await;
        let (index, outcome) = self.record(purpose, exchange)?;
        self.transcript.note_raw(index);
        if let Ok(answer) = &outcome {
            answer.is_no_server_error()?;
        }
        Ok(outcome)
    }

    /// Records an exchange. A request that cannot be sent stops the case.
    fn record(
        &self,
        purpose: &str,
        exchange: Exchange,
    ) -> Result<(usize, Result<Answer<'_>, NoAnswer>), Stop> {
        let outcome = exchange.outcome.clone();
        let window = (exchange.started_at, exchange.started_at + exchange.duration);
        let index = self.transcript.note(exchange);
        match outcome {
            Ok(response) => {
                let answer = Answer::new(
                    &self.transcript,
                    index,
                    purpose.to_owned(),
                    response,
                    window,
                );
                Ok((index, Ok(answer)))
            }
            Err(NoAnswer::Connect(cause)) => {
                Err(Stop::Broken(format!("{purpose}: no connection: {cause}")))
            }
            Err(NoAnswer::Unsendable(cause)) => {
                Err(Stop::Broken(format!("{purpose}: cannot be sent: {cause}")))
            }
            Err(
                problem
                @ (NoAnswer::Budget(_) | NoAnswer::Busy { .. } | NoAnswer::BrokenByOther(_)),
            ) => Err(Stop::Inconclusive(format!("{purpose}: {problem}"))),
            Err(problem @ NoAnswer::Stopped(_)) => {
                Err(Stop::Blocked(format!("{purpose}: {problem}")))
            }
            Err(
                problem @ (NoAnswer::Timeout(_)
                | NoAnswer::Broken(_)
                | NoAnswer::TooLarge(..)
                | NoAnswer::Undecodable(..)),
            ) => Ok((index, Err(problem))),
        }
    }

    /// Checks an expectation that is not about one answer.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass literals and temporary values"
    )]
    pub(crate) fn expect(
        &self,
        what: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        let held = self.transcript.step(
            what.to_owned(),
            held,
            expected.to_string(),
            actual.to_string(),
            None,
        );
        self.transcript.name_check(|| what.to_owned());
        held
    }

    /// Names the cause of the step that failed last, which is then one finding with the other cases that met it; and the
    /// fault, if it is not one of a single operation.
    pub(crate) fn name_cause(&self, cause: Option<String>, fault: Option<String>) {
        if let Some(cause) = cause {
            self.transcript.name_check(|| cause);
            self.transcript.name_fault(fault);
        }
    }

    /// Names the fault that the step shows which was recorded last, unless it held.
    pub(crate) fn name_fault(&self, fault: &str) {
        self.transcript.name_fault(Some(fault.to_owned()));
    }

    /// Names the fault of a check that a second revocation leaves the record of the first alone, which several answers show.
    pub(crate) fn record_stays(&self, outcome: Result<(), Stop>) -> Result<(), Stop> {
        outcome.inspect_err(|_| {
            let fault = "a second revocation changes the record of the first";
            self.transcript.name_fault(Some(fault.to_owned()));
        })
    }

    /// Names the problems that observations of a kind have as the cause of the step that failed last: those by which no case failed
    /// yet, otherwise the first one, which makes it one finding with those cases.
    pub(crate) fn name_problems(&self, kind: Kind) {
        let deployment = self.deployment();
        let problems: BTreeMap<String, Option<String>> = (deployment.observed(kind).into_iter())
            .map(|one| (format!("{}: {}", one.operation, one.check), one.fault))
            .collect();
        let is_new = |(cause, fault): &(&String, &Option<String>)| {
            let words = std::iter::once(*cause).chain(*fault);
            !words.into_iter().any(|words| deployment.has_met(words))
        };
        let new: Vec<_> = problems.iter().filter(is_new).collect();
        let named = match new.is_empty() {
            true => problems.iter().take(1).collect(),
            false => new,
        };
        let faults: BTreeSet<_> = named.iter().map(|(_, fault)| *fault).collect();
        let fault = faults.first().filter(|_| faults.len() == 1);
        // Answers of one fault are described by the first of them.
        let shown = match fault {
            Some(Some(_)) => 1,
            _ => named.len(),
        };
        let causes: Vec<&str> = (named.iter().take(shown))
            .map(|(cause, _)| cause.as_str())
            .collect();
        let cause = (!causes.is_empty()).then(|| causes.join("; "));
        self.name_cause(cause, fault.and_then(|fault| (*fault).clone()));
    }

    /// Registers a value derived from a credential, so that reports show the name in its place.
    pub(crate) fn conceal(&self, value: &str, name: &str) {
        self.deployment().secrets.conceal(value, name);
    }
}

fn undeclared(role: &str) -> Stop {
    Stop::Broken(format!(
        "the case uses a {role} that it does not declare: a defect of the suite, please report it"
    ))
}
