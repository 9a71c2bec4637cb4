//! The parts of an operation that can be covered.

use openapi::{Document, Operation, pointer};
use serde_json::Value;

use super::{CoveredPart, PartKind};
use crate::contract::parameters::declared;

/// The most levels of nested properties; recursive schemas end here.
const DEPTH: usize = 6;

/// A part, and how to recognise it in an exchange.
#[derive(Debug)]
pub(super) struct Item {
    /// The operation's place in the document's order.
    pub(super) operation: usize,
    /// The JSON pointer below the operation, as cases name what they cover.
    pub(super) below: String,
    pub(super) place: Place,
    pub(super) part: CoveredPart,
}

/// The place of a part in an exchange.
#[derive(Debug)]
pub(super) enum Place {
    Parameter {
        location: String,
        name: String,
    },
    RequestBody(String),
    RequestProperty {
        media_type: String,
        steps: Vec<Step>,
    },
    Status(String),
    MediaType {
        status: String,
        media_type: String,
    },
    ResponseProperty {
        status: String,
        media_type: String,
        steps: Vec<Step>,
    },
}

/// One step into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Each,
}

/// A property of a schema: the steps to it in a value, and the pointer to where it is declared.
struct Property {
    steps: Vec<Step>,
    pointer: String,
}

/// Returns the parts of one operation.
pub(super) fn of(document: &Document, index: usize, operation: &Operation) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |below: String, pointer: String, kind: PartKind, name: String, place: Place| {
        items.push(Item {
            operation: index,
            below,
            place,
            part: CoveredPart {
                operation: operation.to_string(),
                pointer,
                kind,
                name,
                exercised: false,
                observed: false,
            },
        });
    };
    for parameter in declared(document, operation) {
        let text = |key: &str| parameter.value[key].as_str().unwrap_or_default().to_owned();
        let (location, name) = (text("in"), text("name"));
        let label = format!("{location} {name}");
        let place = Place::Parameter { location, name };
        add(
            parameter.below,
            parameter.declared,
            PartKind::Parameter,
            label,
            place,
        );
    }

    let body = document.follow(&pointer::join(&operation.pointer, "requestBody"));
    for media_type in keys(document, &pointer::join(&body, "content")) {
        let place = pointer::join_all(&body, ["content", &media_type]);
        let below = pointer::join_all("/requestBody", ["content", &media_type]);
        let label = format!("body {media_type}");
        let whole = Place::RequestBody(media_type.to_ascii_lowercase());
        add(
            below.clone(),
            place.clone(),
            PartKind::RequestBody,
            label,
            whole,
        );
        for property in properties(document, &pointer::join(&place, "schema")) {
            let label = format!("body {}", named(&property.steps));
            let place = Place::RequestProperty {
                media_type: media_type.to_ascii_lowercase(),
                steps: property.steps,
            };
            add(
                below.clone(),
                property.pointer,
                PartKind::RequestProperty,
                label,
                place,
            );
        }
    }

    for status in document.response_statuses(operation) {
        let declared = pointer::join_all(&operation.pointer, ["responses", &status]);
        let below = pointer::join("/responses", &status);
        let place = Place::Status(status.clone());
        add(
            below.clone(),
            declared.clone(),
            PartKind::Status,
            status.clone(),
            place,
        );
        let holder = document.follow(&declared);
        for media_type in keys(document, &pointer::join(&holder, "content")) {
            let place = pointer::join_all(&holder, ["content", &media_type]);
            let below = pointer::join_all(&below, ["content", &media_type]);
            let label = format!("{status} {media_type}");
            let lower = media_type.to_ascii_lowercase();
            let shown = Place::MediaType {
                status: status.clone(),
                media_type: lower.clone(),
            };
            add(
                below.clone(),
                place.clone(),
                PartKind::MediaType,
                label,
                shown,
            );
            for property in properties(document, &pointer::join(&place, "schema")) {
                let label = format!("{status} {}", named(&property.steps));
                let place = Place::ResponseProperty {
                    status: status.clone(),
                    media_type: lower.clone(),
                    steps: property.steps,
                };
                add(
                    below.clone(),
                    property.pointer,
                    PartKind::ResponseProperty,
                    label,
                    place,
                );
            }
        }
    }
    items
}

fn keys(document: &Document, pointer: &str) -> Vec<String> {
    let object = document.at(pointer).and_then(Value::as_object);
    object
        .into_iter()
        .flat_map(|object| object.keys().cloned())
        .collect()
}

/// Returns all properties of a schema and of the schemas in it.
fn properties(document: &Document, schema: &str) -> Vec<Property> {
    let mut found = Vec::new();
    gather(document, schema, &[], DEPTH, &mut found);
    found
}

fn gather(
    document: &Document,
    schema: &str,
    steps: &[Step],
    depth: usize,
    out: &mut Vec<Property>,
) {
    let schema = document.follow(schema);
    let (Some(value), Some(depth)) = (document.at(&schema), depth.checked_sub(1)) else {
        return;
    };
    for union in ["allOf", "anyOf", "oneOf"] {
        let branches = value[union].as_array().map_or(0, Vec::len);
        for branch in 0..branches {
            let branch = pointer::join_all(&schema, [union, &branch.to_string()]);
            gather(document, &branch, steps, depth, out);
        }
    }
    let deeper = |step: Step| [steps, &[step]].concat();
    let items = pointer::join(&schema, "items");
    if document.at(&items).is_some() {
        gather(document, &items, &deeper(Step::Each), depth, out);
    }
    for name in keys(document, &pointer::join(&schema, "properties")) {
        let pointer = pointer::join_all(&schema, ["properties", &name]);
        let steps = deeper(Step::Member(name));
        if out.iter().all(|known| known.steps != steps) {
            out.push(Property {
                steps: steps.clone(),
                pointer: pointer.clone(),
            });
        }
        gather(document, &pointer, &steps, depth, out);
    }
}

/// Writes steps for people: `data.revoked_at`, `detail[].msg`.
fn named(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            Step::Each => name.push_str("[]"),
            Step::Member(member) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(member);
            }
        }
    }
    name
}
