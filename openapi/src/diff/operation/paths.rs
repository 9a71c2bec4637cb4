//! Paths and webhooks: operations matched by method and path, whatever parameters of a path are
//! called.

pub(crate) mod path_item;

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde_json::Value;

use crate::diff::operation::paths::path_item::{Place, Role, stands_beside_operations};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, deprecation, fields, follow};
use crate::document::{Document, Method, operations_of};

/// A path item under its path.
struct Item<'a> {
    path: &'a str,
    /// The path with its parameters' names taken out: what makes two paths the same.
    shape: String,
    node: Node<'a>,
}

/// One operation of a path item.
struct Candidate<'i, 'a> {
    method: Method<'a>,
    item: &'i Item<'a>,
    value: &'a Value,
}

impl<'a> Candidate<'_, 'a> {
    fn at(&self) -> Node<'a> {
        Node {
            pointer: self.method.pointer(&self.item.node.pointer),
            value: self.value,
        }
    }
}

/// Compares the operations below `section`, which is `paths` or `webhooks`.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, root: &Pair<'a>, section: &str) {
    let (role, area) = if section == "webhooks" {
        (Role::Webhook, Area::Webhook)
    } else {
        (Role::Path, Area::Operation)
    };
    let base_items = items(walk.base, &root.base, section);
    let revision_items = items(walk.revision, &root.revision, section);
    let (old, new) = (operations(&base_items), operations(&revision_items));
    let matches = pair_up(
        &old,
        &new,
        |operation| (operation.method, operation.item.path),
        |operation| (operation.method, operation.item.shape.as_str()),
    );
    let inherit_the_same = inherited(walk, root);
    for (base, revision) in &matches.pairs {
        let name = || name_of(role, base.method.name, base.item.path);
        match revision {
            Some(revision) if inherit_the_same && same(walk, base, revision) => {}
            Some(revision) => matched(walk, name(), base, revision, role),
            None => removed(walk, &name(), &base.at(), area),
        }
    }
    if walk.options.only_operations_of_base {
        return;
    }
    for new in &matches.unmatched {
        added(
            walk,
            &name_of(role, new.method.name, new.item.path),
            &new.at(),
            area,
        );
    }
    let items = pair_up(
        &base_items,
        &revision_items,
        |item| item.path,
        |item| item.shape.as_str(),
    );
    for (base, revision) in &items.pairs {
        match revision {
            Some(revision) => beside_operations(walk, base, revision),
            None => without_operations(walk, base, Matched::Removed),
        }
    }
    for new in &items.unmatched {
        without_operations(walk, new, Matched::Added);
    }
    extensions(walk, root, section);
}

fn items<'a>(document: &'a Document, root: &Node<'a>, section: &str) -> Vec<Item<'a>> {
    root.members_of(section)
        .into_iter()
        .filter(|(path, _)| !path.starts_with("x-"))
        .map(|(path, node)| Item {
            path,
            shape: shape(path),
            node: follow(document, &node),
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

fn operations<'i, 'a>(items: &'i [Item<'a>]) -> Vec<Candidate<'i, 'a>> {
    let of_item = |item: &'i Item<'a>| {
        operations_of(item.node.value).map(move |(method, value)| Candidate {
            method,
            item,
            value,
        })
    };
    items.iter().flat_map(of_item).collect()
}

/// What the base has, each with what it became in the revision, and what the revision has more.
struct Pairs<'t, T> {
    pairs: Vec<(&'t T, Option<&'t T>)>,
    unmatched: Vec<&'t T>,
}

/// Several paths may have one shape. Those of the very same name belong together, and only what no
/// name matches is matched by its shape.
fn pair_up<'t, T, K: Eq + Hash>(
    base: &'t [T],
    revision: &'t [T],
    name: impl Fn(&'t T) -> K,
    shape: impl Fn(&'t T) -> K,
) -> Pairs<'t, T> {
    let by_name: HashMap<K, usize> = (revision.iter().enumerate())
        .map(|(index, other)| (name(other), index))
        .collect();
    let mut free = vec![true; revision.len()];
    let named: Vec<Option<usize>> = base
        .iter()
        .map(|one| by_name.get(&name(one)).copied())
        .collect();
    for index in named.iter().flatten() {
        free[*index] = false;
    }
    let mut by_shape: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (index, other) in revision
        .iter()
        .enumerate()
        .filter(|(index, _)| free[*index])
    {
        by_shape.entry(shape(other)).or_default().push_back(index);
    }
    let mut pairs = Vec::with_capacity(base.len());
    for (one, named) in base.iter().zip(named) {
        let index = named.or_else(|| by_shape.get_mut(&shape(one))?.pop_front());
        if let Some(index) = index {
            free[index] = false;
        }
        pairs.push((one, index.map(|index| &revision[index])));
    }
    let unmatched = revision.iter().zip(free).filter(|(_, free)| *free);
    Pairs {
        pairs,
        unmatched: unmatched.map(|(other, _)| other).collect(),
    }
}

/// Whether operations that say nothing of who may call them demand the same in both documents, and
/// the schemes that are named are the same.
fn inherited(walk: &mut Walk<'_>, root: &Pair<'_>) -> bool {
    ["/security", "/components/securitySchemes"]
        .iter()
        .all(|pointer| {
            let (base, revision) = (
                root.base.value.pointer(pointer),
                root.revision.value.pointer(pointer),
            );
            same_or_neither(walk, base, revision)
        })
}

/// Whether two operations, with what their path items say for them, are equal in every class: most of
/// a large document, which is passed over without naming its places.
fn same(walk: &mut Walk<'_>, base: &Candidate<'_, '_>, revision: &Candidate<'_, '_>) -> bool {
    base.item.path == revision.item.path
        && walk.same_values(base.value, revision.value)
        && ["parameters", "servers"].iter().all(|key| {
            let (base, revision) = (
                base.item.node.value.get(key),
                revision.item.node.value.get(key),
            );
            same_or_neither(walk, base, revision)
        })
}

fn same_or_neither(walk: &mut Walk<'_>, base: Option<&Value>, revision: Option<&Value>) -> bool {
    match (base, revision) {
        (Some(base), Some(revision)) => walk.same_values(base, revision),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn matched<'a>(
    walk: &mut Walk<'a>,
    name: String,
    base: &Candidate<'_, 'a>,
    revision: &Candidate<'_, 'a>,
    role: Role,
) {
    let pair = Pair {
        base: base.at(),
        revision: revision.at(),
    };
    let place = Place {
        items: Pair {
            base: base.item.node.clone(),
            revision: revision.item.node.clone(),
        },
        templates: (base.item.path, revision.item.path),
    };
    walk.in_operation(name, Some(pair.clone()), |walk| {
        walk.compare_operations(&pair, &place, role);
    });
}

/// What a path item says beside its operations.
fn beside_operations(walk: &mut Walk<'_>, base: &Item<'_>, revision: &Item<'_>) {
    let mut keys = [base, revision]
        .into_iter()
        .filter_map(|item| item.node.value.as_object())
        .flat_map(serde_json::Map::keys);
    if !keys.any(|key| stands_beside_operations(key)) {
        return;
    }
    let items = Pair {
        base: base.node.clone(),
        revision: revision.node.clone(),
    };
    for (key, matched) in items.members() {
        if stands_beside_operations(key) {
            let subject = format!("the path `{}`", base.path);
            fields::field(walk, key, &matched, Area::Operation, &subject);
        }
    }
}

/// A path item that only one side has: its operations are told of by themselves, and it is where it has
/// none.
fn without_operations<'a>(
    walk: &mut Walk<'a>,
    item: &Item<'a>,
    which: impl FnOnce(Node<'a>) -> Matched<'a>,
) {
    if operations_of(item.node.value).next().is_none() {
        let subject = format!("the path `{}`, which has no operations,", item.path);
        let matched = which(item.node.clone());
        fields::one(walk, &matched, Area::Operation, Kind::Text, &subject);
    }
}

fn extensions(walk: &mut Walk<'_>, root: &Pair<'_>, section: &str) {
    let (Some(base), Some(revision)) = (root.base.get(section), root.revision.get(section)) else {
        return;
    };
    for (key, matched) in (Pair { base, revision }).members() {
        if key.starts_with("x-") {
            let subject = format!("`{section}`");
            fields::field(walk, key, &matched, Area::Document, &subject);
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

fn removed(walk: &mut Walk<'_>, name: &str, node: &Node<'_>, area: Area) {
    let name = name.to_owned();
    walk.in_operation(name.clone(), None, |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Removed);
        if let Some(announced) = deprecation::as_announced(walk, node) {
            return walk.note(
                rule,
                Class::Docs,
                node,
                format!("{name} is gone, {announced}"),
            );
        }
        let message = format!("{name} is gone: a call of it no longer works");
        walk.decide(rule, node, message, Some(Value::String(name)));
    });
}

fn added(walk: &mut Walk<'_>, name: &str, node: &Node<'_>, area: Area) {
    let name = name.to_owned();
    walk.in_operation(name.clone(), None, |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Added);
        walk.decide(rule, node, format!("{name} is new"), None);
    });
}
