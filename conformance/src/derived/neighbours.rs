//! Whether a thing is gone since another one of its kind was deleted: then the deletion is the cause, whatever case met it.

use std::sync::{Arc, PoisonError};

use crate::case::{Outcome, Stop};
use crate::deployment::faults::CHANGED;
use crate::resources::make::make;
use crate::resources::members::Members;
use crate::resources::request;
use crate::trial::Trial;

/// How many things are made, of which one is deleted.
const MADE: usize = 3;

/// Names, in the step that failed last, that an operation which deletes one thing changes others.
pub(super) fn name(t: &Trial, delete: usize, noun: &str) {
    let operation = &t.deployment().contract.operations()[delete].operation;
    t.name_cause(
        Some(format!("{CHANGED}{operation} of another {noun}")),
        Some(format!("{operation} changes another {noun}")),
    );
}

/// Runs the steps of a case. Where they fail since a thing is not found, looks whether deleting another one deletes it, too: other
/// cases do so at the same time.
pub(super) async fn judged(t: &Trial, steps: impl Future<Output = Outcome>) -> Outcome {
    let outcome = steps.await;
    let Err(Stop::Failed(reason)) = outcome else {
        return outcome;
    };
    let refusal = t.transcript().unexplained().flatten();
    let is_gone = refusal.is_some_and(|(_, status)| matches!(status, 404 | 410));
    let failed = Err(Stop::Failed(reason.clone()));
    if !is_gone {
        return failed;
    }
    let graph = &t.deployment().graph;
    let operation = t.sample()?.operation;
    // It may be within what was deleted.
    let named = graph.slots(operation).iter();
    let named = named.filter_map(|slot| graph.kind(&slot.key));
    let created = graph.created_by(operation).map(|(kind, _)| kind);
    for index in named.chain(created) {
        let kind = &graph.kinds[index];
        let (Some(delete), Some(read)) = (kind.delete, kind.read) else {
            continue;
        };
        let question = Arc::clone(
            (t.deployment().spares.lock())
                .unwrap_or_else(PoisonError::into_inner)
                .entry(index)
                .or_default(),
        );
        let spares = question.get_or_try_init(|| spares_others(t, index, (delete, read)));
        if let Ok(false) = spares.await {
            name(t, delete, &kind.noun);
            return Err(Stop::Blocked(reason));
        }
    }
    failed
}

/// Returns whether deleting a thing of a kind spares the one that was made before it, and the one after it.
async fn spares_others(
    t: &Trial,
    index: usize,
    (delete, read): (usize, usize),
) -> Result<bool, Stop> {
    let key = &t.deployment().graph.kinds[index].key;
    t.with_other_things(async {
        let _alone = t.alone().await;
        let (mut made, mut readings) = (Vec::new(), Vec::new());
        for _ in 0..MADE {
            made.push(make(t, index, Members::Ordinary).await?.bound);
            readings.push(request::ordinary(t, read).await?);
        }
        t.scope().bind(key, made[1].clone());
        let request = request::ordinary(t, delete).await?;
        let purpose = "delete one, to see whether others stay";
        if !matches!(t.look(purpose, request).await?, Ok(answer) if answer.status() / 100 == 2) {
            return Ok(true);
        }
        for reading in [&readings[0], &readings[2]] {
            let purpose = "read another one after that";
            let answer = t.look(purpose, reading.clone()).await?;
            if answer.is_ok_and(|answer| matches!(answer.status(), 404 | 410)) {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
}
