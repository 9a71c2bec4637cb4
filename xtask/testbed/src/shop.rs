//! A sample service by Node with its own document, sound or with one fault: the folder `node/shop` of the suite's tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::cargo::workspace_root;
use crate::listening::{ListenError, Listening};

/// The security schemes of the document.
pub const SCHEMES: [&str; 5] = ["KeyHeader", "LinkKey", "Login", "Bearer", "OAuth"];

/// Returns the path of a file of the service.
pub fn file(name: &str) -> PathBuf {
    let folder = Path::new("conformance/tests/it/node/shop");
    workspace_root().join(folder).join(name)
}

/// A running service. It is stopped when this value is dropped.
#[derive(Debug)]
pub struct Shop {
    /// Its base URL.
    pub url: String,
    /// A profile of it, in a folder where reports may be written.
    pub profile: PathBuf,
    /// The environment variables that the profile names.
    pub credentials: Vec<(String, String)>,
    _folder: TempDir,
    _process: Listening,
}

impl Shop {
    /// Starts the service with a fault of `faults.json`; an empty text is none.
    ///
    /// # Errors
    ///
    /// [`ListenError`], also when Node is not installed.
    pub fn start(fault: &str) -> Result<Self, ListenError> {
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
        let folder = crate::folder()?;
        let profile = folder.path().join("profile.toml");
        std::fs::copy(file("profile.toml"), &profile)?;
        let process = Listening::start(&mut node)?;
        Ok(Self {
            url: process.url().to_owned(),
            profile,
            credentials,
            _folder: folder,
            _process: process,
        })
    }
}
