//! Values that the contract itself gives: examples, defaults, and samples of schemas.

use openapi::{Document, Validator, pointer, sample};
use serde_json::{Value, json};

use super::origin::Origin;
use super::references::with_definitions;

/// Returns a value for the parameter or the media type at `place`: an example, the default, or a sample of its schema.
/// `prepare` changes an example or a default before it
/// is used, and `fits` says whether a value can be.
pub(super) fn value(
    document: &Document,
    place: &str,
    schema: Option<&Value>,
    prepare: impl Fn(&mut Value),
    fits: impl Fn(&Value) -> bool,
) -> Option<(Value, Origin)> {
    let given = document.at(place)?;
    let of_schema = document.resolve(&pointer::join(place, "schema"));
    let named = given["examples"].as_object().into_iter().flatten();
    let named = named.filter_map(|(name, _)| {
        let example = pointer::join_all(place, ["examples", name]);
        document.resolve(&example)?.get("value")
    });
    let listed = of_schema.and_then(|schema| schema["examples"].as_array());
    let single =
        |holder: Option<&'_ Value>| holder.and_then(|holder| holder.get("example")).cloned();
    let examples = (single(Some(given)).into_iter())
        .chain(named.cloned())
        .chain(listed.into_iter().flatten().cloned())
        .chain(single(of_schema))
        .map(|value| (value, Origin::Example));
    let default = of_schema.and_then(|schema| schema.get("default")).cloned();
    let default = default.map(|value| (value, Origin::Default));
    let mut written = examples.chain(default).filter_map(|(mut value, origin)| {
        prepare(&mut value);
        fits(&value).then_some((value, origin))
    });
    written.next().or_else(|| {
        let value = sampled(schema?).filter(|value| fits(value));
        // An empty list is a sample that no query can carry.
        let value = value.or_else(|| {
            let mut others = sample::candidates(schema?).into_iter();
            others.find(|value| fits(value) && accepts(schema, value))
        });
        Some((value?, Origin::Sample))
    })
}

/// Removes from a value the members that only answers have, by the schema at a pointer.
pub(super) fn strip_read_only(document: &Document, schema: &str, value: &mut Value) {
    let place = document.follow(schema);
    let parts = (document.at(&place)).and_then(|schema| schema["allOf"].as_array());
    for part in 0..parts.map_or(0, Vec::len) {
        let part = pointer::join_all(&place, ["allOf", &part.to_string()]);
        strip_read_only(document, &part, value);
    }
    match value {
        Value::Object(members) => {
            let member = |name: &str| pointer::join_all(&place, ["properties", name]);
            members.retain(|name, _| {
                let declared = [document.at(&member(name)), document.resolve(&member(name))];
                let is_read_only = |declared: &&Value| declared["readOnly"] == true;
                !declared.iter().flatten().any(is_read_only)
            });
            for (name, value) in members {
                strip_read_only(document, &member(name), value);
            }
        }
        Value::Array(items) => {
            let place = pointer::join(&place, "items");
            for item in items {
                strip_read_only(document, &place, item);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns a sample of a schema; of an object without required members one with a member, where there is one.
fn sampled(schema: &Value) -> Option<Value> {
    let value = sample::valid(schema);
    if value.as_ref().is_some_and(|value| *value != json!({})) {
        return value;
    }
    let validator = Validator::new(schema).ok()?;
    let members = schema["properties"].as_object().into_iter().flatten();
    let with_one = members.filter_map(|(name, member)| {
        let member = with_definitions(schema, member);
        let object = json!({ name.as_str(): sample::valid(&member)? });
        validator.accepts(&object).then_some(object)
    });
    with_one.into_iter().next().or(value)
}

/// Returns whether a schema accepts a value; without a schema, or with one that cannot be compiled, it does.
pub(super) fn accepts(schema: Option<&Value>, value: &Value) -> bool {
    schema
        .and_then(|schema| Validator::new(schema).ok())
        .is_none_or(|validator| validator.accepts(value))
}
