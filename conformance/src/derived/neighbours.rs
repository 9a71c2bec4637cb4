//! Why a thing is not there that a case has made: another one of its kind was deleted, which deletes more than it names, or another one
//! in its place; or what was created does not stay. Then that is the cause, whatever case met it.

use std::sync::{Arc, PoisonError};

use crate::case::{Outcome, Stop};
use crate::deployment::faults::{CHANGED, deletes_another};
use crate::deployment::keeping::Keeping;
use crate::resources::graph::Kind;
use crate::resources::make::make;
use crate::resources::members::Members;
use crate::resources::request;
use crate::trial::Trial;
use crate::wire::Request;

/// How many things are made, of which the one in the middle is deleted.
const MADE: usize = 5;

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
/// deletes it, too, or where what was created does not stay, unless the case is about the creation.
pub(super) async fn blamed(t: &Trial, kinds: impl Iterator<Item = usize>, reason: String) -> Stop {
    for index in kinds {
        let kind = &t.deployment().graph.kinds[index];
        let (Some(delete), Some(read)) = (kind.delete, kind.read) else {
            continue;
        };
        let question = Arc::clone(
            (t.deployment().keeping.lock())
                .unwrap_or_else(PoisonError::into_inner)
                .entry(index)
                .or_default(),
        );
        let found = question.get_or_try_init(|| look(t, index, (delete, read)));
        match found.await {
            Ok(Keeping::Sound) | Err(_) => {}
            Ok(Keeping::Loses) => {
                lost(t, kind);
                let operation = t.sample().ok().map(|sample| sample.operation);
                let creators = kind.creators.iter();
                let mut creators = creators.map(|creator| Some(creator.operation));
                return match creators.any(|creator| creator == operation) {
                    true => Stop::Failed(reason),
                    false => Stop::Blocked(reason),
                };
            }
            Ok(Keeping::DeletesOthers) => {
                name(t, delete, &kind.noun);
                return Stop::Blocked(reason);
            }
        }
    }
    Stop::Failed(reason)
}

/// Names, in the step that failed last, that what an operation creates is not there later.
fn lost(t: &Trial, kind: &Kind) {
    let mut creators = kind.creators.iter().filter(|creator| creator.is_new);
    let Some(creator) = creators.next() else {
        return;
    };
    let operation = &t.deployment().contract.operations()[creator.operation].operation;
    t.name_cause(
        Some(format!("without what {operation} has created")),
        Some(format!("what {operation} has created is not there later")),
    );
}

/// Makes a few things of a kind, deletes one, and looks what is there then.
async fn look(t: &Trial, index: usize, (delete, read): (usize, usize)) -> Result<Keeping, Stop> {
    let key = &t.deployment().graph.kinds[index].key;
    let is_gone = async |reading: &Request| -> Result<Option<bool>, Stop> {
        let answer = t.look("read one of them", reading.clone()).await?;
        let status = answer.map_or(0, |answer| answer.status());
        let is_known = matches!(status, 200..300 | 404 | 410);
        Ok(is_known.then_some(status >= 400))
    };
    t.with_other_things(async {
        let _alone = t.alone().await;
        let (mut made, mut readings) = (Vec::new(), Vec::new());
        for _ in 0..MADE {
            made.push(make(t, index, Members::Ordinary).await?.bound);
            readings.push(request::ordinary(t, read).await?);
        }
        for reading in &readings {
            match is_gone(reading).await? {
                Some(true) => return Ok(Keeping::Loses),
                Some(false) => {}
                None => return Ok(Keeping::Sound),
            }
        }
        let middle = MADE / 2;
        t.scope().bind(key, made[middle].clone());
        let request = request::ordinary(t, delete).await?;
        let purpose = "delete one, to see whether others stay";
        let deleted = t.look(purpose, request).await?;
        // One that is accepted for later may not be done yet.
        if !deleted.is_ok_and(|one| matches!(one.status(), 200 | 203..300)) {
            return Ok(Keeping::Sound);
        }
        for (place, reading) in readings.iter().enumerate() {
            let is_wrong = is_gone(reading).await? == Some(place != middle);
            if is_wrong {
                return Ok(Keeping::DeletesOthers);
            }
        }
        Ok(Keeping::Sound)
    })
    .await
}
