//! The deletion of what a run created.

use std::sync::Arc;

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

/// Deletes what a case created and is still there, the newest first; with `None`, what all cases created. What may have been
/// there before stays.
pub(crate) async fn clean_up(deployment: &Arc<Deployment>, case: Option<&'static str>) {
    let made = &deployment.made;
    let settled = |was_there: bool| {
        if was_there {
            deployment.freed_one();
        }
    };
    let created = made.there(case);
    for one in &created {
        if made.is_there(one) && deployment.graph.kinds[one.kind].delete.is_some() {
            match made.why_not_own(one.kind, &one.ids) {
                Some(why) => settled(made.keep(one, why)),
                None => {
                    let left = delete(deployment, case.unwrap_or("clean-up"), one).await;
                    settled(made.settle(one, left));
                }
            }
        }
    }
    for one in &created {
        if made.is_there(one) {
            let why = "no operation of the contract deletes it".to_owned();
            settled(made.settle(one, Some(why)));
        }
    }
}

/// Deletes a thing. Returns why it is left behind.
async fn delete(deployment: &Arc<Deployment>, case: &'static str, one: &Created) -> Option<String> {
    let kind = &deployment.graph.kinds[one.kind];
    let operation = kind.delete?;
    let t = Trial::new(Arc::clone(deployment), (case, None), Effect::Delete);
    for (key, id) in slots_of(&kind.key).into_iter().zip(&one.ids) {
        let bound = Bound {
            value: Value::String(id.clone()),
            origin: Origin::Suite,
            ours: true,
        };
        t.scope().bind(&key, bound);
    }
    let request = match request::unrecorded(&t, operation).await {
        Ok(request) => request,
        Err(stop) => return Some(stop.reason().to_owned()),
    };
    let purpose = format!("clean up: delete the {}", kind.noun);
    let exchange = deployment
        .send_for(Errand::CleanUp, case, purpose, request)
        .await;
    match exchange.outcome {
        Ok(response) => match response.status {
            200..=299 | 404 | 410 => None,
            status => Some(format!("its DELETE was answered with {status}")),
        },
        Err(problem) => Some(format!("its DELETE got no answer: {problem}")),
    }
}

/// Reports what a run created, deleted and left behind.
pub(crate) fn report(deployment: &Deployment) -> CreatedResources {
    let totals = deployment.made.totals();
    let (contract, graph) = (&deployment.contract, &deployment.graph);
    let named = |things: Vec<(Created, String)>| {
        let things = things.into_iter().map(|(one, reason)| NamedResource {
            path: deployment.secrets.redact(&one.path(contract, graph)),
            created_by: contract.operations()[one.by].operation.to_string(),
            reason,
        });
        things.collect()
    };
    CreatedResources {
        created: totals.created,
        deleted: totals.deleted,
        left_behind: named(totals.left),
        kept: named(totals.kept),
    }
}
