//! The catalogue: the cases of the revoke operation, one file per area.
//!
//! Each case breaks one thing and keeps everything else valid, since the contract does not fix the order in which a
//! deployment checks a request. Ids are append-only.

mod authentication;
mod authority;
mod clauses;
mod concurrency;
mod connection;
mod create;
mod evasion;
mod forgery;
mod http;
mod identity;
mod input;
mod latency;
mod list;
mod reason;
mod record;
mod revocation;
mod revoked;
mod secrecy;
mod status;
mod tenancy;
mod token_id;

use crate::case::Case;
use crate::contract::Contract;
use crate::derived;

/// Returns the cases of a contract: the catalogue, where the contract has the revoke operation, then the derived cases.
#[must_use]
pub fn of(contract: &Contract) -> Vec<&'static Case> {
    let mut cases = if contract.has_revoke() {
        catalogue()
    } else {
        Vec::new()
    };
    cases.extend(derived::cases(contract));
    cases
}

/// Returns all cases of the catalogue, in the order in which reports show them.
#[must_use]
pub fn catalogue() -> Vec<&'static Case> {
    [
        status::CASES,
        authentication::CASES,
        forgery::CASES,
        revocation::CASES,
        revoked::CASES,
        evasion::CASES,
        tenancy::CASES,
        input::CASES,
        reason::CASES,
        token_id::CASES,
        http::CASES,
        connection::CASES,
        concurrency::CASES,
        create::CASES,
        list::CASES,
        latency::CASES,
        secrecy::CASES,
        identity::CASES,
        authority::CASES,
        record::CASES,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns whether the case of an id judges the answers that other cases got, so that it shows little where it runs alone.
#[must_use]
pub fn judges_others(id: &str) -> bool {
    let catalogue = catalogue();
    let mut judges = catalogue.iter().filter(|case| case.needs.others_done);
    derived::judges_others(id) || judges.any(|case| case.id == id)
}

/// Returns the operation that a case is about, such as `POST /api/v1/tokens/{token_id}/revoke`; what the case covers
/// are JSON pointers below it. `None` for cases that cover nothing of the contract.
#[must_use]
pub fn operation(contract: &Contract, case: &Case) -> Option<String> {
    let index = operation_index(contract, case)?;
    Some(contract.operations()[index].operation.to_string())
}

/// Returns the index of that operation: the one of the case's sample, or, for the catalogue, the revoke operation.
pub(crate) fn operation_index(contract: &Contract, case: &Case) -> Option<usize> {
    match case.needs.sample {
        Some(sample) => Some(sample.operation),
        None if case.covers.is_empty() => None,
        None => contract.revoke_operation(),
    }
}
