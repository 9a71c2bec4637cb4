//! Random schemas like those that people write, with components that may be recursive.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::{once_in, pick};

/// The names of properties: few, so that schemas have some in common.
pub(super) const NAMES: &[&str] = &["a", "b", "c", "d"];
/// The names of components.
const COMPONENTS: &[&str] = &["A", "B", "C"];

const PATTERNS: &[&str] = &["^a", "^[a-c]+$", "^\\d{2,4}$", "b$", "^(x|y)?$", "[A-Z]"];
const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "uuid",
    "email",
    "ipv4",
    "int32",
    "password",
];

/// Returns a schema. The components that it refers to are in its member `components`, by name.
pub(crate) fn schema(random: &mut SmallRng) -> Value {
    let mut schema = one(random, 3, Reach::Anything);
    let mut components = Map::new();
    for (index, name) in COMPONENTS.iter().enumerate() {
        components.insert((*name).to_owned(), one(random, 3, Reach::After(index)));
    }
    if !schema.is_object() {
        schema = json!({"allOf": [schema]});
    }
    schema["components"] = Value::Object(components);
    schema
}

/// The components to which a schema may refer in place, for the same value: a schema that is a part of itself is
/// undefined (JSON Schema 2020-12 Core section 9.4.1).
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach {
    Anything,
    /// The components after this one.
    After(usize),
}

/// Returns a schema without a member `components`, nested at most `depth` deep.
pub(super) fn one(random: &mut SmallRng, depth: usize, reach: Reach) -> Value {
    let leaf = depth == 0;
    match random.random_range(0..if leaf { 11 } else { 22 }) {
        0 | 1 => string(random),
        2 | 3 => integer(random),
        4 => number(random),
        5 => json!({"type": *pick(random, &["boolean", "null", "string", "integer"])}),
        6 => values_of(random),
        7 => pick(random, &[json!(true), json!({}), json!({"type": "object"})]).clone(),
        8 => {
            let types = [
                json!(["string", "null"]),
                json!(["integer", "null"]),
                json!(["string", "integer"]),
            ];
            json!({"type": pick(random, &types)})
        }
        9 | 10 => match reference(random, reach) {
            Some(reference) => reference,
            None => string(random),
        },
        11..=15 => object(random, depth),
        16 | 17 => array(random, depth),
        18 => union(random, depth, reach, "anyOf"),
        19 => union(random, depth, reach, "oneOf"),
        20 => whole(random, depth, reach),
        _ => {
            let mut object = object(random, depth);
            if once_in(random, 3) {
                object["not"] = one(random, 0, Reach::After(COMPONENTS.len()));
            } else {
                object["type"] = json!(["object", "null"]);
            }
            object
        }
    }
}

/// Returns a reference to a component.
pub(super) fn reference(random: &mut SmallRng, reach: Reach) -> Option<Value> {
    let names = match reach {
        Reach::Anything => COMPONENTS,
        Reach::After(index) => COMPONENTS.get(index + 1..).unwrap_or_default(),
    };
    if names.is_empty() {
        return None;
    }
    let name = pick(random, names);
    Some(json!({"$ref": format!("#/components/schemas/{name}")}))
}

fn string(random: &mut SmallRng) -> Value {
    let mut schema = json!({"type": "string"});
    if once_in(random, 3) {
        schema["minLength"] = json!(random.random_range(0..4));
    }
    if once_in(random, 3) {
        schema["maxLength"] = json!(random.random_range(3..7));
    }
    match random.random_range(0..8) {
        0 => schema["pattern"] = json!(pick(random, PATTERNS)),
        1 => schema["format"] = json!(pick(random, FORMATS)),
        _ => {}
    }
    schema
}

fn integer(random: &mut SmallRng) -> Value {
    let mut schema = json!({"type": "integer"});
    bounds(random, &mut schema);
    if once_in(random, 8) {
        schema["multipleOf"] = json!(random.random_range(1..4));
    }
    if once_in(random, 10) {
        schema["format"] = json!("int32");
    }
    schema
}

fn number(random: &mut SmallRng) -> Value {
    let mut schema = json!({"type": "number"});
    bounds(random, &mut schema);
    schema
}

fn bounds(random: &mut SmallRng, schema: &mut Value) {
    if once_in(random, 2) {
        let keyword = *pick(random, &["minimum", "exclusiveMinimum"]);
        schema[keyword] = json!(random.random_range(-3..4));
    }
    if once_in(random, 2) {
        let keyword = *pick(random, &["maximum", "exclusiveMaximum"]);
        schema[keyword] = json!(random.random_range(3..9));
    }
}

/// Returns an enum, perhaps of mixed types, or a constant.
fn values_of(random: &mut SmallRng) -> Value {
    let values = [
        json!("a"),
        json!("b"),
        json!("c"),
        json!(1),
        json!(2),
        json!(null),
        json!(true),
        json!([]),
        json!({"a": 1}),
    ];
    if once_in(random, 4) {
        return json!({"const": pick(random, &values)});
    }
    let strings_only = once_in(random, 2);
    let mut chosen: Vec<Value> = Vec::new();
    for _ in 0..random.random_range(1..4) {
        let value = if strings_only {
            pick(random, &values[..3])
        } else {
            pick(random, &values)
        };
        if !chosen.contains(value) {
            chosen.push(value.clone());
        }
    }
    if strings_only {
        json!({"type": "string", "enum": chosen})
    } else {
        json!({ "enum": chosen })
    }
}

fn object(random: &mut SmallRng, depth: usize) -> Value {
    let mut properties = Map::new();
    for _ in 0..random.random_range(0..4) {
        let name = *pick(random, NAMES);
        let mut property = one(random, depth - 1, Reach::Anything);
        if once_in(random, 12)
            && let Some(property) = property.as_object_mut()
            && !property.contains_key("$ref")
        {
            let flag = *pick(random, &["readOnly", "writeOnly"]);
            property.insert(flag.to_owned(), json!(true));
        }
        properties.insert(name.to_owned(), property);
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if once_in(random, 8)
        && let Some(schema) = schema.as_object_mut()
    {
        schema.shift_remove("type");
    }
    let required: Vec<&str> = NAMES
        .iter()
        .copied()
        .filter(|name| {
            let times = if schema["properties"].get(name).is_some() {
                2
            } else {
                20
            };
            once_in(random, times)
        })
        .collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match random.random_range(0..10) {
        0 | 1 => schema["additionalProperties"] = json!(false),
        2 => schema["additionalProperties"] = json!(true),
        3 => schema["additionalProperties"] = one(random, depth - 1, Reach::Anything),
        _ => {}
    }
    match random.random_range(0..24) {
        0 => schema["minProperties"] = json!(random.random_range(0..3)),
        1 => schema["maxProperties"] = json!(random.random_range(1..4)),
        2 => schema["patternProperties"] = json!({"^[cd]": one(random, 0, Reach::Anything)}),
        3 => schema["propertyNames"] = json!({"maxLength": random.random_range(1..4)}),
        _ => {}
    }
    schema
}

fn array(random: &mut SmallRng, depth: usize) -> Value {
    let mut schema = json!({"type": "array"});
    if !once_in(random, 6) {
        schema["items"] = one(random, depth - 1, Reach::Anything);
    }
    if once_in(random, 4) {
        schema["minItems"] = json!(random.random_range(0..3));
    }
    if once_in(random, 4) {
        schema["maxItems"] = json!(random.random_range(1..4));
    }
    if once_in(random, 8) {
        schema["uniqueItems"] = json!(true);
    }
    schema
}

fn union(random: &mut SmallRng, depth: usize, reach: Reach, keyword: &str) -> Value {
    let mut branches: Vec<Value> = (0..random.random_range(1..4))
        .map(|_| one(random, depth - 1, reach))
        .collect();
    if once_in(random, 3) {
        branches.push(json!({"type": "null"}));
    }
    json!({ keyword: branches })
}

/// Returns an `allOf`, mostly of objects, since other parts seldom agree.
fn whole(random: &mut SmallRng, depth: usize, reach: Reach) -> Value {
    let parts: Vec<Value> = (0..random.random_range(1..4))
        .map(|_| match random.random_range(0..4) {
            0 => reference(random, reach).unwrap_or_else(|| object(random, depth)),
            1 => one(random, depth - 1, reach),
            _ => object(random, depth),
        })
        .collect();
    json!({ "allOf": parts })
}
