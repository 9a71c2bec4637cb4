//! A server as a process, from its start until it is stopped.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::reaper::{self, How};

/// The usual time limit for accepting connections, and for ending after a request to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// The text before the address in the first line that it prints.
const PREFIX: &str = "listening on ";

/// A running server. It is killed when this is dropped or the process ends.
#[derive(Debug)]
pub struct Listening {
    url: String,
    child: Child,
    /// Kept open, so that the server never writes to a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Its program cannot be run.
    #[error("the server cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It ended, took too long and was killed, or printed something else.
    #[error("the server did not print its address, but {said:?}, and ended with {status}")]
    NoAddress {
        /// The line that it printed instead of its address.
        said: String,
        /// Its exit status: SIGKILL if it was still running.
        status: ExitStatus,
    },
}

impl Listening {
    /// Starts a server whose first line on standard output is `listening on URL`, and waits for that line.
    ///
    /// # Errors
    ///
    /// [`ListenError`].
    pub fn start(server: &mut Command) -> Result<Self, ListenError> {
        Self::start_within(server, PATIENCE)
    }

    /// Does the same with another time limit, for a command that builds the server first.
    ///
    /// # Errors
    ///
    /// [`ListenError`].
    pub fn start_within(server: &mut Command, patience: Duration) -> Result<Self, ListenError> {
        let mut child = server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        reaper::end(&child, How::Kill);
        let stdout = child.stdout.take();
        match stdout.and_then(|stdout| await_line(stdout, patience, Some)) {
            Some((line, stdout)) if line.starts_with(PREFIX) => Ok(Self {
                url: line.trim_start_matches(PREFIX).trim().to_owned(),
                child,
                _stdout: stdout,
            }),
            other => {
                // It has ended, or is useless.
                child.kill()?;
                Err(ListenError::NoAddress {
                    said: other.map(|(line, _)| line).unwrap_or_default(),
                    status: child.wait()?,
                })
            }
        }
    }

    /// Returns its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM), without waiting.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn terminate(&self) -> io::Result<()> {
        self.signal(Signal::TERM)
    }

    /// Suspends it (SIGSTOP), or resumes it (SIGCONT).
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn pause(&self, paused: bool) -> io::Result<()> {
        self.signal(if paused { Signal::STOP } else { Signal::CONT })
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    ///
    /// The system's error, or that it still runs after half a minute.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let late = format!("it still runs after {} seconds", PATIENCE.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, late))
    }

    /// Asks it to stop (SIGTERM), and waits for it.
    ///
    /// # Errors
    ///
    /// The system's error, or that it still runs.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        self.terminate()?;
        self.wait()
    }

    /// Kills it at once (SIGKILL), and waits for it.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn kill(mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Both fail after `stop` and `kill`, which is fine here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines until `find` returns something, and returns it with the rest of the output. Returns `None` if there is no such
/// line within the time limit.
pub(crate) fn await_line<T: Send + 'static>(
    stdout: ChildStdout,
    patience: Duration,
    find: impl Fn(String) -> Option<T> + Send + 'static,
) -> Option<(T, BufReader<ChildStdout>)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        loop {
            let mut line = String::new();
            if !stdout.read_line(&mut line).is_ok_and(|length| length > 0) {
                return;
            }
            if let Some(found) = find(line) {
                let _ = sender.send((found, stdout));
                return;
            }
        }
    });
    receiver.recv_timeout(patience).ok()
}
