//! Bodies with more than an ordinary request needs: each member that a client may set, with other values than before.

use openapi::{Validator, pointer, sample};
use serde_json::{Value, json};

use super::chosen::{Chosen, ChosenBody};
use super::examples::accepts;
use super::graph::names_things;
use super::inputs::{Body, bodies};
use super::references::{resolved, with_definitions};
use super::unique;
use crate::contract::Contract;
use crate::trial::{Answer, Trial};

/// How deep members are looked for.
const DEPTH: usize = 4;

/// Parts of names of members that servers count or date by themselves, although a request may have them.
const COUNTED: [&str; 6] = [
    "version", "revision", "etag", "updated", "modified", "changed",
];

/// Which members a body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// Those of an ordinary request.
    Ordinary,
    /// Each that a client may set, as far as one can be found that the schema accepts.
    All,
}

/// Returns whether a member of this name counts or dates changes.
pub(crate) fn counts(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    COUNTED.iter().any(|part| name.contains(part))
}

/// Returns whether a value is what many services leave out of an answer.
pub(crate) fn is_empty(value: &Value) -> bool {
    [
        json!(null),
        json!(false),
        json!(0),
        json!(""),
        json!([]),
        json!({}),
    ]
    .contains(value)
}

/// Returns what was chosen, with each member that a client may set. Those that have the same value in an `earlier` body get
/// another one. `None` where that is no other body.
pub(crate) fn with_all_members(
    contract: &Contract,
    chosen: &Chosen,
    earlier: &Value,
) -> Option<Chosen> {
    let sent = chosen.body.as_ref()?;
    let operation = &contract.operations()[chosen.operation].operation;
    let bodies = bodies(contract, operation);
    let body = (bodies.iter()).find(|body| body.media_type == sent.media_type)?;
    let schema = body.schema.as_ref()?;
    let filling = Filling {
        contract,
        body,
        schema,
        validator: Validator::new(schema).ok()?,
        earlier,
    };
    let mut value = sent.value.clone();
    filling.fill(&mut value, "", schema, DEPTH);
    if value == sent.value {
        return None;
    }
    unique::vary(&mut value, &sent.origin, Some(schema));
    let body = ChosenBody {
        value,
        ..sent.clone()
    };
    Some(Chosen {
        body: Some(body),
        ..chosen.clone()
    })
}

/// Returns what was chosen with one member alone in its body, for each that a client may set: with another value than it has in an
/// `earlier` body. Those that the schema does not accept alone are left out.
pub(crate) fn with_one_member(
    contract: &Contract,
    chosen: &Chosen,
    earlier: &Value,
) -> Vec<(String, Chosen)> {
    let whole = with_all_members(contract, chosen, earlier);
    let body = whole.as_ref().unwrap_or(chosen).body.as_ref();
    let operation = &contract.operations()[chosen.operation].operation;
    let bodies = bodies(contract, operation);
    let declared = body
        .and_then(|body| (bodies.iter()).find(|declared| declared.media_type == body.media_type));
    let (Some(body), Some(declared)) = (body, declared) else {
        return Vec::new();
    };
    let members = body.value.as_object().into_iter().flatten();
    let alone = members.filter(|(name, value)| earlier.get(name) != Some(*value));
    let alone = alone.map(|(name, value)| (name.clone(), json!({ name.as_str(): value })));
    let accepted = alone.filter(|(_, value)| accepts(declared.schema.as_ref(), value));
    let one = accepted.map(|(name, value)| {
        let body = ChosenBody {
            value,
            ..body.clone()
        };
        let chosen = Chosen {
            body: Some(body),
            ..chosen.clone()
        };
        (name, chosen)
    });
    one.collect()
}

/// Records that a body with all members was refused, so that the run does not see what becomes of them.
pub(crate) fn are_refused(t: &Trial, whole: &Chosen, answer: &Answer<'_>) {
    let what = format!(
        "what becomes of the optional members of the body is not tested: with all of them it is answered with {}",
        answer.status()
    );
    t.deployment().leave_out(whole.operation, what);
}

/// A body that gets more members.
struct Filling<'b> {
    contract: &'b Contract,
    body: &'b Body<'b>,
    /// The self-contained schema.
    schema: &'b Value,
    validator: Validator,
    earlier: &'b Value,
}

impl Filling<'_> {
    /// Adds and changes the members of the object at a place of a body.
    fn fill(&self, whole: &mut Value, place: &str, schema: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let schema = resolved(self.schema, schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fill(whole, place, part, depth);
        }
        let members = schema["properties"].as_object().into_iter().flatten();
        for (name, member) in members.filter(|(name, _)| is_of_clients(name)) {
            let at = pointer::join(place, name);
            let now = whole.pointer(&at);
            let has_its_own = now.is_some() && now != self.earlier.pointer(&at);
            if !has_its_own && !now.is_some_and(Value::is_object) {
                self.set(whole, place, name, member);
            }
            if whole.pointer(&at).is_some_and(Value::is_object) {
                self.fill(whole, &at, member, depth);
            }
        }
    }

    /// Gives a member a value that it does not have, that the service would not take by itself, and that shows in an answer.
    fn set(&self, whole: &mut Value, place: &str, name: &str, member: &Value) {
        let at = pointer::join(place, name);
        let member = resolved(self.schema, member);
        let mut candidates = sample::candidates(&with_definitions(self.schema, member));
        let other = |one: &Value| {
            let known = [whole.pointer(&at), self.earlier.pointer(&at)];
            !known.contains(&Some(one)) && member.get("default") != Some(one) && !is_empty(one)
        };
        candidates.retain(other);
        if member.get("enum").is_some() {
            // The first is what a service most often takes by itself.
            candidates.reverse();
        }
        for candidate in candidates {
            let mut changed = whole.clone();
            let holder = changed.pointer_mut(place).and_then(Value::as_object_mut);
            let Some(holder) = holder else {
                return;
            };
            holder.insert(name.to_owned(), candidate);
            let is_written = || self.body.written(self.contract, &changed).is_some();
            if self.validator.accepts(&changed) && is_written() {
                *whole = changed;
                return;
            }
        }
    }
}

/// Returns whether a client decides what the member of a name has: no id, no date or count of changes, and no state, which
/// services have rules for.
fn is_of_clients(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_set_by_servers =
        lower.contains("created") || ["status", "state"].iter().any(|end| lower.ends_with(end));
    !names_things(name) && !counts(name) && !is_set_by_servers
}
