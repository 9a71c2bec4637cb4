//! What the request of a derived case could do to the deployment.

use crate::case::Effect;
use crate::case::sample::Expects;
use crate::contract::Contract;
use crate::resources::graph::Graph;

/// Returns what a request to an operation could do to the deployment.
pub(super) fn effect(
    contract: &Contract,
    graph: &Graph,
    operation: usize,
    expects: Expects,
) -> Effect {
    let revokes = contract.revoke_operation() == Some(operation);
    let called = &contract.operations()[operation].operation;
    let mints =
        contract.has_revoke() && called.method == "POST" && called.path == contract.tokens_path();
    match expects {
        _ if revokes => Effect::Revokes,
        Expects::Refused if mints => Effect::Risks,
        Expects::Taken | Expects::Documented if mints => Effect::Revokes,
        // A broken deployment may do what it must refuse.
        Expects::Refused | Expects::Taken | Expects::Documented => graph.effect(operation),
    }
}
