//! Path items, as far as the operations in them depend on them.

use crate::diff::walk::Pair;
use crate::document::holds_operations;
use crate::schema::Direction;

/// Who calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The client calls the server.
    Path,
    /// The server calls the client, unrequested.
    Webhook,
    /// The server calls the client, at an address that an earlier request gave.
    Callback,
}

impl Role {
    /// Returns the direction of the operation's request.
    pub(crate) fn request_direction(self) -> Direction {
        match self {
            Self::Path => Direction::Request,
            Self::Webhook | Self::Callback => Direction::Response,
        }
    }
}

/// The place of an operation in both documents.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    /// The path items that contain it.
    pub(crate) items: Pair<'a>,
    /// The path templates, of the base and of the revision.
    pub(crate) templates: (&'a str, &'a str),
}

/// Returns whether a field of a path item is about the path itself, not about its operations.
pub(crate) fn is_beside_operations(key: &str) -> bool {
    !holds_operations(key) && !matches!(key, "parameters" | "servers" | "$ref")
}
