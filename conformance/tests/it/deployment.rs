//! The real server as a process, with two businesses and three users.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;
use tempfile::TempDir;
use testbed::cargo;
use testbed::listening::Listening;

/// A user, as `server bootstrap --json` prints them.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) email: &'static str,
    pub(crate) token: String,
    pub(crate) token_id: String,
    pub(crate) business_id: String,
}

/// A running server with a separate database. It is stopped when this value is dropped, also when a test panics.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) url: String,
    pub(crate) operator: User,
    pub(crate) member: User,
    pub(crate) outsider: User,
    _process: Listening,
    pub(crate) folder: TempDir,
}

/// Returns the path of this checkout's server. Cargo builds it if needed.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let mut build = cargo::command();
        build
            .args(["build", "--quiet", "--workspace", "--bin", "server"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut programs = cargo::programs(&mut build).expect("the server builds");
        programs.remove("server").expect("cargo names the program")
    })
}

/// Returns a command of the server, without the environment of the test process.
fn server() -> Command {
    let mut command = Command::new(binary());
    command.env_clear();
    command
}

impl Deployment {
    pub(crate) fn start() -> Deployment {
        Deployment::start_with(|_| Vec::new())
    }

    /// Starts a server with more arguments, which may name files in its folder.
    pub(crate) fn start_with(more: impl FnOnce(&Path) -> Vec<String>) -> Deployment {
        let folder = testbed::folder().expect("a temporary folder");
        let database = format!("sqlite:{}", folder.path().join("tokens.db").display());
        let user = |business: &str, email: &'static str, role: &str| {
            let output = server()
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
        let mut serve = server();
        serve
            .args(["serve", "--listen", "127.0.0.1:0", "--database", &database])
            .args(more(folder.path()))
            .stderr(Stdio::null());
        let process = Listening::start(&mut serve).expect("the server listens");
        Deployment {
            url: process.url().to_owned(),
            operator,
            member,
            outsider,
            _process: process,
            folder,
        }
    }

    /// Writes a profile of the deployment and its credential files, and returns the profile's path.
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

    /// Returns an expired token of the operator, signed by the server's key and issued a year ago.
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
        let now = claims["iat"].as_i64().expect("a time");
        claims["iat"] = (now - 366 * 86_400).into();
        claims["exp"] = (now - 86_400).into();
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
        format!("{prefix}_{signed}.{signature}")
    }

    /// Revokes every token except the users' own, without a proxy. Returns their number.
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
