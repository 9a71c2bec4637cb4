//! The catalogue: every promise of the contract that the suite knows how to check, one file per area.
//!
//! Each case breaks one thing at a time and keeps everything else right, since the contract does not fix the order in
//! which a deployment looks at a request. Ids are append-only.

mod authentication;
mod clauses;
mod concurrency;
mod connection;
mod create;
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
use crate::generated;

/// The cases that a contract calls for: those of the catalogue, where it holds the operation that they are about, then
/// those generated from it.
#[must_use]
pub fn of(contract: &Contract) -> Vec<&'static Case> {
    let mut cases = if contract.has_revoke() {
        catalogue()
    } else {
        Vec::new()
    };
    cases.extend(generated::cases(contract));
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
