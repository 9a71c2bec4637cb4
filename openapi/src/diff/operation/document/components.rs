//! Components by themselves: those that no message needs, and the texts of security schemes.

use std::collections::HashSet;

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::operation::security::addresses::ADDRESSES;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::{Side, Sides};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::Document;
use crate::{keywords, pointer};

const SECURITY_SCHEMES: &str = "/components/securitySchemes";

/// Compares the components that nothing reaches in either document, and the texts of security schemes. They affect no
/// message.
pub(crate) fn compare(walk: &mut Walk<'_>, root: &Pair<'_>) {
    let used = [reached(walk.base), reached(walk.revision)];
    if let Some(Matched::Pair(pair)) = root.get("components") {
        let subject = message!("the components");
        for (key, matched) in pair.members() {
            if key.starts_with("x-") {
                fields::field(walk, key, &matched, Area::Component, &subject);
            }
        }
    }
    for (pointer, name) in names(root) {
        if used.iter().any(|used| used.contains(&pointer)) {
            security_scheme_texts(walk, &pointer, &name, &used);
            continue;
        }
        let (was, is) = (walk.base.at(&pointer), walk.revision.at(&pointer));
        let action = match (was, is) {
            // What equal texts refer to is reported where it is.
            (Some(base), Some(revision))
                if base == revision || walk.same_values(base, revision) =>
            {
                continue;
            }
            (Some(_), Some(_)) => Action::Changed,
            (Some(_), None) => Action::Removed,
            (None, Some(_)) => Action::Added,
            (None, None) => continue,
        };
        let place = Sides {
            base: was.map(|_| pointer.clone()),
            revision: is.map(|_| pointer.clone()),
            ..Sides::default()
        };
        let message = message!(
            "the component `{}`, which no message needs, was {}",
            &name,
            Part::Text(action.name()),
        );
        let rule = Rule::new(Area::Component, Kind::Whole, action);
        walk.note(rule, Class::Docs, place, message);
    }
}

/// Returns the pointers and names (`schemas/Token`) of the components of both documents.
fn names(root: &Pair<'_>) -> Vec<(String, String)> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    let sections = [&root.base, &root.revision].map(|node| node.members_of("components"));
    for (section, members) in sections.into_iter().flatten() {
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
    names
}

/// Compares the texts of a security scheme. What it demands is compared where it is demanded, and so are its addresses
/// if both documents demand it.
fn security_scheme_texts<'a>(
    walk: &mut Walk<'a>,
    pointer: &str,
    name: &str,
    used: &[HashSet<String>; 2],
) {
    if !pointer.starts_with(SECURITY_SCHEMES) {
        return;
    }
    let node = |document: &'a Document, side: Side| {
        let pointer = document.follow(pointer);
        let value = document.at(&pointer)?;
        Some(Node {
            side,
            pointer,
            value,
        })
    };
    let (base, revision) = (
        node(walk.base, Side::Base),
        node(walk.revision, Side::Revision),
    );
    let (Some(base), Some(revision)) = (base, revision) else {
        return;
    };
    let pair = Pair { base, revision };
    let subject = message!("the component `{}`", name);
    let are_demanded = used.iter().all(|used| used.contains(pointer))
        && [&pair.base, &pair.revision].map(|scheme| scheme.text("type")) == [Some("oauth2"); 2];
    let is_text = |key: &str| match key {
        "type" | "in" | "name" | "scheme" | "openIdConnectUrl" => false,
        key => !are_demanded || !ADDRESSES.contains(&key),
    };
    for (key, matched) in pair.members().into_iter().filter(|(key, _)| is_text(key)) {
        match matched {
            Matched::Pair(flows) if key == "flows" => {
                for (kind, matched) in flows.members() {
                    let subject = message!("the flow `{}` of {}", kind, &subject);
                    let Matched::Pair(flow) = matched else {
                        fields::one(walk, &matched, Area::Component, Kind::Text, &subject);
                        continue;
                    };
                    for (key, matched) in flow.members() {
                        if is_text(key) {
                            fields::text_field(walk, key, &matched, Area::Component, &subject);
                        }
                    }
                }
            }
            matched => fields::text_field(walk, key, &matched, Area::Component, &subject),
        }
    }
}

/// Returns the pointers of everything that operations and webhooks refer to, directly or not, and of the security
/// schemes that are demanded anywhere. References in extensions and values are only text.
fn reached(document: &Document) -> HashSet<String> {
    let mut reached: HashSet<String> = demanded(document.value().get("security")).collect();
    // What replaced a misplaced reference is compared in that place.
    reached.extend(document.misplaced().targets().filter_map(component_of));
    let mut references: HashSet<&str> = HashSet::new();
    // Each value with whether the names of its members are the author's.
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
                        // Of values, only examples that are components are followed.
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

/// Returns the pointer of the component that holds the value at `pointer`.
fn component_of(pointer: &str) -> Option<String> {
    let mut tokens = pointer.strip_prefix("/components/")?.split('/');
    let (section, name) = (tokens.next()?, tokens.next()?);
    Some(format!("/components/{section}/{name}"))
}

/// Returns the pointers of the schemes that a list of security requirements names.
fn demanded(requirements: Option<&Value>) -> impl Iterator<Item = String> {
    let requirements = requirements.and_then(Value::as_array).into_iter().flatten();
    let names = requirements
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys);
    names.map(|name| pointer::join(SECURITY_SCHEMES, name))
}
