//! The real server as a process, with two businesses and three users.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;
use tempfile::TempDir;

/// A user, as `server bootstrap --json` prints them.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) email: &'static str,
    pub(crate) token: String,
    pub(crate) token_id: String,
    pub(crate) business_id: String,
}

/// A running server on a database of its own. It ends with this value, also when a test panics.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) url: String,
    pub(crate) operator: User,
    pub(crate) member: User,
    pub(crate) outsider: User,
    process: Child,
    pub(crate) folder: TempDir,
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server of this very checkout: cargo builds it if it is stale and says where it is.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
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
                "-p",
                "server",
                "--bin",
                "server",
                "--message-format=json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "the server does not build");
        (String::from_utf8_lossy(&output.stdout).lines())
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "server")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo names the executable")
    })
}

impl Deployment {
    pub(crate) fn start() -> Deployment {
        Deployment::start_with(|_| Vec::new())
    }

    /// A server with more arguments, which may name files in its folder.
    pub(crate) fn start_with(more: impl FnOnce(&Path) -> Vec<String>) -> Deployment {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = format!("sqlite:{}", folder.path().join("tokens.db").display());
        let user = |business: &str, email: &'static str, role: &str| {
            let output = Command::new(binary())
                .args([
                    "bootstrap",
                    "--business",
                    business,
                    "--email",
                    email,
                    "--role",
                    role,
                    "--json",
                ])
                .args(["--database", &database])
                .output()
                .expect("the server's bootstrap runs");
            assert!(
                output.status.success(),
                "bootstrap: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            let user: Value =
                serde_json::from_slice(&output.stdout).expect("bootstrap prints JSON");
            let text = |key: &str| {
                user[key]
                    .as_str()
                    .unwrap_or_else(|| panic!("{key} in {user}"))
                    .to_owned()
            };
            User {
                email,
                token: text("token"),
                token_id: text("token_id"),
                business_id: text("business_id"),
            }
        };
        let operator = user("acme", "olga@acme.example", "admin");
        let member = user("acme", "mia@acme.example", "member");
        let outsider = user("other", "otto@other.example", "admin");
        let mut process = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--database", &database])
            .args(more(folder.path()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = lines
            .next()
            .expect("the server says where it listens")
            .expect("in UTF-8");
        let url = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Deployment {
            url,
            operator,
            member,
            outsider,
            process,
            folder,
        }
    }

    /// The profile that describes it, with credentials in files beside it.
    pub(crate) fn profile(&self) -> PathBuf {
        let folder = self.folder.path();
        for (name, user) in [
            ("operator", &self.operator),
            ("member", &self.member),
            ("outsider", &self.outsider),
        ] {
            std::fs::write(
                folder.join(format!("{name}.token")),
                format!("{}\n", user.token),
            )
            .expect("written");
        }
        std::fs::write(folder.join("expired.token"), self.expired()).expect("written");
        let profile = format!(
            r#"
[operator]
token = {{ file = "operator.token" }}
business_id = "{}"
email = "{}"
expired_token = {{ file = "expired.token" }}

[member]
token = {{ file = "member.token" }}
email = "{}"

[outsider]
token = {{ file = "outsider.token" }}
business_id = "{}"

[fixtures]
mint = "api"

[companions]
active_tokens = 10

[latency]
revoke_ms = 2500

[timeouts]
forgetting_seconds = 1
exchange_seconds = 5
"#,
            self.operator.business_id,
            self.operator.email,
            self.member.email,
            self.outsider.business_id
        );
        let path = folder.join("profile.toml");
        std::fs::write(&path, profile).expect("written");
        path
    }

    /// A token of the operator that has expired: signed by the server's own key, as of last year.
    pub(crate) fn expired(&self) -> String {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("Base64");
        let keys = self.folder.path().join("tokens.db.keys.json");
        let keys: Value =
            serde_json::from_slice(&std::fs::read(keys).expect("the key file")).expect("JSON");
        let secret = decode(keys["keys"][0]["secret"].as_str().expect("a secret"));
        let (prefix, jwt) = self.operator.token.split_once('_').expect("a prefix");
        let parts: Vec<&str> = jwt.split('.').collect();
        let [header, claims, _] = parts[..] else {
            panic!("a JSON Web Token");
        };
        let mut claims: Value = serde_json::from_slice(&decode(claims)).expect("JSON");
        let now = claims["iat"].as_i64().expect("a moment");
        claims["iat"] = (now - 366 * 86_400).into();
        claims["exp"] = (now - 86_400).into();
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
        format!("{prefix}_{signed}.{signature}")
    }

    /// Revokes every token but the users' own, past any proxy. Gives how many there were.
    pub(crate) async fn purge(&self) -> usize {
        let http = crate::proxy::http();
        let mut purged = 0;
        for user in [&self.operator, &self.member, &self.outsider] {
            let send = |method: reqwest::Method, path: String| {
                let request = http.request(method, format!("{}/api/v1/tokens{path}", self.url));
                request
                    .bearer_auth(&user.token)
                    .header("x-business-id", &user.business_id)
                    .send()
            };
            let list = send(reqwest::Method::GET, "?limit=1000".to_owned())
                .await
                .expect("an answer");
            let list: Value =
                serde_json::from_slice(&list.bytes().await.expect("a body")).expect("JSON");
            for item in list["data"]["items"]
                .as_array()
                .unwrap_or_else(|| panic!("no items in {list}"))
            {
                let id = item["id"].as_str().expect("an id");
                if id != user.token_id {
                    let answer = send(reqwest::Method::POST, format!("/{id}/revoke"))
                        .await
                        .expect("an answer");
                    assert_eq!(answer.status(), 201);
                    purged += 1;
                }
            }
        }
        purged
    }
}
