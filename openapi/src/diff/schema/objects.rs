//! The declared properties of two objects: each pair compared, and what is required of whom.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::texts;
use crate::diff::schema::assertions::undeclared_are_compared;
use crate::diff::walk::finding::{finding, record};
use crate::diff::walk::witness::{Lifted, Step};
use crate::diff::walk::{ANYTHING, Context, Matched, Node, Pair, Walk, deprecation, witness};
use crate::document::Document;
use crate::relation::{Relation, relate};
use crate::schema::{self, Direction};

fn required(core: &Node<'_>) -> BTreeSet<String> {
    let names = core
        .value
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The properties of an object, as far as messages of one direction carry them.
struct Carried<'a> {
    members: Vec<(&'a str, Node<'a>)>,
    required: BTreeSet<String>,
    /// Those that travel the other way only.
    left_behind: Vec<&'a str>,
}

fn carried<'a>(document: &Document, core: &Node<'a>, direction: Direction) -> Carried<'a> {
    let (members, left): (Vec<_>, Vec<_>) = core
        .members_of("properties")
        .into_iter()
        .partition(|(_, node)| direction.carries(document, node.value));
    let left_behind: Vec<&str> = left.into_iter().map(|(name, _)| name).collect();
    let mut required = required(core);
    required.retain(|name| !left_behind.contains(&name.as_str()));
    Carried {
        members,
        required,
        left_behind,
    }
}

/// What changed of properties that messages of this direction never carry: for readers.
fn not_carried<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    old: &[&str],
    new: &[&str],
    context: &Context<'a>,
) {
    let Some(Matched::Pair(properties)) = cores.get("properties") else {
        return;
    };
    let way = match context.direction {
        Direction::Request => "requests do",
        Direction::Response => "responses do",
    };
    for (name, matched) in properties.members() {
        let (action, node) = match &matched {
            Matched::Pair(pair) if old.contains(&name) && new.contains(&name) => {
                let is_demanded_as_before = required(&cores.base).contains(name)
                    == required(&cores.revision).contains(name);
                if is_demanded_as_before && (walk.same(pair) || only_respelled(walk, pair)) {
                    continue;
                }
                (Action::Changed, &pair.revision)
            }
            Matched::Removed(node) if old.contains(&name) => (Action::Removed, node),
            Matched::Added(node) if new.contains(&name) => (Action::Added, node),
            Matched::Pair(_) | Matched::Removed(_) | Matched::Added(_) => continue,
        };
        let message = format!(
            "the property `{name}` of {}, which {way} not carry, was {}",
            context.subject,
            action.name()
        );
        walk.note(
            context.rule(Kind::Access, action),
            Class::Docs,
            node,
            message,
        );
    }
}

/// Whether two schemas differ neither in what they accept nor in what they tell a reader.
fn only_respelled(walk: &Walk<'_>, pair: &Pair<'_>) -> bool {
    let texts = |document, node| texts::every_text(document, node);
    let (base, revision) = (&pair.base, &pair.revision);
    texts(walk.base, base) == texts(walk.revision, revision) && {
        let base = schema::bundle_value(walk.base, base.value, None);
        let revision = schema::bundle_value(walk.revision, revision.value, None);
        relate(&base, &revision) == Relation::Equal
    }
}

/// Compares the declared properties of two objects.
pub(crate) fn properties<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    let old = carried(walk.base, &cores.base, context.direction);
    let new = carried(walk.revision, &cores.revision, context.direction);
    not_carried(walk, cores, &old.left_behind, &new.left_behind, context);
    let (base, was) = (old.members, old.required);
    let (revision, is) = (new.members, new.required);
    for (name, old) in &base {
        match revision.iter().find(|(other, _)| other == name) {
            Some((_, new)) => {
                let pair = Pair {
                    base: old.clone(),
                    revision: new.clone(),
                };
                let inner = context.step(Step::Property((*name).to_owned()));
                walk.compare_schemas(&pair, &inner);
                if was.contains(*name) != is.contains(*name) {
                    required_changed(walk, context, name, is.contains(*name), new);
                }
            }
            None => removed(
                walk,
                cores,
                context,
                name,
                old,
                (was.contains(*name), is.contains(*name)),
            ),
        }
    }
    for (name, new) in &revision {
        if !base.iter().any(|(other, _)| other == name) {
            added(
                walk,
                cores,
                context,
                name,
                new,
                (was.contains(*name), is.contains(*name)),
            );
        }
    }
    // Names that are required without being declared.
    for name in was.symmetric_difference(&is) {
        let declared =
            |members: &[(&str, Node<'_>)]| members.iter().any(|(other, _)| other == name);
        if !declared(&base) && !declared(&revision) {
            let node = if is.contains(name) {
                &cores.revision
            } else {
                &cores.base
            };
            required_changed(walk, context, name, is.contains(name), node);
        }
    }
}

/// The schemas of undeclared properties, where both give one.
pub(crate) fn additional<'a>(walk: &mut Walk<'a>, cores: &Pair<'a>, context: &Context<'a>) {
    if !undeclared_are_compared(&cores.base, &cores.revision) {
        return;
    }
    if let Some(Matched::Pair(pair)) = cores.get("additionalProperties") {
        let declared = |name: &str| {
            let declares = |core: &Node<'_>| {
                core.value
                    .pointer("/properties")
                    .and_then(|p| p.get(name))
                    .is_some()
            };
            declares(&cores.base) || declares(&cores.revision)
        };
        let name = (0..)
            .map(|n| format!("key{n}"))
            .find(|name| !declared(name));
        let mut inner = context.step(Step::Property(name.unwrap_or_default()));
        inner.subject = format!("an undeclared property of {}", context.subject);
        walk.compare_schemas(&pair, &inner);
    }
}

/// A property that both know is required on one side only.
fn required_changed<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    name: &str,
    is_required: bool,
    node: &Node<'a>,
) {
    let (action, word) = if is_required {
        (Action::Added, "now required")
    } else {
        (Action::Removed, "no longer required")
    };
    let breaks = is_required == (context.direction == Direction::Request);
    let message = format!("the property `{name}` of {} is {word}", context.subject);
    if breaks {
        absent(walk, context, (Kind::Required, action), node, message, name);
    } else {
        finding(walk, context, (Kind::Required, action), node, message, None);
    }
}

/// A property that the base declares and the revision does not.
fn removed<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    context: &Context<'a>,
    name: &str,
    old: &Node<'a>,
    (was, is): (bool, bool),
) {
    if context.direction == Direction::Request && is && !was {
        // Undeclared now, and required all the same.
        required_changed(walk, context, name, true, &cores.revision);
    }
    let message = format!("the property `{name}` of {} was removed", context.subject);
    let kind = if was {
        Kind::RequiredProperty
    } else {
        Kind::Property
    };
    if let Some(announced) = deprecation::as_announced(walk, old) {
        let message = format!("{message}, {announced}");
        let rule = context.rule(kind, Action::Removed);
        return walk.note(rule, Class::Docs, old, message);
    }
    match context.direction {
        Direction::Response if was && !is => {
            absent(walk, context, (kind, Action::Removed), old, message, name);
        }
        Direction::Response if !is && !is_meant(&cores.revision, name) => {
            finding(walk, context, (kind, Action::Removed), old, message, None);
        }
        Direction::Request | Direction::Response => {
            one_side_declares(
                walk,
                cores,
                context,
                (kind, Action::Removed),
                name,
                old,
                message,
            );
        }
    }
}

/// A property that the revision declares and the base does not.
fn added<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    context: &Context<'a>,
    name: &str,
    new: &Node<'a>,
    (was, is): (bool, bool),
) {
    if context.direction == Direction::Response && was && !is {
        // It was required without being declared.
        required_changed(walk, context, name, false, new);
    }
    let message = format!("the property `{name}` of {} was added", context.subject);
    let kind = if is {
        Kind::RequiredProperty
    } else {
        Kind::Property
    };
    match context.direction {
        Direction::Request if is && !was => {
            let message = format!("{message} and is required");
            absent(walk, context, (kind, Action::Added), new, message, name);
        }
        Direction::Request if !was && !is_meant(&cores.base, name) => {
            finding(walk, context, (kind, Action::Added), new, message, None);
        }
        Direction::Request | Direction::Response => {
            one_side_declares(
                walk,
                cores,
                context,
                (kind, Action::Added),
                name,
                new,
                message,
            );
        }
    }
}

/// What an object says of a property of this name: what it is declared as and what every pattern says that
/// the name has; where there is neither, what is said of any undeclared one.
fn said_of(core: &Node<'_>, name: &str, declared: Option<&Node<'_>>) -> Value {
    let declared = declared.map(|node| node.value);
    let patterned = patterned(core, name).into_iter().map(|node| node.value);
    let mut said: Vec<Value> = declared.into_iter().chain(patterned).cloned().collect();
    match said.len() {
        0 => core.value.get("additionalProperties").cloned(),
        1 => said.pop(),
        _ => Some(json!({ "allOf": said })),
    }
    .unwrap_or_else(|| ANYTHING.clone())
}

/// The schemas in `patternProperties` of the patterns that the name has.
fn patterned<'a>(core: &Node<'a>, name: &str) -> Vec<Node<'a>> {
    let has = |pattern: &str| {
        crate::Validator::new(&json!({ "pattern": pattern }))
            .is_ok_and(|pattern| pattern.accepts(&Value::from(name)))
    };
    let patterns = core.members_of("patternProperties").into_iter();
    patterns
        .filter(|(pattern, _)| has(pattern))
        .map(|(_, schema)| schema)
        .collect()
}

/// Whether a schema gives a property that it does not declare a schema, so that it is meant to be
/// sent; else whoever keeps to it sends none that only the other side knows.
fn is_meant(core: &Node<'_>, name: &str) -> bool {
    let says = |schema: &Value| schema != &json!(true) && schema != &json!({});
    !patterned(core, name).is_empty() || core.value.get("additionalProperties").is_some_and(says)
}

/// A property that one side declares and the other takes, or sends, as an undeclared one.
fn one_side_declares<'a>(
    walk: &mut Walk<'a>,
    cores: &Pair<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    name: &str,
    node: &Node<'a>,
    message: String,
) {
    let (of_base, of_revision) = match axes.1 {
        Action::Removed => (Some(node), None),
        Action::Added | Action::Changed | Action::Widened | Action::Narrowed => (None, Some(node)),
    };
    let base = said_of(&cores.base, name, of_base);
    let revision = said_of(&cores.revision, name, of_revision);
    let (sender, receiver) = walk.sides(&base, &revision, context.direction);
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => finding(walk, context, axes, node, message, None),
        Relation::Breaking(value) => {
            let inner = context.step(Step::Property(name.to_owned()));
            let message = format!("{message}, and the other side does not accept what is sent");
            finding(walk, &inner, axes, node, message, Some(value));
        }
        Relation::Unproven => record(walk, context, axes, Class::Unproven, node, message, None),
    }
}

/// The sender may leave a property out that the receiver cannot do without.
fn absent<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    node: &Node<'a>,
    message: String,
    name: &str,
) {
    let Some(root) = &context.root else { return };
    let (class, found) = match witness::without_member(walk, root, context.direction, name, node) {
        Lifted::Breaks(found) => (Class::Breaking, Some(found)),
        Lifted::Harmless => (Class::Additive, None),
        Lifted::Unknown => (Class::Unproven, None),
    };
    record(walk, context, axes, class, node, message, found);
}
