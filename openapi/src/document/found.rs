//! A misplaced reference as it was found in a value, and the file that a reference names.

use serde_json::{Map, Value};

use super::slot::{Slot, SlotKind};
use super::visit::Path;

/// A file that a reference names.
pub(super) struct WantedFile {
    pub(super) path: String,
    /// The file that holds the reference.
    pub(super) from: String,
    pub(super) reference: String,
}

/// A misplaced reference, found in a value.
pub(super) struct Found {
    /// The pointer from that value to the object with the `$ref`.
    pub(super) place: String,
    pub(super) kind: SlotKind,
    pub(super) field: String,
    /// The reference, as one within the document.
    pub(super) reference: String,
    /// The file that it names, if that is not the one that holds it.
    pub(super) file: Option<WantedFile>,
    /// The keys beside it.
    pub(super) siblings: Vec<String>,
}

impl Found {
    pub(super) fn new(
        path: &Path<'_>,
        holder: &Map<String, Value>,
        file: Option<WantedFile>,
    ) -> Self {
        let reference = holder["$ref"].as_str().unwrap_or_default();
        let siblings = holder.keys().filter(|key| *key != "$ref");
        Self {
            place: path.pointer(),
            kind: path.slot.kind,
            field: path.slot.field.to_owned(),
            reference: reference.to_owned(),
            file,
            siblings: siblings.cloned().collect(),
        }
    }

    pub(super) fn slot(&self) -> Slot<'_> {
        Slot {
            kind: self.kind,
            field: &self.field,
        }
    }
}
