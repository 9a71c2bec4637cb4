//! The relation of two schemas that differ only in `pattern`, `minLength` and `maxLength`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::schema::{Inclusion, Strings, inclusion};

/// The keywords that [`Strings`] reads.
const STRING_KEYWORDS: &[&str] = &["pattern", "minLength", "maxLength"];

/// The keywords that do not depend on others: each of them only narrows a schema.
const NARROWING: &[&str] = &["enum", "const", "format"];

/// Returns whether `receiver` accepts every value that `sender` accepts.
///
/// [`Inclusion::Included`] is proven for all values. The string of [`Inclusion::Not`] follows from patterns and
/// lengths alone: other keywords may make no difference between the schemas, so it must be confirmed.
pub(super) fn inclusion_of(sender: &Value, receiver: &Value) -> Inclusion {
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
        Inclusion::Included if !sender.is_within_apart_from_strings(&receiver) => {
            Inclusion::Unknown
        }
        decided => decided,
    }
}

/// The assertions of a schema, those of its `allOf` included.
#[derive(Debug)]
struct Parts<'v> {
    /// The allowed types; `None` when the schema allows all.
    types: Option<Vec<&'v str>>,
    strings: Strings,
    others: BTreeMap<&'v str, &'v Value>,
}

impl<'v> Parts<'v> {
    fn of(schema: &'v Value) -> Option<Self> {
        let schema = schema.as_object()?;
        Self::with_all_of(schema).or_else(|| Self::own(schema))
    }

    /// Returns the parts of the schema merged with those of its `allOf`; `None` where they cannot be merged.
    fn with_all_of(schema: &'v Map<String, Value>) -> Option<Self> {
        let mut parts = Self::own(schema)?;
        parts.others.remove("allOf");
        for member in schema.get("allOf")?.as_array()? {
            let member = Self::own(member.as_object()?)?;
            parts.types = match (parts.types, member.types) {
                (Some(types), Some(others)) => Some(common(&types, &others)),
                (types, others) => types.or(others),
            };
            parts.strings.patterns.extend(member.strings.patterns);
            parts.strings.lengths = (parts.strings.lengths).intersection(member.strings.lengths);
            for (keyword, value) in member.others {
                let previous = parts.others.insert(keyword, value);
                if !NARROWING.contains(&keyword) || previous.is_some_and(|other| other != value) {
                    return None;
                }
            }
        }
        Some(parts)
    }

    /// Returns the parts of the schema's own keywords.
    fn own(schema: &'v Map<String, Value>) -> Option<Self> {
        let types = match schema.get("type") {
            None => None,
            Some(Value::String(only)) => Some(vec![only.as_str()]),
            Some(types) => Some(types.as_array()?.iter().filter_map(Value::as_str).collect()),
        };
        let is_other = |keyword: &str| !STRING_KEYWORDS.contains(&keyword) && keyword != "type";
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

    /// Returns whether these parts are within the receiver's, apart from the strings.
    fn is_within_apart_from_strings(&self, receiver: &Self) -> bool {
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

/// Returns the types that are in both lists.
fn common<'v>(types: &[&'v str], others: &[&'v str]) -> Vec<&'v str> {
    let here = types.iter().filter(|kind| is_among(kind, others));
    let there = others.iter().filter(|kind| is_among(kind, types));
    here.chain(there).copied().collect()
}

fn is_among(kind: &str, types: &[&str]) -> bool {
    types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}

#[cfg(test)]
mod tests {
    use super::inclusion_of;
    use crate::schema::Inclusion;
    use serde_json::json;

    #[test]
    fn keywords_beside_the_pattern_are_compared_as_well() {
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
            // `properties` changes the meaning of `additionalProperties`.
            (
                json!({"pattern": "^a", "additionalProperties": false, "properties": {"a": true}}),
                json!({"pattern": "a", "additionalProperties": false}),
                false,
            ),
            (digits.clone(), json!({"type": "string"}), true),
            // An `allOf` is the same as one schema, where its parts can be merged.
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
            let inclusion = inclusion_of(&sender, &receiver);
            assert_eq!(
                inclusion == Inclusion::Included,
                expected,
                "{sender} in {receiver}: {inclusion:?}"
            );
        }
    }
}
