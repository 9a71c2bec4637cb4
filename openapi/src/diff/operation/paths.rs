//! Paths and webhooks, matched by method and path, or by method and address where a prefix moved.

mod literals;
mod matching;
pub(crate) mod path_item;
mod prefix;

use serde_json::Value;

use crate::diff::message::message;
use crate::diff::operation::paths::matching::{matches, shape};
use crate::diff::operation::paths::path_item::{Place, Role, is_beside_operations};
use crate::diff::operation::servers::{self, Prefix};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, deprecation, fields, follow};
use crate::document::{Document, Method, WEBHOOKS, operations_of};
use crate::hashed::{HashMap, HashSet};

/// A path item under its path.
struct Item<'a> {
    path: &'a str,
    /// The path after the prefix that moved between it and the servers.
    address: String,
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
    fn node(&self) -> Node<'a> {
        Node {
            side: self.item.node.side,
            pointer: self.method.pointer(&self.item.node.pointer),
            value: self.value,
        }
    }

    fn operation(&self) -> literals::Operation<'a> {
        literals::Operation {
            name: self.name(Role::Path),
            address: self.item.address.clone(),
            node: self.node(),
            item: self.item.node.clone(),
        }
    }

    fn name(&self, role: Role) -> String {
        let (method, path) = (self.method.name.to_uppercase(), self.item.path);
        match role {
            Role::Path => format!("{method} {path}"),
            Role::Webhook => format!("{method} webhook {path}"),
            Role::Callback => format!("{method} callback {path}"),
        }
    }
}

/// Compares the operations below `paths`, and the document's servers, where their addresses begin.
pub(crate) fn paths<'a>(walk: &mut Walk<'a>, root: &Pair<'a>) {
    let prefix = if walk.options.only_operations_of_base {
        Prefix::default()
    } else {
        let prefix = prefix::moved(walk, root);
        servers::of_document(walk, root, &prefix);
        prefix
    };
    compare(walk, root, &["paths"], &prefix);
}

/// Compares the webhooks.
pub(crate) fn webhooks<'a>(walk: &mut Walk<'a>, root: &Pair<'a>) {
    compare(walk, root, WEBHOOKS, &Prefix::default());
}

fn compare<'a>(walk: &mut Walk<'a>, root: &Pair<'a>, sections: &[&str], prefix: &Prefix) {
    let (role, area) = if sections == WEBHOOKS {
        (Role::Webhook, Area::Webhook)
    } else {
        (Role::Path, Area::Operation)
    };
    let base_items = items(walk.base, &root.base, sections, &prefix.base);
    let revision_items = items(walk.revision, &root.revision, sections, &prefix.revision);
    let (old, new) = (operations(&base_items), operations(&revision_items));
    let operations = matches(
        &old,
        &new,
        |operation| (operation.method, operation.item.address.as_str()),
        |operation| (operation.method, operation.item.shape.as_str()),
    );
    let inherit_the_same = inherit_the_same(walk, root);
    for (base, revision) in &operations.pairs {
        match revision {
            Some(revision) if inherit_the_same && same(walk, base, revision) => {}
            Some(revision) => matched(walk, base, revision, role),
            None => removed(walk, &base.name(role), &base.node(), area),
        }
    }
    if walk.options.only_operations_of_base {
        return;
    }
    for new in &operations.added {
        added(walk, &new.name(role), &new.node(), area);
    }
    if role == Role::Path {
        written_out(walk, &base_items, &old, &operations.added);
    }
    let items = matches(
        &base_items,
        &revision_items,
        |item| item.address.as_str(),
        |item| item.shape.as_str(),
    );
    for (base, revision) in &items.pairs {
        match revision {
            Some(revision) => beside_operations(walk, base, revision),
            None => without_operations(walk, base, Matched::Removed),
        }
    }
    for new in &items.added {
        without_operations(walk, new, Matched::Added);
    }
    for section in sections {
        extensions(walk, root, section);
    }
}

/// Compares operations of new paths with those whose calls they answer.
fn written_out<'a>(
    walk: &mut Walk<'a>,
    base_items: &[Item<'a>],
    base: &[Candidate<'_, 'a>],
    added: &[&Candidate<'_, 'a>],
) {
    let known: HashSet<&str> = base_items.iter().map(|item| item.shape.as_str()).collect();
    let mut added = added
        .iter()
        .filter(|new| !known.contains(new.item.shape.as_str()))
        .peekable();
    if added.peek().is_none() {
        return;
    }
    let mut templated: HashMap<Method<'a>, Vec<literals::Operation<'a>>> = HashMap::default();
    for old in base.iter().filter(|old| old.item.path.contains('{')) {
        templated
            .entry(old.method)
            .or_default()
            .push(old.operation());
    }
    for new in added {
        if let Some(base) = templated.get(&new.method) {
            literals::compare(walk, base, &new.operation());
        }
    }
}

fn items<'a>(
    document: &'a Document,
    root: &Node<'a>,
    sections: &[&str],
    prefix: &str,
) -> Vec<Item<'a>> {
    let items = sections.iter().flat_map(|section| root.members_of(section));
    items
        .filter(|(path, _)| !path.starts_with("x-"))
        .map(|(path, node)| {
            let address = format!("{prefix}{path}");
            Item {
                path,
                shape: shape(&address),
                address,
                node: follow(document, &node),
            }
        })
        .collect()
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

/// Returns whether operations without a `security` of their own demand the same in both documents, by the same schemes.
fn inherit_the_same(walk: &mut Walk<'_>, root: &Pair<'_>) -> bool {
    let (base, revision) = (root.base.value, root.revision.value);
    let mut demands = ["/security", "/components/securitySchemes"].into_iter();
    demands.all(|pointer| same_or_neither(walk, base.pointer(pointer), revision.pointer(pointer)))
}

/// Returns whether two operations, with what their path items say for them, are equal in every class. Most operations
/// of a large document are; they are skipped before their pointers are built.
fn same(walk: &mut Walk<'_>, base: &Candidate<'_, '_>, revision: &Candidate<'_, '_>) -> bool {
    let (items, others) = (base.item.node.value, revision.item.node.value);
    base.item.address == revision.item.address
        && walk.same_values(base.value, revision.value)
        && ["parameters", "servers"]
            .iter()
            .all(|key| same_or_neither(walk, items.get(key), others.get(key)))
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
    base: &Candidate<'_, 'a>,
    revision: &Candidate<'_, 'a>,
    role: Role,
) {
    let pair = Pair {
        base: base.node(),
        revision: revision.node(),
    };
    let place = Place {
        items: Pair {
            base: base.item.node.clone(),
            revision: revision.item.node.clone(),
        },
        templates: (base.item.path, revision.item.path),
    };
    walk.in_operation(base.name(role), &Matched::Pair(pair.clone()), |walk| {
        walk.compare_operations(&pair, &place, role);
    });
}

/// Compares what a path item says beside its operations.
fn beside_operations(walk: &mut Walk<'_>, base: &Item<'_>, revision: &Item<'_>) {
    let is_object = |item: &Item<'_>| item.node.value.is_object();
    if !is_object(base) || !is_object(revision) {
        let items = Matched::Pair(Pair {
            base: base.node.clone(),
            revision: revision.node.clone(),
        });
        let subject = message!("the path `{}`, which has no operations,", base.path);
        return fields::one(walk, &items, Area::Operation, Kind::Text, &subject);
    }
    let mut keys = [base, revision]
        .into_iter()
        .filter_map(|item| item.node.value.as_object())
        .flat_map(serde_json::Map::keys);
    if !keys.any(|key| is_beside_operations(key)) {
        return;
    }
    let items = Pair {
        base: base.node.clone(),
        revision: revision.node.clone(),
    };
    let subject = message!("the path `{}`", base.path);
    for (key, matched) in items.members() {
        if is_beside_operations(key) {
            fields::field(walk, key, &matched, Area::Operation, &subject);
        }
    }
}

/// Reports a path item that only one side has, if it has no operations; otherwise those are reported.
fn without_operations<'a>(
    walk: &mut Walk<'a>,
    item: &Item<'a>,
    side: impl FnOnce(Node<'a>) -> Matched<'a>,
) {
    if operations_of(item.node.value).next().is_none() {
        let subject = message!("the path `{}`, which has no operations,", item.path);
        let matched = side(item.node.clone());
        fields::one(walk, &matched, Area::Operation, Kind::Text, &subject);
    }
}

fn extensions(walk: &mut Walk<'_>, root: &Pair<'_>, section: &str) {
    let Some(Matched::Pair(pair)) = root.get(section) else {
        return;
    };
    let subject = message!("`{}`", section);
    for (key, matched) in pair.members() {
        if key.starts_with("x-") {
            fields::field(walk, key, &matched, Area::Document, &subject);
        }
    }
}

fn removed<'a>(walk: &mut Walk<'a>, name: &str, node: &Node<'a>, area: Area) {
    walk.in_operation(name.to_owned(), &Matched::Removed(node.clone()), |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Removed);
        if let Some(announcement) = deprecation::announcement(walk, node) {
            let message = message!("{} was removed, {}", name, &announcement);
            return walk.note(rule, Class::Docs, node, message);
        }
        let message = message!("{} was removed: calls of it no longer work", name);
        walk.decide(rule, node, message, Some(Value::from(name)));
    });
}

fn added<'a>(walk: &mut Walk<'a>, name: &str, node: &Node<'a>, area: Area) {
    walk.in_operation(name.to_owned(), &Matched::Added(node.clone()), |walk| {
        let rule = Rule::new(area, Kind::Whole, Action::Added);
        walk.decide(rule, node, message!("{} is new", name), None);
    });
}
