//! Hidden properties: a part of a schema declares them, and another part allows no undeclared ones.
//!
//! Each part is meant, and the whole accepts no value that has the property. So nothing follows from that: schemas with
//! hidden properties must be related as if these were allowed as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::conjunction::{InPlace, Located, Part};
use super::contradictions::{is_refused, within};
use crate::keywords;

/// The names that are hidden, by the address of the schema object that hides them.
type Hidden<'a> = BTreeMap<*const Value, BTreeSet<&'a str>>;

/// Returns a self-contained schema with its hidden properties allowed; `None` where it has none.
pub(super) fn shown(schema: &Value) -> Option<Value> {
    let mut closes = false;
    keywords::visit(schema, &mut |object| closes |= is_closing(object));
    if !closes {
        return None;
    }
    let mut hidden = Hidden::new();
    let mut pending = vec![schema];
    while let Some(inner) = pending.pop() {
        let located = Located {
            schema: inner,
            root: schema,
        };
        for (hiding, names) in hidden_in(located) {
            hidden.entry(hiding).or_default().extend(names);
        }
        pending.extend(within(inner));
    }
    (!hidden.is_empty()).then(|| allowed(schema, &hidden))
}

/// Returns a property that a schema of a document hides, where no part of the schema does so by itself.
pub(crate) fn hidden_property<'a>(schema: &'a Value, root: &'a Value) -> Option<&'a str> {
    let located = Located { schema, root };
    let part = Part::of(located)?;
    let reference = part.object.get("$ref");
    let target = reference.and_then(|reference| located.target(reference));
    let name = hidden_in(located).into_values().flatten().next()?;
    let mut parts = part.list("allOf").chain(target);
    (!parts.any(|part| !hidden_in(part).is_empty())).then_some(name)
}

/// Returns whether a schema object allows no undeclared properties.
fn is_closing(object: &Map<String, Value>) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|keyword| object.get(*keyword).is_some_and(is_refused))
}

/// Returns what the parts of a schema hide of each other.
fn hidden_in(located: Located<'_>) -> Hidden<'_> {
    let mut hidden = Hidden::new();
    let Value::Object(object) = located.schema else {
        return hidden;
    };
    let composes = ["$ref", "allOf", "anyOf", "oneOf"];
    if !composes.iter().any(|keyword| object.contains_key(*keyword)) {
        return hidden;
    }
    let whole = Part { object, located };
    for closing in whole.in_place(InPlace::Certain) {
        if !is_closing(closing.object) {
            continue;
        }
        // `additionalProperties` sees only what is declared beside it.
        let seen = match closing.object.get("additionalProperties") {
            Some(others) if is_refused(others) => vec![closing],
            _ => closing.in_place(InPlace::Possible),
        };
        let has_others = |part: &Part<'_>| {
            part.object.contains_key("patternProperties")
                || (part.object.get("additionalProperties"))
                    .is_some_and(|others| !is_refused(others))
        };
        if seen.iter().any(has_others) {
            continue;
        }
        let declared: BTreeSet<&str> = seen.iter().flat_map(names).collect();
        let all = whole.in_place(InPlace::Possible);
        let mut names: BTreeSet<&str> = all.iter().flat_map(names).collect();
        names.retain(|name| !declared.contains(name));
        if !names.is_empty() {
            hidden.insert(std::ptr::from_ref(closing.located.schema), names);
        }
    }
    hidden
}

/// Returns the names of the properties that a part declares and does not refuse.
fn names<'a>(part: &Part<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let members = part.members("properties");
    let meant = members.filter(|(_, property)| !is_refused(property.schema));
    meant.map(|(name, _)| name)
}

/// Returns the schema with what is hidden allowed where it is hidden.
fn allowed(schema: &Value, hidden: &Hidden<'_>) -> Value {
    let mut copy = match schema {
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(key, member)| (key.clone(), allowed(member, hidden)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(|item| allowed(item, hidden)).collect(),
        scalar => scalar.clone(),
    };
    if let (Some(names), Value::Object(object)) =
        (hidden.get(&std::ptr::from_ref(schema)), &mut copy)
    {
        let properties = object
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            for name in names {
                let property = properties.entry((*name).to_owned());
                property.or_insert(Value::Bool(true));
            }
        }
    }
    copy
}
