//! The token service as a deployment: its program as a process on a fresh database and a free port, with users.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

use crate::cargo::workspace_root;
use crate::listening::{ListenError, Listening};

/// A running server. It is killed, and its database removed, when this is dropped.
#[derive(Debug)]
pub struct Deployment {
    program: Program,
    process: Listening,
    _folder: TempDir,
}

/// A user, as `server bootstrap --json` prints them.
#[derive(Debug, Deserialize)]
pub struct User {
    /// The business's id.
    pub business_id: String,
    /// The user's address.
    pub email: String,
    /// The bearer token.
    pub token: String,
    /// The token's id.
    pub token_id: String,
}

/// Why a deployment does not work.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// There is no folder for the database.
    #[error("cannot make a temporary folder: {0}")]
    Folder(#[source] io::Error),
    /// A file cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The server's program cannot be run.
    #[error("cannot run {path}: {source}", path = path.display())]
    Program {
        /// The program.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The server ended, or does not listen.
    #[error("the server did not start; it said:\n{0}")]
    NotStarted(String),
    /// A user could not be made.
    #[error("`server bootstrap` failed: {0}")]
    Bootstrap(ExitStatus),
    /// The description of a user is not the documented one.
    #[error("`server bootstrap --json` did not print the documented JSON: {0}")]
    Printed(#[source] serde_json::Error),
    /// The server did not end when it was asked to.
    #[error("the server did not stop: {0}")]
    NotStopped(#[source] io::Error),
}

impl Deployment {
    /// Starts the server on SQLite and waits until it listens; its log is written to `log`.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn start(server: &Path, log: &Path) -> Result<Self, DeploymentError> {
        Self::start_on(None, server, log)
    }

    /// Does the same with SQLite's files in this folder.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn start_in(folder: TempDir, server: &Path, log: &Path) -> Result<Self, DeploymentError> {
        Self::start_with(None, folder, server, log)
    }

    /// Does the same on the PostgreSQL database at this URL.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn start_on(
        postgres: Option<String>,
        server: &Path,
        log: &Path,
    ) -> Result<Self, DeploymentError> {
        let folder = crate::folder().map_err(DeploymentError::Folder)?;
        Self::start_with(postgres, folder, server, log)
    }

    fn start_with(
        postgres: Option<String>,
        folder: TempDir,
        server: &Path,
        log: &Path,
    ) -> Result<Self, DeploymentError> {
        let log_file = std::fs::File::create(log).map_err(|source| DeploymentError::File {
            path: log.to_owned(),
            source,
        })?;
        let sqlite = || format!("sqlite:{}", folder.path().join("tokens.db").display());
        let replicated = postgres.is_some();
        let program = Program {
            path: server.to_owned(),
            database: postgres.unwrap_or_else(sqlite),
            keys: folder.path().join("keys.json"),
        };
        if replicated {
            // A server on PostgreSQL does not make its keys: its operator does.
            program.bootstrap(["Operators", "operator@localhost", "admin"], None)?;
        }
        let mut serve = program.command();
        serve
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(log_file);
        let process = Listening::start(&mut serve).map_err(|error| match error {
            ListenError::Io(source) => program.cannot_run(source),
            ListenError::NoAddress { .. } => {
                let said = std::fs::read(log).unwrap_or_default();
                DeploymentError::NotStarted(String::from_utf8_lossy(&said).into_owned())
            }
        })?;
        Ok(Self {
            program,
            process,
            _folder: folder,
        })
    }

    /// Returns its base URL.
    pub fn url(&self) -> &str {
        self.process.url()
    }

    /// Makes a user of a business, both created if they do not exist, with a token.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn bootstrap(
        &self,
        business: &str,
        email: &str,
        role: &str,
    ) -> Result<User, DeploymentError> {
        self.program.bootstrap([business, email, role], None)
    }

    /// Does the same with a token that expires after this many seconds.
    ///
    /// # Errors
    ///
    /// [`DeploymentError`].
    pub fn bootstrap_briefly(
        &self,
        business: &str,
        email: &str,
        role: &str,
        seconds: u32,
    ) -> Result<User, DeploymentError> {
        self.program
            .bootstrap([business, email, role], Some(seconds))
    }

    /// Asks the server to stop, and waits for it.
    ///
    /// # Errors
    ///
    /// [`DeploymentError::NotStopped`].
    pub fn stop(self) -> Result<ExitStatus, DeploymentError> {
        self.process.stop().map_err(DeploymentError::NotStopped)
    }
}

/// The server's program, with its database and its keys.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    database: String,
    keys: PathBuf,
}

impl Program {
    /// Makes a user from business, email and role, with a token that expires after this many seconds, or after a year.
    fn bootstrap(&self, user: [&str; 3], seconds: Option<u32>) -> Result<User, DeploymentError> {
        let [business, email, role] = user;
        let output = self
            .command()
            .args(["bootstrap", "--json", "--business", business])
            .args(["--email", email, "--role", role])
            .args(seconds.map(|seconds| format!("--expires-in={seconds}s")))
            .stderr(Stdio::inherit())
            .output()
            .map_err(|source| self.cannot_run(source))?;
        if !output.status.success() {
            return Err(DeploymentError::Bootstrap(output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(DeploymentError::Printed)
    }

    /// Returns the program's command, without the configuration in the caller's environment.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DZ_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(workspace_root())
            .env("DZ_DATABASE", &self.database)
            .env("DZ_KEYS", &self.keys);
        command
    }

    fn cannot_run(&self, source: io::Error) -> DeploymentError {
        DeploymentError::Program {
            path: self.path.clone(),
            source,
        }
    }
}
