//! The parts of a schema: the schema itself, what its `allOf` has written out in place, and the components that it
//! refers to.

use crate::diff::walk::{Node, follow_schema};
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
