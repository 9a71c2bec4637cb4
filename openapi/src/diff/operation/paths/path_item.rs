//! A path item, as far as the operations below it need to know it.

use crate::diff::walk::Pair;
use crate::document::holds_operations;
use crate::schema::Direction;

/// Who calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The client calls the server.
    Path,
    /// The server calls the client, unasked.
    Webhook,
    /// The server calls the client, as an earlier request told it to.
    Callback,
}

impl Role {
    /// Which way the operation's request goes.
    pub(crate) fn request_direction(self) -> Direction {
        match self {
            Self::Path => Direction::Request,
            Self::Webhook | Self::Callback => Direction::Response,
        }
    }
}

/// What stands around an operation.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    /// The path items that hold it.
    pub(crate) items: Pair<'a>,
    /// The path templates, of the base and of the revision.
    pub(crate) templates: (&'a str, &'a str),
}

/// Whether a field of a path item is about the path by itself, not about its operations.
pub(crate) fn stands_beside_operations(key: &str) -> bool {
    !holds_operations(key) && !matches!(key, "parameters" | "servers" | "$ref")
}
