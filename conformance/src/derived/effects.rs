//! The effects of requests that must have none: what an operation of the contract reads before and after them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::case::{Outcome, Stop};
use crate::deployment::faults::CHANGED;
use crate::resources::ledger::things;
use crate::resources::origin::Origin;
use crate::resources::request;
use crate::trial::{Alone, Answer, Trial};
use crate::wire::Request;

/// The request that reads where an operation writes.
pub(super) struct Reader {
    /// `None` where no operation of the contract reads there.
    request: Option<Request>,
    /// Whether other cases change what it reads.
    is_shared: bool,
}

/// The readings after a change that show whether it goes on without a request, and the time before each.
const CONTROLS: usize = 4;
const BETWEEN: Duration = Duration::from_millis(400);

/// What was read before a request.
pub(super) struct Reading {
    /// Whether the case made what it reads, and would make another one if it were run again.
    is_own: bool,
    status: u16,
    body: Vec<u8>,
    /// The body as JSON, and the pointers to what differs each time, such as a clock.
    json: Option<(Value, Vec<String>)>,
}

impl Reader {
    /// Finds the reader of an operation: the `GET` of the same path, or of the nearest one above.
    pub(super) async fn of(t: &Trial, operation: usize) -> Result<Reader, Stop> {
        let operations = t.deployment().contract.operations();
        let path = &operations[operation].operation.path;
        let reads = |candidate: &str| {
            path.strip_prefix(candidate)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let readers = operations.iter().enumerate().filter(|(_, documented)| {
            documented.operation.method == "GET" && reads(&documented.operation.path)
        });
        let nearest = readers.max_by_key(|(_, documented)| documented.operation.path.len());
        let Some((reader, _)) = nearest else {
            return Ok(Reader {
                request: None,
                is_shared: false,
            });
        };
        let request = match request::ordinary(t, reader).await {
            Ok(request) => Some(request),
            Err(Stop::Lacking(_) | Stop::Unproven(_)) => None,
            Err(other) => return Err(other),
        };
        let thing = t.deployment().graph.slots(reader).last();
        let thing = thing.and_then(|slot| t.scope().get(&slot.key).cloned());
        let is_made = thing.is_some_and(|bound| {
            bound.ours && matches!(bound.origin, Origin::Answer(_) | Origin::Link(_))
        });
        Ok(Reader {
            request,
            is_shared: !is_made,
        })
    }

    /// Sends a request, judges its answer, and checks that it has changed nothing, where what is read does not differ each
    /// time.
    pub(super) async fn none_of<'t>(
        self,
        t: &'t Trial,
        purpose: &str,
        request: Request,
        judge: impl FnOnce(&Answer<'t>) -> Outcome,
    ) -> Outcome {
        let (before, _alone) = self.before(t).await?;
        let answer = t.send(purpose, request).await?;
        judge(&answer)?;
        match before {
            Some((reading, before)) => {
                let purpose = "read it after the refusal";
                before.is_unchanged(t, reading, purpose, &|_| false).await
            }
            None => Ok(()),
        }
    }

    /// Reads before a request. Where other cases change what is read, none does while the guard is held.
    pub(super) async fn before(
        self,
        t: &Trial,
    ) -> Result<(Option<(Request, Reading)>, Option<Alone<'_>>), Stop> {
        let Some(request) = self.request else {
            return Ok((None, None));
        };
        let alone = match self.is_shared {
            true => Some(t.alone().await),
            false => None,
        };
        let reading = Reading::take(t, &request, !self.is_shared).await?;
        Ok((reading.map(|reading| (request, reading)), alone))
    }
}

impl Reading {
    /// Reads twice. `None` when the answers have nothing in common.
    pub(super) async fn take(
        t: &Trial,
        reading: &Request,
        is_own: bool,
    ) -> Result<Option<Reading>, Stop> {
        let first = t.ask("read it before", reading.clone()).await?;
        let second = t.ask("read it once more before", reading.clone()).await?;
        if first.status() != second.status() {
            return Ok(None);
        }
        let json = |answer: &Answer<'_>| serde_json::from_slice::<Value>(answer.bytes()).ok();
        let json = match (json(&first), json(&second)) {
            (Some(first), Some(second)) => {
                let mut moving = Vec::new();
                differences(&first, &second, String::new(), &mut moving);
                Some((second, moving))
            }
            (_, _) => None,
        };
        let same = json.is_some() || first.bytes() == second.bytes();
        Ok(same.then(|| Reading {
            is_own,
            status: second.status(),
            body: second.bytes().to_vec(),
            json,
        }))
    }

    /// Reads again, and checks that only what differs each time has changed, or what goes on to change by itself.
    /// `may_change` excepts some by their pointers.
    pub(super) async fn is_unchanged(
        &self,
        t: &Trial,
        reading: Request,
        purpose: &str,
        may_change: &(dyn Fn(&str) -> bool + Sync),
    ) -> Outcome {
        let after = t.send(purpose, reading.clone()).await?;
        let held = after.status() == self.status
            && match self.changed(&after, may_change) {
                Changed::Nothing => true,
                Changed::Places(places) => {
                    self.is_of_earlier_work(t, &reading, &after)
                        || moves(t, &reading, after.json(), &places).await?
                }
                Changed::Bytes => false,
            };
        let expected = String::from_utf8_lossy(&self.body);
        let held = after.expect("no effect", held, expected, after.quote());
        let cause = format!("{CHANGED}a request that must not change it");
        t.name_cause(Some(cause), None);
        if self.is_own {
            t.transcript().note_own_effect();
        }
        held
    }

    /// Returns whether a list differs only by what the run had asked for before, where a deployment does some of it later: the list shows
    /// no other things than the run has made, and lacks none but those that it has deleted. What its items show may go on to change.
    fn is_of_earlier_work(&self, t: &Trial, reading: &Request, after: &Answer<'_>) -> bool {
        let deployment = t.deployment();
        let (graph, made) = (&deployment.graph, &deployment.made);
        let path = reading.path.split('?').next().unwrap_or_default();
        let (Some(list), Some((before, _))) = (deployment.operation_at(reading), &self.json) else {
            return false;
        };
        let listed = |body: &Value| -> Option<(usize, BTreeSet<Vec<String>>)> {
            let (kind, shown) = things(graph, list, path, body)?;
            let ids: Option<BTreeSet<_>> = shown.into_iter().map(|(_, ids)| ids).collect();
            Some((kind, ids?))
        };
        let (Some((kind, before)), Some((_, after))) = (listed(before), listed(after.json()))
        else {
            return false;
        };
        let is_made = |ids: &Vec<String>| made.is_there_yet(kind, ids).is_some();
        let is_deleted = |ids: &Vec<String>| made.is_there_yet(kind, ids) == Some(false);
        deployment.works_later()
            && after.difference(&before).all(is_made)
            && before.difference(&after).all(is_deleted)
    }

    /// Compares a later answer, without what differs each time.
    fn changed(&self, after: &Answer<'_>, may_change: &(dyn Fn(&str) -> bool + Sync)) -> Changed {
        let Some((before, moving)) = &self.json else {
            return match after.bytes() == self.body.as_slice() {
                true => Changed::Nothing,
                false => Changed::Bytes,
            };
        };
        let mut changed = Vec::new();
        differences(before, after.json(), String::new(), &mut changed);
        changed.retain(|place| !(is_within(place, moving) || may_change(place)));
        match changed.is_empty() {
            true => Changed::Nothing,
            false => Changed::Places(changed),
        }
    }
}

/// What differs between two answers.
enum Changed {
    Nothing,
    /// These pointers into the JSON.
    Places(Vec<String>),
    /// Something in a body that is not JSON.
    Bytes,
}

/// Returns whether a place is one of these, or below one.
fn is_within(place: &str, places: &[String]) -> bool {
    let mut places = places.iter().filter_map(|one| place.strip_prefix(&**one));
    places.any(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether all that has changed goes on to change without any request, such as an age in seconds.
async fn moves(
    t: &Trial,
    reading: &Request,
    after: &Value,
    changed: &[String],
) -> Result<bool, Stop> {
    let mut moving = Vec::new();
    for _ in 0..CONTROLS {
        tokio::time::sleep(BETWEEN).await;
        let purpose = "read it once more, to see whether it changes by itself";
        let later = t.ask(purpose, reading.clone()).await?;
        differences(after, later.json(), String::new(), &mut moving);
        if changed.iter().all(|place| is_within(place, &moving)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Collects the pointers to what differs between two values.
fn differences(one: &Value, other: &Value, place: String, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            for (name, member) in one {
                let place = openapi::pointer::join(&place, name);
                match other.get(name) {
                    Some(other) => differences(member, other, place, found),
                    None => found.push(place),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (item, other)) in one.iter().zip(other).enumerate() {
                differences(item, other, format!("{place}/{index}"), found);
            }
        }
        (one, other) if one == other => {}
        (_, _) => found.push(place),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn differences_are_named_by_their_place() {
        let mut found = Vec::new();
        let one = json!({ "now": 1, "items": [{ "a": 1 }, { "a": 2 }], "same": [] });
        let other = json!({ "now": 2, "items": [{ "a": 1 }, { "a": 3 }], "same": [] });
        differences(&one, &other, String::new(), &mut found);
        found.sort();
        assert_eq!(found, ["/items/1/a", "/now"]);
    }
}
