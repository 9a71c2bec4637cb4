//! The embedding of all files that a document refers to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::files::Loader;
use super::misplaced::{Misplaced, apply};
use super::reference::FILES;
use super::slot::Slot;
use super::source::Source;
use crate::pointer;
use crate::text_error::TextError;

/// Embeds every file that `value` refers to, directly or through other files, and replaces the misplaced
/// references. Returns the texts of the files.
pub(super) fn embed(
    mut loader: Loader<'_, '_>,
    value: &mut Value,
) -> Result<(BTreeMap<String, Source>, Misplaced), TextError> {
    let mut misplaced = Misplaced::default();
    let found = loader.rewrite_references(value, ("", ""), Slot::ANY)?;
    let replacements = misplaced.replacements(&mut loader, value, "", found)?;
    let mut files = Map::new();
    while let Some(wanted) = loader.wanted.pop() {
        let path = &wanted.path;
        if files.contains_key(path) {
            continue;
        }
        let mut file = loader.load(&wanted)?;
        if !loader.sources.contains_key(path) {
            continue;
        }
        let found = loader.rewrite_references(&mut file, (path, ""), Slot::ANY)?;
        let place = pointer::join_all("", [FILES, path]);
        let replacements = misplaced.replacements(&mut loader, value, &place, found)?;
        apply(&mut file, replacements);
        files.insert(wanted.path, file);
    }
    // Only now, since references are followed in the document as it is written.
    apply(value, replacements);
    if let Value::Object(root) = value
        && !files.is_empty()
    {
        root.insert(FILES.to_owned(), Value::Object(files));
    }
    Ok((loader.sources, misplaced))
}
