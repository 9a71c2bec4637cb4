//! The promise of operations on a thing that was deleted: they do not find it.

use super::subject::succeeded;
use super::{Promise, finds_it_deleted, is_gone};
use crate::case::{Effect, Outcome, Stop};
use crate::contract::Contract;
use crate::deployment::reach::Reach;
use crate::derived::reach;
use crate::derived::steps::conforms;
use crate::resources::graph::{Graph, How, Kind};
use crate::resources::make::make;
use crate::resources::members::Members;
use crate::resources::request;
use crate::trial::Trial;

/// Returns the promises of the operations that use or change a thing which the contract also creates and deletes.
pub(crate) fn promises(contract: &Contract, graph: &Graph) -> Vec<Promise> {
    let operations = contract.operations().iter().enumerate();
    let using = operations.filter(|(index, documented)| {
        let uses = matches!(
            documented.operation.method.as_str(),
            "POST" | "PUT" | "PATCH"
        );
        let kind = named(graph, *index).map(|kind| &graph.kinds[kind]);
        uses && kind.is_some_and(|kind| kind.delete.is_some() && is_made_by_another(kind, *index))
    });
    let promises = using.map(|(operation, _)| Promise {
        operation,
        what: "deleted_is_not_found",
        text: "what was deleted is not found (RFC 9110, section 9.3.5)",
        effect: Effect::Delete,
        is_of_all: false,
        steps: |t| Box::pin(deleted_is_not_found(t)),
    });
    promises.collect()
}

/// Returns the kind of the last thing that the path of an operation names.
fn named(graph: &Graph, operation: usize) -> Option<usize> {
    graph.kind(&graph.slots(operation).last()?.key)
}

/// Returns whether the contract makes things of a kind, and not by the operation itself, which would make it anew.
fn is_made_by_another(kind: &Kind, operation: usize) -> bool {
    let mut creators = kind.creators.iter().filter(|creator| creator.is_new);
    let is_named = |how: &How| *how == How::Named;
    creators.any(|creator| creator.operation != operation && !is_named(&creator.how))
}

async fn deleted_is_not_found(t: &Trial) -> Outcome {
    let operation = t.sample()?.operation;
    let graph = &t.deployment().graph;
    let documented = &t.deployment().contract.operations()[operation];
    let broken = || Stop::Broken("the case is about no kind: a defect of the suite".to_owned());
    let index = named(graph, operation).ok_or_else(broken)?;
    let kind = &graph.kinds[index];
    reach::of(t, operation).await?;
    t.scope().forget(&kind.key);
    make(t, index, Members::Ordinary).await?;
    let request = request::ordinary(t, operation).await?;
    let deletes = kind.delete.ok_or_else(broken)?;
    let delete = request::ordinary(t, deletes).await?;
    // Another case may make one that gets the same id.
    let _alone = t.alone().await;
    let purpose = format!("delete the {}", kind.noun);
    let deleted = t.send(&purpose, delete).await?;
    succeeded(&deleted, &purpose)?;
    if deleted.status() == 202 {
        let why = "the deletion was accepted for later";
        return Err(Stop::Inapplicable(why.to_owned()));
    }
    let answer = t
        .send(&format!("{} after that", documented.operation), request)
        .await?;
    conforms(&answer, t, t.sample()?, &Reach::Elsewhere)?;
    let is_action = documented.operation.method == "POST";
    if answer.status() == 201 && documented.names(201) {
        is_back(t, index).await?;
        let why = "the operation creates it anew, as its 201 says (RFC 9110, section 9.3.4)";
        return Err(Stop::Inapplicable(why.to_owned()));
    }
    if is_action && answer.status() / 100 == 2 && is_back(t, index).await? {
        let why = "the operation restores what was deleted: it can be read again after that";
        return Err(Stop::Inapplicable(why.to_owned()));
    }
    if documented.names(404) || documented.names(410) {
        // It may not be the thing that an action looks for first.
        let held = is_gone(&answer) || is_action && answer.status() / 100 == 4;
        finds_it_deleted(t, &answer, held, deletes)?;
    }
    reach::ensure(t, operation).await
}

/// Returns whether what was deleted can be read again. Then the run has to delete it once more.
async fn is_back(t: &Trial, index: usize) -> Result<bool, Stop> {
    let deployment = t.deployment();
    let Some(read) = deployment.graph.kinds[index].read else {
        return Ok(false);
    };
    let request = request::ordinary(t, read).await?;
    let answer = t.ask("read it after that", request.clone()).await?;
    let is_back = answer.status() / 100 == 2;
    if is_back {
        deployment.found_again(read, &request);
    }
    Ok(is_back)
}
