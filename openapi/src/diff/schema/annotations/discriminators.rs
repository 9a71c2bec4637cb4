//! Discriminators: which value of which property names which alternative (OpenAPI 3.1 section 4.8.25).
//!
//! No validator checks them. Generated clients and servers read by them, and cannot read a value that a discriminator
//! does not map.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::Document;
use crate::pointer;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// What a discriminator says.
struct Discriminator<'a> {
    property: &'a str,
    /// The value and the name of the component that it stands for, as written.
    mapped: Vec<(&'a str, String)>,
    /// The names of the alternatives, each of which is also a value for itself; `None` where the schema has none, and
    /// any component may extend it.
    alternatives: Option<BTreeSet<String>>,
    /// The component for values that are not mapped, and for the property's absence (`defaultMapping`, OpenAPI 3.2).
    default: Option<String>,
}

/// Compares the discriminators of two schemas.
pub(crate) fn compare(
    walk: &mut Walk<'_>,
    pair: &Pair<'_>,
    direction: Direction,
    subject: &Message,
) {
    let old = Discriminator::of(walk.base, &pair.base);
    let new = Discriminator::of(walk.revision, &pair.revision);
    let extensions = pair.members().into_iter();
    for (key, matched) in extensions.filter(|(key, _)| key.starts_with("x-")) {
        let subject = message!("the discriminator of {}", subject);
        fields::field(walk, key, &matched, Area::of(direction), &subject);
    }
    let rule = Rule::new(Area::of(direction), Kind::Discriminator, Action::Changed);
    if let Some((message, property)) = difference(&old, &new, direction, subject) {
        let (witness, witness_schema) = match whole_message(walk, pair, direction) {
            Some((witness, schema)) => (witness, Some(schema)),
            None => (property, None),
        };
        walk.record(Change {
            witness: Some(witness),
            witness_schema,
            ..Change::new(rule, Class::Breaking, pair, message)
        });
    } else if old.mapped_sorted() != new.mapped_sorted() || old.default != new.default {
        let message = message!(
            "the discriminator of {} changed from {} to {}",
            subject,
            pair.base.value,
            pair.revision.value,
        );
        walk.note(rule, Class::Docs, pair, message);
    }
}

/// Returns whether a discriminator that only one side seems to have is in the text of both: with the first schema that
/// inherits from its own, it becomes that of a family.
pub(crate) fn is_of_family(walk: &Walk<'_>, matched: &Matched<'_>) -> bool {
    let (node, other) = match matched {
        Matched::Removed(node) => (node, walk.revision),
        Matched::Added(node) => (node, walk.base),
        Matched::Pair(_) => return false,
    };
    other.at(&node.pointer) == Some(node.value)
}

/// Returns what breaks, and an object with the property at fault; `None` where nothing breaks.
fn difference(
    old: &Discriminator<'_>,
    new: &Discriminator<'_>,
    direction: Direction,
    subject: &Message,
) -> Option<(Message, Value)> {
    if old.property != new.property {
        let message = message!(
            "the discriminator of {} was the property `{}` and is `{}`",
            subject,
            old.property,
            new.property,
        );
        let value = old.mapped.first().map_or("…", |(value, _)| value);
        return Some((message, json!({ old.property: value })));
    }
    let (sender, receiver) = match direction {
        Direction::Request => (old, new),
        Direction::Response => (new, old),
    };
    if let Some(message) = default_breaks(sender, receiver, subject) {
        let value = unmapped(sender, receiver);
        return Some((message, json!({ sender.property: value })));
    }
    let sent = sender.sent().into_iter();
    let unknown: Vec<&str> = sent
        .filter(|(value, target)| !receiver.reads(value, target))
        .map(|(value, _)| value)
        .collect();
    let first = unknown.first()?;
    let message = message!(
        "`{}` of {} may be {}, which the other side does not map to this alternative",
        sender.property,
        subject,
        &Message::list(unknown.iter().map(|value| Part::code(value))),
    );
    Some((message, json!({ sender.property: first })))
}

/// Compares how values that are not mapped are sent with how they are read.
fn default_breaks(
    sender: &Discriminator<'_>,
    receiver: &Discriminator<'_>,
    subject: &Message,
) -> Option<Message> {
    let sent = sender.default.as_ref()?;
    let read = match &receiver.default {
        Some(read) if read == sent => return None,
        Some(read) => message!("is read as `{}`", read),
        None => message!("is read as none"),
    };
    Some(message!(
        "`{}` of {} may be absent or have a value that is not mapped, which is sent as `{}` and {}",
        sender.property,
        subject,
        sent,
        &read,
    ))
}

/// Returns a value that neither side maps.
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

/// Returns a value of the whole schema that no longer works, if one is found, and the schema's pointer.
fn whole_message(
    walk: &Walk<'_>,
    pair: &Pair<'_>,
    direction: Direction,
) -> Option<(Value, String)> {
    let holder = |node: &Node<'_>| {
        node.pointer
            .strip_suffix("/discriminator")
            .map(str::to_owned)
    };
    let pointer = holder(&pair.revision)?;
    let base = walk.base.at(&holder(&pair.base)?)?;
    let revision = walk.revision.at(&pointer)?;
    let (sender, receiver) = walk.sides(base, revision, direction);
    match relate(&sender, &receiver) {
        Relation::Breaking(value) => Some((value, pointer)),
        Relation::Equal | Relation::Compatible | Relation::Unproven => None,
    }
}

impl<'a> Discriminator<'a> {
    /// Reads the discriminator at `node`.
    fn of(document: &'a Document, node: &Node<'a>) -> Self {
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
        Self {
            property: node.text("propertyName").unwrap_or_default(),
            mapped: mapped.collect(),
            default: node.text("defaultMapping").map(name),
            alternatives: branches.map(|branches| {
                branches
                    .iter()
                    .filter_map(|branch| Some(name(branch.get("$ref")?.as_str()?)))
                    .collect()
            }),
        }
    }
}

impl Discriminator<'_> {
    /// Returns the values that are sent, each with the component that it stands for.
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

    /// Returns whether the value is read as the alternative that it stands for. An alternative that was removed or
    /// renamed is reported separately.
    fn reads(&self, value: &str, target: &str) -> bool {
        let is_known = |name: &str| {
            self.alternatives
                .as_ref()
                .is_none_or(|names| names.contains(name))
        };
        let read = self.mapped.iter().find(|(known, _)| *known == value);
        // A value that is not mapped is read as the default.
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

/// Returns the name of the component that a mapping or a reference leads to, by either of its spellings.
fn name(target: &str) -> String {
    if target.contains('/') {
        pointer::last(target).into_owned()
    } else {
        target.to_owned()
    }
}
