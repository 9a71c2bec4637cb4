//! Our server as a deployment: a process on a fresh database and a free port, with users.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;
use tempfile::TempDir;
use testbed::listening::{ListenError, Listening};

use crate::{folders, programs};
use openapi::cli::Failure;

/// A running server. Dropped, it is killed; its database goes with it.
#[derive(Debug)]
pub(crate) struct Deployment {
    server: PathBuf,
    process: Listening,
    folder: TempDir,
    database: String,
}

/// What `server bootstrap --json` prints of a user, as far as it is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) business_id: String,
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) token_id: String,
}

impl Deployment {
    /// Starts the server on SQLite and waits until it says that it listens; its log goes to `log`.
    pub(crate) fn start(server: &Path, log: &Path) -> Result<Self, Failure> {
        Self::start_on(None, server, log)
    }

    /// The same on the database of PostgreSQL that this URL names.
    pub(crate) fn start_on(
        postgres: Option<String>,
        server: &Path,
        log: &Path,
    ) -> Result<Self, Failure> {
        let folder = folders::temporary()?;
        let log_file = std::fs::File::create(log).map_err(|error| {
            Failure::unreadable(format!("cannot write {}: {error}", log.display()))
        })?;
        let database = postgres
            .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("tokens.db").display()));
        if database.starts_with("postgres:") {
            // Replicas make no keys: their operator does.
            bootstrap(
                server,
                folder.path(),
                &database,
                ["Operators", "operator@localhost", "admin"],
                None,
            )?;
        }
        let mut serve = command(server, folder.path(), &database);
        serve
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(log_file);
        let process = Listening::start(&mut serve).map_err(|error| match error {
            ListenError::Io(error) => {
                Failure::unreadable(format!("cannot run {}: {error}", server.display()))
            }
            ListenError::Said { .. } => {
                let said = std::fs::read(log).unwrap_or_default();
                Failure::unreadable(format!(
                    "the server did not start; it said:\n{}",
                    String::from_utf8_lossy(&said)
                ))
            }
        })?;
        Ok(Self {
            server: server.to_owned(),
            process,
            folder,
            database,
        })
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> &str {
        self.process.url()
    }

    /// Makes a user of a business, both created where they are missing, with a token.
    pub(crate) fn bootstrap(
        &self,
        business: &str,
        email: &str,
        role: &str,
    ) -> Result<User, Failure> {
        self.bootstrap_for([business, email, role], None)
    }

    /// As [`Deployment::bootstrap`], with a token that is good for so many seconds.
    pub(crate) fn bootstrap_briefly(
        &self,
        business: &str,
        email: &str,
        role: &str,
        seconds: u32,
    ) -> Result<User, Failure> {
        self.bootstrap_for([business, email, role], Some(seconds))
    }

    fn bootstrap_for(&self, user: [&str; 3], seconds: Option<u32>) -> Result<User, Failure> {
        bootstrap(
            &self.server,
            self.folder.path(),
            &self.database,
            user,
            seconds,
        )
    }

    /// Asks the server to stop, and waits for it.
    pub(crate) fn stop(self) -> Result<ExitStatus, Failure> {
        self.process
            .stop()
            .map_err(|error| Failure::unreadable(format!("the server did not stop: {error}")))
    }
}

/// Makes a user, by business, email and role, with a token that is good for so many seconds, or for a year.
fn bootstrap(
    server: &Path,
    folder: &Path,
    database: &str,
    user: [&str; 3],
    seconds: Option<u32>,
) -> Result<User, Failure> {
    let [business, email, role] = user;
    let output = command(server, folder, database)
        .args(["bootstrap", "--json", "--business", business])
        .args(["--email", email, "--role", role])
        .args(seconds.map(|seconds| format!("--expires-in={seconds}s")))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Failure::unreadable(format!("cannot run {}: {error}", server.display()))
        })?;
    if !output.status.success() {
        return Err(Failure::unreadable(format!(
            "`server bootstrap` failed: {}",
            output.status
        )));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::unreadable(format!(
            "`server bootstrap --json` printed something else: {error}"
        ))
    })
}

/// The server with its database, its keys in `folder`, and nothing of the caller's configuration.
fn command(server: &Path, folder: &Path, database: &str) -> Command {
    let mut command = Command::new(server);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DZ_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(programs::workspace_root())
        .env("DZ_DATABASE", database)
        .env("DZ_KEYS", folder.join("keys.json"));
    command
}
