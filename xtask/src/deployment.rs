//! Our server as a deployment: a process on a fresh database and a free port, with users.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;
use testbed::reaper::{self, How};

use crate::exit::Failure;
use crate::programs;

/// How long the server may take to accept connections, and to stop when it is asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropped, it is killed; its database goes with it.
#[derive(Debug)]
pub(crate) struct Deployment {
    server: PathBuf,
    child: Child,
    /// Kept open, so that the server never writes to a closed pipe.
    _stdout: BufReader<ChildStdout>,
    url: String,
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
        let folder = testbed::folder().map_err(|error| {
            Failure::unreadable(format!("cannot make a temporary folder: {error}"))
        })?;
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
        let mut child = command(server, folder.path(), &database)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .map_err(|error| {
                Failure::unreadable(format!("cannot run {}: {error}", server.display()))
            })?;
        reaper::end(&child, How::Kill);
        let stdout = child.stdout.take();
        match stdout.and_then(first_line) {
            Some((line, stdout)) if line.starts_with("listening on ") => Ok(Self {
                server: server.to_owned(),
                child,
                _stdout: stdout,
                url: line.trim_start_matches("listening on ").trim().to_owned(),
                folder,
                database,
            }),
            _ => {
                // Whether it died or never spoke, it is not needed any more.
                let _ = child.kill();
                let _ = child.wait();
                let mut said = String::new();
                if let Ok(mut log) = std::fs::File::open(log) {
                    let _ = log.read_to_string(&mut said);
                }
                Err(Failure::unreadable(format!(
                    "the server did not start; it said:\n{said}"
                )))
            }
        }
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
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
    pub(crate) fn stop(mut self) -> Result<ExitStatus, Failure> {
        let failed = |what: &str| Failure::unreadable(format!("the server did not stop: {what}"));
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)
            .map_err(|error| failed(&error.to_string()))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Ok(None) => return Err(failed("it was asked to 30 seconds ago")),
                Err(error) => return Err(failed(&error.to_string())),
            }
        }
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        // After `stop` both fail, and there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// The first line that a process prints, waited for with patience; `None` when none comes.
fn first_line(stdout: ChildStdout) -> Option<(String, BufReader<ChildStdout>)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        if stdout.read_line(&mut line).is_ok_and(|length| length > 0) {
            let _ = sender.send((line, stdout));
        }
    });
    receiver.recv_timeout(PATIENCE).ok()
}
