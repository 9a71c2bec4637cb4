//! Verdicts, checked with values: no value contradicts a comparison without a breaking change, and every witness
//! shows a break. The values are checked with the `jsonschema` crate directly.

use std::collections::BTreeMap;

use openapi::diff::{Change, Class};
use openapi::sample;
use serde_json::{Map, Value, json};

use crate::random::{cases, edited, minimal, only_case, randomness, schema, values};
use crate::schemas::{Body, changes};

/// The number of random values of each schema.
const VALUES: usize = 40;

#[test]
fn no_value_contradicts_a_verdict() {
    let mut contradictions = BTreeMap::new();
    let mut harmless = 0;
    let mut breaking = 0;
    let numbers = only_case().map_or(0..cases(150), |case| case..case + 1);
    for case in numbers.clone() {
        let mut random = randomness(1, case);
        let base = schema(&mut random);
        let revision = edited(&mut random, &base);
        for body in [Body::Request, Body::Response] {
            match most_severe(&changes(body, &base, &revision)) {
                Some(Class::Breaking) => breaking += 1,
                Some(Class::Unproven) => {}
                Some(Class::Warning | Class::Additive | Class::Docs) | None => harmless += 1,
            }
            let Some((kind, _)) = contradiction(body, &base, &revision) else {
                continue;
            };
            // The first three of each kind, reduced.
            let examples: &mut Vec<String> = contradictions.entry(kind).or_default();
            if examples.len() < 3 {
                let (base, revision) = minimal(&base, &revision, |base, revision| {
                    contradiction(body, base, revision).is_some_and(|(found, _)| found == kind)
                });
                let (_, message) = contradiction(body, &base, &revision).expect("a contradiction");
                examples.push(format!(
                    "case {case}, {body:?}\n  from {base}\n  to {revision}\n  {message}"
                ));
            }
        }
    }
    let found: Vec<String> = contradictions
        .iter()
        .map(|(kind, examples)| format!("{kind}:\n{}", examples.join("\n")))
        .collect();
    assert!(
        found.is_empty(),
        "OPENAPI_CASE runs one case alone\n{}",
        found.join("\n")
    );
    // Pairs of both kinds are needed.
    let all = 2 * (numbers.end - numbers.start);
    assert!(
        all < 100 || (harmless > all / 10 && breaking > all / 10),
        "of {all} comparisons {harmless} are harmless and {breaking} breaking"
    );
}

fn most_severe(changes: &[Change]) -> Option<Class> {
    changes.iter().map(|change| change.class).max()
}

/// Returns what is wrong with the verdict on a pair, as a kind and a message; `None` when nothing is.
fn contradiction(body: Body, base: &Value, revision: &Value) -> Option<(&'static str, String)> {
    // A reduced schema may refer to a removed component.
    validator(base).zip(validator(revision))?;
    let (sender, receiver) = match body {
        Body::Request => (base, revision),
        Body::Response => (revision, base),
    };
    let carried = |schema: &Value| carried(body, schema);
    let (sender, receiver) = (carried(sender), carried(receiver));
    let sends = validator(&sender)?;
    let declares = validator(&closed(&sender))?;
    let accepts = validator(&receiver)?;
    let found = changes(body, base, revision);
    for change in &found {
        if change.class == Class::Breaking {
            let message = format!("{}: {}", change.rule, change.message);
            let Some(witness) = &change.witness else {
                return Some(("a breaking change without a witness", message));
            };
            let message = format!("{message}; {witness}");
            if change.witness_schema.as_deref() != Some(body.pointer()) {
                // The witness is a value of a part and was checked with the part's schemas.
                continue;
            }
            if !sends.is_valid(witness) {
                return Some(("a witness that is not sent", message));
            }
            if accepts.is_valid(witness) {
                return Some(("a witness that is accepted", message));
            }
        }
    }
    if matches!(most_severe(&found), Some(Class::Breaking | Class::Unproven)) {
        return None;
    }
    let mut random = randomness(2, 0);
    let mut values = values(&mut random, [&sender, &receiver], VALUES);
    for schema in [&sender, &receiver] {
        let bundle = bundle(schema);
        values.extend(sample::candidates(&bundle));
        values.extend(sample::near_misses(&bundle));
    }
    values
        .iter()
        .find(|value| sends.is_valid(value) && declares.is_valid(value) && !accepts.is_valid(value))
        .map(|value| {
            let reported: Vec<String> = found
                .iter()
                .map(|change| format!("{} {}", change.class.name(), change.rule))
                .collect();
            let message =
                format!("{value} is sent and not accepted, but only {reported:?} was found");
            ("a break that is not reported", message)
        })
}

/// Returns a validator of the schema with its components; `None` for an invalid schema.
fn validator(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&with_components(schema))
        .ok()
}

/// Returns the schema with its components where its references point.
fn with_components(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut()
        && let Some(components) = object.shift_remove("components")
    {
        object.insert("components".to_owned(), json!({ "schemas": components }));
        if object
            .get("format")
            .is_some_and(|format| format == "password")
        {
            object.shift_remove("format");
        }
    }
    schema
}

/// Returns the schema with its components as `$defs`, for the sampler.
fn bundle(schema: &Value) -> Value {
    let text = schema
        .to_string()
        .replace("#/components/schemas/", "#/$defs/");
    let mut schema: Value = serde_json::from_str(&text).expect("JSON");
    if let Some(object) = schema.as_object_mut()
        && let Some(components) = object.shift_remove("components")
    {
        object.insert("$defs".to_owned(), components);
    }
    schema
}

/// Calls `edit` with every schema object in a schema, the innermost first.
fn rewritten(schema: &mut Value, edit: &dyn Fn(&mut Map<String, Value>)) {
    let Value::Object(object) = schema else {
        return;
    };
    for (keyword, value) in object.iter_mut() {
        match (keyword.as_str(), value) {
            ("items" | "additionalProperties" | "not", value) => rewritten(value, edit),
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                branches
                    .iter_mut()
                    .for_each(|branch| rewritten(branch, edit));
            }
            ("properties" | "patternProperties" | "components", Value::Object(members)) => {
                members
                    .values_mut()
                    .for_each(|member| rewritten(member, edit));
            }
            _ => {}
        }
    }
    edit(object);
}

/// Returns the schema without the properties that messages of this kind do not have, and with `int32` as a range.
fn carried(body: Body, schema: &Value) -> Value {
    let flag = match body {
        Body::Request => "readOnly",
        Body::Response => "writeOnly",
    };
    let components = schema["components"].clone();
    let is_flagged = |property: &Value| is_flagged(&components, property, flag, 8);
    let mut schema = schema.clone();
    // One part may require a property that another declares.
    rewritten(&mut schema, &|object| {
        if object.contains_key("allOf") {
            let mut names = Vec::new();
            collect_flagged(&components, object, flag, 8, &mut names);
            unrequire(object, &names);
        }
    });
    rewritten(&mut schema, &|object| {
        let mut removed = Vec::new();
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.retain(|name, property| {
                let flagged = property.is_object() && is_flagged(property);
                if flagged {
                    removed.push(json!(name));
                }
                !flagged
            });
        }
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.retain(|name| !removed.contains(name));
        }
        if object.get("format") == Some(&json!("int32")) {
            object.shift_remove("format");
            let range = json!({"type": "number", "minimum": i32::MIN, "maximum": i32::MAX});
            let range = json!({"anyOf": [{"not": {"type": "number"}}, range]});
            let parts = object.entry("allOf").or_insert_with(|| json!([]));
            if let Some(parts) = parts.as_array_mut() {
                parts.push(range);
            }
        }
    });
    schema
}

/// Collects the names of the properties of a schema and its parts that only messages of the other direction have.
fn collect_flagged(
    components: &Value,
    schema: &Map<String, Value>,
    flag: &str,
    depth: usize,
    names: &mut Vec<String>,
) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let flagged = properties.into_iter().flatten();
    let flagged = flagged.filter(|(_, property)| is_flagged(components, property, flag, 8));
    names.extend(flagged.map(|(name, _)| name.clone()));
    let name = schema.get("$ref").and_then(Value::as_str);
    let target = name.and_then(|name| components.get(name.rsplit('/').next()?));
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten().chain(target);
    for part in parts.filter_map(Value::as_object).filter(|_| depth > 0) {
        collect_flagged(components, part, flag, depth - 1, names);
    }
}

/// Removes names from the `required` of a schema and its parts.
fn unrequire(schema: &mut Map<String, Value>, names: &[String]) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !names.iter().any(|absent| name == absent.as_str()));
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
        unrequire(part, names);
    }
}

/// Returns whether a property is only in messages of the other direction, by its own flag or that of a schema it
/// refers to or consists of.
fn is_flagged(components: &Value, property: &Value, flag: &str, depth: usize) -> bool {
    let inside = |schema: &Value| depth > 0 && is_flagged(components, schema, flag, depth - 1);
    let name = property["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next());
    let only = |keyword: &str| {
        property[keyword]
            .as_array()
            .filter(|branches| branches.len() == 1)
    };
    property[flag] == json!(true)
        || name.is_some_and(|name| inside(&components[name]))
        || property["allOf"]
            .as_array()
            .is_some_and(|parts| parts.iter().any(inside))
        || only("anyOf").is_some_and(|branches| inside(&branches[0]))
        || only("oneOf").is_some_and(|branches| inside(&branches[0]))
}

/// Returns the schema of a sender that sends no undeclared property: stricter than the library, so that the values
/// that it accepts count as sent in any case.
fn closed(schema: &Value) -> Value {
    let mut closed = schema.clone();
    let open: Map<String, Value> = schema["components"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, component)| (format!("{name}.open"), close(component.clone(), false)))
        .collect();
    if let Some(components) = closed["components"].as_object_mut() {
        for component in components.values_mut() {
            *component = close(component.take(), true);
        }
        components.extend(open);
    }
    close(closed, true)
}

/// Closes a schema if it describes a whole value, and all schemas in it that do.
fn close(schema: Value, whole: bool) -> Value {
    let Value::Object(object) = schema else {
        return schema;
    };
    let has = |keyword: &str| object.contains_key(keyword);
    let by_alternatives = (has("anyOf") || has("oneOf") || has("$ref"))
        && ![
            "properties",
            "allOf",
            "additionalProperties",
            "patternProperties",
            "type",
        ]
        .iter()
        .any(|keyword| has(keyword))
        && [has("anyOf"), has("oneOf"), has("$ref")]
            .iter()
            .filter(|has| **has)
            .count()
            == 1;
    let inner = whole && by_alternatives;
    let mut closed = Map::new();
    for (keyword, value) in object {
        // These mean the same as no keyword.
        let is_free = value == json!(true) || value == json!({});
        if whole && keyword == "additionalProperties" && is_free {
            continue;
        }
        let value = match (keyword.as_str(), value) {
            ("items" | "additionalProperties", value) => close(value, true),
            ("properties" | "patternProperties", Value::Object(members)) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, member)| (name, close(member, true)))
                    .collect(),
            ),
            ("anyOf" | "oneOf", Value::Array(branches)) => {
                Value::Array(branches.into_iter().map(|b| close(b, inner)).collect())
            }
            ("allOf", Value::Array(parts)) => {
                Value::Array(parts.into_iter().map(|part| close(part, false)).collect())
            }
            ("$ref", Value::String(reference)) if !inner => json!(format!("{reference}.open")),
            (_, value) => value,
        };
        closed.insert(keyword, value);
    }
    // Required properties are sent, declared or not.
    let others = closed.get("additionalProperties").cloned();
    let others = others.unwrap_or(json!(true));
    let required = closed.get("required").and_then(Value::as_array).cloned();
    for name in required.iter().flatten().filter_map(Value::as_str) {
        let declared = closed.entry("properties").or_insert_with(|| json!({}));
        if let Some(declared) = declared.as_object_mut() {
            declared.entry(name).or_insert_with(|| others.clone());
        }
    }
    if whole && !by_alternatives && !closed.contains_key("const") && !closed.contains_key("enum") {
        closed.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    Value::Object(closed)
}
