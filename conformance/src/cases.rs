//! The catalogue: every promise of the contract that the suite knows how to check, one file per area.
//!
//! Each case breaks one thing at a time and keeps everything else right, since the contract does not fix the order in
//! which a deployment looks at a request. Ids are append-only.

mod authentication;
mod clauses;
mod concurrency;
mod connection;
mod create;
mod evasion;
mod forgery;
mod http;
mod input;
mod latency;
mod list;
mod reason;
mod revocation;
mod revoked;
mod secrecy;
mod status;
mod tenancy;
mod token_id;

use crate::case::Case;
use crate::contract::Contract;
use crate::derived;

/// The cases that a contract calls for: those of the catalogue, where it holds the operation that they are about, then
/// those generated from it.
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

/// All written cases, in the order in which the contract is read.
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The operation of a contract that a case is about, such as `POST /api/v1/tokens/{token_id}/revoke`; what the case
/// covers are JSON pointers below it. `None` for cases that cover nothing of the contract.
#[must_use]
pub fn operation(contract: &Contract, case: &Case) -> Option<String> {
    let index = operation_index(contract, case)?;
    Some(contract.promises()[index].operation.to_string())
}

/// The place of that operation in the contract's document: the one that the case's sample was made for, and for the
/// written cases the revoke operation.
pub(crate) fn operation_index(contract: &Contract, case: &Case) -> Option<usize> {
    match case.needs.sample {
        Some(sample) => Some(sample.operation),
        None if case.covers.is_empty() => None,
        None => contract.revoke_operation(),
    }
}
