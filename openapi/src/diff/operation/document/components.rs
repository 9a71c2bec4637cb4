//! Components by themselves: those that no message needs, and the texts of security schemes.

use std::cell::LazyCell;
use std::ops::Deref;

use serde_json::Value;

use crate::diff::message::{Part, message};
use crate::diff::operation::document::reached::Reached;
use crate::diff::operation::security::addresses::ADDRESSES;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::{Side, Sides};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::Document;
use crate::hashed::HashSet;
use crate::pointer;

const SECURITY_SCHEMES: &str = "/components/securitySchemes";

/// Compares the components that nothing reaches in either document, and the texts of security schemes. They affect no
/// message.
pub(crate) fn compare(walk: &mut Walk<'_>, root: &Pair<'_>) {
    // In most comparisons few components differ, and of those the base reaches most.
    let used = [walk.base, walk.revision].map(|document| LazyCell::new(|| Reached::of(document)));
    if let Some(Matched::Pair(pair)) = root.get("components") {
        let subject = message!("the components");
        for (key, matched) in pair.members() {
            if key.starts_with("x-") {
                fields::field(walk, key, &matched, Area::Component, &subject);
            }
        }
    }
    for (pointer, name) in names(root) {
        if walk.same_at(&pointer) {
            continue;
        }
        // What was walked is reached. What is reached may have been proven equal without a walk.
        let is_walked = walk.has_walked(&pointer);
        if is_walked && !pointer.starts_with(SECURITY_SCHEMES) {
            continue;
        }
        if is_walked || used.iter().any(|used| used.compares(&pointer)) {
            security_scheme_texts(walk, &pointer, &name, &used);
        } else {
            unneeded(walk, &pointer, &name, &used);
        }
    }
}

/// Compares a component that messages do not contain as a whole.
fn unneeded(walk: &mut Walk<'_>, pointer: &str, name: &str, used: &[impl Deref<Target = Reached>]) {
    let (was, is) = (walk.base.at(pointer), walk.revision.at(pointer));
    if was == is {
        // What equal texts refer to is reported where it is.
        return;
    }
    let within: Vec<&str> = (used.iter())
        .flat_map(|used| used.compared_within(pointer))
        .collect();
    let action = match (was, is) {
        (Some(base), Some(revision))
            if !within.is_empty()
                && without(base, pointer, &within) == without(revision, pointer, &within) =>
        {
            return;
        }
        (Some(_), Some(_)) => Action::Changed,
        (Some(_), None) => Action::Removed,
        (None, Some(_)) => Action::Added,
        (None, None) => return,
    };
    let is_named = used.iter().any(|used| used.names(pointer));
    let (class, template) = if is_named && action == Action::Changed {
        let template = "the component `{}`, which a mapping, a dynamic reference or a link names, was {}, and what that means for messages was not found";
        (Class::Unproven, template)
    } else if within.is_empty() {
        let template = "the component `{}`, which no message needs, was {}";
        (Class::Docs, template)
    } else {
        let template = "the component `{}`, which no message needs as a whole, was {}";
        (Class::Docs, template)
    };
    let is_reported = walk
        .recorded_since(0)
        .any(|change| change.location == pointer);
    if class == Class::Unproven && is_reported {
        // As what a dynamic reference may lead to.
        return;
    }
    let message = message!(template, name, Part::Text(action.name()));
    let rule = Rule::new(Area::Component, Kind::Whole, action);
    let place = Sides {
        base: was.map(|_| pointer.to_owned()),
        revision: is.map(|_| pointer.to_owned()),
        ..Sides::default()
    };
    walk.note(rule, class, place, message);
}

/// Returns a component without what is at these pointers within it.
fn without(component: &Value, pointer: &str, within: &[&str]) -> Value {
    let mut component = component.clone();
    for place in within
        .iter()
        .filter_map(|place| pointer::below(place, pointer))
    {
        if let Some(inner) = component.pointer_mut(place) {
            *inner = Value::Null;
        }
    }
    component
}

/// Returns the pointers and names (`schemas/Token`) of the components of both documents.
fn names(root: &Pair<'_>) -> Vec<(String, String)> {
    let mut seen = HashSet::default();
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
    used: &[impl Deref<Target = Reached>],
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
    let are_demanded = used.iter().all(|used| used.compares(pointer))
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
                    let flow = match matched {
                        Matched::Pair(flow) => flow,
                        Matched::Removed(flow) | Matched::Added(flow)
                            if walk.told.contains(&flow.pointer) =>
                        {
                            continue;
                        }
                        matched => {
                            fields::one(walk, &matched, Area::Component, Kind::Text, &subject);
                            continue;
                        }
                    };
                    for (key, matched) in flow.members() {
                        if is_text(key) && !(key == "scopes" && is_told(walk, &matched)) {
                            fields::text_field(walk, key, &matched, Area::Component, &subject);
                        }
                    }
                }
            }
            matched => fields::text_field(walk, key, &matched, Area::Component, &subject),
        }
    }
}

/// Returns whether the scopes of a flow differ only in those of which it is reported that they left it.
fn is_told(walk: &Walk<'_>, scopes: &Matched<'_>) -> bool {
    let Matched::Pair(pair) = scopes else {
        return false;
    };
    let Some(mut base) = pair.base.value.as_object().cloned() else {
        return false;
    };
    let told = |scope: &String| {
        walk.told
            .contains(&pointer::join(&pair.base.pointer, scope))
    };
    base.retain(|scope, _| !told(scope));
    pair.revision.value.as_object() == Some(&base)
}
