//! Verdicts held against values: what a comparison calls harmless is contradicted by no value, and
//! what it calls breaking is broken by its witness. The judge is the `jsonschema` crate, asked
//! directly.

use std::collections::BTreeMap;

use openapi::diff::{Change, Class};
use openapi::sample;
use serde_json::{Map, Value, json};

use crate::random::{cases, edited, minimal, only_case, randomness, schema, values};
use crate::schemas::{Body, changes};

/// How many values of each schema a verdict is held against.
const VALUES: usize = 40;

#[test]
fn no_verdict_is_contradicted_by_a_value() {
    let mut contradictions = BTreeMap::new();
    let mut harmless = 0;
    let mut breaking = 0;
    let numbers = only_case().map_or(0..cases(150), |case| case..case + 1);
    for case in numbers.clone() {
        let mut random = randomness(1, case);
        let base = schema(&mut random);
        let revision = edited(&mut random, &base);
        for body in [Body::Request, Body::Response] {
            match gravest(&changes(body, &base, &revision)) {
                Some(Class::Breaking) => breaking += 1,
                Some(Class::Unproven) => {}
                Some(Class::Additive | Class::Docs) | None => harmless += 1,
            }
            let Some((kind, _)) = contradiction(body, &base, &revision) else {
                continue;
            };
            // The first few of a kind, each as small as it gets: more would tell no more.
            let known: &mut Vec<String> = contradictions.entry(kind).or_default();
            if known.len() < 3 {
                let (base, revision) = minimal(&base, &revision, |base, revision| {
                    contradiction(body, base, revision).is_some_and(|(found, _)| found == kind)
                });
                let (_, told) = contradiction(body, &base, &revision).expect("as before");
                known.push(format!(
                    "case {case}, {body:?}\n  from {base}\n  to {revision}\n  {told}"
                ));
            }
        }
    }
    let told: Vec<String> = contradictions
        .iter()
        .map(|(kind, known)| format!("{kind}:\n{}", known.join("\n")))
        .collect();
    assert!(
        told.is_empty(),
        "OPENAPI_CASE tries one case alone\n{}",
        told.join("\n")
    );
    // A test of nothing but one kind of pairs would prove little.
    let all = 2 * (numbers.end - numbers.start);
    assert!(
        all < 100 || (harmless > all / 10 && breaking > all / 10),
        "of {all} comparisons {harmless} found nothing grave, {breaking} something breaking"
    );
}

fn gravest(changes: &[Change]) -> Option<Class> {
    changes.iter().map(|change| change.class).max()
}

/// What is wrong with the verdict on a pair, in a word and in full; `None` when nothing is.
fn contradiction(body: Body, base: &Value, revision: &Value) -> Option<(&'static str, String)> {
    // What has been made smaller may refer to what is gone.
    judge(base).zip(judge(revision))?;
    let (sender, receiver) = match body {
        Body::Request => (base, revision),
        Body::Response => (revision, base),
    };
    let carried = |schema: &Value| carried(body, schema);
    let (sender, receiver) = (carried(sender), carried(receiver));
    let sends = judge(&sender)?;
    let declares = judge(&closed(&sender))?;
    let accepts = judge(&receiver)?;
    let found = changes(body, base, revision);
    for change in &found {
        if change.class == Class::Breaking {
            let told = format!("{}: {}", change.rule, change.message);
            let Some(witness) = &change.witness else {
                return Some(("a breaking change without a witness", told));
            };
            let told = format!("{told}; {witness}");
            if change.witness_schema.as_deref() != Some(body.pointer()) {
                // A value of a part, which the part's own schemas were asked about.
                continue;
            }
            if !sends.is_valid(witness) {
                return Some(("a witness that nobody sends", told));
            }
            if accepts.is_valid(witness) {
                return Some(("a witness that is accepted", told));
            }
        }
    }
    if matches!(gravest(&found), Some(Class::Breaking | Class::Unproven)) {
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
            let said: Vec<String> = found
                .iter()
                .map(|change| format!("{} {}", change.class.name(), change.rule))
                .collect();
            let told = format!("{value} is sent and not accepted, but only {said:?} was found");
            ("a value that breaks in silence", told)
        })
}

/// The judge: a validator that knows the components; `None` for a schema that is none.
fn judge(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&with_components(schema))
        .ok()
}

/// With its components where its references lead.
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

/// As the sampler wants it: with `$defs`.
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

/// Rewrites every schema object in a schema, the innermost first.
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

/// Without the properties that messages of this kind do not carry, and with `int32` as the range that
/// it means.
fn carried(body: Body, schema: &Value) -> Value {
    let flag = match body {
        Body::Request => "readOnly",
        Body::Response => "writeOnly",
    };
    let components = schema["components"].clone();
    let is_flagged = |property: &Value| is_flagged(&components, property, flag, 8);
    let mut schema = schema.clone();
    rewritten(&mut schema, &|object| {
        let mut gone = Vec::new();
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.retain(|name, property| {
                let flagged = property.is_object() && is_flagged(property);
                if flagged {
                    gone.push(json!(name));
                }
                !flagged
            });
        }
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.retain(|name| !gone.contains(name));
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

/// Whether a property travels the other way only, by its own word or by that of what it is made of.
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

/// A sender that sends nothing that it does not declare: stricter than the library's own reading, so
/// that what it still sends is sent by any.
fn closed(schema: &Value) -> Value {
    let mut closed = schema.clone();
    let open: Map<String, Value> = schema["components"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, component)| (format!("{name}.open"), parts_open(component.clone(), false)))
        .collect();
    if let Some(components) = closed["components"].as_object_mut() {
        for component in components.values_mut() {
            *component = parts_open(component.take(), true);
        }
        components.extend(open);
    }
    parts_open(closed, true)
}

/// Closes a schema if it describes a whole, and all wholes below it.
fn parts_open(schema: Value, whole: bool) -> Value {
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
        let value = match (keyword.as_str(), value) {
            ("items" | "additionalProperties", value) => parts_open(value, true),
            ("properties" | "patternProperties", Value::Object(members)) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, member)| (name, parts_open(member, true)))
                    .collect(),
            ),
            ("anyOf" | "oneOf", Value::Array(branches)) => {
                Value::Array(branches.into_iter().map(|b| parts_open(b, inner)).collect())
            }
            ("allOf", Value::Array(parts)) => Value::Array(
                parts
                    .into_iter()
                    .map(|part| parts_open(part, false))
                    .collect(),
            ),
            ("$ref", Value::String(reference)) if !inner => json!(format!("{reference}.open")),
            (_, value) => value,
        };
        closed.insert(keyword, value);
    }
    // What is required is sent, declared or not.
    let required = closed.get("required").and_then(Value::as_array).cloned();
    for name in required.iter().flatten().filter_map(Value::as_str) {
        let declared = closed.entry("properties").or_insert_with(|| json!({}));
        if let Some(declared) = declared.as_object_mut() {
            declared.entry(name).or_insert_with(|| json!(true));
        }
    }
    if whole && !by_alternatives && !closed.contains_key("const") && !closed.contains_key("enum") {
        closed.insert("unevaluatedProperties".to_owned(), json!(false));
        // Said in full it means what silence means.
        if matches!(closed.get("additionalProperties"), Some(Value::Bool(true))) {
            closed.shift_remove("additionalProperties");
        }
    }
    Value::Object(closed)
}
