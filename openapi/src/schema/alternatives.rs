//! Equal alternatives: by the letter, a value that satisfies one of a `oneOf` satisfies the other as well, and no value
//! satisfies exactly one.

use serde_json::{Map, Value};

use crate::hashed::HashSet;
use crate::{keywords, pointer};

/// The most references that are followed for one schema.
const LONGEST_CHAIN: usize = 100;

/// The most pairs of schemas that are compared for one list of alternatives.
const STEPS: usize = 5_000;

/// Annotations that decide how a value is read.
const DECIDING: &[&str] = &["readOnly", "writeOnly", "discriminator"];

/// Returns the indices of the alternatives that equal an earlier one but for what is for readers, also where they refer
/// to other schemas of the root.
pub(crate) fn repeated(alternatives: &[Value], root: &Value) -> Vec<usize> {
    let meant = alternatives.iter();
    let meant: Vec<&Value> = meant.map(|schema| resolved(schema, root)).collect();
    let outlines: Vec<_> = meant.iter().map(|schema| outline(schema)).collect();
    let mut steps = STEPS;
    let mut are_equal = |one: usize, other: usize| {
        let assumed = HashSet::default();
        let mut matching = Matching {
            root,
            assumed,
            steps,
        };
        let are_equal =
            outlines[one] == outlines[other] && matching.holds(meant[one], meant[other]);
        steps = matching.steps;
        are_equal
    };
    let indices = 1..alternatives.len();
    indices
        .filter(|&index| (0..index).any(|earlier| are_equal(earlier, index)))
        .collect()
}

/// One comparison of two schemas of one root.
struct Matching<'a> {
    root: &'a Value,
    /// The pairs that are being compared, by their addresses: all must be equal for any to count.
    assumed: HashSet<(*const Value, *const Value)>,
    steps: usize,
}

impl Matching<'_> {
    fn holds(&mut self, a: &Value, b: &Value) -> bool {
        let (a, b) = (resolved(a, self.root), resolved(b, self.root));
        if std::ptr::eq(a, b)
            || !self
                .assumed
                .insert((std::ptr::from_ref(a), std::ptr::from_ref(b)))
        {
            return true;
        }
        let (Value::Object(a), Value::Object(b)) = (a, b) else {
            return a == b;
        };
        self.steps = self.steps.saturating_sub(1);
        let mut keywords = a.iter().filter(|(key, _)| is_meant(key));
        let count = b.keys().filter(|key| is_meant(key)).count();
        self.steps > 0
            && keywords.clone().count() == count
            && keywords.all(|(key, a)| b.get(key).is_some_and(|b| self.keyword_holds(key, a, b)))
    }

    fn keyword_holds(&mut self, keyword: &str, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (a, b) if keywords::SINGLE.contains(&keyword) => self.holds(a, b),
            (Value::Array(a), Value::Array(b)) if keywords::LISTS.contains(&keyword) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.holds(a, b))
            }
            (Value::Object(a), Value::Object(b)) if keywords::MAPS.contains(&keyword) => {
                let mut members = a.iter();
                a.len() == b.len()
                    && members.all(|(name, a)| b.get(name).is_some_and(|b| self.holds(a, b)))
            }
            (a, b) => a == b,
        }
    }
}

/// Returns what a schema that only refers refers to.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..LONGEST_CHAIN {
        let Some(target) = target(schema, root) else {
            break;
        };
        schema = target;
    }
    schema
}

fn target<'a>(schema: &Value, root: &'a Value) -> Option<&'a Value> {
    let object = schema.as_object()?;
    let reference = object.get("$ref")?.as_str()?;
    let mut others = object.keys().filter(|key| *key != "$ref");
    if others.any(|key| is_meant(key)) {
        return None;
    }
    pointer::find(root, &pointer::of_reference(reference)?)
}

fn is_meant(keyword: &str) -> bool {
    DECIDING.contains(&keyword)
        || !keywords::is_annotation(keyword) && !keywords::is_container(keyword)
}

/// Returns what schemas that are equal have in common, and is cheap to compare.
fn outline(schema: &Value) -> (usize, usize) {
    let object = schema.as_object();
    let keywords = object.into_iter().flat_map(Map::keys);
    let properties = schema.get("properties").and_then(Value::as_object);
    (
        keywords.filter(|key| is_meant(key)).count(),
        properties.map_or(0, Map::len),
    )
}

#[cfg(test)]
mod tests {
    use super::repeated;
    use serde_json::json;

    #[test]
    fn equal_alternatives_are_found_behind_references() {
        let named = |title: &str, of: &str| {
            let name = json!({"$ref": format!("#/$defs/{of}")});
            json!({"title": title, "type": "object", "properties": {"title": name}})
        };
        let text = json!({"type": "string"});
        let root = json!({"$defs": {
            "A": named("a", "Text"),
            "B": {"$ref": "#/$defs/C"},
            "C": named("c", "Name"),
            "Empty": {"type": "object", "properties": {}},
            "Number": named("a", "Integer"),
            "Read": {"type": "object", "properties": {"title": {"type": "string", "readOnly": true}}},
            "Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}},
            "List": {"properties": {"next": {"$ref": "#/$defs/List"}}},
            "Text": text, "Name": text, "Integer": {"type": "integer"}}});
        let to = |name: &str| json!({"$ref": format!("#/$defs/{name}"), "description": name});
        let alternatives = ["A", "Empty", "B", "Read", "Number", "Node", "List"].map(to);
        assert_eq!(repeated(&alternatives, &root), [2, 6]);
        assert!(repeated(&[], &root).is_empty());
    }
}
