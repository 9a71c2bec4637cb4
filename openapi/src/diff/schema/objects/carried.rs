//! The properties that messages of one direction carry, and those that they do not (`readOnly`, `writeOnly`).

use std::collections::BTreeSet;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::texts;
use crate::diff::schema::composition::parts::Parts;
use crate::diff::sides::Sides;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::document::Document;
use crate::relation::{Relation, relate};
use crate::schema::{self, Direction};

/// The properties of an object, as far as messages of one direction carry them.
pub(crate) struct Carried<'a> {
    /// Those that are declared in place.
    pub(crate) members: Vec<(&'a str, Node<'a>)>,
    /// What further parts say of the same properties.
    again: Vec<(&'a str, Node<'a>)>,
    pub(crate) required: BTreeSet<String>,
    /// Those of the required ones that a part in place requires, and not only a component.
    pub(crate) required_in_place: BTreeSet<String>,
    /// Those that a component declares, which is compared separately.
    inherited: Vec<(&'a str, Node<'a>)>,
    /// The properties that only messages of the other direction carry, and whether they are required.
    left_out: Vec<(&'a str, Node<'a>, bool)>,
}

impl<'a> Carried<'a> {
    pub(crate) fn of(document: &'a Document, parts: &Parts<'a>, direction: Direction) -> Self {
        let properties = parts
            .inline
            .iter()
            .flat_map(|part| part.members_of("properties"));
        let (mut members, others): (Vec<_>, Vec<_>) =
            properties.partition(|(_, node)| direction.carries(document, node.value));
        let mut seen = BTreeSet::new();
        let again = members
            .extract_if(.., |(name, _)| !seen.insert(*name))
            .collect();
        let mut required: BTreeSet<String> = parts.inline.iter().flat_map(required).collect();
        let required_in_place = required.clone();
        let left_out: Vec<_> = (others.into_iter())
            .map(|(name, node)| (name, node, required.contains(name)))
            .collect();
        let mut inherited = Vec::new();
        for reference in &parts.references {
            let of_component = Parts::expanded(document, reference);
            inherited.extend(
                of_component
                    .inline
                    .iter()
                    .flat_map(|part| part.members_of("properties")),
            );
            let of_component = of_component.inline.iter().flat_map(self::required);
            required.extend(of_component);
        }
        required.retain(|name| !left_out.iter().any(|(other, ..)| name == other));
        Self {
            members,
            again,
            required,
            required_in_place,
            inherited,
            left_out,
        }
    }

    /// Returns the property of this name, declared in place or by a component.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'a>> {
        let mut declared = self.members.iter().chain(&self.inherited);
        let found = declared.find(|(other, _)| *other == name);
        found.map(|(_, node)| node.clone())
    }

    /// Returns what further parts say of the property of this name.
    pub(crate) fn again(&self, name: &str) -> Vec<Node<'a>> {
        let again = self.again.iter().filter(|(other, _)| *other == name);
        again.map(|(_, node)| node.clone()).collect()
    }

    /// Returns whether only a component declares the property of this name.
    pub(crate) fn inherits(&self, name: &str) -> bool {
        !self.members.iter().any(|(other, _)| *other == name)
            && self.inherited.iter().any(|(other, _)| *other == name)
    }
}

fn required(part: &Node<'_>) -> Vec<String> {
    let names = part.items_of("required").into_iter();
    names
        .filter_map(|name| name.value.as_str().map(str::to_owned))
        .collect()
}

/// Compares the properties that messages of this direction do not carry. They are for readers only.
pub(crate) fn compare_left_out<'a>(
    walk: &mut Walk<'a>,
    old: &Carried<'a>,
    new: &Carried<'a>,
    context: &Context<'a>,
) {
    let template = match context.direction {
        Direction::Request => "the property `{}` of {}, which requests do not carry, was {}",
        Direction::Response => "the property `{}` of {}, which responses do not carry, was {}",
    };
    let find = |of: &Carried<'a>, name: &str| {
        of.left_out
            .iter()
            .find(|(other, ..)| *other == name)
            .cloned()
    };
    let mut changes: Vec<(&str, Action, Sides)> = Vec::new();
    for (name, base, was_required) in &old.left_out {
        match find(new, name) {
            None if new.get(name).is_some() => {}
            None => changes.push((*name, Action::Removed, base.into())),
            Some((_, revision, is_required)) => {
                let pair = Pair {
                    base: base.clone(),
                    revision,
                };
                let is_same = walk.same(&pair) || is_respelled(walk, &pair);
                if *was_required != is_required || !is_same {
                    changes.push((*name, Action::Changed, (&pair).into()));
                }
            }
        }
    }
    for (name, revision, _) in &new.left_out {
        if find(old, name).is_none() && old.get(name).is_none() {
            changes.push((*name, Action::Added, revision.into()));
        }
    }
    for (name, action, sides) in changes {
        let message = message!(template, name, &context.subject, Part::Text(action.name()));
        let rule = context.rule(Kind::Access, action);
        walk.note(rule, Class::Docs, sides, message);
    }
}

/// Returns whether two schemas differ neither in what they accept nor in their texts.
fn is_respelled(walk: &Walk<'_>, pair: &Pair<'_>) -> bool {
    let (base, revision) = (&pair.base, &pair.revision);
    texts::every_text(walk.base, base) == texts::every_text(walk.revision, revision) && {
        let base = schema::bundle_value(walk.base, base.value, None);
        let revision = schema::bundle_value(walk.revision, revision.value, None);
        relate(&base, &revision) == Relation::Equal
    }
}
