//! The promise of operations that look a thing up by another member than its id: they find the one that has it.

use serde_json::Value;

use super::Promise;
use super::subject::{BETWEEN, LOOKS, found};
use crate::case::{Effect, Outcome, Stop};
use crate::derived::reach;
use crate::derived::steps::is_documented;
use crate::resources::chosen::Made;
use crate::resources::clean_up::clean_up;
use crate::resources::graph::answers::{another_in_place_of, items, names_member, text_of};
use crate::resources::graph::{Graph, How, Kind};
use crate::resources::make::make_any;
use crate::resources::request;
use crate::resources::scope::Bound;
use crate::trial::{Answer, Trial};

/// Returns the promises of such operations, whose things the contract creates.
pub(crate) fn promises(graph: &Graph) -> Vec<Promise> {
    let mut promises = Vec::new();
    for kind in &graph.kinds {
        let things = graph.looked_up(kind).map(|index| &graph.kinds[index]);
        let (Some(things), Some(operation)) = (things, kind.read) else {
            continue;
        };
        let mut creators = things.creators.iter().filter(|creator| creator.is_new);
        let Some(creator) = creators.next() else {
            continue;
        };
        promises.push(Promise {
            operation,
            what: "named_is_found",
            text: "what has the member that the path names is found, and nothing else",
            effect: match creator.how {
                How::Named => Effect::Change,
                How::Link(_) | How::Answer => Effect::Create,
            },
            is_of_all: false,
            steps: |t| Box::pin(named_is_found(t)),
        });
        if things.delete.is_some() {
            promises.push(Promise {
                operation,
                what: "deleted_is_not_found",
                text: "what was deleted is not found (RFC 9110, section 9.3.5)",
                effect: Effect::Delete,
                is_of_all: false,
                steps: |t| Box::pin(deleted_is_not_found(t)),
            });
        }
    }
    promises
}

/// A thing that a case made, by the member that it is looked up by.
struct Lookup<'t> {
    kind: &'t Kind,
    bound: Bound,
}

impl<'t> Lookup<'t> {
    /// Makes a thing for the operation of the case. `None` where no operation of the contract makes one.
    async fn make(t: &'t Trial) -> Result<Option<Lookup<'t>>, Stop> {
        let operation = t.sample()?.operation;
        let kinds = &t.deployment().graph.kinds;
        let index = kinds.iter().position(|kind| kind.read == Some(operation));
        let index = index.ok_or_else(|| {
            Stop::Broken("the case is about no kind: a defect of the suite".to_owned())
        })?;
        let kind = &kinds[index];
        t.scope().forget(&kind.key);
        match make_any(t, index).await {
            Some(Ok(Made { bound, .. })) => Ok(Some(Lookup { kind, bound })),
            Some(Err(Stop::Lacking(why) | Stop::Unproven(why))) => Err(Stop::Unasked(why)),
            Some(Err(stop)) => Err(stop),
            None => Ok(None),
        }
    }

    /// Looks it up.
    async fn read(&self, t: &'t Trial, when: &str) -> Result<Answer<'t>, Stop> {
        let operation = t.sample()?.operation;
        t.scope().bind(&self.kind.key, self.bound.clone());
        let request = request::ordinary(t, operation).await?;
        let purpose = format!("look it up by its {}{when}", self.kind.parameter);
        let answer = t.send(&purpose, request).await?;
        is_documented(&answer, t, operation)?;
        Ok(answer)
    }

    /// Returns the things that an answer shows: the items of a list, or the whole.
    fn shown<'v>(&self, body: &'v Value) -> Vec<&'v Value> {
        match items(body) {
            Some(items) if items.is_empty() && !names_member(body, self.kind) => Vec::new(),
            Some(items) if items.iter().any(Value::is_object) && !names_member(body, self.kind) => {
                items.iter().collect()
            }
            _ => vec![body],
        }
    }
}

async fn named_is_found(t: &Trial) -> Outcome {
    let operation = t.sample()?.operation;
    // Of one alone, the first or the newest of all could be right by chance.
    let (first, second) = (Lookup::make(t).await?, Lookup::make(t).await?);
    for lookup in [first, second].into_iter().flatten() {
        let answer = lookup.read(t, "").await?;
        let held = answer.status() / 100 == 2;
        answer.expect("status", held, "2xx: it was created", found(&answer))?;
        shows(&answer, t, &lookup)?;
    }
    reach::ensure(t, operation).await
}

async fn deleted_is_not_found(t: &Trial) -> Outcome {
    let operation = t.sample()?.operation;
    let Some(lookup) = Lookup::make(t).await? else {
        return reach::ensure(t, operation).await;
    };
    let (deployment, case) = (t.deployment(), t.transcript().case());
    clean_up(deployment, Some(case)).await;
    if !deployment.made.there(Some(case)).is_empty() {
        return Err(Stop::Unproven("it could not be deleted".to_owned()));
    }
    let value = text_of(&lookup.bound.value).unwrap_or_default();
    let mut answer = lookup.read(t, " after its deletion").await?;
    for _ in 1..LOOKS {
        if !is_shown(&lookup, &answer, &value) {
            break;
        }
        tokio::time::sleep(BETWEEN).await;
        answer = lookup.read(t, " after its deletion").await?;
    }
    let is_shown = is_shown(&lookup, &answer, &value);
    let unseen = answer.expect("what was deleted", !is_shown, "not found", found(&answer));
    let cause = is_shown.then(|| "what was deleted is found".to_owned());
    t.name_cause(cause, None);
    unseen?;
    reach::ensure(t, operation).await
}

/// Returns whether an answer shows a thing that has a value in the member of a lookup.
fn is_shown(lookup: &Lookup<'_>, answer: &Answer<'_>, value: &str) -> bool {
    let shown = lookup.shown(answer.json()).into_iter();
    let mut shown = shown.filter(|item| names_member(item, lookup.kind));
    let has = |item: &Value| another_in_place_of(item, lookup.kind, value).is_none();
    answer.status() / 100 == 2 && shown.any(has)
}

/// Checks that an answer shows what has the value in the member that the path names, in each item of a list.
fn shows(answer: &Answer<'_>, t: &Trial, lookup: &Lookup<'_>) -> Outcome {
    let kind = lookup.kind;
    let value = text_of(&lookup.bound.value).unwrap_or_default();
    let shown = lookup.shown(answer.json());
    let other = (shown.iter()).find_map(|item| another_in_place_of(item, kind, &value));
    let what = format!("`{}` as the path names it", kind.parameter);
    let actual = match (&other, shown.is_empty()) {
        (Some(other), _) => other.to_string(),
        (None, true) => "nothing".to_owned(),
        (None, false) => value.clone(),
    };
    let held = other.is_none() && !shown.is_empty();
    let outcome = answer.expect(&what, held, &value, actual);
    t.name_cause(
        (!held).then(|| format!("another {} than the path names", kind.parameter)),
        None,
    );
    outcome
}
