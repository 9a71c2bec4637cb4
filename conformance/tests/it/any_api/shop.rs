//! A Node service with its own document (`node/shop/`), sound or with one of its faults.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use testbed::listening::Listening;
use uuid::Uuid;

/// The folder of the service.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/node/shop");

/// The security schemes of the document.
pub(crate) const SCHEMES: [&str; 5] = ["KeyHeader", "LinkKey", "Login", "Bearer", "OAuth"];

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

/// A running service. It is stopped when this value is dropped.
pub(crate) struct Shop {
    pub(crate) url: String,
    /// The environment variables that its profile names.
    pub(crate) credentials: Vec<(String, String)>,
    folder: tempfile::TempDir,
    _process: Listening,
}

impl Shop {
    /// Starts the service with a fault; an empty text is none.
    pub(crate) fn start(fault: &str) -> Shop {
        let mut credentials = Vec::new();
        let mut callers = Map::new();
        for (role, tenant, admin) in [
            ("operator", "east", true),
            ("member", "east", false),
            ("outsider", "west", true),
        ] {
            let mut caller = json!({ "tenant": tenant, "admin": admin });
            for scheme in SCHEMES {
                let random = Uuid::new_v4().simple();
                let value = match scheme {
                    "Login" => format!("{role}:pass word {random}"),
                    _ => format!("{random}"),
                };
                caller[scheme] = Value::String(value.clone());
                credentials.push((format!("SHOP_{role}_{scheme}").to_uppercase(), value));
            }
            callers.insert(role.to_owned(), caller);
        }
        let mut node = Command::new("node");
        node.arg(file("service.mjs"))
            .env("SHOP_CALLERS", Value::Object(callers).to_string());
        if !fault.is_empty() {
            node.args(["--fault", fault]);
        }
        let process =
            Listening::start(&mut node).expect("the service starts (apt-get install nodejs)");
        Shop {
            url: process.url().to_owned(),
            credentials,
            folder: testbed::folder().expect("a folder"),
            _process: process,
        }
    }

    /// Copies the profile of the service next to where reports may be written, and returns its path.
    pub(crate) fn profile(&self) -> PathBuf {
        let path = self.folder.path().join("profile.toml");
        std::fs::copy(file("profile.toml"), &path).expect("copied");
        path
    }
}
