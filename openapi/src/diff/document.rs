//! The whole document: what stands around the operations, the operations matched by method and
//! path, and the components that no operation uses.

use std::collections::HashMap;

use serde_json::Value;

use super::Rule;
use super::graph::{At, Both, Matched, Walk, follow};
use super::operation::{self, Role};
use super::rule::{Action, Area, Kind};
use super::{annotations, components, servers};
use crate::document::METHODS;

/// Fields of the root that are compared elsewhere, or that say only how the rest is written.
const COMPARED_ELSEWHERE: &[&str] = &[
    "openapi",
    "info",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "jsonSchemaDialect",
    "$self",
    "externalDocs",
];

pub(super) fn compare(walk: &mut Walk<'_>) {
    let root = Both {
        base: At {
            pointer: String::new(),
            value: walk.base.value(),
        },
        revision: At {
            pointer: String::new(),
            value: walk.revision.value(),
        },
    };
    let whole = !walk.options.only_operations_of_base;
    if whole {
        around(walk, &root);
        servers::compare(walk, &root, Area::Document);
    }
    operations(walk, &root, "paths");
    if whole {
        operations(walk, &root, "webhooks");
        components::compare(walk, &root);
    }
}

/// Info, tags and the rest of what belongs to no operation.
fn around(walk: &mut Walk<'_>, root: &Both<'_>) {
    if let Some(Matched::Both(info)) = root.get("info") {
        annotations::every_member(walk, &info, Area::Document, "info");
    }
    for (key, matched) in root.members() {
        if matches!(key, "tags" | "externalDocs") {
            annotations::one(
                walk,
                &matched,
                Area::Document,
                Kind::Text,
                &format!("`{key}` of the document"),
            );
        } else if !COMPARED_ELSEWHERE.contains(&key) {
            annotations::field(walk, key, &matched, Area::Document, "the document");
        }
    }
}

/// A path or webhook as it is matched: the template with its parameters' names taken out.
fn template_key(path: &str) -> String {
    let mut key = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => {
                inside = false;
                key.push_str("{}");
            }
            _ if inside => {}
            _ => key.push(c),
        }
    }
    key
}

fn operations<'a>(walk: &mut Walk<'a>, root: &Both<'a>, section: &str) {
    let (role, area) = if section == "webhooks" {
        (Role::Webhook, Area::Webhook)
    } else {
        (Role::Path, Area::Operation)
    };
    let base = root.base.get(section);
    let revision = root.revision.get(section);
    let base_items = base.as_ref().map(At::members).unwrap_or_default();
    let revision_items = revision.as_ref().map(At::members).unwrap_or_default();
    let mut unmatched: HashMap<String, (&str, At<'a>)> = revision_items
        .iter()
        .filter(|(path, _)| !path.starts_with("x-"))
        .map(|(path, item)| (template_key(path), (*path, item.clone())))
        .collect();
    for (path, base_item) in &base_items {
        if path.starts_with("x-") {
            continue;
        }
        let base_item = follow(walk.base, base_item);
        let matched = unmatched.remove(&template_key(path));
        let revision_item = matched.map(|(_, item)| follow(walk.revision, &item));
        path_item(walk, path, &base_item, revision_item.as_ref(), role, area);
    }
    if !walk.options.only_operations_of_base {
        for (path, item) in &revision_items {
            if unmatched.contains_key(&template_key(path)) {
                let item = follow(walk.revision, item);
                for (method, operation) in item.members() {
                    if METHODS.contains(&method) {
                        added(walk, &name_of(role, method, path), &operation, area);
                    }
                }
            }
        }
        if let (Some(base), Some(revision)) = (base, revision) {
            for (key, matched) in (Both { base, revision }).members() {
                if key.starts_with("x-") {
                    annotations::field(
                        walk,
                        key,
                        &matched,
                        Area::Document,
                        &format!("`{section}`"),
                    );
                }
            }
        }
    }
}

fn path_item<'a>(
    walk: &mut Walk<'a>,
    path: &str,
    base: &At<'a>,
    revision: Option<&At<'a>>,
    role: Role,
    area: Area,
) {
    for (method, base_operation) in base.members() {
        if !METHODS.contains(&method) {
            continue;
        }
        let name = name_of(role, method, path);
        match revision.and_then(|item| item.get(method)) {
            Some(revision_operation) => {
                let both = Both {
                    base: base_operation,
                    revision: revision_operation,
                };
                let items = Both {
                    base: base.clone(),
                    revision: revision.unwrap_or(base).clone(),
                };
                walk.operation(name, |walk| operation::compare(walk, &both, &items, role));
            }
            None => removed(walk, &name, &base_operation, area),
        }
    }
    if walk.options.only_operations_of_base {
        return;
    }
    let Some(revision) = revision else { return };
    for (method, operation) in revision.members() {
        if METHODS.contains(&method) && base.get(method).is_none() {
            added(walk, &name_of(role, method, path), &operation, area);
        }
    }
    let items = Both {
        base: base.clone(),
        revision: revision.clone(),
    };
    for (key, matched) in items.members() {
        if !METHODS.contains(&key) && !matches!(key, "parameters" | "servers" | "$ref") {
            annotations::field(
                walk,
                key,
                &matched,
                Area::Operation,
                &format!("the path `{path}`"),
            );
        }
    }
}

fn name_of(role: Role, method: &str, path: &str) -> String {
    let method = method.to_uppercase();
    match role {
        Role::Path => format!("{method} {path}"),
        Role::Webhook => format!("{method} webhook {path}"),
        Role::Callback => format!("{method} callback {path}"),
    }
}

fn removed(walk: &mut Walk<'_>, name: &str, at: &At<'_>, area: Area) {
    let name = name.to_owned();
    walk.operation(name.clone(), |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Removed);
        let message = format!("{name} is gone: a call of it no longer works");
        walk.decide(rule, at, message, Some(Value::String(name)));
    });
}

fn added(walk: &mut Walk<'_>, name: &str, at: &At<'_>, area: Area) {
    let name = name.to_owned();
    walk.operation(name.clone(), |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Added);
        walk.decide(rule, at, format!("{name} is new"), None);
    });
}
