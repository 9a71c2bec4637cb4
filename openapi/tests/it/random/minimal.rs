//! The reduction of a failing pair of values to a smaller one that still fails.

use serde_json::Value;

/// The most calls of `fails`, which compares documents.
const BUDGET: usize = 1_500;

/// Removes parts of both values as long as `fails` stays true.
pub(crate) fn minimal(
    base: &Value,
    revision: &Value,
    fails: impl Fn(&Value, &Value) -> bool,
) -> (Value, Value) {
    let (mut base, mut revision) = (base.clone(), revision.clone());
    let mut remaining = BUDGET;
    loop {
        let smaller = reductions(&base, &revision).find(|(base, revision)| {
            remaining = remaining.saturating_sub(1);
            remaining > 0 && fails(base, revision)
        });
        match smaller {
            Some(smaller) => (base, revision) = smaller,
            None => return (base, revision),
        }
    }
}

/// Returns pairs that are smaller by one step: the largest steps first, and steps of both values earlier than steps
/// of one.
fn reductions<'v>(
    base: &'v Value,
    revision: &'v Value,
) -> impl Iterator<Item = (Value, Value)> + 'v {
    let mut pointers = pointers(base);
    for pointer in self::pointers(revision) {
        if !pointers.contains(&pointer) {
            pointers.push(pointer);
        }
    }
    pointers.sort_by_key(|pointer| pointer.matches('/').count());
    pointers.into_iter().flat_map(move |pointer| {
        let mut pairs = Vec::new();
        for step in [Step::Remove, Step::Hoist, Step::Anything] {
            let new_base = step.taken(base, &pointer);
            let new_revision = step.taken(revision, &pointer);
            if let (Some(base), Some(revision)) = (&new_base, &new_revision) {
                pairs.push((base.clone(), revision.clone()));
            }
            pairs.extend(new_base.map(|base| (base, revision.clone())));
            pairs.extend(new_revision.map(|revision| (base.clone(), revision)));
        }
        pairs
    })
}

fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), value)];
    while let Some((pointer, value)) = pending.pop() {
        match value {
            Value::Object(members) => pending.extend(
                members
                    .iter()
                    .map(|(key, member)| (openapi::pointer::join(&pointer, key), member)),
            ),
            Value::Array(items) => {
                pending.extend(items.iter().enumerate().map(|(index, item)| {
                    (openapi::pointer::join(&pointer, &index.to_string()), item)
                }));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if !pointer.is_empty() {
            found.push(pointer);
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Step {
    /// The value is removed.
    Remove,
    /// The value replaces its parent, or the parent of that.
    Hoist,
    /// The value becomes the schema that accepts everything.
    Anything,
}

impl Step {
    fn taken(self, whole: &Value, pointer: &str) -> Option<Value> {
        let value = whole.pointer(pointer)?;
        let (holder, _) = pointer.rsplit_once('/')?;
        let token = openapi::pointer::last(pointer).into_owned();
        let mut smaller = whole.clone();
        match self {
            Self::Remove => match smaller.pointer_mut(holder)? {
                Value::Object(members) => {
                    members.shift_remove(&token)?;
                }
                Value::Array(items) => {
                    items.remove(token.parse().ok()?);
                }
                _ => return None,
            },
            Self::Hoist => {
                // The parent of `/properties/a` is the schema with `properties`, as for `/anyOf/0`.
                let outer = holder.rsplit_once('/').map(|(outer, _)| outer)?;
                if !value.is_object() || outer.is_empty() || outer.ends_with("/components") {
                    return None;
                }
                *smaller.pointer_mut(outer)? = value.clone();
            }
            Self::Anything => {
                if !value.is_object() || value.as_object().is_some_and(serde_json::Map::is_empty) {
                    return None;
                }
                *smaller.pointer_mut(pointer)? = Value::Object(serde_json::Map::new());
            }
        }
        Some(smaller)
    }
}
