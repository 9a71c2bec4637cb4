//! The value of a schema that consists of several, from theirs.

use openapi::pointer;
use serde_json::{Value, json};

use super::messages::target;
use super::places::Step;

/// Stands for a required property until the part of the schema that declares it is found.
pub(super) const MISSING: &str = "\u{0}missing";

/// The steps that still lead to the place and the value there, for a schema on the way.
pub(super) type Way<'w> = Option<(&'w [Step], &'w Value)>;

/// Returns the schema of a property that a schema or one of its parts declares.
pub(super) fn property<'d>(
    document: &'d Value,
    schema: &'d Value,
    name: &str,
    depth: usize,
) -> Option<&'d Value> {
    let own = schema
        .get("properties")
        .and_then(|properties| properties.get(name));
    let depth = depth.checked_sub(1)?;
    own.or_else(|| {
        let target = target(document, schema).map(|(_, target)| target);
        let parts = schema.get("allOf").and_then(Value::as_array);
        let mut parts = target.into_iter().chain(parts.into_iter().flatten());
        parts.find_map(|part| property(document, part, name, depth))
    })
}

/// Returns the discriminator's value for a component: a mapped one, or the component's name.
pub(super) fn name_of(discriminator: Option<&Value>, target: &str) -> Option<String> {
    let mapping = discriminator?.get("mapping").and_then(Value::as_object);
    let mapped = mapping.into_iter().flatten().find(|(_, to)| {
        let to = to.as_str().unwrap_or_default();
        pointer::of_reference(to).is_some_and(|to| to == target) || pointer::last(target) == to
    });
    Some(match mapped {
        Some((value, _)) => value.clone(),
        None => pointer::last(target).into_owned(),
    })
}

/// The values of the parts of a schema, that of the part on the way last.
#[derive(Default)]
pub(super) struct Parts {
    beside: Option<Value>,
    on_the_way: Option<Value>,
}

impl Parts {
    pub(super) fn add(&mut self, value: Option<Value>, way: Way<'_>) {
        let Some(value) = value else {
            return;
        };
        let into = if way.is_some() {
            &mut self.on_the_way
        } else {
            &mut self.beside
        };
        match into {
            Some(present) => merge(present, value),
            None => *into = Some(value),
        }
    }

    pub(super) fn merged(self) -> Option<Value> {
        match (self.beside, self.on_the_way) {
            (Some(mut value), Some(over)) => {
                merge(&mut value, over);
                Some(value)
            }
            (beside, on_the_way) => on_the_way.or(beside),
        }
    }
}

/// Merges objects member by member; anything else is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(&name) {
                    Some(_) if value == MISSING => {}
                    Some(present) => merge(present, value),
                    None => {
                        into.insert(name, value);
                    }
                }
            }
        }
        (into, from) => *into = from,
    }
}

/// Returns a value without placeholders.
pub(super) fn complete(value: Option<Value>) -> Value {
    let mut value = value.unwrap_or_else(|| json!("text"));
    if let Value::Object(members) = &mut value {
        for member in members.values_mut().filter(|member| **member == MISSING) {
            *member = json!("text");
        }
    }
    value
}
