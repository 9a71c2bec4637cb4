//! Paths and webhooks: operations matched by method and path, whatever parameters of a path are
//! called.

use std::collections::{HashMap, VecDeque};

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
    let matches = matches(&operations(&base_items), &operations(&revision_items));
    for (base, revision) in &matches.pairs {
        let name = name_of(role, base.method, base.item.path);
        match revision {
            Some(revision) => matched(walk, name, base, revision, role),
            None => removed(walk, &name, &base.at, area),
        }
    }
    if walk.options.only_operations_of_base {
        return;
    }
    for new in &matches.unmatched {
        added(
            walk,
            &name_of(role, new.method, new.item.path),
            &new.at,
            area,
        );
    }
    let by_path: HashMap<&str, &Item<'a>> = revision_items
        .iter()
        .map(|item| (item.path, item))
        .collect();
    for base in &base_items {
        if let Some(revision) = by_path.get(base.path) {
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

/// The base's operations, each with the revision's that it became, and what the revision has more.
struct Matches<'a> {
    pairs: Vec<(Candidate<'a>, Option<Candidate<'a>>)>,
    unmatched: Vec<Candidate<'a>>,
}

/// Several paths may have one shape. Those of the very same name belong together, and only what no
/// name matches is matched by its shape.
fn matches<'a>(base: &[Candidate<'a>], revision: &[Candidate<'a>]) -> Matches<'a> {
    let by_name: HashMap<(&str, &str), usize> = (revision.iter().enumerate())
        .map(|(index, other)| ((other.method, other.item.path), index))
        .collect();
    let mut free = vec![true; revision.len()];
    let named: Vec<Option<usize>> = base
        .iter()
        .map(|operation| {
            by_name
                .get(&(operation.method, operation.item.path))
                .copied()
        })
        .collect();
    for index in named.iter().flatten() {
        free[*index] = false;
    }
    let mut by_shape: HashMap<(&str, &str), VecDeque<usize>> = HashMap::new();
    for (index, other) in revision
        .iter()
        .enumerate()
        .filter(|(index, _)| free[*index])
    {
        let shape = (other.method, other.item.shape.as_str());
        by_shape.entry(shape).or_default().push_back(index);
    }
    let mut pairs = Vec::with_capacity(base.len());
    for (operation, named) in base.iter().zip(named) {
        let shape = (operation.method, operation.item.shape.as_str());
        let index = named.or_else(|| by_shape.get_mut(&shape)?.pop_front());
        if let Some(index) = index {
            free[index] = false;
        }
        pairs.push((
            operation.clone(),
            index.map(|index| revision[index].clone()),
        ));
    }
    let unmatched = revision.iter().zip(free).filter(|(_, free)| *free);
    Matches {
        pairs,
        unmatched: unmatched.map(|(other, _)| other.clone()).collect(),
    }
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
