//! The real server and the real suite, as cargo builds them for `cargo xtask verify`.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::workspace_root;

/// A server on a database of its own, with users. It ends with this value, also when a test panics.
pub(super) struct Server {
    pub(super) url: String,
    /// The tokens, by the names of the variables that the profile gives them.
    pub(super) credentials: Vec<(&'static str, String)>,
    /// The suite's program.
    pub(super) conformance: PathBuf,
    businesses: [String; 2],
    child: Child,
    /// Held open: a server whose output nobody takes is told so.
    _stdout: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(super) fn start() -> Self {
        let [server, conformance] = built();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let command = || {
            let mut command = Command::new(&server);
            command
                .current_dir(folder.path())
                .env("DZ_LISTEN", "127.0.0.1:0");
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
        let mut child = command()
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        Self {
            url: line.trim().trim_start_matches("listening on ").to_owned(),
            credentials: ["OPERATOR_TOKEN", "MEMBER_TOKEN", "OUTSIDER_TOKEN"]
                .into_iter()
                .zip(users.iter().map(|user| text(user, "token")))
                .collect(),
            conformance,
            businesses: [
                text(&users[0], "business_id"),
                text(&users[2], "business_id"),
            ],
            child,
            _stdout: stdout,
            _folder: folder,
        }
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

/// The server and the suite of this very checkout, by the command line of `cargo xtask verify`, so that
/// nothing is built twice.
fn built() -> [PathBuf; 2] {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo has told this test of itself would make build scripts run again that look at it.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    let output = cargo
        .args([
            "build",
            "--quiet",
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(["--package", "server", "--bin", "server"])
        .args(["--package", "conformance", "--bin", "conformance"])
        .current_dir(workspace_root())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the programs do not build");
    let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    ["server", "conformance"].map(|name| {
        messages
            .iter()
            .filter(|message| message["target"]["name"] == name)
            .find_map(|message| message["executable"].as_str())
            .map(|path| Path::new(path).to_owned())
            .expect("cargo names the program")
    })
}
