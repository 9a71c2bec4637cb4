//! Discriminators: which value of which property names which alternative (OpenAPI 3.1 section 4.8.25).
//!
//! No validator holds a message to one. Who reads by it, as generated clients and servers do, is
//! at a loss over a value that it does not map.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::message::shown;
use crate::diff::walk::{Node, Pair, Walk, fields};
use crate::document::Document;
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// What a discriminator says.
struct Discriminator<'a> {
    property: &'a str,
    /// The value and the name of the component that it stands for, as written.
    mapped: Vec<(&'a str, String)>,
    /// The names of the alternatives, each of which stands for itself as well; `None` where the
    /// schema has none, and any component may extend it.
    alternatives: Option<BTreeSet<String>>,
    /// The component that a value stands for which nothing else is said of, and its absence
    /// (`defaultMapping`, OpenAPI 3.2).
    default: Option<String>,
}

/// Compares the discriminators of two schemas.
pub(crate) fn compare(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction, subject: &str) {
    let old = of(walk.base, &pair.base);
    let new = of(walk.revision, &pair.revision);
    let extensions = pair.members().into_iter();
    for (key, matched) in extensions.filter(|(key, _)| key.starts_with("x-")) {
        let whose = format!("the discriminator of {subject}");
        fields::field(walk, key, &matched, Area::of(direction), &whose);
    }
    let rule = Rule::new(Area::of(direction), Kind::Discriminator, Action::Changed);
    if old.property != new.property {
        let message = format!(
            "the property that tells the alternatives of {subject} apart was `{}` and is `{}`",
            old.property, new.property
        );
        let value = old.mapped.first().map_or("…", |(value, _)| value);
        let witness = json!({ old.property: value });
        walk.decide(rule, &pair.revision, message, Some(witness));
        return whole(walk, pair, direction);
    }
    let (sender, receiver) = match direction {
        Direction::Request => (&old, &new),
        Direction::Response => (&new, &old),
    };
    if let Some(message) = default_breaks(sender, receiver, subject) {
        let witness = json!({ sender.property: unmapped(sender, receiver) });
        walk.decide(rule, &pair.revision, message, Some(witness));
        return whole(walk, pair, direction);
    }
    let unknown: Vec<&str> = sender
        .sent()
        .into_iter()
        .filter(|(value, target)| !receiver.reads(value, target))
        .map(|(value, _)| value)
        .collect();
    match unknown.first() {
        Some(first) => {
            let names: Vec<String> = unknown.iter().map(|value| format!("`{value}`")).collect();
            let message = format!(
                "`{}` of {subject} may be {}, which the other side maps to no such alternative",
                sender.property,
                names.join(", ")
            );
            let witness = json!({ sender.property: first });
            walk.decide(rule, &pair.revision, message, Some(witness));
            whole(walk, pair, direction);
        }
        None if old.mapped_sorted() != new.mapped_sorted() || old.default != new.default => {
            let message = format!(
                "the discriminator of {subject} changed from {} to {}",
                shown(pair.base.value),
                shown(pair.revision.value)
            );
            walk.note(rule, Class::Docs, &pair.revision, message);
        }
        None => {}
    }
}

/// What the sender means by a value that it maps to nothing, and the receiver does not read so.
fn default_breaks(
    sender: &Discriminator<'_>,
    receiver: &Discriminator<'_>,
    subject: &str,
) -> Option<String> {
    let sent = sender.default.as_ref()?;
    let read = match &receiver.default {
        Some(read) if read == sent => return None,
        Some(read) => format!("is read as `{read}`"),
        None => "is read as none".to_owned(),
    };
    Some(format!(
        "`{}` of {subject} may be absent or hold a value that is mapped to nothing, which is sent as \
         `{sent}` and {read}",
        sender.property
    ))
}

/// A value that neither maps to anything.
fn unmapped(sender: &Discriminator<'_>, receiver: &Discriminator<'_>) -> String {
    let is_mapped = |value: &str| {
        [sender, receiver].iter().any(|side| {
            side.mapped.iter().any(|(known, _)| *known == value)
                || side.alternatives.iter().flatten().any(|name| name == value)
        })
    };
    let mut values = (0..).map(|number| format!("other{number}"));
    values.find(|value| !is_mapped(value)).unwrap_or_default()
}

/// Gives the change recorded last a whole value as its witness, when one is found.
fn whole(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction) {
    let schema = |document: &Document, node: &Node<'_>| {
        let pointer = node.pointer.strip_suffix("/discriminator")?.to_owned();
        document.at(&pointer).map(|value| (pointer, value.clone()))
    };
    let (Some((_, base)), Some((pointer, revision))) = (
        schema(walk.base, &pair.base),
        schema(walk.revision, &pair.revision),
    ) else {
        return;
    };
    let (sender, receiver) = walk.sides(&base, &revision, direction);
    if let Relation::Breaking(value) = relate(&sender, &receiver)
        && let Some(change) = walk.last()
    {
        change.witness = Some(value);
        change.witness_schema = Some(pointer);
    }
}

impl Discriminator<'_> {
    /// The values that are sent, each with the component that it stands for.
    fn sent(&self) -> Vec<(&str, &str)> {
        let named = self.alternatives.iter().flatten().map(String::as_str);
        let by_themselves =
            named.filter(|name| !self.mapped.iter().any(|(_, target)| target == name));
        let mapped = self
            .mapped
            .iter()
            .map(|(value, target)| (*value, target.as_str()));
        mapped
            .chain(by_themselves.map(|name| (name, name)))
            .collect()
    }

    /// Whether the value is read, and as no other of the alternatives than the one it stands for. An
    /// alternative that is gone, or has another name, is told of by itself.
    fn reads(&self, value: &str, target: &str) -> bool {
        let is_known = |name: &str| {
            self.alternatives
                .as_ref()
                .is_none_or(|names| names.contains(name))
        };
        let read = self.mapped.iter().find(|(known, _)| *known == value);
        // Mapped to nothing, it is read as the default, also where that is what it stands for.
        if read.is_none() && self.default.as_deref() == Some(target) {
            return true;
        }
        !is_known(target)
            || match read {
                Some((_, read)) => read == target || self.alternatives.is_none(),
                None => is_known(value),
            }
    }

    fn mapped_sorted(&self) -> Vec<(&str, &String)> {
        let mut mapped: Vec<_> = self
            .mapped
            .iter()
            .map(|(value, target)| (*value, target))
            .collect();
        mapped.sort_unstable();
        mapped
    }
}

fn of<'a>(document: &'a Document, node: &Node<'a>) -> Discriminator<'a> {
    let property = node.value.get("propertyName").and_then(Value::as_str);
    let mapping = node.value.get("mapping").and_then(Value::as_object);
    let mapped = mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| Some((value.as_str(), name(target.as_str()?))));
    let schema = node
        .pointer
        .strip_suffix("/discriminator")
        .and_then(|pointer| document.at(pointer));
    let branches = ["oneOf", "anyOf"]
        .into_iter()
        .find_map(|keyword| schema?.get(keyword)?.as_array());
    Discriminator {
        property: property.unwrap_or_default(),
        mapped: mapped.collect(),
        default: (node.value.get("defaultMapping").and_then(Value::as_str)).map(name),
        alternatives: branches.map(|branches| {
            branches
                .iter()
                .filter_map(|branch| Some(name(branch.get("$ref")?.as_str()?)))
                .collect()
        }),
    }
}

/// The name of the component that a mapping or a reference leads to, by either of its spellings.
fn name(target: &str) -> String {
    if target.contains('/') {
        pointer::last(target).into_owned()
    } else {
        target.to_owned()
    }
}
