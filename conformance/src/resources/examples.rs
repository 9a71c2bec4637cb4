//! Values that the contract itself gives: examples, defaults, and samples of schemas.

use openapi::{Document, Validator, pointer, sample};
use serde_json::Value;

use super::origin::Origin;

/// Returns a value for the parameter or the media type at `place`: an example, the default, or a sample of its schema.
/// `fits` says whether a value can be used.
pub(super) fn value(
    document: &Document,
    place: &str,
    schema: Option<&Value>,
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
    let written = examples.chain(default).find(|(value, _)| fits(value));
    written.or_else(|| {
        let value = sample::valid(schema?)?;
        fits(&value).then_some((value, Origin::Sample))
    })
}

/// Returns whether a schema accepts a value; without a schema, or with one that cannot be compiled, it does.
pub(super) fn accepts(schema: Option<&Value>, value: &Value) -> bool {
    schema
        .and_then(|schema| Validator::new(schema).ok())
        .is_none_or(|validator| validator.accepts(value))
}
