//! The catalogue: every promise of the contract that the suite knows how to check, one file per area.
//!
//! Each case breaks one thing at a time and keeps everything else right, since the contract does not fix the order in
//! which a deployment looks at a request. Ids are append-only.

mod authentication;
mod clauses;
mod concurrency;
mod create;
mod forgery;
mod http;
mod input;
mod list;
mod reason;
mod revocation;
mod secrecy;
mod status;
mod tenancy;
mod token_id;

use crate::case::Case;

/// All cases, in the order in which the contract is read.
#[must_use]
pub fn catalogue() -> Vec<&'static Case> {
    [
        status::CASES,
        authentication::CASES,
        forgery::CASES,
        revocation::CASES,
        tenancy::CASES,
        input::CASES,
        reason::CASES,
        token_id::CASES,
        http::CASES,
        concurrency::CASES,
        create::CASES,
        list::CASES,
        secrecy::CASES,
    ]
    .into_iter()
    .flatten()
    .collect()
}
