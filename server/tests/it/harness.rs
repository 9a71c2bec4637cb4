//! The harness: starts the real binary, and sends requests to it.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use testbed::listening::Listening;
use testbed::reaper::{self, How};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

mod exchange;
mod folder;
mod postgres;

pub(crate) use exchange::{Answer, Credential, Request};
pub(crate) use folder::{Folder, with_postgres};
pub(crate) use postgres::{own_cluster, own_cluster_with_tls, shared_cluster};

/// The longest time that a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Returns a command of the binary under test, with an empty environment.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// A server process on a separate folder. It is killed when the test ends, also by a panic.
pub(crate) struct Server {
    process: Listening,
    pub(crate) url: String,
    folder: Folder,
}

impl Server {
    /// Starts a server on a new folder.
    pub(crate) fn start() -> Self {
        Self::start_on(Folder::new(), &[])
    }

    /// Starts a server on this folder, with more arguments.
    pub(crate) fn start_on(folder: Folder, arguments: &[&str]) -> Self {
        Self::start_with_stderr(folder, arguments, Stdio::null())
    }

    /// Starts a server on this folder, with more arguments; returns it and its log file.
    pub(crate) fn start_logging(folder: Folder, arguments: &[&str]) -> (Self, PathBuf) {
        let log = folder.path().join("log");
        let stderr = File::create(&log).expect("the folder is ours");
        (
            Self::start_with_stderr(folder, arguments, stderr.into()),
            log,
        )
    }

    fn start_with_stderr(folder: Folder, arguments: &[&str], stderr: Stdio) -> Self {
        let keys_are_missing = folder.environment.is_empty() && !folder.key_file().exists();
        if folder.database.is_some() && keys_are_missing {
            // `serve` on PostgreSQL does not create keys.
            folder.bootstrap("Operators", "operator@localhost", "admin");
        }
        let started = Listening::start(
            binary()
                .args(["serve", "--listen", "127.0.0.1:0"])
                .args(folder.arguments())
                .args(arguments)
                .envs(folder.environment.iter().cloned())
                .stderr(stderr),
        );
        let process = started.unwrap_or_else(|error| panic!("{error}"));
        Self {
            url: process.url().to_owned(),
            process,
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn admin(&self) -> Credential {
        self.bootstrap("Acme", "ada@acme.example", "admin")
    }

    pub(crate) fn member(&self) -> Credential {
        self.bootstrap("Acme", "max@acme.example", "member")
    }

    pub(crate) fn bootstrap(&self, business: &str, email: &str, role: &str) -> Credential {
        self.folder.bootstrap(business, email, role)
    }

    pub(crate) fn address(&self) -> &str {
        self.url
            .strip_prefix("http://")
            .expect("the server speaks HTTP")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends SIGTERM, without waiting.
    pub(crate) fn terminate(&self) {
        self.process.terminate().expect("the process is ours");
    }

    /// Sends SIGHUP, without waiting.
    pub(crate) fn hang_up(&self) {
        let process = Pid::from_raw(self.pid().cast_signed()).expect("it runs");
        kill_process(process, Signal::HUP).expect("the process is ours");
    }

    /// Waits until the process ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the server ends")
    }

    /// Kills the process (SIGKILL) and keeps its data.
    pub(crate) fn kill(self) -> Folder {
        self.process.kill().expect("the process is ours");
        self.folder
    }

    /// Stops the process with SIGTERM and keeps its data.
    pub(crate) fn stop(self) -> Folder {
        let stopped = self.process.stop().expect("the server ends");
        assert_eq!(stopped.code(), Some(0));
        self.folder
    }

    /// Builds a request to this server.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.url))
    }

    /// Returns the status of a listing with this token: 200 if it is active.
    pub(crate) async fn probe(&self, credential: &Credential) -> u16 {
        self.request("GET", "/api/v1/tokens")
            .by(credential)
            .send()
            .await
            .status
    }

    /// Revokes a token by its id, without a body.
    pub(crate) async fn revoke(&self, by: &Credential, id: &str) -> Answer {
        self.request("POST", &revoke_path(id)).by(by).send().await
    }

    /// Revokes a token with this JSON text as body.
    pub(crate) async fn revoke_with(
        &self,
        by: &Credential,
        id: &str,
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.request("POST", &revoke_path(id))
            .by(by)
            .json(body)
            .send()
            .await
    }

    /// Creates a token of the caller through the API.
    pub(crate) async fn create(&self, by: &Credential, name: &str) -> Credential {
        let answer = self.create_with(by, &json!({ "name": name })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        Credential::created(&answer.json()["data"], by)
    }

    /// Sends this body to create a token of the caller.
    pub(crate) async fn create_with(&self, by: &Credential, body: &Value) -> Answer {
        self.request("POST", "/api/v1/tokens")
            .by(by)
            .json(body.to_string())
            .send()
            .await
    }

    /// Sends these bytes, and returns everything that the server sends until it closes.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let exchange = async {
            let mut stream = TcpStream::connect(self.address())
                .await
                .expect("the server accepts");
            stream.write_all(bytes).await.expect("the server reads");
            let mut answer = Vec::new();
            stream
                .read_to_end(&mut answer)
                .await
                .expect("the server answers");
            text(&answer)
        };
        tokio::time::timeout(PATIENCE, exchange)
            .await
            .expect("the server closes the connection")
    }
}

pub(crate) fn revoke_path(id: &str) -> String {
    format!("/api/v1/tokens/{id}/revoke")
}

pub(crate) fn unknown_id() -> String {
    Uuid::new_v4().to_string()
}

/// Runs a command to its end, which must come within [`PATIENCE`].
pub(crate) fn output(command: &mut Command) -> Output {
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    reaper::end(&child, How::Kill);
    let process = Pid::from_child(&child);
    let (sender, ended) = mpsc::channel();
    // Its output is read while it runs, since it may print more than fits into a pipe.
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(PATIENCE) else {
        let _ = kill_process(process, Signal::KILL);
        panic!("the command did not end: {command:?}");
    };
    output.expect("its output can be read")
}

/// Runs a function this many times at the same time, each time on a separate thread.
pub(crate) fn at_once<T: Send>(times: usize, what: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let what = &what;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..times)
            .map(|number| scope.spawn(move || what(number)))
            .collect();
        running
            .into_iter()
            .map(|each| each.join().expect("it does not panic"))
            .collect()
    })
}

pub(crate) fn string(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a string"))
        .to_owned()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
