//! The sample service (`node/shop/`), and the table of its faults.

use serde::Deserialize;

pub(crate) use testbed::shop::Shop;

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
    testbed::shop::file(name).display().to_string()
}

/// Starts the service with a fault; an empty text is none.
pub(crate) fn start(fault: &str) -> Shop {
    Shop::start(fault).expect("the service starts (apt-get install nodejs)")
}
