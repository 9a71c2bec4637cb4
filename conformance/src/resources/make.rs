//! Things that the run makes: for one case alone, or for all cases that read one.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::building::ordinary_of;
use super::chosen::{Chosen, Made};
use super::graph::answers::{id_of_item, items, text_of};
use super::graph::{Creator, How, Kind, slots_of};
use super::ledger::answered;
use super::members::{self, Members, with_all_members};
use super::origin::Origin;
use super::ownership;
use super::scope::{Bound, Found};
use super::values::{self, Things};
use crate::case::{Effect, Stop};
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// The name of the exchanges that make what cases share.
const SHARED: &str = "resources";

/// The supply of the things that operations of the contract make or list.
pub(super) struct Supply;

impl Things for Supply {
    fn make<'a>(&'a self, t: &'a Trial, kind: usize) -> BoxFuture<'a, Result<Made, Stop>> {
        Box::pin(make(t, kind, Members::Ordinary))
    }

    fn shared<'a>(
        &'a self,
        t: &'a Trial,
        kind: usize,
        within: &'a [(String, Bound)],
    ) -> BoxFuture<'a, Result<Found, Stop>> {
        Box::pin(shared(t, kind, within))
    }

    fn shared_with_holders<'a>(
        &'a self,
        t: &'a Trial,
        kind: usize,
    ) -> BoxFuture<'a, Result<Found, Stop>> {
        Box::pin(shared_with_holders(t, kind))
    }

    fn tag<'a>(&'a self, t: &'a Trial, reader: usize) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let chosen = values::choose_unrecorded(t, reader, self).await.ok()?;
            let request = ordinary_of(t, &chosen).ok()?;
            let answer = t.look("read its ETag", request).await.ok()?.ok()?;
            let is_there = answer.status() / 100 == 2;
            (answer.headers("etag").into_iter().next()).filter(|_| is_there)
        })
    }
}

/// Chooses the values of an ordinary request of an operation, and records where they come from.
pub(crate) async fn choose(t: &Trial, operation: usize) -> Result<Chosen, Stop> {
    ownership::find_out(t, operation, &Supply).await?;
    values::choose(t, operation, &Supply).await
}

/// Builds an ordinary request of an operation.
pub(crate) async fn ordinary(t: &Trial, operation: usize) -> Result<Request, Stop> {
    ordinary_of(t, &choose(t, operation).await?)
}

/// Makes a thing of a kind for a case. Its later requests name this one. One with all members is made without those where they
/// are refused.
///
/// # Errors
/// When no operation of the contract makes one, or none of those that do has succeeded.
pub(crate) async fn make(t: &Trial, kind: usize, members: Members) -> Result<Made, Stop> {
    let one = &t.deployment().graph.kinds[kind];
    let mut last = None;
    for creator in one.creators.iter().filter(|creator| creator.is_new) {
        match make_by(t, kind, creator, members).await {
            Ok((made, None)) => {
                t.scope().bind(&one.key, made.bound.clone());
                return Ok(made);
            }
            Ok((_, Some(why))) => {
                let operation = &t.deployment().contract.operations()[creator.operation].operation;
                last = Some(Stop::Lacking(format!(
                    "the {} that {operation} answered with may not be the run's own: {why}; nothing that the run did not make is changed",
                    one.noun
                )));
            }
            Err(stop) => last = Some(stop),
        }
    }
    Err(last.unwrap_or_else(|| {
        Stop::Lacking(format!(
            "no operation of the contract makes a {}, and nothing that the run did not make is changed",
            one.noun
        ))
    }))
}

/// Makes a thing by one operation. Where others change such things, also returns why it may not be the run's own.
async fn make_by(
    t: &Trial,
    index: usize,
    creator: &Creator,
    members: Members,
) -> Result<(Made, Option<String>), Stop> {
    let deployment = t.deployment();
    let kind = &deployment.graph.kinds[index];
    let documented = &deployment.contract.operations()[creator.operation];
    let operation = &documented.operation;
    let noun = &kind.noun;
    if creator.how == How::Named {
        let named = ownership::unused(t, kind, &Supply).await?;
        t.scope().bind(&kind.key, named);
    }
    let sent = send(t, kind, creator, members).await;
    if creator.how == How::Named {
        t.scope().forget(&kind.key);
    }
    let (chosen, answer, path, id) = sent?;
    match id {
        Some(value) => {
            let ids = || {
                let graph = &deployment.graph;
                graph.ids(creator.operation, index, &path, &text_of(&value)?)
            };
            let why_not = match creator.is_new && deployment.graph.is_changed(index) {
                true => (deployment.made).why_not_own(index, &ids().unwrap_or_default()),
                false => None,
            };
            let made = Made {
                bound: Bound {
                    value,
                    origin: match &creator.how {
                        How::Link(_) => Origin::Link(operation.to_string()),
                        How::Answer | How::Named => Origin::Answer(operation.to_string()),
                    },
                    ours: creator.is_new && why_not.is_none(),
                },
                chosen,
            };
            Ok((made, why_not))
        }
        None if documented.has_done(answer.status()) => Err(Stop::Unproven(format!(
            "the {} of {operation} shows no id of the {noun}",
            answer.status()
        ))),
        None => Err(Stop::Unproven(format!(
            "no {noun} could be made: {operation} answered {}: {}; give `body` and other values in [operations.\"{operation}\"] of the profile",
            answer.status(),
            answer.quote()
        ))),
    }
}

/// What was sent to make a thing, the answer, the path of the request, and the id that the answer shows.
type Sent<'t> = (Chosen, Answer<'t>, String, Option<Value>);

/// Sends the request that makes a thing.
async fn send<'t>(
    t: &'t Trial,
    kind: &Kind,
    creator: &Creator,
    members: Members,
) -> Result<Sent<'t>, Stop> {
    let chosen = choose(t, creator.operation).await?;
    let whole = match members {
        Members::All => with_all_members(&t.deployment().contract, &chosen, &Value::Null),
        Members::Ordinary => None,
    };
    if let Some(whole) = whole {
        let sent = send_chosen(t, kind, creator, whole).await?;
        let documented = &t.deployment().contract.operations()[creator.operation];
        if documented.has_done(sent.1.status()) {
            return Ok(sent);
        }
        members::are_refused(t, &sent.0, &sent.1);
    }
    send_chosen(t, kind, creator, chosen).await
}

/// Sends a request of chosen values that makes a thing.
async fn send_chosen<'t>(
    t: &'t Trial,
    kind: &Kind,
    creator: &Creator,
    chosen: Chosen,
) -> Result<Sent<'t>, Stop> {
    let documented = &t.deployment().contract.operations()[creator.operation];
    let operation = &documented.operation;
    let request = ordinary_of(t, &chosen)?;
    if creator.how == How::Named {
        t.deployment().made.differs(&request);
    }
    let purpose = format!("make a {}: {operation}", kind.noun);
    let answer = t.ask(&purpose, request.clone()).await?;
    let path = request.path.split('?').next().unwrap_or_default();
    let id = match documented.has_done(answer.status()) {
        true => answered(&request, path, answer.response()).id(kind, &creator.how),
        false => None,
    };
    Ok((chosen, answer, path.to_owned(), id))
}

/// Returns a thing of a kind that cases only read: one that the run makes once, where it may, or one that a list shows.
/// `within` are the things that hold it, from the outermost.
///
/// # Errors
/// When the deployment was busy.
async fn shared(t: &Trial, kind: usize, within: &[(String, Bound)]) -> Result<Found, Stop> {
    let deployment = t.deployment();
    let key = &deployment.graph.kinds[kind].key;
    let mut place = key.clone();
    for (_, bound) in within {
        let text = text_of(&bound.value).unwrap_or_default();
        place = place.replacen("{}", &crate::percent::percent_encoded(&text), 1);
    }
    let look = async |may_wait: bool| {
        let apart = Trial::apart(Arc::clone(deployment), SHARED, t);
        for (key, bound) in within {
            apart.scope().bind(key, bound.clone());
        }
        let may_make = t.allowed() >= Effect::Create && within.iter().all(|(_, bound)| bound.ours);
        let found = find(&apart, kind, may_make).await;
        let busy = (may_wait && found.is_err()).then(|| t.blocked_by(&apart));
        match busy.flatten() {
            Some(stop) => Err(stop),
            None => Ok(found),
        }
    };
    let question = deployment.shared.of(&place);
    if t.is_alone() {
        // Another case that is asking may wait for this one.
        return match question.known() {
            Some(found) => Ok(found),
            None => look(true).await,
        };
    }
    question.once(look).await
}

/// Makes a thing of a kind, or one that a thing of the kind leads to, by the first operation that succeeds. `None` where the contract
/// has no such operation.
pub(crate) async fn make_any(t: &Trial, index: usize) -> Option<Result<Made, Stop>> {
    let graph = &t.deployment().graph;
    let kind = &graph.kinds[index];
    let members = match graph.looked_up(kind) {
        // It may be an optional one.
        Some(_) => Members::All,
        None => Members::Ordinary,
    };
    let mut last = None;
    for creator in &kind.creators {
        match make_by(t, index, creator, members).await {
            Ok((made, _)) => return Some(Ok(made)),
            Err(stop) => last = Some(Err(stop)),
        }
    }
    last
}

/// Makes a thing of a kind, or finds one in a list.
async fn find(t: &Trial, index: usize, may_make: bool) -> Found {
    let graph = &t.deployment().graph;
    let kind = &graph.kinds[index];
    let mut why = match may_make {
        true => format!("no operation of the contract makes a {}", kind.noun),
        false => format!("the run may not make a {}", kind.noun),
    };
    if may_make {
        match make_any(t, index).await {
            Some(Ok(made)) => return Ok(made.bound),
            Some(Err(stop)) => why = stop.reason().to_owned(),
            None => {}
        }
    }
    let Some(list) = kind.list else {
        return Err(why);
    };
    let operation = &t.deployment().contract.operations()[list].operation;
    let found = async {
        let request = ordinary(t, list).await?;
        let answer = t.ask(&format!("look for a {}", kind.noun), request).await?;
        let body = answer.json();
        let mut ids = items(body).into_iter().flatten();
        let id = ids.find_map(|item| id_of_item(item, kind));
        Ok::<_, Stop>(id.filter(|_| answer.status() / 100 == 2))
    };
    match found.await {
        Ok(Some(value)) => Ok(Bound {
            value,
            origin: Origin::Answer(operation.to_string()),
            ours: false,
        }),
        Ok(None) => Err(format!("{why}; {operation} shows none")),
        Err(stop) => Err(format!("{why}; {operation}: {}", stop.reason())),
    }
}

/// Returns a thing of a kind that cases only read, with all that holds it: those of the case where it has them.
async fn shared_with_holders(t: &Trial, kind: usize) -> Result<Found, Stop> {
    let graph = &t.deployment().graph;
    let mut within: Vec<(String, Bound)> = Vec::new();
    for key in slots_of(&graph.kinds[kind].key) {
        let mine = t.scope().get(&key).cloned();
        let bound = match (mine, graph.kind(&key)) {
            (Some(bound), _) => bound,
            (None, Some(kind)) => match shared(t, kind, &within).await? {
                Ok(bound) => bound,
                Err(why) => return Ok(Err(why)),
            },
            (None, None) => return Ok(Err(format!("nothing is known of {key}"))),
        };
        within.push((key, bound));
    }
    let named = within.pop().map(|(_, bound)| bound);
    Ok(named.ok_or_else(|| "its path names nothing".to_owned()))
}
