//! The schemas within a message, each with the steps that lead to it.

use std::collections::HashSet;

use openapi::pointer;
use serde_json::Value;

use super::messages::{Carrier, FLAG_DEPTH, Message, branches, is_flagged, members, target};

/// A step from a schema to one within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Reference,
    Property(String),
    /// A property that is not declared.
    Undeclared,
    Item,
    Prefix(usize),
    /// A part of an `allOf`.
    Part(usize),
    /// An alternative of an `anyOf` or `oneOf`.
    Alternative(&'static str, usize),
    /// A property whose name matches the pattern.
    Patterned(String),
    /// An item that an array must contain.
    Contained,
    /// The schema of `not`, `if`, `then` or `else`, of the same value.
    Condition(&'static str),
}

/// Which edits of a schema can break the message that it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Those that break the schema.
    Same,
    /// Those that break it in the other direction: the schema is below a `not`.
    Reversed,
    /// Both: it is below an `if`.
    Either,
}

impl Effect {
    fn below(self, step: &Step) -> Self {
        match (self, step) {
            (Self::Same, Step::Condition("not")) => Self::Reversed,
            (Self::Reversed, Step::Condition("not")) => Self::Same,
            (_, Step::Condition("if")) => Self::Either,
            (effect, _) => effect,
        }
    }
}

/// A schema within a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) pointer: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) effect: Effect,
}

/// The most places of one message.
const MOST: usize = 4_000;

/// Returns the places within a message at which a value may stand, each schema of the document once.
pub(crate) fn places(document: &Value, message: &Message, beside_references: bool) -> Vec<Place> {
    let mut seen = HashSet::new();
    let mut places: Vec<Place> = Vec::new();
    let mut pending = vec![Place {
        pointer: message.schema.clone(),
        steps: Vec::new(),
        effect: Effect::Same,
    }];
    while let Some(place) = pending.pop() {
        if places.len() == MOST || !seen.insert(place.pointer.clone()) {
            continue;
        }
        for (step, pointer) in steps(document, &place.pointer, message, beside_references) {
            let is_deeper = matches!(
                step,
                Step::Property(_) | Step::Undeclared | Step::Prefix(_) | Step::Patterned(_)
            );
            let is_item = matches!(step, Step::Item | Step::Contained);
            let in_union = place
                .steps
                .iter()
                .any(|step| matches!(step, Step::Alternative(..) | Step::Condition(_)));
            let is_ambiguous = match message.carrier {
                Carrier::Json => false,
                Carrier::Form => is_item && in_union,
                Carrier::Text => is_deeper || (is_item && in_union),
            };
            if is_ambiguous {
                continue;
            }
            let effect = place.effect.below(&step);
            let steps = place.steps.iter().cloned().chain([step]).collect();
            pending.push(Place {
                pointer,
                steps,
                effect,
            });
        }
        places.push(place);
    }
    places
}

/// Returns the schemas directly within the one at a pointer.
fn steps(
    document: &Value,
    at: &str,
    message: &Message,
    beside_references: bool,
) -> Vec<(Step, String)> {
    let mut found = Vec::new();
    let Some(Value::Object(schema)) = document.pointer(at) else {
        return found;
    };
    if let Some((pointer, _)) = document
        .pointer(at)
        .and_then(|schema| target(document, schema))
    {
        found.push((Step::Reference, pointer));
        if !beside_references {
            return found;
        }
    }
    let flag = message.direction.absent_flag();
    for (name, property) in members(schema.get("properties")) {
        if !is_flagged(document, property, flag, FLAG_DEPTH) {
            let pointer = pointer::join_all(at, ["properties", name]);
            found.push((Step::Property(name.clone()), pointer));
        }
    }
    for (pattern, _) in members(schema.get("patternProperties")) {
        let pointer = pointer::join_all(at, ["patternProperties", pattern]);
        found.push((Step::Patterned(pattern.clone()), pointer));
    }
    for (keyword, step) in [
        ("additionalProperties", Step::Undeclared),
        ("items", Step::Item),
        ("contains", Step::Contained),
        ("not", Step::Condition("not")),
        ("if", Step::Condition("if")),
        ("then", Step::Condition("then")),
        ("else", Step::Condition("else")),
    ] {
        if schema.get(keyword).is_some_and(Value::is_object) {
            found.push((step, pointer::join(at, keyword)));
        }
    }
    let mut listed = |keyword, step: &dyn Fn(usize) -> Step| {
        for index in 0..branches(schema, keyword).len() {
            found.push((step(index), format!("{at}/{keyword}/{index}")));
        }
    };
    listed("prefixItems", &Step::Prefix);
    listed("allOf", &Step::Part);
    listed("anyOf", &|index| Step::Alternative("anyOf", index));
    listed("oneOf", &|index| Step::Alternative("oneOf", index));
    found
}
