//! One run of one case: what its steps can do and look at.
//!
//! Steps send requests as one of the profile's users ([`Caller`]) and hold the answers ([`Answer`]) to expectations.
//! Every expectation becomes a step of the report, whether it held or not; the first that did not ends the case.

mod answer;
mod uses;

use std::sync::{Arc, Mutex, PoisonError};

pub use answer::Answer;

use crate::case::Case;
use crate::deployment::Deployment;
use crate::derived::Sample;
use crate::event::{ExchangeRecord, StepRecord};
use crate::fixtures::Token;
use crate::profile::{Identity, Timeouts};
use crate::wire::{Caller, Exchange, Form, NoAnswer, Request, Wire};

/// Why the steps of a case ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// An expectation did not hold: which, what was expected, and what was found.
    Failed(String),
    /// The deployment is of a kind that the case does not apply to, so it cannot break the promise: it passes, and
    /// the reason says why.
    Inapplicable(String),
    /// Something that the case needs ran out before its first step: it is skipped.
    Lacking(String),
    /// The case cannot be decided: something it builds on did not come about.
    Inconclusive(String),
    /// The way to the target broke.
    Broken(String),
}

/// The disposable tokens that a case asked for.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) own: Vec<Arc<Token>>,
    pub(crate) members: Vec<Arc<Token>>,
    pub(crate) foreign: Vec<Arc<Token>>,
}

/// The most of what a step expected or found that a report tells, in characters; the exchange beside it shows more.
const TOLD: usize = 2000;

/// One run of one case.
#[derive(Debug)]
pub struct Trial {
    deployment: Arc<Deployment>,
    case: &'static Case,
    tokens: Tokens,
    log: Mutex<Log>,
}

/// What happened so far.
#[derive(Debug, Default)]
struct Log {
    steps: Vec<StepRecord>,
    exchanges: Vec<Exchange>,
}

impl Trial {
    pub(crate) fn new(deployment: Arc<Deployment>, case: &'static Case) -> Trial {
        Trial {
            deployment,
            case,
            tokens: Tokens::default(),
            log: Mutex::new(Log::default()),
        }
    }

    pub(crate) fn give(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }

    /// Notes an exchange; gives its place in the record. Of a long answer only the beginning is kept: a case has
    /// hundreds of them where a list has many pages.
    pub(crate) fn note(&self, mut exchange: Exchange) -> usize {
        if let Ok(response) = &mut exchange.outcome {
            response.shorten();
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.exchanges.push(exchange);
        log.exchanges.len() - 1
    }

    /// What happened, redacted.
    pub(crate) fn records(&self) -> (Vec<StepRecord>, Vec<ExchangeRecord>) {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = &self.deployment.secrets;
        let steps = log.steps.iter().map(|step| StepRecord {
            what: secrets.redact(&step.what),
            expected: secrets.excerpt(&step.expected, TOLD),
            actual: secrets.excerpt(&step.actual, TOLD),
            ..step.clone()
        });
        let to = self.deployment.to();
        (
            steps.collect(),
            log.exchanges
                .iter()
                .map(|exchange| exchange.record(to, secrets))
                .collect(),
        )
    }

    /// The deployment.
    pub(crate) fn deployment(&self) -> &Arc<Deployment> {
        &self.deployment
    }

    /// How long the suite waits for what.
    pub(crate) fn timeouts(&self) -> &Timeouts {
        &self.deployment.profile.timeouts
    }

    /// The `n`th disposable token of the operator. The declaration of the case says how many there are.
    pub(crate) fn own(&self, n: usize) -> &Token {
        &self.tokens.own[n]
    }

    /// The `n`th disposable token of the member.
    pub(crate) fn members(&self, n: usize) -> &Token {
        &self.tokens.members[n]
    }

    /// The `n`th disposable token of the outsider.
    pub(crate) fn foreign(&self, n: usize) -> &Token {
        &self.tokens.foreign[n]
    }

    /// The request that a generated case is about.
    pub(crate) fn sample(&self) -> Result<&'static Sample, Stop> {
        let sample = self.case.needs.sample;
        sample
            .ok_or_else(|| Stop::Broken("the case has no sample: a defect of the suite".to_owned()))
    }

    /// The operator.
    pub(crate) fn operator(&self) -> Caller<'_> {
        self.caller(&self.deployment.credentials.operator)
    }

    /// The member; the declaration of the case says that there is one.
    pub(crate) fn member(&self) -> Result<Caller<'_>, Stop> {
        self.deployment
            .credentials
            .member
            .as_ref()
            .map(|identity| self.caller(identity))
            .ok_or_else(|| absent("member"))
    }

    /// The outsider; the declaration of the case says that there is one.
    pub(crate) fn outsider(&self) -> Result<Caller<'_>, Stop> {
        let outsider = self.deployment.credentials.outsider.as_ref();
        outsider
            .map(|identity| self.caller(identity))
            .ok_or_else(|| absent("outsider"))
    }

    fn caller(&self, identity: &Identity) -> Caller<'_> {
        Caller::of(&self.deployment.contract, identity)
    }

    /// Sends a request and gives the answer, which is held to be no server error.
    pub(crate) async fn send(&self, purpose: &str, request: Request) -> Result<Answer<'_>, Stop> {
        let (index, outcome) = self.attempt(purpose, request).await?;
        match outcome {
            Ok(answer) => Ok(answer),
            Err(problem) => {
                let what = format!("{purpose}: an answer");
                self.step(
                    what,
                    false,
                    "a whole HTTP answer".to_owned(),
                    problem.to_string(),
                    Some(index),
                )?;
                Err(Stop::Failed(problem.to_string()))
            }
        }
    }

    /// Sends a request that a deployment may refuse by closing the connection, and gives the answer if there is one.
    /// A server that stops reading a body it does not want may close while the client still writes, and then even an
    /// answer that it did send can be lost on the way. The request asks for the connection to be closed, so that no
    /// later one meets a connection that the deployment is about to close.
    pub(crate) async fn send_unwanted(
        &self,
        purpose: &str,
        request: Request,
    ) -> Result<Option<Answer<'_>>, Stop> {
        let (index, outcome) = self
            .attempt(purpose, request.set("connection", "close"))
            .await?;
        match outcome {
            Ok(answer) => Ok(Some(answer)),
            Err(problem) => {
                let held = matches!(problem, NoAnswer::Broken(_));
                let what = format!("{purpose}: an answer");
                let expected = "a whole HTTP answer, or the connection closed".to_owned();
                self.step(what, held, expected, problem.to_string(), Some(index))?;
                Ok(None)
            }
        }
    }

    /// Opens a connection to the deployment, for requests that no HTTP client would send.
    pub(crate) async fn connect(&self) -> Result<Wire, Stop> {
        self.deployment.wire().await.map_err(|problem| {
            Stop::Broken(format!(
                "a connection of its own, straight to the target and through no proxy: {problem}"
            ))
        })
    }

    /// Sends a request on a connection, in a form; gives the answer, or why there is none.
    pub(crate) async fn send_on(
        &self,
        wire: &mut Wire,
        form: Form,
        purpose: &str,
        request: Request,
    ) -> Result<Result<Answer<'_>, NoAnswer>, Stop> {
        let exchange = self
            .deployment
            .send_on(wire, form, self.case.id, purpose.to_owned(), request)
            .await;
        let (_, outcome) = self.judged(purpose, exchange)?;
        Ok(outcome)
    }

    /// Sends a request. What comes back, if anything does, is held to be no server error.
    async fn attempt(
        &self,
        purpose: &str,
        request: Request,
    ) -> Result<(usize, Result<Answer<'_>, NoAnswer>), Stop> {
        let exchange = self
            .deployment
            .send(self.case.id, purpose.to_owned(), request)
            .await;
        self.judged(purpose, exchange)
    }

    fn judged(
        &self,
        purpose: &str,
        exchange: Exchange,
    ) -> Result<(usize, Result<Answer<'_>, NoAnswer>), Stop> {
        let outcome = exchange.outcome.clone();
        let window = (exchange.started_at, exchange.started_at + exchange.duration);
        let index = self.note(exchange);
        match outcome {
            Ok(response) => {
                let status = response.status;
                let answer = Answer::new(self, index, purpose.to_owned(), response, window);
                // 505 refuses the version of HTTP, and only a request by another one meets it.
                if status >= 500 && status != 505 {
                    answer.expect("no server error", false, "a status below 500", status)?;
                }
                Ok((index, Ok(answer)))
            }
            Err(NoAnswer::Connect(cause)) => {
                Err(Stop::Broken(format!("{purpose}: no connection: {cause}")))
            }
            Err(NoAnswer::Unsendable(cause)) => {
                Err(Stop::Broken(format!("{purpose}: cannot be sent: {cause}")))
            }
            Err(problem @ NoAnswer::Budget(_)) => {
                Err(Stop::Inconclusive(format!("{purpose}: {problem}")))
            }
            Err(problem @ (NoAnswer::Timeout(_) | NoAnswer::Broken(_) | NoAnswer::TooLarge(_))) => {
                Ok((index, Err(problem)))
            }
        }
    }

    /// Holds something that is not about one answer to an expectation.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over literals and values made for this"
    )]
    pub(crate) fn expect(
        &self,
        what: &str,
        held: bool,
        expected: impl ToString,
        actual: impl ToString,
    ) -> Result<(), Stop> {
        self.step(
            what.to_owned(),
            held,
            expected.to_string(),
            actual.to_string(),
            None,
        )
    }

    fn step(
        &self,
        what: String,
        held: bool,
        expected: String,
        actual: String,
        exchange: Option<usize>,
    ) -> Result<(), Stop> {
        let outcome = if held {
            Ok(())
        } else {
            Err(Stop::Failed(format!(
                "{what}: expected {expected}, found {actual}"
            )))
        };
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.steps.push(StepRecord {
            what,
            expected,
            actual,
            held,
            exchange,
        });
        outcome
    }

    /// Registers a value made from a credential, so that reports show its name and not what it was made from.
    pub(crate) fn conceal(&self, value: &str, name: &str) {
        self.deployment.secrets.conceal(value, name);
    }
}

fn absent(role: &str) -> Stop {
    Stop::Broken(format!(
        "the case uses a {role} and does not declare it: a defect of the suite, please report it"
    ))
}
