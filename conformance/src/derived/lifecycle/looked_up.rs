//! The promise of operations that look a thing up by another member than its id: they find the one that has it.

use super::{Promise, found};
use crate::case::{Effect, Outcome, Stop};
use crate::derived::reach;
use crate::derived::steps::is_documented;
use crate::resources::graph::answers::{another_in_place_of, items, text_of};
use crate::resources::graph::{Graph, How, Kind};
use crate::resources::make::make_any;
use crate::resources::request;
use crate::resources::scope::Bound;
use crate::trial::{Answer, Trial};

/// Returns the promises of such operations, whose things the contract creates.
pub(crate) fn promises(graph: &Graph) -> Vec<Promise> {
    let kinds = graph.kinds.iter();
    let promises = kinds.filter_map(|kind| {
        let things = &graph.kinds[graph.looked_up(kind)?];
        let creator = things.creators.iter().find(|creator| creator.is_new)?;
        Some(Promise {
            operation: kind.read?,
            what: "named_is_found",
            text: "what has the member that the path names is found, and nothing else",
            effect: match creator.how {
                How::Named => Effect::Change,
                How::Link(_) | How::Answer => Effect::Create,
            },
            is_of_all: false,
            steps: |t| Box::pin(named_is_found(t)),
        })
    });
    promises.collect()
}

async fn named_is_found(t: &Trial) -> Outcome {
    let operation = t.sample()?.operation;
    let kinds = &t.deployment().graph.kinds;
    let index = kinds.iter().position(|kind| kind.read == Some(operation));
    let index = index.ok_or_else(|| {
        Stop::Broken("the case is about no kind: a defect of the suite".to_owned())
    })?;
    let kind = &kinds[index];
    // Of one alone, the first or the newest of all could be right by chance.
    let mut made = Vec::new();
    for _ in 0..2 {
        t.scope().forget(&kind.key);
        match make_any(t, index).await {
            Some(Ok(one)) => made.push(one.bound),
            Some(Err(Stop::Lacking(why) | Stop::Unproven(why))) => return Err(Stop::Unasked(why)),
            Some(Err(stop)) => return Err(stop),
            None => return reach::ensure(t, operation).await,
        }
    }
    for bound in made {
        t.scope().bind(&kind.key, bound.clone());
        let request = request::ordinary(t, operation).await?;
        let purpose = format!("look up one that was made, by its {}", kind.parameter);
        let answer = t.send(&purpose, request).await?;
        is_documented(&answer, t, operation)?;
        let held = answer.status() / 100 == 2;
        answer.expect("status", held, "2xx: it was created", found(&answer))?;
        shows(&answer, t, kind, &bound)?;
    }
    reach::ensure(t, operation).await
}

/// Checks that an answer shows what has the value in the member that the path names, in each item of a list.
fn shows(answer: &Answer<'_>, t: &Trial, kind: &Kind, bound: &Bound) -> Outcome {
    let value = text_of(&bound.value).unwrap_or_default();
    let body = answer.json();
    let shown = match items(body) {
        Some(items) if body.is_array() || items.iter().any(serde_json::Value::is_object) => {
            items.iter().collect()
        }
        _ => vec![body],
    };
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
