//! The items of a list whose first ones have schemas of their own (`prefixItems`): each is compared by its place.

use crate::diff::message::message;
use crate::diff::schema::composition::parts::Parts;
use crate::diff::walk::witness::Step;
use crate::diff::walk::{Context, Node, Pair, Walk};

/// Compares what both sides say of their items, of which one says something of the first ones. Returns false, with nothing
/// compared, where several parts of a side say something.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    (base, revision): (&Parts<'a>, &Parts<'a>),
    context: &Context<'a>,
) -> bool {
    let (Some(base), Some(revision)) = (Items::of(base), Items::of(revision)) else {
        return false;
    };
    let count = base.first.len().max(revision.first.len());
    for index in 0..=count {
        let item = Pair {
            base: base.at(index),
            revision: revision.at(index),
        };
        let name = match index {
            index if index == count => message!("a further item"),
            index => message!("item {}", (index + 1).to_string().as_str()),
        };
        walk.compare_schemas(&item, &context.step_called(Step::Position(index), name));
    }
    true
}

/// What a schema says of its items.
struct Items<'a> {
    first: Vec<Node<'a>>,
    /// Of all others.
    further: Node<'a>,
}

impl<'a> Items<'a> {
    /// Reads them; `None` where several parts say something.
    fn of(parts: &Parts<'a>) -> Option<Self> {
        let says = |part: &&Node<'a>| {
            let keys = ["prefixItems", "items"].into_iter();
            keys.map(|key| part.get(key)).any(|said| said.is_some())
        };
        let mut holders = parts.inline.iter().filter(says);
        let holder = holders.next().or(parts.inline.first())?;
        let is_only = holders.next().is_none() && parts.references.is_empty();
        is_only.then(|| Self {
            first: holder.items_of("prefixItems"),
            further: holder.get("items").unwrap_or_else(|| holder.anything()),
        })
    }

    fn at(&self, index: usize) -> Node<'a> {
        self.first.get(index).unwrap_or(&self.further).clone()
    }
}
