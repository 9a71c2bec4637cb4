//! The steps of cases about other users of the profile: one without the right, and one of another tenant.

use serde_json::Value;

use super::ask::Ask;
use super::contract::creating;
use crate::case::{Outcome, Stop};
use crate::derived::reach;
use crate::profile::Role;
use crate::resources::graph::answers::items;
use crate::resources::ledger::things;
use crate::trial::Trial;
use crate::wire::Request;

pub(super) async fn member(t: &Trial) -> Outcome {
    as_user(t, Role::Member, "a user without the right", &[403, 404]).await
}

pub(super) async fn outsider(t: &Trial) -> Outcome {
    as_user(
        t,
        Role::Outsider,
        "a user of another tenant",
        &[404, 403, 410],
    )
    .await
}

pub(super) async fn list_as_outsider(t: &Trial) -> Outcome {
    const WHO: &str = "a user of another tenant";
    let sample = t.sample()?;
    let contract = &t.deployment().contract;
    is_asked(t, Role::Outsider, WHO)?;
    // It creates one, as far as the run may.
    if let Some(creating) = creating(contract, sample.operation) {
        reach::of(t, creating).await?;
    }
    let ask = Ask::of(t).await?;
    let own = t
        .send("list them as the operator", ask.request.clone())
        .await?;
    let mut ids = Vec::new();
    collect_ids(own.json(), &mut ids);
    let made = made_by_run(t, &ask.request, own.json());
    if ids.is_empty() && made.is_empty() {
        return Err(Stop::Unasked(
            "the operator's list has nothing that the run has made, nor an id of eight characters or more".to_owned(),
        ));
    }
    let caller = t.caller_for(Role::Outsider, sample.operation)?;
    let answer = t.send(&sample.purpose, ask.as_caller(&caller)).await?;
    let mut others = Vec::new();
    collect_ids(answer.json(), &mut others);
    let shown = items(answer.json());
    let is_shown = |item: &&&Value| shown.is_some_and(|shown| shown.contains(item));
    let seen = ids.into_iter().find(|id| others.contains(id));
    let seen = seen.or_else(|| made.iter().find(is_shown).map(ToString::to_string));
    let held = answer.expect(
        "what the operator sees",
        seen.is_none(),
        "none of it",
        seen.as_deref().unwrap_or("none of them"),
    );
    t.name_cause(Some(format!("{WHO} sees what the operator sees")), None);
    held?;
    ask.finish().await
}

/// Returns the items of a list that the run has made: what has a number for an id may be another one for another tenant, unless all of
/// it is the same.
fn made_by_run<'v>(t: &Trial, request: &Request, body: &'v Value) -> Vec<&'v Value> {
    let deployment = t.deployment();
    let path = request.path.split('?').next().unwrap_or_default();
    let list = deployment.operation_at(request);
    let listed = list.and_then(|list| things(&deployment.graph, list, path, body));
    let Some((kind, shown)) = listed else {
        return Vec::new();
    };
    let is_made = |ids: &Vec<String>| deployment.made.is_there_yet(kind, ids) == Some(true);
    let made = shown
        .into_iter()
        .filter(|(_, ids)| ids.as_ref().is_some_and(is_made));
    made.map(|(item, _)| item).collect()
}

/// Collects the ids in a list: texts named `id`, which are too long to be the same for two tenants by chance.
fn collect_ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(id) if matches!(name.as_str(), "id" | "uuid" | "_id") && id.len() >= 8 => {
                        found.push(id.to_owned());
                    }
                    Some(_) | None => collect_ids(member, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns an error where the profile names no such user, or says that the user may use the operation.
fn is_asked(t: &Trial, role: Role, who: &str) -> Outcome {
    let deployment = t.deployment();
    let operation = &deployment.contract.operations()[t.sample()?.operation].operation;
    let table = deployment.profile.callers.of(role);
    let user = role.name();
    if table.is_none() && deployment.credentials.of(role).is_none() {
        return Err(Stop::Unasked(format!(
            "the profile names no [callers.{user}]: {who}"
        )));
    }
    if table.is_some_and(|table| table.may_use(operation)) {
        return Err(Stop::Inapplicable(format!(
            "the {user} may use it (callers.{user}.may)"
        )));
    }
    Ok(())
}

/// Sends the request as another user of the profile, and checks that it is refused with one of these statuses.
async fn as_user(t: &Trial, role: Role, who: &str, refusals: &[u16]) -> Outcome {
    is_asked(t, role, who)?;
    let ask = Ask::of(t).await?;
    let request = ask.as_caller(&t.caller_for(role, ask.sample.operation)?);
    let documented: Vec<u16> = (refusals.iter().copied())
        .filter(|status| ask.documented.names(*status))
        .collect();
    let wanted = match documented.is_empty() {
        true => refusals.to_vec(),
        false => documented,
    };
    let answer = t.send(&ask.sample.purpose, request).await?;
    ask.is_refused(&answer, who, &wanted)?;
    ask.finish().await
}
