//! The deletion of what a run created.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::graph::slots_of;
use super::ledger::Created;
use super::origin::Origin;
use super::request;
use super::scope::Bound;
use crate::case::Effect;
use crate::deployment::Deployment;
use crate::deployment::pace::Errand;
use crate::event::{CreatedResources, NamedResource};
use crate::trial::Trial;

/// The pauses after which the end of a run tries again to delete what a busy deployment did not delete. A locked database, for
/// instance, is free again soon after the last request of the cases.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// The number of tries in a row without a deletion after which nothing is tried again.
const MOST_IN_VAIN: usize = 4;

/// The time after which nothing is tried again, nor anything more of a deployment that does not answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The number of deletions in a row without an answer after which a deployment does not answer.
const MOST_UNANSWERED: usize = 3;

/// What became of things whose deletion was tried.
#[derive(Debug, Default)]
struct Tried {
    deleted: usize,
    /// Those that the deployment did not delete since it was busy or failed, each with what it answered.
    busy: Vec<(Created, String)>,
    /// Those that it did not delete since something else may be in the way.
    held: Vec<(Created, String)>,
    unanswered: usize,
}

/// Why a thing was not deleted.
enum Undeleted {
    Refused(String),
    Held(String),
    Busy(String),
    Unanswered(String),
}

/// Deletes what a case created and is still there, the newest first; with `None`, what all cases created. What may have been
/// there before stays. What a busy deployment does not delete is left for the end of the run, which tries a few times.
pub(crate) async fn clean_up(deployment: &Arc<Deployment>, case: Option<&'static str>) {
    let begun = Instant::now();
    let mut tried = delete_all(deployment, case, begun).await;
    let mut in_vain = 0;
    for pause in PAUSES.iter().filter(|_| case.is_none()) {
        in_vain = if tried.deleted > 0 { 0 } else { in_vain + 1 };
        let may_pass = !tried.busy.is_empty() || !tried.held.is_empty() && tried.deleted > 0;
        if !may_pass || in_vain == MOST_IN_VAIN || begun.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(*pause).await;
        tried = delete_all(deployment, case, begun).await;
    }
    let remains = tried.busy.into_iter().chain(tried.held);
    if case.is_none() {
        for (one, why) in remains {
            settle(deployment, &one, Some(why));
        }
    } else if remains.count() > 0 {
        return;
    }
    // Other things are deleted with those that they are within.
    for one in deployment.made.there(case) {
        let why = "no operation of the contract deletes it".to_owned();
        settle(deployment, &one, Some(why));
    }
}

/// Records why a thing could not be deleted, or that it is deleted, and frees the request that was kept for that.
fn settle(deployment: &Deployment, one: &Created, left: Option<String>) {
    if deployment.made.settle(one, left) {
        deployment.freed_one();
    }
}

/// Tries to delete what is still there.
async fn delete_all(
    deployment: &Arc<Deployment>,
    case: Option<&'static str>,
    begun: Instant,
) -> Tried {
    let made = &deployment.made;
    let mut tried = Tried::default();
    for one in made.there(case) {
        let Some(operation) = deployment.graph.kinds[one.kind].delete else {
            continue;
        };
        if !made.is_there(&one) {
            continue;
        }
        if let Some(why) = made.why_not_own(one.kind, &one.ids) {
            if made.keep(&one, why) {
                deployment.freed_one();
            }
            continue;
        }
        if tried.unanswered >= MOST_UNANSWERED && begun.elapsed() > PATIENCE {
            let why = "the deployment did not answer the deletions before".to_owned();
            tried.busy.push((one, why));
            continue;
        }
        let case = case.unwrap_or("clean-up");
        let outcome = delete(deployment, case, operation, &one).await;
        let is_unanswered = matches!(outcome, Err(Undeleted::Unanswered(_)));
        tried.unanswered = if is_unanswered {
            tried.unanswered + 1
        } else {
            0
        };
        match outcome {
            Ok(()) => {
                tried.deleted += 1;
                settle(deployment, &one, None);
            }
            Err(Undeleted::Refused(why)) => settle(deployment, &one, Some(why)),
            Err(Undeleted::Held(why)) => tried.held.push((one, why)),
            Err(Undeleted::Busy(why) | Undeleted::Unanswered(why)) => tried.busy.push((one, why)),
        }
    }
    tried
}

/// Deletes a thing.
async fn delete(
    deployment: &Arc<Deployment>,
    case: &'static str,
    operation: usize,
    one: &Created,
) -> Result<(), Undeleted> {
    let kind = &deployment.graph.kinds[one.kind];
    let t = Trial::new(Arc::clone(deployment), (case, None), Effect::Delete);
    for (key, id) in slots_of(&kind.key).into_iter().zip(&one.ids) {
        let bound = Bound {
            value: Value::String(id.clone()),
            origin: Origin::Suite,
            ours: true,
        };
        t.scope().bind(&key, bound);
    }
    let request = (request::unrecorded(&t, operation).await)
        .map_err(|stop| Undeleted::Refused(stop.reason().to_owned()))?;
    let purpose = format!("clean up: delete the {}", kind.noun);
    let exchange = deployment
        .send_for(Errand::CleanUp, case, purpose, request)
        .await;
    let status = match exchange.outcome {
        Ok(response) => response.status,
        Err(problem) => {
            let why = format!("its DELETE got no answer: {problem}");
            return Err(Undeleted::Unanswered(why));
        }
    };
    let why = format!("its DELETE was answered with {status}");
    match status {
        200..=299 | 404 | 410 => Ok(()),
        409 | 423 => Err(Undeleted::Held(why)),
        408 | 425 | 429 | 500.. => Err(Undeleted::Busy(why)),
        _ => Err(Undeleted::Refused(why)),
    }
}

/// Reports what a run created, deleted and left behind.
pub(crate) fn report(deployment: &Deployment) -> CreatedResources {
    let totals = deployment.made.totals();
    let (contract, graph) = (&deployment.contract, &deployment.graph);
    let named = |things: Vec<(Created, String)>| -> Vec<NamedResource> {
        let things = things.into_iter().map(|(one, reason)| NamedResource {
            path: deployment.secrets.redact(&one.path(contract, graph)),
            created_by: contract.operations()[one.by].operation.to_string(),
            reason,
        });
        things.collect()
    };
    let unknown = deployment.made.unknown_creators().into_iter();
    let unknown = unknown.map(|operation| {
        let operation = &contract.operations()[operation].operation;
        NamedResource {
            path: operation.path.clone(),
            created_by: operation.to_string(),
            reason: "its 201 says that it has created something, once or more, and not how to delete it: look there".to_owned(),
        }
    });
    let mut left_behind: Vec<NamedResource> = named(totals.left);
    left_behind.extend(unknown);
    CreatedResources {
        created: totals.created,
        deleted: totals.deleted,
        left_behind,
        kept: named(totals.kept),
    }
}
