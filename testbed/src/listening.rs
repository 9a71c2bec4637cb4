//! A server as a process, from when it listens until it is stopped.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::reaper::{self, How};

/// How long it may take to accept connections, and to stop when it is asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// What stands before its address in the first line that it prints.
const SAYS: &str = "listening on ";

/// A running server. It is killed when this is dropped or the process ends.
#[derive(Debug)]
pub struct Listening {
    url: String,
    child: Child,
    /// Kept open, so that the server never writes to a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Its program cannot be run.
    #[error("the server cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It ended, or took too long, or said this in place of where it listens.
    #[error("the server did not say where it listens, but {0:?}")]
    Said(String),
}

impl Listening {
    /// Starts a server whose first line on standard output is `listening on URL`, and waits for that line.
    ///
    /// # Errors
    ///
    /// [`ListenError`].
    pub fn start(server: &mut Command) -> Result<Self, ListenError> {
        let mut child = server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        reaper::end(&child, How::Kill);
        match child.stdout.take().and_then(first_line) {
            Some((line, stdout)) if line.starts_with(SAYS) => Ok(Self {
                url: line.trim_start_matches(SAYS).trim().to_owned(),
                child,
                _stdout: stdout,
            }),
            other => {
                // Whether it died or never spoke, it is not needed any more.
                let _ = child.kill();
                let _ = child.wait();
                let said = other.map(|(line, _)| line);
                Err(ListenError::Said(said.unwrap_or_default()))
            }
        }
    }

    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks the server to stop (SIGTERM), and waits for it.
    ///
    /// # Errors
    ///
    /// What the system answered, or that it still runs.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let late = format!("it was asked to {} seconds ago", PATIENCE.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, late))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // After `stop` both fail, and there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
