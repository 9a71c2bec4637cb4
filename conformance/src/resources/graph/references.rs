//! Members of bodies and parameters of queries that name things of other kinds, such as `customer_id` in an order.

use openapi::{Document, Operation, pointer};
use serde_json::Value;

use super::kind::{Kind, Node, Reference, created_by, position};
use super::names;
use crate::contract::parameters::declared;

/// How deep members of members are looked at.
const DEPTH: usize = 3;

/// The fewest letters of a noun that may be the end of a longer name: `customer` of `billing_customer_id`.
const SHORTEST: usize = 4;

/// Adds the references of each operation, without those that would make a circle: an order that needs a customer who needs
/// an order.
pub(super) fn add(
    kinds: &[Kind],
    nodes: &mut [Node],
    document: &Document,
    operations: &[&Operation],
) {
    for (index, operation) in operations.iter().enumerate() {
        let mut named = Vec::new();
        let body = document.follow(&pointer::join(&operation.pointer, "requestBody"));
        let content = pointer::join(&body, "content");
        let media_types = document.at(&content).and_then(Value::as_object);
        for (media_type, _) in media_types.into_iter().flatten() {
            let schema = pointer::join_all(&content, [media_type.as_str(), "schema"]);
            members(document, &schema, DEPTH, &mut named);
        }
        let parameters = declared(document, operation).into_iter();
        let queries = parameters.filter(|one| one.value["in"] == "query");
        named.extend(queries.filter_map(|one| Some(one.value["name"].as_str()?.to_owned())));
        for name in named {
            let Some(kind) = kind_of(kinds, index, &name) else {
                continue;
            };
            let reference = Reference { name, kind };
            if !nodes[index].references.contains(&reference)
                && !closes_a_circle(kinds, nodes, index, kind)
            {
                nodes[index].references.push(reference);
            }
        }
    }
}

/// Collects the names of a schema's members.
fn members(document: &Document, place: &str, depth: usize, names: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let place = document.follow(place);
    let Some(schema) = document.at(&place) else {
        return;
    };
    for (name, _) in schema["properties"].as_object().into_iter().flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
        let member = pointer::join_all(&place, ["properties", name]);
        members(document, &member, depth, names);
    }
    if schema.get("items").is_some() {
        members(document, &pointer::join(&place, "items"), depth, names);
    }
    for union in ["allOf", "anyOf", "oneOf"] {
        let branches = schema[union].as_array().map_or(0, Vec::len);
        for branch in 0..branches {
            let branch = pointer::join_all(&place, [union, &branch.to_string()]);
            members(document, &branch, depth + 1, names);
        }
    }
}

/// Returns the kind that a member of an operation names by its id.
fn kind_of(kinds: &[Kind], operation: usize, member: &str) -> Option<usize> {
    let stem = names::referred(member)?;
    let candidates = kinds.iter().enumerate().filter(|(index, kind)| {
        let by_itself = || created_by(kinds, operation).any(|(created, _)| created == *index);
        (!kind.creators.is_empty() || kind.list.is_some()) && !by_itself()
    });
    let fits = candidates.filter_map(|(index, kind)| {
        let noun = &kind.noun;
        let part = noun.len() >= SHORTEST && stem.ends_with(noun.as_str());
        let exact = stem == *noun;
        // The longest noun, then the shortest path.
        (exact || part).then_some((noun.len(), std::cmp::Reverse(kind.key.len()), index))
    });
    fits.max().map(|(_, _, index)| index)
}

/// Returns whether a thing of this kind needs, on its way, one that the operation creates.
fn closes_a_circle(kinds: &[Kind], nodes: &[Node], operation: usize, kind: usize) -> bool {
    let lists = |kind: &Kind| kind.list == Some(operation);
    let mut given: Vec<usize> = created_by(kinds, operation).map(|(kind, _)| kind).collect();
    given.extend(kinds.iter().position(lists));
    let mut seen = vec![false; kinds.len()];
    let mut open = vec![kind];
    while let Some(kind) = open.pop() {
        if std::mem::replace(&mut seen[kind], true) {
            continue;
        }
        if given.contains(&kind) {
            return true;
        }
        let one = &kinds[kind];
        let creators = one.creators.iter().map(|creator| creator.operation);
        for operation in creators.chain(one.list) {
            let node = &nodes[operation];
            open.extend(node.references.iter().map(|reference| reference.kind));
            let slots = node
                .slots
                .iter()
                .filter_map(|slot| position(kinds, &slot.key));
            // `PUT` of one names what it creates itself.
            open.extend(slots.filter(|slot| *slot != kind));
        }
    }
    false
}
