//! What the request of a derived case could do to the deployment.

use crate::case::Effect;
use crate::case::sample::Expects;
use crate::contract::Contract;

/// Returns what a request to an operation could do to the deployment.
pub(super) fn effect(contract: &Contract, operation: usize, expects: Expects) -> Effect {
    let revokes = contract.revoke_operation() == Some(operation);
    let method = contract.operations()[operation].operation.method.as_str();
    match (method, expects) {
        ("GET" | "HEAD" | "OPTIONS" | "TRACE", _) => Effect::Safe,
        (_, Expects::Refused) if !revokes => Effect::Risks,
        (_, Expects::Refused | Expects::Taken | Expects::Documented) => Effect::Revokes,
    }
}
