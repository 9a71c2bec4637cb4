//! The real server and the real suite, as cargo builds them for `cargo xtask verify`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testbed::listening::Listening;

use crate::built;

/// A server on a database of its own, with users. It ends with this value, also when a test panics.
pub(super) struct Server {
    /// The tokens, by the names of the variables that the profile gives them.
    pub(super) credentials: Vec<(&'static str, String)>,
    /// The suite's program.
    pub(super) conformance: PathBuf,
    businesses: [String; 2],
    process: Listening,
    _folder: TempDir,
}

impl Server {
    pub(super) fn start() -> Self {
        let [server, conformance] = built();
        let folder = testbed::folder().expect("a temporary folder");
        // Nothing of the configuration of whoever runs the tests: it could name a database of theirs.
        let command = || {
            let mut command = Command::new(&server);
            command.env_clear().current_dir(folder.path());
            command
        };
        let user = |business: &str, email: &str, role: &str| -> Value {
            let output = command()
                .args(["bootstrap", "--business", business, "--email", email])
                .args(["--role", role, "--json"])
                .output()
                .expect("the server runs");
            serde_json::from_slice(&output.stdout).expect("JSON")
        };
        let users = [
            user("Acme", "ada@acme.example", "admin"),
            user("Acme", "bob@acme.example", "member"),
            user("Other", "eve@other.example", "admin"),
        ];
        let text = |user: &Value, key: &str| user[key].as_str().expect("text").to_owned();
        let mut serve = command();
        serve.args(["serve", "--listen", "127.0.0.1:0"]);
        let process = Listening::start(serve.stderr(Stdio::null())).expect("the server listens");
        Self {
            credentials: ["OPERATOR_TOKEN", "MEMBER_TOKEN", "OUTSIDER_TOKEN"]
                .into_iter()
                .zip(users.iter().map(|user| text(user, "token")))
                .collect(),
            conformance,
            businesses: [
                text(&users[0], "business_id"),
                text(&users[2], "business_id"),
            ],
            process,
            _folder: folder,
        }
    }

    pub(super) fn url(&self) -> &str {
        self.process.url()
    }

    /// The profile, with what the deployment is said to answer to a second revocation.
    pub(super) fn profile(&self, second_revoke: &str) -> String {
        let [business, other] = &self.businesses;
        format!(
            r#"
[operator]
token = {{ env = "OPERATOR_TOKEN" }}
business_id = "{business}"
[member]
token = {{ env = "MEMBER_TOKEN" }}
[outsider]
token = {{ env = "OUTSIDER_TOKEN" }}
business_id = "{other}"
[fixtures]
mint = "api"
[policy]
second_revoke = {second_revoke}
[[waiver]]
case = "authentication.expired"
reason = "nobody has an expired token here"
expires = 2999-12-31
"#
        )
    }
}
