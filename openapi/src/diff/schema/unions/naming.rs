//! The values by which the discriminators of two unions name their alternatives.
//!
//! No validator checks them (OpenAPI 3.1.1 section 4.8.25). Clients and servers choose the alternative by this value, so an
//! alternative of another name is another one.

use serde_json::{Value, json};

use crate::diff::rules::Action;
use crate::diff::walk::{Node, follow_schema};
use crate::document::Document;
use crate::schema::Discriminator;

/// The alternatives of one union, with the discriminator that names them.
pub(crate) struct Named<'a> {
    pub(crate) document: &'a Document,
    pub(crate) discriminator: Discriminator,
    pub(crate) branches: Vec<Node<'a>>,
    /// Whether the first is a schema, and the others inherit from it.
    pub(crate) is_family: bool,
}

/// How two unions name their alternatives.
pub(crate) struct Naming<'a> {
    pub(crate) base: Named<'a>,
    pub(crate) revision: Named<'a>,
}

/// An alternative that only one of two unions has.
pub(crate) struct Unmatched {
    /// Its schema, with the values that name it.
    pub(crate) schema: Value,
    /// An object with such a value, if the other union knows none of them.
    pub(crate) unread: Option<Value>,
}

impl<'a> Named<'a> {
    /// Returns the values that name an alternative. Of a family, the schema that others inherit from need not have
    /// messages of its own.
    fn values(&self, branch: &Node<'a>) -> Option<Vec<String>> {
        let mut values = self.discriminator.values(self.document, branch.value)?;
        if self.is_parent(branch) {
            values.retain(|value| Some(value.as_str()) != branch.referred_name().as_deref());
        }
        (!values.is_empty()).then_some(values)
    }

    fn is_parent(&self, branch: &Node<'a>) -> bool {
        let first = self.branches.first();
        self.is_family && first.is_some_and(|first| first.pointer == branch.pointer)
    }

    /// Returns whether none of the alternatives has one of these names. An alternative without a name may be meant.
    fn knows_none_of(&self, values: &[String]) -> bool {
        let mut branches = self.branches.iter();
        branches.all(|branch| match self.values(branch) {
            Some(known) => !known.iter().any(|value| values.contains(value)),
            None => self.is_parent(branch),
        })
    }
}

impl<'a> Naming<'a> {
    /// Returns whether an alternative of the base and one of the revision have a name in common, or both none.
    pub(crate) fn is_same(&self, base: &Node<'a>, revision: &Node<'a>) -> bool {
        let have_one_reference = base
            .referred_name()
            .is_some_and(|name| revision.referred_name().is_some_and(|other| name == other));
        have_one_reference
            || match (self.base.values(base), self.revision.values(revision)) {
                (Some(old), Some(new)) => old.iter().any(|value| new.contains(value)),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
    }

    /// Returns an alternative that was removed or added with its names; `None` where it has none.
    pub(crate) fn unmatched(&self, branch: &Node<'a>, action: Action) -> Option<Unmatched> {
        let (own, other) = match action {
            Action::Removed => (&self.base, &self.revision),
            _ => (&self.revision, &self.base),
        };
        let values = own.values(branch)?;
        let property = &own.discriminator.property;
        let is_unread = *property == other.discriminator.property && other.knows_none_of(&values);
        Some(Unmatched {
            schema: own.discriminator.with_value(branch.value, &values),
            unread: is_unread.then(|| json!({ property: values[0] })),
        })
    }
}

/// The most schemas that are followed to the one that has the discriminator.
const DEEPEST: usize = 16;

/// Returns the discriminator of a schema, or of one that it inherits from.
pub(crate) fn inherited<'a>(
    document: &'a Document,
    schema: &Node<'a>,
    depth: usize,
) -> Option<&'a Value> {
    let schema = follow_schema(document, schema);
    let own = schema.value.get("discriminator");
    own.or_else(|| {
        let parts = schema.items_of("allOf").into_iter();
        let mut parts = parts.take_while(|_| depth < DEEPEST);
        parts.find_map(|part| inherited(document, &part, depth + 1))
    })
}
