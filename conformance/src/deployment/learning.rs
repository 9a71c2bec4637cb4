//! What a run learns from the exchanges with the deployment: coverage, what is wrong with single answers, new tokens,
//! revocations, choices, and why it is not worth going on.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::Method;
use secrecy::ExposeSecret;

use super::deviations::Deviation;
use super::ledger::{Shown, Token};
use super::observation::{self, Kind, Observation};
use super::pace::{CLEAN_UP, Errand, MAX_SECONDS};
use super::{Deployment, Early, leak, path_of};
use crate::case::Effect;
use crate::profile::{Policy, Role};
use crate::wire::{Exchange, NoAnswer, Request, Response};

/// The fewest characters of a part of a path that is taken for an id.
const ID_LENGTH: usize = 30;

impl Deployment {
    /// Returns what was wrong with the answers so far, of some kind.
    pub(crate) fn observed(&self, kind: Kind) -> Vec<Observation> {
        let observations = self
            .observations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        (observations.iter())
            .filter(|one| one.kind == kind)
            .cloned()
            .collect()
    }

    /// Returns the answers to ordinary requests of an operation that were not as documented so far, one of each kind.
    pub(crate) fn deviations(&self, operation: usize) -> Vec<Deviation> {
        self.deviations.of(operation)
    }

    /// Records by what a case failed.
    pub(crate) fn failed_by(&self, cause: &str, fault: Option<&str>) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        (failed.entry(cause.to_owned())).or_insert_with(|| fault.map(str::to_owned));
    }

    /// Returns the fault of the first case that failed by a cause, if it has one. `None` if none failed by it.
    #[expect(
        clippy::option_option,
        reason = "that a case failed, by no fault of several operations, differs from that none did"
    )]
    pub(crate) fn fault_of_failed(&self, cause: &str) -> Option<Option<String>> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(cause).cloned()
    }

    /// Records by what a case failed, or was blocked.
    pub(crate) fn met(&self, cause: Option<String>, fault: Option<String>) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.extend(cause.into_iter().chain(fault));
    }

    /// Returns whether a case failed, or was blocked, by a cause or a fault.
    pub(crate) fn has_met(&self, words: &str) -> bool {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.contains(words)
    }

    /// Names the operation that a request was for: as the contract has it, otherwise by its path without the values in it.
    pub(crate) fn operation_of(&self, method: &str, path: &str) -> String {
        let path = path.split('?').next().unwrap_or_default();
        let segment = |part: &str| match part.len() >= ID_LENGTH {
            true => "{…}".to_owned(),
            false => part.to_owned(),
        };
        self.tracker().name_of(method, path).unwrap_or_else(|| {
            let path: Vec<String> = path.split('/').map(segment).collect();
            format!("{method} {}", path.join("/"))
        })
    }

    /// Returns the index of the contract's operation that a request is for.
    pub(crate) fn operation_at(&self, request: &Request) -> Option<usize> {
        self.tracker()
            .operation(request.method.as_str(), path_of(request))
    }

    /// Learns from an exchange what the whole run needs.
    pub(super) fn learn(&self, errand: Errand, case: &'static str, exchange: &Exchange) {
        let run = self.limits().max_seconds.unwrap_or(MAX_SECONDS);
        let timeout = match &exchange.outcome {
            Err(timeout @ NoAnswer::Timeout(_)) => Some(timeout.to_string()),
            Ok(_) | Err(_) => None,
        };
        let run = Duration::from_secs(run.into());
        let is_tested =
            !self.contract.has_revoke() || path_of(&exchange.request).ends_with("/revoke");
        (self.breaker).took(exchange.duration, timeout, run, is_tested);
        let succeeded = self.tracker().learn(exchange);
        if succeeded && !self.contract.has_revoke() {
            self.reached.store(true, Ordering::Relaxed);
        }
        let mut created = false;
        let path = path_of(&exchange.request);
        let asked = self.operation_at(&exchange.request);
        if let Some(operation) = asked {
            let documented = &self.contract.operations()[operation];
            self.deviations
                .learn((operation, documented), case, exchange);
        }
        if let Ok(response) = &exchange.outcome {
            // Checked before a token that this answer creates is entered: that token may be in the answer.
            let Request { method, path, .. } = &exchange.request;
            let operation = || self.operation_of(method.as_str(), path);
            let found = observation::observe(
                case,
                operation,
                (&self.contract, &self.secrets),
                (exchange, response),
                (response.status == 201)
                    .then(|| self.false_member(exchange, response))
                    .flatten(),
            );
            (self
                .observations
                .lock()
                .unwrap_or_else(PoisonError::into_inner))
            .extend(found);
            self.learn_used(exchange, response.status);
            self.learn_user(&exchange.request, response.status);
            if response.status == 202 {
                self.works_later.store(true, Ordering::Relaxed);
            }
            if response.status < 500 {
                self.learn_sound(&exchange.request);
            }
            self.learn_made(case, asked, exchange, response);
            if exchange.request.method == Method::POST && response.status == 201 {
                if path == self.contract.tokens_path() {
                    created = (self.ledger).learn_created(
                        &self.credentials,
                        &self.secrets,
                        case,
                        exchange,
                        response,
                    );
                } else if path.to_ascii_lowercase().ends_with("/revoke") {
                    self.reached.store(true, Ordering::Relaxed);
                    let revoked = self.ledger.mark_revoked(&self.contract, path);
                    self.pace.release(revoked as u64);
                }
            }
        }
        // After the deletion itself has been learnt.
        if let Some(operation) = self.deletion(&exchange.request) {
            self.made.end_deletion(&self.graph, operation, path);
        }
        // Tokens of the ledger keep the names that they have.
        if let Ok(response) = &exchange.outcome {
            for secret in leak::secrets_in(response) {
                self.secrets.conceal(&secret, "UNREGISTERED_TOKEN");
            }
        }
        let is_lost = self.learn_lost(errand, case, exchange);
        // A lost token is sought and revoked, by as many requests.
        if errand == Errand::Minting && !created && !is_lost {
            self.pace.release(CLEAN_UP);
        }
    }

    /// Notes what a request is about to revoke or to delete.
    pub(super) fn sends(&self, request: &Request) {
        if request.method == Method::POST {
            self.ledger.count_ask(&self.contract, path_of(request));
        }
        if let Some(operation) = self.deletion(request) {
            let path = path_of(request);
            self.made.begin_deletion(&self.graph, operation, path);
        }
    }

    /// Returns the operation of the contract that a request deletes something by.
    fn deletion(&self, request: &Request) -> Option<usize> {
        let is_deletion = request.method == Method::DELETE;
        is_deletion.then(|| self.operation_at(request))?
    }

    /// Learns from an answer what was created and deleted, and keeps requests in reserve to delete it.
    fn learn_made(
        &self,
        case: &'static str,
        operation: Option<usize>,
        exchange: &Exchange,
        response: &Response,
    ) {
        let has_done =
            |operation: &usize| self.contract.operations()[*operation].has_done(response.status);
        if let Some(operation) = operation.filter(has_done) {
            // Such as one that creates several at a time. Tokens have their own ledger.
            let creates = response.status == 201 && exchange.request.method == Method::POST;
            let is_known = self.graph.created_by(operation).next().is_some();
            if creates && !is_known && !self.contract.has_revoke() {
                self.made.creates_unknown(operation);
            }
            let (added, done) = (self.made).learn(&self.graph, case, operation, exchange, response);
            self.pace.reserve(added as u64);
            self.pace.release(done as u64);
        }
    }

    /// Records that what a request reads by an operation is there again after its deletion, and keeps a request in reserve to delete
    /// it.
    pub(crate) fn found_again(&self, operation: usize, request: &Request) {
        let named = self.graph.named_by(operation, path_of(request)).pop();
        if let Some((kind, ids)) = named
            && self.made.found_again(kind, &ids)
        {
            self.pace.reserve(1);
        }
    }

    /// Learns from an answer whether the token that the request used works after its revocation.
    fn learn_used(&self, exchange: &Exchange, status: u16) {
        let authorization = exchange.request.header("authorization").unwrap_or_default();
        let Request { method, path, .. } = &exchange.request;
        let operation = || self.operation_of(method.as_str(), path);
        match self.ledger.learn_used(authorization, operation, status) {
            Some(Shown::Refused) => {
                self.pace.release(1);
                self.breaker.revoked(true);
            }
            Some(Shown::Works) => self.breaker.revoked(false),
            Some(Shown::WorksAgain) => self.pace.reserve(1),
            None => {}
        }
    }

    /// Records that a token is refused whose revocation, at a path, was not seen to be answered with 201.
    pub(crate) fn found_refused(&self, path: &str, token: &Token) {
        if self.ledger.mark_revoked(&self.contract, path) > 0 {
            let authorization = format!("Bearer {}", token.secret.expose_secret());
            self.ledger.learn_used(&authorization, String::new, 401);
            self.pace.release(CLEAN_UP);
        }
    }

    /// Returns whether revocations were seen to revoke, and none was seen to do nothing.
    pub(crate) fn revocations_hold(&self) -> bool {
        self.breaker.revocations_hold()
    }

    /// Records an attempt to mint a token of the operator; an error says why there is none, and what fault that shows.
    pub(crate) fn minted(&self, outcome: Result<(), (String, String)>) {
        self.breaker.minted(outcome);
    }

    /// Returns why no case with such an effect is worth running any more: a prerequisite of all of them failed.
    pub(crate) fn stopped(&self, effect: Effect) -> Option<Early> {
        self.breaker.cause(effect)
    }

    /// Returns the time that is left for cases; `None` means no limit.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.pace.time_left()
    }

    /// Returns the deployment's choices so far, where the contract leaves one.
    pub(crate) fn choices(&self) -> Vec<(Policy, u16)> {
        let choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        (choices.iter())
            .map(|(policy, (status, _))| (*policy, *status))
            .collect()
    }

    /// Returns what a user was answered first who asked for a token that does not exist: this status, if there was none. Minted
    /// tokens may have other rights than the user's own.
    pub(crate) fn first_of_unknown(&self, (role, is_own): (Role, bool), status: u16) -> u16 {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        *unknown.entry((role, is_own)).or_insert(status)
    }

    /// Records what was answered where the contract leaves a choice, whether or not it is one of the choices.
    pub(crate) fn answered(&self, policy: Policy, status: u16) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.insert(policy, status);
    }

    /// Returns the last answers where the contract leaves a choice.
    pub(crate) fn answers(&self) -> BTreeMap<Policy, u16> {
        (self.answered.lock().unwrap_or_else(PoisonError::into_inner)).clone()
    }

    /// Records the deployment's answer where the contract leaves a choice; returns an earlier answer that differs, and its
    /// case.
    pub(crate) fn chose(
        &self,
        policy: Policy,
        status: u16,
        case: &'static str,
    ) -> Option<(u16, &'static str)> {
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *choices.entry(policy).or_insert((status, case));
        (first.0 != status).then_some(first)
    }
}
