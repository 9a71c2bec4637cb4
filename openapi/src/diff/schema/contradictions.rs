//! Schemas that no value satisfies, and properties that no value has: faults of a document, named where something
//! depends on them.

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::{Side, Sides};
use crate::diff::walk::finding::Finding;
use crate::diff::walk::{Node, Pair, Walk, follow_schema};
use crate::document::Document;
use crate::hashed::HashSet;
use crate::keywords;
use crate::relation::{
    Contradiction, Relation, contradiction, hidden_property, own_contradiction, relate,
};
use crate::schema::Direction;

/// The most nodes of two schemas that are related.
const LIMIT: usize = 1_000;

/// Names what nothing satisfies of two schemas that differ, where something satisfies the other.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, direction: Direction) {
    let sides = [
        (walk.base, &pair.base, Action::Removed),
        (walk.revision, &pair.revision, Action::Added),
    ];
    let of = |document: &'a Document, node: &Node<'a>| contradiction(node.value, document.value());
    if sides
        .iter()
        .all(|(document, node, _)| of(document, node).is_some())
    {
        return;
    }
    for (document, node, action) in sides {
        let Some(why) = own_contradiction(node.value, document.value()) else {
            continue;
        };
        // The other side may say the same in a way that is not read.
        let sides = walk.sides_within(pair.base.value, pair.revision.value, direction, LIMIT);
        if sides.is_none_or(|(sender, receiver)| relate(&sender, &receiver) != Relation::Equal) {
            record(walk, node, action, &why);
        }
    }
}

/// Names what nothing satisfies anywhere in two schemas of which something could not be proven, where it was not yet
/// searched.
pub(crate) fn search<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>) {
    let (base, revision) = (walk.base, walk.revision);
    let [old, new] = &mut walk.searched;
    let of_base = all_below(base, &pair.base, old);
    let of_revision = all_below(revision, &pair.revision, new);
    let is_in = |document: &Document, node: &Node<'_>| {
        let counterpart = document.at(&node.pointer);
        counterpart.is_some_and(|schema| {
            let root = document.value();
            contradiction(schema, root).is_some() || hidden_property(schema, root).is_some()
        })
    };
    for (node, why) in &of_revision {
        let action = if is_in(base, node) {
            Action::Changed
        } else {
            Action::Added
        };
        record(walk, node, action, why);
    }
    for (node, why) in &of_base {
        if !is_in(revision, node) {
            record(walk, node, Action::Removed, why);
        }
    }
}

/// Returns what nothing satisfies in a schema and in what it refers to.
fn all_below<'a>(
    document: &'a Document,
    schema: &Node<'a>,
    seen: &mut HashSet<String>,
) -> Vec<(Node<'a>, Contradiction<'a>)> {
    let mut found = Vec::new();
    let mut pending = vec![schema.clone()];
    while let Some(node) = pending.pop() {
        if !seen.insert(node.pointer.clone()) {
            continue;
        }
        let root = document.value();
        let hidden = || hidden_property(node.value, root).map(Contradiction::Hidden);
        if let Some(why) = own_contradiction(node.value, root).or_else(hidden) {
            found.push((node.clone(), why));
        }
        if node.text("$ref").is_some() {
            pending.push(follow_schema(document, &node));
        }
        for (keyword, value) in node.members() {
            if keywords::SINGLE.contains(&keyword) {
                pending.push(value);
            } else if keywords::LISTS.contains(&keyword) {
                pending.extend(value.items());
            } else if keywords::MAPS.contains(&keyword) && !keywords::is_container(keyword) {
                pending.extend(value.members().into_iter().map(|(_, member)| member));
            }
        }
    }
    found
}

fn record<'a>(walk: &mut Walk<'a>, node: &Node<'a>, action: Action, why: &Contradiction<'_>) {
    let template = match action {
        _ if matches!(why, Contradiction::Hidden(_)) => "no value has a property of this: {}",
        Action::Removed => "in the base, no value satisfied this: {}",
        _ => "no value satisfies this: {}",
    };
    let message = message!(template, &reason(why));
    let rule = Rule::new(Area::Document, Kind::UnsatisfiableSchema, action);
    let mut place = Sides::of(Side::Revision, &node.pointer);
    if action != Action::Added {
        place.base = Some(node.pointer.clone());
    }
    if action == Action::Removed {
        place.revision = None;
    }
    let change = Change::new(rule, Class::Docs, place, message);
    // It is one cause, wherever something depends on it.
    let once = Pair {
        base: Node::of_document(walk.base, Side::Base),
        revision: node.clone(),
    };
    let edit = Some(node.pointer.clone());
    walk.in_pair(&once, Direction::Request, |walk| {
        walk.record(Finding { change, edit });
    });
}

fn reason(why: &Contradiction<'_>) -> Message {
    match why {
        Contradiction::Keywords([(one, a), (other, b)]) => message!(
            "{} {} and {} {} exclude each other",
            Part::code(one),
            Part::value(a),
            Part::code(other),
            Part::value(b),
        ),
        Contradiction::Keyword(keyword, value) => {
            message!(
                "{} {} accepts nothing",
                Part::code(keyword),
                Part::value(value)
            )
        }
        Contradiction::Refused => message!("its schema is `false`"),
        Contradiction::Undeclared(name) => message!(
            "the property `{}` is required, and a part that does not declare it allows no others",
            *name,
        ),
        Contradiction::Hidden(name) => message!(
            "`{}` is declared, and a part that does not declare it allows no others",
            *name,
        ),
        Contradiction::Property(name, why) => {
            message!("the property `{}` is required, and {}", *name, &reason(why))
        }
        Contradiction::Items(why) => message!("an item is required, and {}", &reason(why)),
        Contradiction::SameAlternatives(branch) => message!(
            "two alternatives of `oneOf` are the same, {}",
            Part::value(branch),
        ),
    }
}
