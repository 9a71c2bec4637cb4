//! Components by themselves: those that no message needs, and the texts of security schemes.

use std::collections::HashSet;

use serde_json::Value;

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::Document;
use crate::{keywords, pointer};

const SECURITY_SCHEMES: &str = "/components/securitySchemes";

/// Components that nothing reaches in either document; they affect no message.
pub(crate) fn compare(walk: &mut Walk<'_>, root: &Pair<'_>) {
    let used = [reached(walk.base), reached(walk.revision)];
    let mut seen = HashSet::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for (section, members) in root
        .base
        .members_of("components")
        .iter()
        .chain(&root.revision.members_of("components"))
    {
        if section.starts_with("x-") {
            continue;
        }
        for (name, _) in members.members() {
            let pointer = pointer::join_all("/components", [section, name]);
            if seen.insert(pointer.clone()) {
                names.push((pointer, format!("{section}/{name}")));
            }
        }
    }
    if let Some(Matched::Pair(pair)) = root.get("components") {
        let extensions = pair.members().into_iter();
        for (key, matched) in extensions.filter(|(key, _)| key.starts_with("x-")) {
            fields::field(walk, key, &matched, Area::Component, "the components");
        }
    }
    for (pointer, name) in names {
        if used.iter().any(|used| used.contains(&pointer)) {
            security_scheme_texts(walk, &pointer, &name);
            continue;
        }
        let (action, value) = match (walk.base.at(&pointer), walk.revision.at(&pointer)) {
            // What the same text refers to is told where it stands.
            (Some(base), Some(revision))
                if base == revision || walk.same_values(base, revision) =>
            {
                continue;
            }
            (Some(_), Some(revision)) => (Action::Changed, revision),
            (Some(base), None) => (Action::Removed, base),
            (None, Some(revision)) => (Action::Added, revision),
            (None, None) => continue,
        };
        let node = Node { pointer, value };
        let message = format!(
            "the component `{name}`, which no message needs, was {}",
            action.name()
        );
        walk.note(
            Rule::new(Area::Component, Kind::Whole, action),
            Class::Docs,
            &node,
            message,
        );
    }
}

/// What a security scheme demands is compared where it is demanded; what it tells a reader, here.
fn security_scheme_texts(walk: &mut Walk<'_>, pointer: &str, name: &str) {
    if !pointer.starts_with(SECURITY_SCHEMES) {
        return;
    }
    let (Some(base), Some(revision)) = (walk.base.at(pointer), walk.revision.at(pointer)) else {
        return;
    };
    let node = |value| Node {
        pointer: pointer.to_owned(),
        value,
    };
    let pair = Pair {
        base: node(base),
        revision: node(revision),
    };
    for (key, matched) in pair.members() {
        if !matches!(key, "type" | "in" | "name" | "scheme" | "openIdConnectUrl") {
            fields::one(
                walk,
                &matched,
                Area::Component,
                Kind::Text,
                &format!("`{key}` of the component `{name}`"),
            );
        }
    }
}

/// The pointers of everything that the operations and webhooks refer to, directly or not, and of
/// the security schemes that are demanded anywhere. What extensions and values refer to is only text.
fn reached(document: &Document) -> HashSet<String> {
    let mut reached: HashSet<String> = demanded(document.value().get("security")).collect();
    let mut references: HashSet<&str> = HashSet::new();
    // Each with whether the names of its members are the writer's.
    let mut pending: Vec<(&Value, bool)> = ["paths", "webhooks"]
        .iter()
        .filter_map(|section| Some((document.value().get(section)?, true)))
        .collect();
    while let Some((value, named)) = pending.pop() {
        match value {
            Value::Object(object) => {
                for (key, member) in object {
                    if key == "security" {
                        reached.extend(demanded(Some(member)));
                    }
                    if key == "$ref"
                        && let Value::String(reference) = member
                        && references.insert(reference)
                        && let Some(target) = pointer::of_reference(reference)
                        && let Some(value) = document.at(&target)
                    {
                        reached.insert(target);
                        pending.push((value, false));
                    }
                    match member {
                        // Of values, only examples that are components are looked at by themselves.
                        Value::Object(_) if !named && key == "examples" => {
                            pending.push((member, true));
                        }
                        Value::Object(_) | Value::Array(_)
                            if named || !keywords::holds_data(key) =>
                        {
                            pending.push((member, !named && keywords::holds_names(key)));
                        }
                        Value::Object(_)
                        | Value::Array(_)
                        | Value::Null
                        | Value::Bool(_)
                        | Value::Number(_)
                        | Value::String(_) => {}
                    }
                }
            }
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, false))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    reached
}

/// The pointers of the schemes that a list of security requirements names.
fn demanded(requirements: Option<&Value>) -> impl Iterator<Item = String> {
    let requirements = requirements.and_then(Value::as_array).into_iter().flatten();
    let names = requirements
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys);
    names.map(|name| pointer::join(SECURITY_SCHEMES, name))
}
