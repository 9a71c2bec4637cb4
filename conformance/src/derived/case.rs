//! A derived case with what all of them have in common.

use super::effect::effect;
use super::steps::steps;
use crate::case::{Case, Clause, Level, Needs, Sample};
use crate::contract::Contract;
use crate::resources::graph::Graph;

/// Builds the case of a sample by its id and what it covers, for as long as the process lives. Its clause is from a source other
/// than the contract, if one is given.
pub(super) fn case(
    contract: &Contract,
    graph: &Graph,
    (id, covers): (String, &str),
    source: Option<&str>,
    text: String,
    sample: Sample,
) -> Case {
    let operation = &contract.operations()[sample.operation].operation;
    let revokes = contract.revoke_operation() == Some(sample.operation);
    let creates = operation.method == "POST" && operation.path == contract.tokens_path();
    let effect = effect(contract, graph, sample.operation, sample.expects);
    let name = contract.name();
    let source = source.map_or_else(
        || format!("{}, {}", name.title, name.version),
        str::to_owned,
    );
    Case {
        id: id.leak(),
        level: Level::Must,
        clause: Clause {
            source: source.leak(),
            text: text.leak(),
        },
        covers: Box::leak(Box::new([&*covers.to_owned().leak()])),
        needs: Needs {
            own: u32::from(revokes),
            room: u32::from(creates),
            sample: Some(Box::leak(Box::new(sample))),
            ..Needs::NONE
        },
        effect,
        steps: |t| Box::pin(steps(t)),
    }
}
