//! What happened in a trial: its steps and its exchanges.

use std::sync::{Arc, Mutex, PoisonError};

use crate::case::Stop;
use crate::deployment::Deployment;
use crate::event::{ExchangeRecord, StepRecord};
use crate::wire::Exchange;

/// The most of what a step expected or found that a report shows, in characters; the exchange beside it shows more.
const SHOWN: usize = 2000;

/// What happened in the trial of a case so far.
#[derive(Debug)]
pub(crate) struct Transcript {
    deployment: Arc<Deployment>,
    case: &'static str,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    steps: Vec<StepRecord>,
    exchanges: Vec<Exchange>,
}

impl Transcript {
    pub(super) fn new(deployment: Arc<Deployment>, case: &'static str) -> Transcript {
        Transcript {
            deployment,
            case,
            log: Mutex::default(),
        }
    }

    /// Returns the deployment.
    pub(super) fn deployment(&self) -> &Arc<Deployment> {
        &self.deployment
    }

    /// Returns the id of the case.
    pub(super) fn case(&self) -> &'static str {
        self.case
    }

    /// Records an exchange; returns its place in the record. Of a long answer only the beginning is kept: a case has
    /// hundreds of them where a list has many pages.
    pub(crate) fn note(&self, mut exchange: Exchange) -> usize {
        if let Ok(response) = &mut exchange.outcome {
            response.shorten();
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.exchanges.push(exchange);
        log.exchanges.len() - 1
    }

    /// Records an expectation; an error says that it does not hold.
    pub(super) fn step(
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

    /// Returns what happened, redacted.
    pub(crate) fn records(&self) -> (Vec<StepRecord>, Vec<ExchangeRecord>) {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = &self.deployment.secrets;
        let steps = log.steps.iter().map(|step| StepRecord {
            what: secrets.redact(&step.what),
            expected: secrets.excerpt(&step.expected, SHOWN),
            actual: secrets.excerpt(&step.actual, SHOWN),
            ..step.clone()
        });
        let to = self.deployment.to();
        let exchanges = log.exchanges.iter();
        (
            steps.collect(),
            exchanges
                .map(|exchange| exchange.record(to, secrets))
                .collect(),
        )
    }
}
