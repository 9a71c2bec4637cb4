//! Paths and webhooks: operations matched by method and path, whatever parameters of a path are
//! called.

use serde_json::Value;

use super::graph::{At, Both, Walk, follow};
use super::operation::{self, Place, Role};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations};
use crate::document::{Document, METHODS};

/// A path item under its path.
#[derive(Clone)]
struct Item<'a> {
    path: &'a str,
    /// The path with its parameters' names taken out: what makes two paths the same.
    shape: String,
    at: At<'a>,
}

/// One operation of a path item.
#[derive(Clone)]
struct Candidate<'a> {
    method: &'a str,
    item: Item<'a>,
    at: At<'a>,
}

/// Compares the operations below `section`, which is `paths` or `webhooks`.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, root: &Both<'a>, section: &str) {
    let (role, area) = if section == "webhooks" {
        (Role::Webhook, Area::Webhook)
    } else {
        (Role::Path, Area::Operation)
    };
    let base_items = items(walk.base, &root.base, section);
    let revision_items = items(walk.revision, &root.revision, section);
    let mut unmatched = operations(&revision_items);
    // Several paths may have one shape. Those of the very same name belong together, and only what
    // no name matches is matched by its shape.
    let mut matches: Vec<(Candidate<'a>, Option<Candidate<'a>>)> = operations(&base_items)
        .into_iter()
        .map(|base| {
            let same = take(&mut unmatched, |other| {
                other.method == base.method && other.item.path == base.item.path
            });
            (base, same)
        })
        .collect();
    for (base, revision) in &mut matches {
        if revision.is_none() {
            *revision = take(&mut unmatched, |other| {
                other.method == base.method && other.item.shape == base.item.shape
            });
        }
    }
    for (base, revision) in &matches {
        let name = name_of(role, base.method, base.item.path);
        match revision {
            Some(revision) => matched(walk, name, base, revision, role),
            None => removed(walk, &name, &base.at, area),
        }
    }
    if walk.options.only_operations_of_base {
        return;
    }
    for new in &unmatched {
        added(
            walk,
            &name_of(role, new.method, new.item.path),
            &new.at,
            area,
        );
    }
    for base in &base_items {
        if let Some(revision) = revision_items.iter().find(|other| other.path == base.path) {
            beside_operations(walk, base, revision);
        }
    }
    extensions(walk, root, section);
}

fn items<'a>(document: &'a Document, root: &At<'a>, section: &str) -> Vec<Item<'a>> {
    root.members_of(section)
        .into_iter()
        .filter(|(path, _)| !path.starts_with("x-"))
        .map(|(path, at)| Item {
            path,
            shape: shape(path),
            at: follow(document, &at),
        })
        .collect()
}

fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => {
                inside = false;
                shape.push_str("{}");
            }
            _ if inside => {}
            _ => shape.push(c),
        }
    }
    shape
}

fn operations<'a>(items: &[Item<'a>]) -> Vec<Candidate<'a>> {
    let mut operations = Vec::new();
    for item in items {
        for (method, at) in item.at.members() {
            if METHODS.contains(&method) {
                operations.push(Candidate {
                    method,
                    item: item.clone(),
                    at,
                });
            }
        }
    }
    operations
}

fn take<'a>(
    candidates: &mut Vec<Candidate<'a>>,
    wanted: impl FnMut(&Candidate<'a>) -> bool,
) -> Option<Candidate<'a>> {
    let index = candidates.iter().position(wanted)?;
    Some(candidates.remove(index))
}

fn matched<'a>(
    walk: &mut Walk<'a>,
    name: String,
    base: &Candidate<'a>,
    revision: &Candidate<'a>,
    role: Role,
) {
    let both = Both {
        base: base.at.clone(),
        revision: revision.at.clone(),
    };
    let place = Place {
        items: Both {
            base: base.item.at.clone(),
            revision: revision.item.at.clone(),
        },
        templates: (base.item.path, revision.item.path),
    };
    walk.operation(name, |walk| operation::compare(walk, &both, &place, role));
}

/// What a path item says beside its operations.
fn beside_operations(walk: &mut Walk<'_>, base: &Item<'_>, revision: &Item<'_>) {
    let items = Both {
        base: base.at.clone(),
        revision: revision.at.clone(),
    };
    for (key, matched) in items.members() {
        if !METHODS.contains(&key) && !matches!(key, "parameters" | "servers" | "$ref") {
            let subject = format!("the path `{}`", base.path);
            annotations::field(walk, key, &matched, Area::Operation, &subject);
        }
    }
}

fn extensions(walk: &mut Walk<'_>, root: &Both<'_>, section: &str) {
    let (Some(base), Some(revision)) = (root.base.get(section), root.revision.get(section)) else {
        return;
    };
    for (key, matched) in (Both { base, revision }).members() {
        if key.starts_with("x-") {
            let subject = format!("`{section}`");
            annotations::field(walk, key, &matched, Area::Document, &subject);
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
