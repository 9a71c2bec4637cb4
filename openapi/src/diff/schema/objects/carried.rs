//! The properties that messages of one direction carry, and those that they do not (`readOnly`, `writeOnly`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::texts;
use crate::diff::walk::{Context, Matched, Node, Pair, Walk};
use crate::document::Document;
use crate::relation::{Relation, relate};
use crate::schema::{self, Direction};

/// The properties of an object, as far as messages of one direction carry them.
pub(crate) struct Carried<'a> {
    pub(crate) members: Vec<(&'a str, Node<'a>)>,
    pub(crate) required: BTreeSet<String>,
    /// The properties that only messages of the other direction carry.
    left_out: Vec<&'a str>,
}

impl<'a> Carried<'a> {
    pub(crate) fn of(document: &Document, core: &Node<'a>, direction: Direction) -> Self {
        let properties = core.members_of("properties").into_iter();
        let (members, others): (Vec<_>, Vec<_>) =
            properties.partition(|(_, node)| direction.carries(document, node.value));
        let left_out: Vec<&str> = others.into_iter().map(|(name, _)| name).collect();
        let mut required = required(core);
        required.retain(|name| !left_out.contains(&name.as_str()));
        Self {
            members,
            required,
            left_out,
        }
    }

    pub(crate) fn declares(&self, name: &str) -> bool {
        self.members.iter().any(|(other, _)| *other == name)
    }
}

fn required(core: &Node<'_>) -> BTreeSet<String> {
    let names = core.value.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Compares the properties that messages of this direction do not carry. They are for readers only.
pub(crate) fn compare_left_out<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    old: &Carried<'a>,
    new: &Carried<'a>,
    context: &Context<'a>,
) {
    let Some(Matched::Pair(properties)) = cores.get("properties") else {
        return;
    };
    let (old, new) = (&old.left_out, &new.left_out);
    let template = match context.direction {
        Direction::Request => "the property `{}` of {}, which requests do not carry, was {}",
        Direction::Response => "the property `{}` of {}, which responses do not carry, was {}",
    };
    for (name, matched) in properties.members() {
        let (action, node) = match &matched {
            Matched::Pair(pair) if old.contains(&name) && new.contains(&name) => {
                let is_required_as_before = required(&cores.base).contains(name)
                    == required(&cores.revision).contains(name);
                if is_required_as_before && (walk.same(pair) || is_respelled(walk, pair)) {
                    continue;
                }
                (Action::Changed, &pair.revision)
            }
            Matched::Removed(node) if old.contains(&name) => (Action::Removed, node),
            Matched::Added(node) if new.contains(&name) => (Action::Added, node),
            Matched::Pair(_) | Matched::Removed(_) | Matched::Added(_) => continue,
        };
        let message = message!(template, name, &context.subject, Part::Text(action.name()));
        let rule = context.rule(Kind::Access, action);
        walk.note(rule, Class::Docs, node, message);
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
