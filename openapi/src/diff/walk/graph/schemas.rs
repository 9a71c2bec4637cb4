//! The schemas of both documents that were made self-contained, and the whole messages that were compiled.

use std::rc::Rc;

use crate::diff::walk::witness::{Whole, WholeId};
use crate::document::Document;
use crate::memo::Memo;
use crate::schema::{Bundler, Direction};

/// The schemas of both documents that were made self-contained.
pub(super) struct Schemas<'a> {
    requests: Bundlers<'a>,
    responses: Bundlers<'a>,
    pub(super) wholes: Memo<WholeId<'a>, Option<Rc<Whole>>>,
}

/// What bundles the schemas of each document.
pub(super) struct Bundlers<'a> {
    pub(super) base: Bundler<'a>,
    pub(super) revision: Bundler<'a>,
}

/// The most whole messages that are remembered.
const WHOLES: usize = 64;

impl<'a> Schemas<'a> {
    pub(super) fn new(base: &'a Document, revision: &'a Document) -> Self {
        let of = |direction| Bundlers {
            base: Bundler::new(base, Some(direction)),
            revision: Bundler::new(revision, Some(direction)),
        };
        Self {
            requests: of(Direction::Request),
            responses: of(Direction::Response),
            wholes: Memo::new(WHOLES),
        }
    }

    pub(super) fn in_direction(&self, direction: Direction) -> &Bundlers<'a> {
        match direction {
            Direction::Request => &self.requests,
            Direction::Response => &self.responses,
        }
    }
}
