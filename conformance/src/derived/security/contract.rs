//! What the cases about who calls look up in the contract.

use crate::contract::Contract;
use crate::contract::security::{Alternative, Scheme};

/// Returns the operation that creates what an operation lists: POST of the same path, which names no id.
pub(super) fn creating(contract: &Contract, index: usize) -> Option<usize> {
    let listing = &contract.operations()[index].operation;
    let lists = listing.method == "GET" && !listing.path.contains('{');
    contract.operations().iter().position(|documented| {
        let operation = &documented.operation;
        lists
            && operation.method == "POST"
            && operation.path == listing.path
            && documented.security.demanded().is_some()
    })
}

/// Returns the schemes of the contract whose credentials no alternative takes, nor one that looks the same.
pub(super) fn others<'c>(
    contract: &'c Contract,
    alternatives: &[Alternative],
) -> Vec<(&'c str, &'c Scheme)> {
    let taken: Vec<&Scheme> = (alternatives.iter().flatten())
        .filter_map(|name| contract.schemes().get(name))
        .collect();
    let others = contract.schemes().iter();
    let others = others.filter(|(_, scheme)| scheme.place().is_some() && !taken.contains(scheme));
    others
        .map(|(name, scheme)| (name.as_str(), scheme))
        .collect()
}
