//! The record of a trial: its steps and its exchanges.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::reproduction;
use crate::case::Stop;
use crate::deployment::Deployment;
use crate::event::{ExchangeRecord, StepRecord};
use crate::profile::Role;
use crate::wire::Exchange;

/// The maximum length of an expected or found text in a report, in characters. The exchange beside it shows more.
const SHOWN: usize = 2000;

/// The record of a trial.
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

    /// Records an exchange and returns its index. Only the beginning of a long answer is kept: a case that reads a list
    /// of many pages has hundreds of them.
    pub(crate) fn note(&self, mut exchange: Exchange) -> usize {
        if let Ok(response) = &mut exchange.outcome {
            response.shorten();
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.exchanges.push(exchange);
        log.exchanges.len() - 1
    }

    /// Records an expectation, and returns an error if it does not hold.
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
            check: None,
            fault: None,
        });
        outcome
    }

    /// Names what was wrong in the step that was recorded last, unless it held.
    pub(super) fn name_check(&self, check: impl FnOnce() -> String) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = log.steps.last_mut().filter(|step| !step.held) {
            step.check = Some(check());
        }
    }

    /// Names the fault that such a step shows, if it is not one of a single operation.
    pub(super) fn name_fault(&self, fault: Option<String>) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = log.steps.last_mut().filter(|step| !step.held) {
            step.fault = fault;
        }
    }

    /// Returns the operation of an exchange.
    pub(super) fn operation(&self, exchange: usize) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &log.exchanges[exchange].request;
        (self.deployment).operation_of(request.method.as_str(), &request.path)
    }

    /// Returns whether the request of an exchange sent a token whose revocation was answered with 201.
    pub(super) fn sent_a_revoked_token(&self, exchange: usize) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &log.exchanges[exchange].request;
        self.deployment.ledger.has_revoked_token(request)
    }

    /// Returns whether the request of an exchange has a token of the profile, or a minted one, as its credential.
    pub(super) fn sent_a_valid_token(&self, exchange: usize) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let authorization = log.exchanges[exchange].request.header("authorization");
        let (ledger, credentials) = (&self.deployment.ledger, &self.deployment.credentials);
        authorization.is_some_and(|given| ledger.role_of(credentials, given).is_some())
    }

    /// Returns whether the request of an exchange sent a minted token whose revocation was not answered with 201.
    pub(super) fn sent_a_live_token(&self, exchange: usize) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let authorization = log.exchanges[exchange].request.header("authorization");
        authorization.is_some_and(|bearer| self.deployment.ledger.is_live(bearer))
    }

    /// Returns the fault that a success shows, where the request had to be refused whatever its operation: it has no valid
    /// credential, it names another business than the caller's or no token that exists, or its body is not the documented one.
    pub(super) fn unrefused_fault(&self, exchange: usize) -> Option<&'static str> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &log.exchanges[exchange].request;
        let Deployment {
            contract,
            ledger,
            credentials,
            ..
        } = &*self.deployment;
        if !contract.has_revoke() {
            return None;
        }
        let bearer = request.header("authorization").unwrap_or_default();
        let Some(role) = ledger.role_of(credentials, bearer) else {
            return Some("a request without a valid credential is accepted");
        };
        let own = credentials.of(role)?.business_id?.to_string();
        let mut named = (request.headers.iter()).filter(|(name, _)| name == "x-business-id");
        let (first, second) = (named.next(), named.next());
        if first.is_none_or(|(_, business)| !business.eq_ignore_ascii_case(&own))
            || second.is_some()
        {
            return Some("a request without the caller's business in x-business-id is accepted");
        }
        let body = request.body.as_deref().unwrap_or_default();
        let body = match body.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice::<Value>(body),
        };
        let Ok(body) = body else {
            return Some("a body that is not JSON is accepted");
        };
        if !request.path.contains("/revoke") {
            return None;
        }
        let reason = &body["reason"];
        let is_documented =
            body.is_null() || body.is_object() && (reason.is_null() || reason.is_string());
        if !is_documented {
            return Some("a body that the contract does not allow is accepted");
        }
        match ledger.owner_of(contract, &request.path) {
            None => Some("an id that names no token is accepted"),
            Some(owner) if role == Role::Member && owner != role => {
                Some("a user who may not revoke a token is accepted")
            }
            Some(_) => None,
        }
    }

    /// Returns the last exchange, and the status of its answer.
    pub(super) fn last_status(&self) -> Option<(usize, u16)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let status = log.exchanges.last()?.outcome.as_ref().ok()?.status;
        Some((log.exchanges.len() - 1, status))
    }

    /// Returns whether the case is about the documented bodies themselves: those of the area `status`, and derived ones.
    pub(super) fn judges_bodies(&self) -> bool {
        ["status.", "generated."]
            .iter()
            .any(|area| self.case.starts_with(area))
    }

    /// Returns the redacted steps and exchanges.
    pub(crate) fn records(&self) -> (Vec<StepRecord>, Vec<ExchangeRecord>) {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = &self.deployment.secrets;
        let steps = log.steps.iter().map(|step| StepRecord {
            what: secrets.redact(&step.what),
            expected: secrets.excerpt(&step.expected, SHOWN),
            actual: secrets.excerpt(&step.actual, SHOWN),
            check: step
                .check
                .as_ref()
                .map(|check| secrets.excerpt(check, SHOWN)),
            ..step.clone()
        });
        let to = self.deployment.to();
        let exchanges = log.exchanges.iter();
        let mut exchanges: Vec<ExchangeRecord> = exchanges
            .map(|exchange| exchange.record(to, secrets))
            .collect();
        // Reports print the command line of the exchange that decided the case, so it must reproduce.
        let decisive = log.steps.iter().rfind(|step| !step.held);
        if let Some(index) = decisive.and_then(|step| step.exchange) {
            exchanges[index].curl = reproduction::command(&self.deployment, &log.exchanges, index);
        }
        (steps.collect(), exchanges)
    }
}
