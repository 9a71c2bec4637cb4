//! The parts of a schema: the schema itself, what its `allOf` has written out in place, and the components that it
//! refers to.

use crate::diff::schema::unions::traits::Traits;
use crate::diff::walk::{Node, Pair, Walk, follow_schema};
use crate::document::Document;

/// What a schema is composed of.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    /// The schema itself, then its parts that are written out in place.
    pub(crate) inline: Vec<Node<'a>>,
    /// The parts that refer to components.
    pub(crate) references: Vec<Node<'a>>,
}

impl<'a> Parts<'a> {
    /// Takes a schema apart.
    pub(crate) fn of(core: Node<'a>) -> Self {
        let mut parts = Self::default();
        parts.take(core);
        parts
    }

    fn take(&mut self, node: Node<'a>) {
        let branches = node.items_of("allOf");
        if node.text("$ref").is_some() {
            self.references.push(node.clone());
        }
        self.inline.push(node);
        for branch in branches {
            self.take(branch);
        }
    }

    /// Returns all parts of what a reference leads to.
    pub(crate) fn expanded(document: &'a Document, reference: &Node<'a>) -> Self {
        let mut parts = Self::default();
        let mut pending = vec![reference.clone()];
        while let Some(reference) = pending.pop() {
            parts.expand(document, &reference);
            pending.append(&mut parts.references);
        }
        parts
    }

    /// Adds the parts of what a reference leads to.
    pub(crate) fn expand(&mut self, document: &'a Document, reference: &Node<'a>) {
        let target = follow_schema(document, reference);
        let is_known = (self.inline.iter()).any(|part| part.pointer == target.pointer);
        if !is_known && target.pointer != reference.pointer {
            self.take(target);
        }
    }
}

/// Pairs the references among the parts by their names, then those that are alike; expands the others.
pub(super) fn pair_references<'a>(
    walk: &Walk<'a>,
    base: &mut Parts<'a>,
    revision: &mut Parts<'a>,
) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    loop {
        let (mut old, mut new) = (
            std::mem::take(&mut base.references),
            std::mem::take(&mut revision.references),
        );
        old.retain(|reference| {
            let other = new
                .iter()
                .position(|other| other.referred_name() == reference.referred_name());
            if let Some(other) = other {
                pairs.push(Pair {
                    base: reference.clone(),
                    revision: new.remove(other),
                });
            }
            other.is_none()
        });
        if old.is_empty() && new.is_empty() {
            base.references = pairs.iter().map(|pair| pair.base.clone()).collect();
            revision.references = pairs.iter().map(|pair| pair.revision.clone()).collect();
            return pairs;
        }
        old.retain(|reference| {
            let traits = Traits::of(walk.base, reference);
            let is_like = |other: &Node<'a>| {
                let others = Traits::of(walk.revision, other);
                traits.is_like(&others) && !traits.excludes(&others)
            };
            let other = new.iter().position(is_like);
            if let Some(other) = other {
                pairs.push(Pair {
                    base: reference.clone(),
                    revision: new.remove(other),
                });
            }
            other.is_none()
        });
        old.iter()
            .for_each(|reference| base.expand(walk.base, reference));
        new.iter()
            .for_each(|reference| revision.expand(walk.revision, reference));
    }
}
