//! A Node service with its own document (`node/shop/`), and the faults that it can have.

use serde::Deserialize;

/// The folder of the service.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/node/shop");

/// A way in which the service can be broken.
#[derive(Debug, Deserialize)]
pub(crate) struct Fault {
    pub(crate) area: String,
    #[serde(rename = "fault")]
    pub(crate) name: String,
    pub(crate) operation: String,
    /// The promise that it breaks.
    pub(crate) must: String,
}

/// Returns the faults of the service.
pub(crate) fn faults() -> Vec<Fault> {
    serde_json::from_str(include_str!("../node/shop/faults.json")).expect("a table of faults")
}

/// Returns the path of a file of the service.
pub(crate) fn file(name: &str) -> String {
    format!("{FOLDER}/{name}")
}
