//! The schemas that a validator visits for one place of a value: those of its references, parts, alternatives and
//! conditions. Where a schema refers to another one twice, and that to the next, the visits double with each.

use serde_json::{Map, Value};

use super::bundle::definition_name;
use crate::hashed::HashSet;
use crate::keywords;

/// The most visits for one place. The largest unions of real documents have some hundred alternatives.
const MOST_VISITS: usize = 2_000;

/// The keywords whose schemas are for the same place of a value.
const IN_PLACE: &[&str] = &[
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
];

/// Returns whether too many schemas of a self-contained one are visited for one place of a value.
pub(crate) fn unfolds_too_far(schema: &Value) -> bool {
    // Without definitions no schema is visited twice.
    let Some(Value::Object(definitions)) = schema.get("$defs") else {
        return false;
    };
    let mut is_too_far = false;
    keywords::visit(schema, &mut |object| {
        let composes = IN_PLACE.iter().any(|keyword| object.contains_key(*keyword));
        is_too_far = is_too_far || (composes && has_too_many_visits(object, definitions));
    });
    is_too_far
}

/// A step of the traversal of the schemas for one place.
enum Step<'a> {
    Enter(&'a Map<String, Value>),
    Leave(*const Map<String, Value>),
}

fn has_too_many_visits(schema: &Map<String, Value>, definitions: &Map<String, Value>) -> bool {
    let mut visits = 0;
    // A schema that leads back to itself in the same place is not visited again.
    let mut entered: HashSet<*const Map<String, Value>> = HashSet::default();
    let mut steps = vec![Step::Enter(schema)];
    while let Some(step) = steps.pop() {
        let object = match step {
            Step::Leave(address) => {
                entered.remove(&address);
                continue;
            }
            Step::Enter(object) => object,
        };
        let address = std::ptr::from_ref(object);
        if !entered.insert(address) {
            continue;
        }
        visits += 1;
        if visits > MOST_VISITS {
            return true;
        }
        steps.push(Step::Leave(address));
        let reference = object.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| definitions.get(&definition_name(reference)?));
        let inner = IN_PLACE.iter().flat_map(|keyword| {
            let inner: Vec<&Value> = match object.get(*keyword) {
                Some(Value::Array(schemas)) => schemas.iter().collect(),
                Some(Value::Object(named)) if *keyword == "dependentSchemas" => {
                    named.values().collect()
                }
                one => one.into_iter().collect(),
            };
            inner
        });
        let inner = target.into_iter().chain(inner).filter_map(Value::as_object);
        steps.extend(inner.map(Step::Enter));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::unfolds_too_far;
    use serde_json::{Map, Value, json};

    /// Builds definitions in which each one is made of references to the next.
    fn chain(length: usize, link: impl Fn(&Value) -> Value) -> Value {
        let next = |index: usize| json!({"$ref": format!("#/$defs/A{index}")});
        let links = (0..length).map(|index| (format!("A{index}"), link(&next(index + 1))));
        let mut definitions: Map<String, Value> = links.collect();
        definitions.insert(format!("A{length}"), json!({"type": "string"}));
        json!({"$ref": "#/$defs/A0", "$defs": definitions})
    }

    #[test]
    fn references_that_multiply_unfold_too_far() {
        let links: [fn(&Value) -> Value; 4] = [
            |next| json!({"allOf": [next, next]}),
            |next| json!({"anyOf": [next, {"oneOf": [next, {"type": "null"}]}]}),
            |next| json!({"if": next, "then": next}),
            |next| json!({"dependentSchemas": {"a": next, "b": next}}),
        ];
        for link in links {
            assert!(unfolds_too_far(&chain(40, link)));
            assert!(!unfolds_too_far(&chain(5, link)));
        }
    }

    #[test]
    fn long_chains_wide_unions_and_circles_do_not() {
        let wide: Vec<Value> = (0..500).map(|index| json!({"const": index})).collect();
        let schemas = [
            chain(500, |next| json!({"allOf": [next]})),
            chain(40, |next| json!({"properties": {"a": next, "b": next}})),
            json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": wide}}}),
            json!({"$ref": "#/$defs/A", "$defs": {
                "A": {"oneOf": [{"$ref": "#/$defs/B"}, {"$ref": "#/$defs/C"}]},
                "B": {"allOf": [{"$ref": "#/$defs/A"}]},
                "C": {"allOf": [{"$ref": "#/$defs/A"}]}}}),
        ];
        for (index, schema) in schemas.iter().enumerate() {
            assert!(!unfolds_too_far(schema), "{index}");
        }
    }
}
