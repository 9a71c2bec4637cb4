//! Whether a thing is gone since another one of its kind was deleted, or another one in its place: then the deletion is the cause, whatever case met it.

use std::sync::{Arc, PoisonError};

use crate::case::{Outcome, Stop};
use crate::deployment::faults::{CHANGED, deletes_another};
use crate::resources::make::make;
use crate::resources::members::Members;
use crate::resources::request;
use crate::trial::Trial;

/// How many things are made, of which one is deleted.
const MADE: usize = 3;

/// Names, in the step that failed last, that an operation which deletes one thing deletes or changes others.
pub(super) fn name(t: &Trial, delete: usize, noun: &str) {
    let operation = &t.deployment().contract.operations()[delete].operation;
    t.name_cause(
        Some(format!("{CHANGED}{operation} of another {noun}")),
        Some(deletes_another(operation)),
    );
}

/// Runs the steps of a case. Where they fail since a thing is not found, looks whether deleting another one deletes it, too: other
/// cases do so at the same time.
pub(super) async fn judged(t: &Trial, steps: impl Future<Output = Outcome>) -> Outcome {
    let outcome = steps.await;
    let refusal = t.transcript().unexplained().flatten();
    let is_gone = refusal.is_some_and(|(_, status)| matches!(status, 404 | 410));
    match outcome {
        Err(Stop::Failed(reason)) if is_gone => {
            let graph = &t.deployment().graph;
            let operation = t.sample()?.operation;
            // It may be within what was deleted.
            let named = graph.slots(operation).iter();
            let named = named.filter_map(|slot| graph.kind(&slot.key));
            let created = graph.created_by(operation).map(|(kind, _)| kind);
            Err(blamed(t, named.chain(created), reason).await)
        }
        outcome => outcome,
    }
}

/// Returns the outcome of a case that failed since a thing of one of these kinds is not there: it is blocked where deleting another one
/// deletes it, too.
pub(super) async fn blamed(t: &Trial, kinds: impl Iterator<Item = usize>, reason: String) -> Stop {
    for index in kinds {
        let kind = &t.deployment().graph.kinds[index];
        let (Some(delete), Some(read)) = (kind.delete, kind.read) else {
            continue;
        };
        let question = Arc::clone(
            (t.deployment().spares.lock())
                .unwrap_or_else(PoisonError::into_inner)
                .entry(index)
                .or_default(),
        );
        let deletes = question.get_or_try_init(|| deletes_one(t, index, (delete, read)));
        if let Ok(false) = deletes.await {
            name(t, delete, &kind.noun);
            return Stop::Blocked(reason);
        }
    }
    Stop::Failed(reason)
}

/// Returns whether deleting a thing of a kind deletes it, and spares the one that was made before it, and the one after it.
async fn deletes_one(
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
        // One that is accepted for later may not be done yet.
        if !matches!(t.look(purpose, request).await?, Ok(answer) if matches!(answer.status(), 200 | 203..300))
        {
            return Ok(true);
        }
        for (place, reading) in readings.into_iter().enumerate() {
            let purpose = "read one of them after that";
            let Ok(answer) = t.look(purpose, reading).await? else {
                continue;
            };
            let is_wrong = match place {
                1 => answer.status() / 100 == 2,
                _ => matches!(answer.status(), 404 | 410),
            };
            if is_wrong {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
}
