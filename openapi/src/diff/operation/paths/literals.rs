//! A new path that is written out where another has parameters. It is matched first (OpenAPI 3.1 section 4.8.8), so that
//! it answers calls that the other answered.

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::message;
use crate::diff::operation::parameters::styles::schema_of;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Walk, follow};
use crate::schema::{Direction, Validator, bundle_value};

/// An operation of the base or of the revision.
pub(super) struct Operation<'a> {
    /// Its method and path, for messages.
    pub(super) name: String,
    pub(super) address: String,
    pub(super) node: Node<'a>,
    /// The path item that contains it.
    pub(super) item: Node<'a>,
}

/// Returns the parameters of a template with the texts that an address has in their place, and how many segments both
/// have in common; `None` where the address is not one of the template, or has the same parameters.
fn texts<'t>(template: &'t str, address: &'t str) -> Option<(Vec<(&'t str, &'t str)>, usize)> {
    let mut texts = Vec::new();
    let mut common = 0;
    let (mut segments, mut others) = (template.split('/'), address.split('/'));
    loop {
        let (segment, other) = match (segments.next(), others.next()) {
            (Some(segment), Some(other)) => (segment, other),
            (None, None) => break,
            (Some(_), None) | (None, Some(_)) => return None,
        };
        match segment.split_once('{') {
            None if segment == other => common += 1,
            None => return None,
            Some(_) if other.contains('{') => {}
            Some((before, rest)) => {
                let (name, after) = rest.split_once('}')?;
                let text = other.strip_prefix(before)?.strip_suffix(after)?;
                if text.is_empty() {
                    return None;
                }
                texts.push((name, text));
            }
        }
    }
    (!texts.is_empty()).then_some((texts, common))
}

/// Compares a new operation with those of the base that have the same method.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, base: &[Operation<'a>], new: &Operation<'a>) {
    let matching = base.iter().filter_map(|old| {
        let (texts, common) = texts(&old.address, &new.address)?;
        Some((old, texts, common))
    });
    // The others did not answer these calls.
    let Some((old, texts, _)) = matching.max_by_key(|(.., common)| *common) else {
        return;
    };
    let mut is_listed = true;
    for (name, text) in texts {
        match admits(walk, old, name, text) {
            None => return,
            Some(listed) => is_listed &= listed,
        }
    }
    let message = message!(
        "calls of {} are answered by {}, which is new: paths without parameters are matched first",
        &old.name,
        &new.name,
    );
    let (class, witness) = if is_listed {
        (Class::Breaking, Some(Value::from(new.name.as_str())))
    } else {
        (Class::Warning, None)
    };
    let rule = Rule::new(Area::Operation, Kind::Whole, Action::Narrowed);
    let added = Matched::Added(new.node.clone());
    walk.in_operation(old.name.clone(), &added, |walk| {
        walk.record(Change {
            witness,
            ..Change::new(rule, class, &new.node, message)
        });
    });
}

/// Returns whether a path parameter lists a text among its values; `None` where it may not have it.
fn admits<'a>(walk: &Walk<'a>, operation: &Operation<'a>, name: &str, text: &str) -> Option<bool> {
    let holders = [&operation.node, &operation.item].into_iter();
    let mut parameters = holders.flat_map(|holder| holder.items_of("parameters"));
    let parameter = parameters.find_map(|parameter| {
        let parameter = follow(walk.base, &parameter);
        let is_it = parameter.text("in") == Some("path") && parameter.text("name") == Some(name);
        is_it.then_some(parameter)
    });
    let Some(parameter) = parameter else {
        return Some(false);
    };
    let schema = schema_of(walk.base, &parameter);
    let schema = bundle_value(walk.base, schema.value, Some(Direction::Request));
    let Ok(accepts) = Validator::new(&schema) else {
        return Some(false);
    };
    let mut readings = vec![Value::from(text)];
    readings.extend(serde_json::from_str::<Value>(text).ok());
    let lists = ["enum", "const"];
    (readings.iter().any(|value| accepts.accepts(value)))
        .then(|| lists.iter().any(|keyword| schema.get(keyword).is_some()))
}
