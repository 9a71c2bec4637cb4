//! Dynamic references of which several schemas declare the anchor: which of them is meant depends on the way to the
//! reference (JSON Schema Core section 8.2.3.2), which is not followed.

use crate::diff::message::message;
use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::sides::Side;
use crate::diff::walk::{Node, Pair, Walk};
use crate::document::Document;

/// Reports each reference of which something that it may mean changed.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let mut names = walk.base.dynamic_references();
    names.extend(walk.revision.dynamic_references());
    for name in names {
        let base = declaring(walk.base, Side::Base, &name);
        let revision = declaring(walk.revision, Side::Revision, &name);
        let count = (base.len(), revision.len());
        let mut pairs =
            (base.into_iter().zip(revision)).map(|(base, revision)| Pair { base, revision });
        let changed = if count.0 == count.1 {
            pairs.find(|pair| !walk.same_assertions(pair))
        } else {
            pairs.next()
        };
        let Some(pair) = changed else {
            continue;
        };
        let message = message!(
            "a schema that the dynamic reference `{}` may lead to changed, and what that means for messages was not found",
            format!("#{name}").as_str()
        );
        let rule = Rule::new(Area::Component, Kind::Whole, Action::Changed);
        walk.note(rule, Class::Unproven, &pair, message);
    }
}

/// Returns the schemas that declare an anchor.
fn declaring<'a>(document: &'a Document, side: Side, anchor: &str) -> Vec<Node<'a>> {
    let pointers = document.declaring(anchor).into_iter();
    let node = |pointer: String| {
        let value = document.at(&pointer)?;
        Some(Node {
            side,
            pointer,
            value,
        })
    };
    pointers.filter_map(node).collect()
}
