//! How the operations of a contract depend on each other: which of them create the things that others name in their paths
//! and bodies, and which read, list, change and delete these things.

pub(crate) mod answers;
mod kind;
mod links;
mod names;
mod paths;
mod references;

use std::collections::BTreeMap;

use openapi::{Document, Operation, SchemaRef, Validator, pointer};

use crate::case::Effect;
use crate::contract::Contract;
use crate::contract::parameters::declared;
pub(crate) use kind::{Creator, How, Kind, Reference};
use kind::{Node, created_by, position};
pub(crate) use names::names_things;
pub(crate) use paths::{Slot, filled, slots_of};
use paths::{normal, slots};

/// The dependencies of a contract's operations.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) kinds: Vec<Kind>,
    operations: Vec<Node>,
    /// The other documented successes of the operations that document 201: they say that nothing was created.
    beside_201: BTreeMap<usize, Vec<String>>,
}

impl Graph {
    /// Builds the graph of a contract.
    pub(crate) fn of(contract: &Contract) -> Graph {
        let document = contract.document();
        let operations = contract.operations().iter();
        let operations: Vec<&Operation> =
            operations.map(|documented| &documented.operation).collect();
        let nodes = operations.iter().map(|operation| Node {
            method: operation.method.clone(),
            path: normal(&operation.path),
            slots: slots(&operation.path),
            references: Vec::new(),
        });
        let beside_201 = operations
            .iter()
            .enumerate()
            .filter_map(|(index, operation)| {
                let mut statuses = document.response_statuses(operation);
                let has_201 = statuses.iter().any(|status| status == "201");
                statuses.retain(|status| status != "201");
                has_201.then_some((index, statuses))
            });
        let mut graph = Graph {
            kinds: Vec::new(),
            operations: nodes.collect(),
            beside_201: beside_201.collect(),
        };
        for operation in &operations {
            graph.add_kinds(document, operation);
        }
        for kind in &mut graph.kinds {
            kind.find_operations(&graph.operations);
        }
        if contract.has_revoke() {
            // Tokens have their own supply and ledger.
            let minted = normal(contract.tokens_path());
            let tokens = graph
                .kinds
                .iter_mut()
                .filter(|kind| kind.collection() == minted);
            tokens.for_each(|kind| kind.creators.clear());
        }
        graph.add_lookups();
        graph.add_links(document, &operations);
        graph.add_upserts();
        references::add(&graph.kinds, &mut graph.operations, document, &operations);
        graph
    }

    /// Adds the kinds of a path that no earlier path has.
    fn add_kinds(&mut self, document: &Document, operation: &Operation) {
        for slot in slots(&operation.path) {
            if self.kind(&slot.key).is_some() {
                continue;
            }
            let parameters = declared(document, operation);
            let parameter = parameters
                .iter()
                .find(|one| one.value["in"] == "path" && one.value["name"] == slot.name.as_str());
            let schema = parameter
                .map(|one| pointer::join(&one.place, "schema"))
                .filter(|schema| document.at(schema).is_some());
            self.kinds.push(Kind {
                noun: names::noun(&slot.key),
                validator: schema
                    .and_then(|pointer| Validator::of(document, &SchemaRef { pointer }).ok()),
                key: slot.key,
                parameter: slot.name,
                creators: Vec::new(),
                list: None,
                read: None,
                put: None,
                patch: None,
                delete: None,
            });
        }
    }

    /// Adds the creators of what is looked up by another member than its id. The run reads it there, and changes and deletes it by its
    /// id.
    fn add_lookups(&mut self) {
        let creators = |kind: &Kind| {
            let creators = self.kinds[self.looked_up(kind)?].creators.iter();
            let reading = creators.map(|creator| Creator {
                is_new: false,
                ..creator.clone()
            });
            Some(reading.collect::<Vec<Creator>>())
        };
        let found: Vec<_> = self.kinds.iter().map(creators).collect();
        for (kind, creators) in self.kinds.iter_mut().zip(found) {
            if kind.creators.is_empty() {
                kind.creators = creators.unwrap_or_default();
            }
        }
    }

    /// Returns the index of the kind whose things are looked up by another member than their id: `/orders/{id}` of
    /// `/orders/number/{number}` and of `/orders/by-number/{number}`.
    pub(crate) fn looked_up(&self, kind: &Kind) -> Option<usize> {
        let (collection, literal) = kind.collection().rsplit_once('/')?;
        let (literal, member) = (names::plain(literal), names::plain(&kind.parameter));
        let is_lookup = literal == member || literal.strip_prefix("by") == Some(&member);
        self.kind(&format!("{collection}/{{}}"))
            .filter(|_| is_lookup)
    }

    /// Adds the creators that links name (OpenAPI 3.1, section 4.8.20). A link is more exact than names.
    fn add_links(&mut self, document: &Document, operations: &[&Operation]) {
        for (source, operation) in operations.iter().enumerate() {
            if operation.method != "POST" && operation.method != "PUT" {
                continue;
            }
            for link in links::of(document, operation, operations) {
                let slots = &self.operations[link.target].slots;
                let Some(slot) = slots.iter().find(|slot| slot.name == link.parameter) else {
                    continue;
                };
                let Some(index) = self.kind(&slot.key) else {
                    continue;
                };
                let creators = &self.kinds[index].creators;
                let creator = Creator {
                    operation: source,
                    how: How::Link(link.expression),
                    is_new: creators
                        .iter()
                        .any(|known| known.operation == source && known.is_new),
                };
                let key = self.kinds[index].key.clone();
                // What it creates cannot be named by its own path.
                let circular = self.operations[source]
                    .slots
                    .iter()
                    .any(|own| own.key == key);
                let kind = &mut self.kinds[index];
                if !circular && !kind.creators.contains(&creator) {
                    let links = kind.creators.iter();
                    let place = links
                        .filter(|creator| matches!(creator.how, How::Link(_)))
                        .count();
                    kind.creators.insert(place, creator);
                }
            }
        }
    }

    /// Adds `PUT` of one as a creator where no other operation creates it and a 201 is documented.
    fn add_upserts(&mut self) {
        for kind in &mut self.kinds {
            let creates =
                |put: &usize| kind.creators.is_empty() && self.beside_201.contains_key(put);
            if let Some(put) = kind.put.filter(creates) {
                kind.creators.push(Creator {
                    operation: put,
                    how: How::Named,
                    is_new: true,
                });
            }
        }
    }

    /// Returns the index of the kind with a key.
    pub(crate) fn kind(&self, key: &str) -> Option<usize> {
        position(&self.kinds, key)
    }

    /// Returns the parameters in the path of an operation that fill a segment each, in order.
    pub(crate) fn slots(&self, operation: usize) -> &[Slot] {
        &self.operations[operation].slots
    }

    /// Returns the members and parameters of an operation that name things of other kinds.
    pub(crate) fn references(&self, operation: usize) -> &[Reference] {
        &self.operations[operation].references
    }

    /// Returns the kinds that an operation creates, each with how the id is found.
    pub(crate) fn created_by(&self, operation: usize) -> impl Iterator<Item = (usize, &How)> {
        created_by(&self.kinds, operation)
    }

    /// Returns what an ordinary request of an operation does to a deployment.
    pub(crate) fn effect(&self, operation: usize) -> Effect {
        let node = &self.operations[operation];
        let creates = || {
            let mut kinds = self.kinds.iter().flat_map(|kind| &kind.creators);
            kinds.any(|creator| creator.operation == operation && creator.is_new)
        };
        match node.method.as_str() {
            "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY" => Effect::Safe,
            "DELETE" => Effect::Delete,
            "POST" if creates() => Effect::Create,
            // Of nothing that is named, it is probably all.
            "POST" if !self.names_a_thing(node) => names::effect_of_action(&node.path),
            _ => Effect::Change,
        }
    }

    /// Returns whether a path names something that exists apart from it, not only a region or a version.
    fn names_a_thing(&self, node: &Node) -> bool {
        let mut slots = node.slots.iter();
        slots.any(|slot| {
            self.kind(&slot.key)
                .is_some_and(|kind| self.kinds[kind].is_thing())
        })
    }

    /// Returns the kind that an operation deletes one of.
    pub(crate) fn deleted_by(&self, operation: usize) -> Option<usize> {
        self.kinds
            .iter()
            .position(|kind| kind.delete == Some(operation))
    }

    /// Returns the kind that an operation lists.
    pub(crate) fn listed_by(&self, operation: usize) -> Option<usize> {
        let mut kinds = self.kinds.iter();
        kinds.position(|kind| kind.list == Some(operation))
    }

    /// Returns the things that the path of a request names, each as its kind and the ids in its path.
    pub(crate) fn named_by(&self, operation: usize, path: &str) -> Vec<(usize, Vec<String>)> {
        let node = &self.operations[operation];
        let given = filled(&node.path, path).unwrap_or_default();
        let slots = node.slots.iter().enumerate();
        let named = slots.filter_map(|(place, slot)| {
            Some((self.kind(&slot.key)?, given.get(..=place)?.to_vec()))
        });
        named.collect()
    }

    /// Returns whether an operation changes or deletes things of a kind, or what is within them or refers to them.
    pub(crate) fn is_changed(&self, kind: usize) -> bool {
        let key = &self.kinds[kind].key;
        let mut nodes = self.operations.iter().enumerate();
        nodes.any(|(index, node)| {
            let mut slots = node.slots.iter();
            let mut references = node.references.iter();
            self.effect(index) != Effect::Safe
                && (slots.any(|slot| slot.key == *key) || references.any(|one| one.kind == kind))
        })
    }

    /// Returns whether an answer with this status says that the operation has created one of a kind.
    pub(crate) fn is_new(&self, operation: usize, kind: usize, status: u16) -> bool {
        let mut others = self.beside_201.get(&operation).into_iter().flatten();
        self.makes_new(operation, kind)
            && !others.any(|other| *other == status.to_string() || other == "2XX")
    }

    /// Returns whether an operation is there to create things of a kind.
    pub(crate) fn makes_new(&self, operation: usize, kind: usize) -> bool {
        let mut creators = self.kinds[kind].creators.iter();
        creators.any(|creator| creator.operation == operation && creator.is_new)
    }

    /// Returns the ids in the path of a created thing: those that the path of the request has, and its own.
    pub(crate) fn ids(
        &self,
        operation: usize,
        kind: usize,
        path: &str,
        id: &str,
    ) -> Option<Vec<String>> {
        let node = &self.operations[operation];
        let given = filled(&node.path, path)?;
        let given = |key: &str| {
            let slot = node.slots.iter().position(|slot| slot.key == key)?;
            given.get(slot).cloned()
        };
        let key = &self.kinds[kind].key;
        let mut ids = Vec::new();
        for slot in slots_of(key) {
            ids.push(match slot == *key {
                true => id.to_owned(),
                false => given(&slot)?,
            });
        }
        Some(ids)
    }
}
