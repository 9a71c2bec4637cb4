//! One run of one case: what its steps can do and look at.
//!
//! Steps send requests as one of the profile's users ([`Caller`]) and hold the answers ([`Answer`]) to expectations.
//! Every expectation becomes a step of the report, whether it held or not; the first that did not ends the case.

mod answer;
mod transcript;
mod uses;

use std::sync::Arc;

pub use answer::Answer;

use crate::case::{Sample, Stop};
use crate::deployment::Deployment;
use crate::deployment::ledger::Token;
use crate::profile::{Identity, Timeouts};
use crate::wire::{Caller, Exchange, Form, NoAnswer, Request, Wire};
use transcript::Transcript;

/// The disposable tokens that a case asked for.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) own: Vec<Arc<Token>>,
    pub(crate) members: Vec<Arc<Token>>,
    pub(crate) foreign: Vec<Arc<Token>>,
}

/// One run of one case.
#[derive(Debug)]
pub struct Trial {
    transcript: Transcript,
    tokens: Tokens,
    sample: Option<&'static Sample>,
}

impl Trial {
    /// Starts the trial of the case with this id, and the sample that it is about where it is a derived one.
    pub(crate) fn new(
        deployment: Arc<Deployment>,
        case: &'static str,
        sample: Option<&'static Sample>,
    ) -> Trial {
        Trial {
            transcript: Transcript::new(deployment, case),
            tokens: Tokens::default(),
            sample,
        }
    }

    /// Gives the trial the disposable tokens that its case asked for.
    pub(crate) fn give(&mut self, tokens: Tokens) {
        self.tokens = tokens;
    }

    /// Returns what happened.
    pub(crate) fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The deployment.
    pub(crate) fn deployment(&self) -> &Arc<Deployment> {
        self.transcript.deployment()
    }

    /// How long the suite waits for what.
    pub(crate) fn timeouts(&self) -> &Timeouts {
        &self.deployment().profile.timeouts
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

    /// The request that a derived case is about.
    pub(crate) fn sample(&self) -> Result<&'static Sample, Stop> {
        self.sample
            .ok_or_else(|| Stop::Broken("the case has no sample: a defect of the suite".to_owned()))
    }

    /// The operator.
    pub(crate) fn operator(&self) -> Caller<'_> {
        self.caller(&self.deployment().credentials.operator)
    }

    /// The member; the declaration of the case says that there is one.
    pub(crate) fn member(&self) -> Result<Caller<'_>, Stop> {
        self.deployment()
            .credentials
            .member
            .as_ref()
            .map(|identity| self.caller(identity))
            .ok_or_else(|| absent("member"))
    }

    /// The outsider; the declaration of the case says that there is one.
    pub(crate) fn outsider(&self) -> Result<Caller<'_>, Stop> {
        let outsider = self.deployment().credentials.outsider.as_ref();
        outsider
            .map(|identity| self.caller(identity))
            .ok_or_else(|| absent("outsider"))
    }

    fn caller(&self, identity: &Identity) -> Caller<'_> {
        Caller::of(&self.deployment().contract, identity)
    }

    /// Sends a request and gives the answer, which is held to be no server error.
    pub(crate) async fn send(&self, purpose: &str, request: Request) -> Result<Answer<'_>, Stop> {
        let (index, outcome) = self.attempt(purpose, request).await?;
        match outcome {
            Ok(answer) => Ok(answer),
            Err(problem) => {
                let what = format!("{purpose}: an answer");
                self.transcript.step(
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
                self.transcript
                    .step(what, held, expected, problem.to_string(), Some(index))?;
                Ok(None)
            }
        }
    }

    /// Opens a connection to the deployment, for requests that no HTTP client would send.
    pub(crate) async fn connect(&self) -> Result<Wire, Stop> {
        self.deployment().wire().await.map_err(|problem| {
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
            .deployment()
            .send_on(
                wire,
                form,
                self.transcript.case(),
                purpose.to_owned(),
                request,
            )
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
            .deployment()
            .send(self.transcript.case(), purpose.to_owned(), request)
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
        let index = self.transcript.note(exchange);
        match outcome {
            Ok(response) => {
                let status = response.status;
                let answer = Answer::new(
                    &self.transcript,
                    index,
                    purpose.to_owned(),
                    response,
                    window,
                );
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
        self.transcript.step(
            what.to_owned(),
            held,
            expected.to_string(),
            actual.to_string(),
            None,
        )
    }

    /// Registers a value made from a credential, so that reports show its name and not what it was made from.
    pub(crate) fn conceal(&self, value: &str, name: &str) {
        self.deployment().secrets.conceal(value, name);
    }
}

fn absent(role: &str) -> Stop {
    Stop::Broken(format!(
        "the case uses a {role} and does not declare it: a defect of the suite, please report it"
    ))
}
