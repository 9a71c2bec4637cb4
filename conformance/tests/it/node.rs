//! A third deployment: a Node service with a list of another shape (`node/service.mjs`), sound or with one fault.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use testbed::listening::Listening;
use uuid::Uuid;

/// A running service. It is stopped when this value is dropped.
pub(crate) struct Node {
    pub(crate) url: String,
    /// Holds `operator.token`, `member.token` and `outsider.token`.
    pub(crate) folder: tempfile::TempDir,
    /// That of the operator and the member, and that of the outsider.
    pub(crate) businesses: [Uuid; 2],
    _process: Listening,
}

impl Node {
    /// Starts the service with a fault; an empty text is none.
    pub(crate) fn start(fault: &str) -> Node {
        let folder = testbed::folder().expect("a folder");
        let businesses = [Uuid::new_v4(), Uuid::new_v4()];
        let token = |role: &str| {
            let token = format!(
                "nd_{}Ab{}",
                Uuid::new_v4().simple(),
                Uuid::new_v4().simple()
            );
            std::fs::write(folder.path().join(format!("{role}.token")), &token).expect("written");
            token
        };
        let user = |role: &str, email: &str, business: Uuid, admin: bool| json!({ "token": token(role), "email": email, "business": business, "admin": admin });
        let [ours, theirs] = businesses;
        let users = json!({
            "operator": user("operator", "nora@east.example", ours, true),
            "member": user("member", "ned@east.example", ours, false),
            "outsider": user("outsider", "wim@west.example", theirs, true),
            "expired": token("expired"),
        });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/node/service.mjs");
        let mut node = Command::new("node");
        node.arg(script)
            .env("FAULT", fault)
            .env("USERS", users.to_string());
        let process =
            Listening::start(&mut node).expect("the service starts (apt-get install nodejs)");
        Node {
            url: process.url().to_owned(),
            folder,
            businesses,
            _process: process,
        }
    }

    /// Writes a profile of the service, with more lines in `[companions]`, and returns its path.
    pub(crate) fn profile(&self, companions: &str) -> PathBuf {
        let [ours, theirs] = self.businesses;
        let profile = format!(
            r#"
[operator]
token = {{ file = "operator.token" }}
expired_token = {{ file = "expired.token" }}
business_id = "{ours}"

[member]
token = {{ file = "member.token" }}

[outsider]
token = {{ file = "outsider.token" }}
business_id = "{theirs}"

[fixtures]
mint = "api"

[timeouts]
forgetting_seconds = 1
exchange_seconds = 15

[policy]
members_token = 201

[companions]
{companions}
"#
        );
        let path = self.folder.path().join("profile.toml");
        std::fs::write(&path, profile).expect("written");
        path
    }
}
