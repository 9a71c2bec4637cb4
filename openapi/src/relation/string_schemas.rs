//! Two schemas that differ in what they say of strings only: `pattern`, `minLength`, `maxLength`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::schema::{Inclusion, Strings, inclusion};

/// Keywords that speak of strings alone, in a way that [`Strings`] knows.
const KNOWN: &[&str] = &["pattern", "minLength", "maxLength"];

/// Keywords that hold whatever stands beside them, so that having them only narrows a schema.
const NARROWING: &[&str] = &["enum", "const", "format"];

/// Whether every value of `sender` is one of `receiver`.
///
/// [`Inclusion::Included`] holds of all values. The string of [`Inclusion::Not`] is one that the
/// patterns and lengths tell apart: other keywords may say otherwise of it, so it is a suspect.
pub(super) fn related(sender: &Value, receiver: &Value) -> Inclusion {
    let (Some(sender), Some(receiver)) = (Parts::of(sender), Parts::of(receiver)) else {
        return Inclusion::Unknown;
    };
    let no_patterns = |parts: &Parts<'_>| parts.strings.patterns.is_empty();
    let no_strings = |types: &Vec<&str>| !types.contains(&"string");
    if (no_patterns(&sender) && no_patterns(&receiver))
        || sender.types.as_ref().is_some_and(no_strings)
    {
        return Inclusion::Unknown;
    }
    match inclusion(&sender.strings, &receiver.strings) {
        Inclusion::Included if !sender.agrees(&receiver) => Inclusion::Unknown,
        decided => decided,
    }
}

/// What a schema says, all of which holds together. A split `allOf` says it no otherwise.
#[derive(Debug)]
struct Parts<'v> {
    /// `None` when the schema does not say.
    types: Option<Vec<&'v str>>,
    strings: Strings,
    others: BTreeMap<&'v str, &'v Value>,
}

impl<'v> Parts<'v> {
    fn of(schema: &'v Value) -> Option<Self> {
        let schema = schema.as_object()?;
        Self::joined(schema).or_else(|| Self::own(schema))
    }

    /// The parts of the schema and of the members of its `allOf`; `None` where those say more than
    /// can be put together.
    fn joined(schema: &'v Map<String, Value>) -> Option<Self> {
        let mut parts = Self::own(schema)?;
        parts.others.remove("allOf");
        for member in schema.get("allOf")?.as_array()? {
            let member = Self::own(member.as_object()?)?;
            parts.types = match (parts.types, member.types) {
                (Some(types), Some(others)) => Some(both(&types, &others)),
                (types, others) => types.or(others),
            };
            parts.strings.patterns.extend(member.strings.patterns);
            parts.strings.lengths = parts.strings.lengths.and(member.strings.lengths);
            for (keyword, value) in member.others {
                let known = parts.others.insert(keyword, value);
                if !NARROWING.contains(&keyword) || known.is_some_and(|known| known != value) {
                    return None;
                }
            }
        }
        Some(parts)
    }

    fn own(schema: &'v Map<String, Value>) -> Option<Self> {
        let types = match schema.get("type") {
            None => None,
            Some(Value::String(only)) => Some(vec![only.as_str()]),
            Some(types) => Some(types.as_array()?.iter().filter_map(Value::as_str).collect()),
        };
        let is_other = |keyword: &str| !KNOWN.contains(&keyword) && keyword != "type";
        let others = schema
            .iter()
            .map(|(keyword, value)| (keyword.as_str(), value))
            .filter(|(keyword, _)| is_other(keyword));
        Some(Self {
            types,
            strings: Strings::of(schema)?,
            others: others.collect(),
        })
    }

    /// Whether these parts are within the receiver's as far as all but the strings goes.
    fn agrees(&self, receiver: &Self) -> bool {
        let mut kept = receiver.others.iter();
        let mut more = self
            .others
            .keys()
            .filter(|keyword| !receiver.others.contains_key(*keyword));
        let types_are_within = match (&self.types, &receiver.types) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(sent), Some(accepted)) => sent.iter().all(|kind| is_among(kind, accepted)),
        };
        types_are_within
            && kept.all(|(keyword, value)| self.others.get(keyword) == Some(value))
            && more.all(|keyword| NARROWING.contains(keyword))
    }
}

/// The types of values that are of both.
fn both<'v>(types: &[&'v str], others: &[&'v str]) -> Vec<&'v str> {
    let here = types.iter().filter(|kind| is_among(kind, others));
    let there = others.iter().filter(|kind| is_among(kind, types));
    here.chain(there).copied().collect()
}

fn is_among(kind: &str, types: &[&str]) -> bool {
    types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}

#[cfg(test)]
mod tests {
    use super::related;
    use crate::schema::Inclusion;
    use serde_json::json;

    #[test]
    fn what_stands_beside_the_pattern_decides_with_it() {
        let digits = json!({"type": "string", "pattern": r"^\d+$"});
        for (sender, receiver, expected) in [
            (
                digits.clone(),
                json!({"type": ["string", "null"], "pattern": "^[0-9]"}),
                true,
            ),
            (
                json!({"type": ["string", "null"], "pattern": "^[0-9]"}),
                digits.clone(),
                false,
            ),
            (digits.clone(), json!({"pattern": "^[0-9]"}), true),
            (
                digits.clone(),
                json!({"type": "string", "pattern": "^[0-9]", "format": "date"}),
                false,
            ),
            (
                json!({"type": "string", "pattern": r"^\d+$", "format": "date"}),
                digits.clone(),
                true,
            ),
            // What is declared decides what is undeclared.
            (
                json!({"pattern": "^a", "additionalProperties": false, "properties": {"a": true}}),
                json!({"pattern": "a", "additionalProperties": false}),
                false,
            ),
            (digits.clone(), json!({"type": "string"}), true),
            // A split `allOf` is the same as its whole, where its parts can be put together.
            (
                digits.clone(),
                json!({"allOf": [{"type": "string"}, {"pattern": "^[0-9]"}, {"pattern": "[0-9]$"}]}),
                true,
            ),
            (
                json!({"allOf": [{"type": "string", "pattern": "^[0-9]*$"}, {"minLength": 1}]}),
                digits.clone(),
                true,
            ),
            (
                json!({"pattern": "^a", "allOf": [{"required": ["a"]}]}),
                json!({"pattern": "a", "allOf": [{"required": ["b"]}]}),
                false,
            ),
            (
                json!({"pattern": "^a", "allOf": [{"$ref": "#"}]}),
                json!({"pattern": "a", "allOf": [{"$ref": "#"}]}),
                true,
            ),
            (
                json!({"pattern": "^a", "type": ["string", "number"], "allOf": [{"type": ["string", "integer"]}]}),
                json!({"pattern": "a", "type": "string"}),
                false,
            ),
            (
                json!({"pattern": "^a", "enum": ["a"], "allOf": [{"enum": ["ab"]}]}),
                json!({"pattern": "a", "enum": ["ab"]}),
                false,
            ),
            (json!({"type": "integer", "pattern": "a"}), digits, false),
        ] {
            let related = related(&sender, &receiver);
            assert_eq!(
                related == Inclusion::Included,
                expected,
                "{sender} in {receiver}: {related:?}"
            );
        }
    }
}
