//! What the suite learns about tokens that live on after their cases: creations without an answer, and failed clean-ups.

use std::sync::PoisonError;

use reqwest::Method;
use serde_json::Value;

use super::faults::{BREAKS, REVOKED_WORKS, TOO_SLOW, undocumented};
use super::lost::{LostToken, Met, is_unique};
use super::pace::{CLEAN_UP, Errand};
use super::sound::NOW_AND_THEN;
use super::{Deployment, path_of};
use crate::profile::Role;
use crate::wire::{Exchange, NoAnswer};

impl Deployment {
    /// Learns that a request may have created a token which no answer shows. Returns whether that is so.
    pub(super) fn learn_lost(
        &self,
        errand: Errand,
        case: &'static str,
        exchange: &Exchange,
    ) -> bool {
        let fault = match &exchange.outcome {
            Ok(response) if response.status >= 500 => NOW_AND_THEN,
            Err(NoAnswer::Timeout(_)) => TOO_SLOW,
            Err(NoAnswer::Broken(_) | NoAnswer::BrokenByOther(_)) => BREAKS,
            Ok(_) | Err(_) => return false,
        };
        let request = &exchange.request;
        if errand == Errand::CleanUp
            || request.method != Method::POST
            || path_of(request) != self.contract.tokens_path()
        {
            return false;
        }
        let body = request.body.as_deref().unwrap_or_default();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let name = body["name"].as_str().unwrap_or_default();
        let authorization = request.header("authorization").unwrap_or_default();
        let owner = self.ledger.role_of(&self.credentials, authorization);
        let Some(owner) = owner else {
            return false;
        };
        self.lost.keep(LostToken {
            owner,
            name: name.to_owned(),
            case,
            fault,
            is_ours: is_unique(name),
            is_reserved: errand == Errand::Minting,
            is_likely: exchange.outcome.is_err(),
            id: None,
        });
        true
    }

    /// Records that a lost token is found and revoked, or was never created.
    pub(crate) fn found_lost(&self, lost: &LostToken) {
        if lost.is_reserved {
            self.pace.release(CLEAN_UP);
        }
    }

    /// Records by what exchange a token was not revoked.
    pub(crate) fn found_unrevoked(&self, exchange: &Exchange) {
        let request = &exchange.request;
        let (what, fault) = match &exchange.outcome {
            Ok(response) if response.status >= 500 => {
                let is_sound = self.is_sound(request);
                let fault = is_sound.then(|| NOW_AND_THEN.to_owned());
                (undocumented(response.status), fault)
            }
            Ok(response) if (300..400).contains(&response.status) => {
                let redirect = undocumented(response.status);
                (redirect.clone(), Some(redirect))
            }
            Ok(response) => (format!("{} in place of 201", response.status), None),
            Err(problem) => {
                let fault = self.fault_of_missing(request, problem);
                (problem.to_string(), fault.map(str::to_owned))
            }
        };
        let operation = self.operation_of(request.method.as_str(), &request.path);
        let mut met = (self.lost.unrevoked.lock()).unwrap_or_else(PoisonError::into_inner);
        met.get_or_insert(Met {
            cause: Some(format!("{operation}: {what}")),
            fault,
        });
    }

    /// Returns why tokens live on after their cases.
    pub(crate) fn why_living(&self) -> Met {
        let met = (self.lost.unrevoked.lock()).unwrap_or_else(PoisonError::into_inner);
        let works = Met {
            cause: None,
            fault: Some(REVOKED_WORKS.to_owned()),
        };
        match self.ledger.working() {
            0 => met.clone().unwrap_or(works),
            _ => works,
        }
    }

    /// Counts the tokens of a case and a user that live on.
    pub(crate) fn living(&self, case: &str, owner: Role) -> usize {
        self.ledger.living(case, owner) + self.lost.living(case, owner)
    }
}
