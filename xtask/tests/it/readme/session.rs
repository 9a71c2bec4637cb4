//! A reader who follows README.md: a project, a shell, and servers that keep running in another window.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testbed::cargo;
use testbed::listening::Listening;
use testbed::postgres::{Cluster, Database};

use super::shown;
use testbed::cargo::workspace_root;

/// The time limit of a command and of a server's start, also if cargo builds them first.
const PATIENCE: Duration = Duration::from_secs(900);

/// The example addresses in README.md, each of which is replaced by a real one.
const STAGING: &str = "staging.example.com";
const DATABASE: &str = "postgres://owner@db.example.com/tokens";
const SERVED: &str = "http://127.0.0.1:8080";

/// The example ids of businesses in README.md.
const BUSINESSES: [&str; 2] = [
    "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249",
    "b3a5c6d7-0e1f-4a2b-8c3d-4e5f6a7b8c9d",
];

/// The reader's project, programs and servers.
pub(super) struct Session {
    /// The project: a repository whose `main` has the earlier form of the operation, and whose working folder has the current
    /// one.
    folder: TempDir,
    /// The programs that were installed.
    programs: TempDir,
    /// The workspace's programs and examples, built for this test.
    built: BTreeMap<String, PathBuf>,
    /// Running servers. The suite is run against the first.
    servers: Vec<Listening>,
    /// The exported variables: those in README.md, and the profile's credentials, from the first server's database.
    exported: Vec<(String, String)>,
    businesses: Vec<String>,
    database: Database,
}

impl Session {
    pub(super) fn new() -> Self {
        let cluster = match Cluster::given() {
            Some(given) => given,
            None => Cluster::start(&[])
                .expect("PostgreSQL starts: `cargo xtask test` installs Debian's postgresql"),
        };
        let session = Self {
            folder: testbed::folder().expect("a folder"),
            programs: testbed::folder().expect("a folder"),
            built: built(),
            servers: Vec::new(),
            exported: Vec::new(),
            businesses: Vec::new(),
            database: Arc::new(cluster).database(),
        };
        let earlier = openapi::published::REVOKE_TOKEN_EARLIER.text;
        session.write("openapi.json", earlier);
        let committed = session.quietly(
            "git init --quiet --initial-branch=main && git add openapi.json && \
             git -c user.name=reader -c user.email=reader@example.com commit --quiet --message 'The API'",
        );
        assert!(committed.success());
        let emitted = workspace_root().join("openapi/emitted/server.json");
        session.write(
            "openapi.json",
            &fs::read_to_string(emitted).expect("the emitted document"),
        );
        session
    }

    /// Returns the project's folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the project.
    pub(super) fn write(&self, name: &str, text: &str) {
        let mut text = self.real(text);
        for (shown, real) in BUSINESSES.iter().zip(&self.businesses) {
            text = text.replace(shown, real);
        }
        fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Opens an address, which must exist.
    pub(super) fn open(&self, address: &str) {
        let opened = self.quietly(&format!(
            "curl --silent --fail --location --output page '{address}'"
        ));
        assert!(opened.success(), "{address} does not open");
    }

    /// Asks a command that the text mentions for its help, so that it must exist.
    pub(super) fn ask_for_help(&self, command: &str) {
        let answered = self.quietly(&format!("{command} --help >help"));
        assert!(answered.success(), "there is no `{command}`");
    }

    /// Runs a command and compares its output.
    pub(super) fn run(&mut self, command: &str, expected: &[String], exit: i32) {
        if let Some(package) = command.strip_prefix("cargo install --path ") {
            self.install(package.split(' ').next().expect("a folder"));
        } else if ["cargo xtask test", "cargo xtask ci"].contains(&command) {
            // These two run this test; only their existence can be checked.
            self.ask_for_help(command);
        } else if let Some(variables) = command.strip_prefix("export ") {
            let variables = self.real(variables);
            for variable in variables.split_whitespace() {
                let (name, value) = variable.split_once('=').expect("NAME=VALUE");
                self.exported.push((name.to_owned(), value.to_owned()));
            }
        } else if command.ends_with(" -- serve") {
            self.serve(command, expected);
        } else {
            let (status, printed) = self.type_in(command);
            assert_eq!(status.code(), Some(exit), "{command}\n{printed}");
            shown::compare(command, expected, &printed);
        }
    }

    /// Does what `cargo install --path …` does, without the release build, which takes minutes: puts the package's program on
    /// the search path.
    fn install(&self, package: &str) {
        let (package, program) = match package {
            "openapi" => (package, "oasproof"),
            other => (other, other),
        };
        let manifest = workspace_root().join(package).join("Cargo.toml");
        assert!(manifest.is_file(), "there is no folder {package}");
        let built = &self.built[program];
        // A copy, because cargo replaces the file when it builds the program with other features.
        fs::copy(built, self.programs.path().join(program)).expect("copied");
    }

    /// Starts a server, waits until it listens, and keeps it running.
    fn serve(&mut self, command: &str, expected: &[String]) {
        // `exec`, so that ending the shell ends the server.
        let mut shell = self.shell(&format!("exec {}", self.real(command)));
        let started = Listening::start_within(shell.stderr(Stdio::null()), PATIENCE);
        let server = started.unwrap_or_else(|error| panic!("{command}: {error}"));
        shown::compare(command, expected, &format!("listening on {SERVED}\n"));
        self.servers.push(server);
        if self.businesses.is_empty() {
            self.mint();
        }
    }

    /// Makes the users in the suite's profile, as their operator would.
    fn mint(&mut self) {
        for (variable, business, role) in [
            ("OPERATOR_TOKEN", "Acme", "admin"),
            ("MEMBER_TOKEN", "Acme", "member"),
            ("OUTSIDER_TOKEN", "Globex", "admin"),
        ] {
            let email = format!("{role}@{business}.example").to_lowercase();
            let (status, printed) = self.type_in(&format!(
                "cargo run -qp server -- bootstrap --json --business {business} --email {email} --role {role}"
            ));
            assert!(status.success(), "{printed}");
            let minted: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
            let text = |name: &str| minted[name].as_str().expect("a text").to_owned();
            self.exported.push((variable.to_owned(), text("token")));
            let business = text("business_id");
            if !self.businesses.contains(&business) {
                self.businesses.push(business);
            }
        }
    }

    /// Replaces the examples in a command by the real values: hosts, addresses and the workspace's manifest. In place of the
    /// project's test, it runs the built example.
    fn real(&self, command: &str) -> String {
        let manifest = workspace_root().join("Cargo.toml");
        let run = format!("cargo run --manifest-path '{}' ", manifest.display());
        let example = &self.built["cargo_test"];
        let mut command = command
            .replace("cargo xtask ", &format!("cargo {} ", alias()))
            .replace("cargo run ", &run)
            .replace(
                "cargo test --test conformance --",
                &example.display().to_string(),
            )
            .replace(DATABASE, &self.database.url());
        if let Some(first) = self.servers.first().map(Listening::url) {
            let host = first.trim_start_matches("http://");
            let host = host.split(':').next().expect("a host");
            command = command
                .replace(&format!("https://{STAGING}"), first)
                .replace(STAGING, host)
                .replace(SERVED, first);
        }
        command
    }

    /// Runs a command to its end; returns its status and its output.
    fn type_in(&self, command: &str) -> (ExitStatus, String) {
        let output = testbed::folder().expect("a folder");
        let path = output.path().join("output");
        let file = File::create(&path).expect("a file");
        let mut child = (self.shell(&self.real(command)))
            .stderr(file.try_clone().expect("a handle"))
            .stdout(file)
            .spawn()
            .expect("sh runs");
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{command} does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        (status, fs::read_to_string(path).expect("UTF-8"))
    }

    /// Runs a command; prints its output only if it fails.
    fn quietly(&self, command: &str) -> ExitStatus {
        let (status, printed) = self.type_in(command);
        if !status.success() {
            eprintln!("{command}\n{printed}");
        }
        status
    }

    /// Returns a shell in the project, with the installed programs, and without the caller's variables for cargo, our programs
    /// and GitHub.
    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let foreign = [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
                "DZ_",
                "CONFORMANCE_",
                "GITHUB_",
            ];
            if foreign.iter().any(|prefix| text.starts_with(prefix)) {
                shell.env_remove(&name);
            }
        }
        let path = std::env::var("PATH").unwrap_or_default();
        shell
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            // Any free port instead of 8080, which another process may use.
            .env("DZ_LISTEN", "127.0.0.1:0")
            .env("TERM", "dumb")
            .envs(self.exported.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        shell
    }
}

/// Returns the command that `cargo xtask` is an alias of.
fn alias() -> String {
    let configuration = workspace_root().join(".cargo/config.toml");
    let text = fs::read_to_string(configuration).expect("cargo's configuration");
    let alias = text.lines().find_map(|line| line.strip_prefix("xtask = "));
    alias.expect("an alias").trim_matches('"').to_owned()
}

/// Builds what is installed and run: the files beside this test may be from an earlier build. For one package alone, its
/// dependencies would be built again.
fn built() -> BTreeMap<String, PathBuf> {
    let mut build = cargo::command();
    build
        .args(["build", "--quiet", "--workspace", "--example", "cargo_test"])
        .current_dir(workspace_root());
    let mut built = cargo::programs(&mut build).expect("the example builds");
    let [server, conformance] = crate::built();
    built.extend([
        ("server".to_owned(), server),
        ("conformance".to_owned(), conformance),
        ("oasproof".to_owned(), crate::oasproof().to_owned()),
    ]);
    built
}
