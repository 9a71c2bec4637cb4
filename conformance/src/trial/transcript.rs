//! The record of a trial: its steps and its exchanges.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::reproduction;
use crate::asked::is_busy;
use crate::case::Stop;
use crate::deployment::Deployment;
use crate::deployment::faults::{BREAKS, BUSY, breaks_on_deleted, server_error};
use crate::deployment::observation::fault_of_refusals;
use crate::deployment::sound::NOW_AND_THEN;
use crate::event::{ExchangeRecord, StepRecord};
use crate::profile::Role;
use crate::wire::{Exchange, NoAnswer, Request};

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
    /// Whether the case failed because a user's own token is refused.
    judges_a_user: bool,
    /// Why no disposable token of the operator could be minted.
    unminted: Option<String>,
    /// The exchanges on connections that the case opened itself.
    raw: BTreeSet<usize>,
    /// The steps that saw an effect, which a request must not have, on what the case made itself.
    own_effects: BTreeSet<usize>,
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
    pub(crate) fn case(&self) -> &'static str {
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

    /// Notes that an exchange was on a connection that the case opened itself.
    pub(super) fn note_raw(&self, exchange: usize) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.raw.insert(exchange);
    }

    /// Returns, of a case whose last step did not hold and names no fault, the fault that its server error or missing answer shows if
    /// it comes now and then; and the request, unless it may change something or only a connection of its own carries it.
    pub(crate) fn trouble(&self) -> Option<(&'static str, Option<Request>)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let step = log.steps.iter().rfind(|step| !step.held)?;
        let index = step.exchange.filter(|_| step.fault.is_none())?;
        let Exchange {
            request, outcome, ..
        } = &log.exchanges[index];
        let fault = match outcome {
            Ok(response) if response.status >= 500 => NOW_AND_THEN,
            Err(NoAnswer::Broken(_)) => BREAKS,
            Ok(_) | Err(_) => return None,
        };
        let Deployment {
            contract, ledger, ..
        } = &*self.deployment;
        let revokes = ledger.live_at(contract, &request.path).is_some();
        let is_harmless = request.method.is_safe() || contract.has_revoke() && !revokes;
        let is_repeatable = is_harmless && !log.raw.contains(&index);
        Some((fault, is_repeatable.then(|| request.clone())))
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
    pub(crate) fn name_fault(&self, fault: Option<String>) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = log.steps.last_mut().filter(|step| !step.held) {
            step.fault = fault;
        }
    }

    /// Returns the fault that the step shows which did not hold.
    pub(crate) fn fault(&self) -> Option<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let step = log.steps.iter().rfind(|step| !step.held)?;
        step.fault.clone()
    }

    /// Records that the last step, unless it held, is about an effect on what the case made itself: it would show again on another one.
    pub(crate) fn note_own_effect(&self) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.steps.last().is_some_and(|step| !step.held) {
            let last = log.steps.len() - 1;
            log.own_effects.insert(last);
        }
    }

    /// Returns whether the step that did not hold is about such an effect.
    pub(crate) fn saw_an_effect(&self) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let step = log.steps.iter().rposition(|step| !step.held);
        step.is_some_and(|step| log.own_effects.contains(&step))
    }

    /// Records that such effects did not show again, so that something else was the cause.
    pub(crate) fn excuse_effects(&self) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let Log {
            steps, own_effects, ..
        } = &mut *log;
        for index in own_effects.iter() {
            let step = &mut steps[*index];
            step.held = true;
            step.actual += " (not again with another one, so something else changed it)";
            step.check = None;
            step.fault = None;
        }
    }

    /// Returns the fault that an exchange without an answer shows, if any operation shows it.
    pub(super) fn missing(&self, exchange: usize) -> Option<&'static str> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let Exchange {
            request, outcome, ..
        } = log.exchanges.get(exchange)?;
        let problem = outcome.as_ref().err()?;
        self.deployment.fault_of_missing(request, problem)
    }

    /// Returns the fault that the last exchange shows, if it got no answer.
    pub(crate) fn last_missing(&self) -> Option<&'static str> {
        let last = {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            log.exchanges.len().checked_sub(1)
        };
        self.missing(last?)
    }

    /// Returns the operation of an exchange.
    pub(super) fn operation(&self, exchange: usize) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &log.exchanges[exchange].request;
        (self.deployment).operation_of(request.method.as_str(), &request.path)
    }

    /// Names, in the step that was recorded last, the fault that a server error shows in answer to the request of an exchange: one
    /// like it was answered without, its credential had to be refused, or it names what was deleted.
    pub(super) fn name_server_error(&self, exchange: usize) {
        let is_refused = self.sent_a_revoked_token(exchange) || !self.sent_a_valid_token(exchange);
        let fault = {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            let Exchange {
                request, outcome, ..
            } = &log.exchanges[exchange];
            let is_away = outcome.as_ref().is_ok_and(|one| is_busy(one.status));
            match self.deployment.is_sound(request) {
                _ if is_away && !self.deployment.contract.has_revoke() => Some(BUSY.to_owned()),
                true => Some(NOW_AND_THEN.to_owned()),
                false if is_refused && self.deployment.contract.has_revoke() => {
                    Some(fault_of_refusals("a server error"))
                }
                false => self.deployment.deleted_kind(request).map(breaks_on_deleted),
            }
        };
        self.name_fault(fault);
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

    /// Returns whether the request of an exchange sent a user's own token, or a minted one whose revocation was not answered with
    /// 201.
    pub(super) fn sent_a_live_token(&self, exchange: usize) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &log.exchanges[exchange].request;
        let is_live = |bearer| self.deployment.ledger.is_live(bearer);
        self.deployment.user_of(request).is_some()
            || request.header("authorization").is_some_and(is_live)
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
            Some(owner) if owner != role && (role != Role::Operator || owner == Role::Outsider) => {
                Some("a user who may not revoke a token is accepted")
            }
            Some(_) => None,
        }
    }

    /// Records that the case checked whether the token of its caller works, and that it is refused.
    pub(super) fn judge_user(&self) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.judges_a_user = true;
    }

    /// Returns whether the case failed because a user's own token is refused.
    pub(crate) fn judges_a_user(&self) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.judges_a_user
    }

    /// Records why no disposable token of the operator could be minted.
    pub(crate) fn note_unminted(&self, stop: &Stop) {
        if let Stop::Inconclusive(why) | Stop::Blocked(why) = stop {
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            log.unminted = Some(why.clone());
        }
    }

    /// Returns why no disposable token of the operator could be minted.
    pub(crate) fn unminted(&self) -> Option<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.unminted.clone()
    }

    /// Returns the users of the profile whose own token got 401 or 403 in the case.
    pub(crate) fn refused_users(&self) -> BTreeSet<Role> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = log.exchanges.iter().filter(|exchange| {
            let status = exchange.outcome.as_ref().map(|response| response.status);
            matches!(status, Ok(401 | 403))
        });
        let users = refused.filter_map(|exchange| self.deployment.user_of(&exchange.request));
        users.collect()
    }

    /// Returns, of a case whose last step did not hold and names no fault, the path and the status of the refusal that the step is
    /// about; nothing more where it is about no single answer. `None` where the step is about any other answer.
    pub(crate) fn unexplained(&self) -> Option<Option<(String, u16)>> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let step = log.steps.iter().rfind(|step| !step.held)?;
        if step.fault.is_some() {
            return None;
        }
        let Some(index) = step.exchange else {
            return Some(None);
        };
        let exchange = &log.exchanges[index];
        let status = exchange.outcome.as_ref().ok()?.status;
        matches!(status, 400 | 404 | 409 | 410)
            .then(|| Some((exchange.request.path.clone(), status)))
    }

    /// Returns whether a request of the case that names a token succeeded and may have changed it.
    pub(crate) fn changed(&self, id: &str) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let succeeded = |exchange: &&Exchange| {
            (exchange.outcome.as_ref()).is_ok_and(|response| (200..300).contains(&response.status))
        };
        (log.exchanges.iter().filter(succeeded))
            .any(|one| !one.request.method.is_safe() && one.request.path.contains(id))
    }

    /// Returns the cause of the step that did not hold, if a busy deployment is it, or another trial that found it busy.
    pub(super) fn busy(&self) -> Option<String> {
        let (index, check) = {
            let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            let step = log.steps.iter().rfind(|step| !step.held)?;
            let Some(index) = step.exchange else {
                return step.check.clone();
            };
            let status = log.exchanges[index].outcome.as_ref().ok()?.status;
            is_busy(status).then(|| (index, server_error(status)))?
        };
        Some(format!("{}: {check}", self.operation(index)))
    }

    /// Returns the last exchange, and why it has no answer.
    pub(super) fn last_unanswered(&self) -> Option<(usize, NoAnswer)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = log.exchanges.last()?.outcome.as_ref().err()?;
        Some((log.exchanges.len() - 1, problem.clone()))
    }

    /// Returns the last exchange, and the status of its answer.
    pub(super) fn last_status(&self) -> Option<(usize, u16)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let status = match &log.exchanges.last()?.outcome {
            Ok(response) => response.status,
            Err(NoAnswer::Busy { status, .. }) => *status,
            Err(_) => return None,
        };
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
