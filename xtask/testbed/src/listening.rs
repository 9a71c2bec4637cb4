//! A server as a process, from when it listens until it is stopped.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::reaper::{self, How};

/// How long it may usually take to accept connections, and to end when it is asked to.
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
    /// It ended, or took too long and was killed, or said something else.
    #[error("the server did not say where it listens, but {said:?}, and ended with {status}")]
    Said {
        /// What it said in place of where it listens.
        said: String,
        /// How it ended: by SIGKILL if it still ran.
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

    /// The same, where it may take this long: whoever has cargo build it first waits longer.
    ///
    /// # Errors
    ///
    /// [`ListenError`].
    pub fn start_within(server: &mut Command, patience: Duration) -> Result<Self, ListenError> {
        let mut child = server.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        reaper::end(&child, How::Kill);
        let stdout = child.stdout.take();
        match stdout.and_then(|stdout| await_line(stdout, patience, Some)) {
            Some((line, stdout)) if line.starts_with(SAYS) => Ok(Self {
                url: line.trim_start_matches(SAYS).trim().to_owned(),
                child,
                _stdout: stdout,
            }),
            other => {
                // Whether it died or never spoke, it is not needed any more.
                child.kill()?;
                Err(ListenError::Said {
                    said: other.map(|(line, _)| line).unwrap_or_default(),
                    status: child.wait()?,
                })
            }
        }
    }

    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM), without waiting.
    ///
    /// # Errors
    ///
    /// What the system answered.
    pub fn terminate(&self) -> io::Result<()> {
        self.signal(Signal::TERM)
    }

    /// Stops it without ending it (SIGSTOP), or lets it go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// What the system answered.
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
    /// What the system answered, or that it still runs after half a minute.
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
    /// What the system answered, or that it still runs.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        self.terminate()?;
        self.wait()
    }

    /// Kills it at once (SIGKILL), and waits for it.
    ///
    /// # Errors
    ///
    /// What the system answered.
    pub fn kill(mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // After `stop` and `kill` both fail, and there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line that a process prints in which this finds something, waited for so long: what it finds, and the rest of
/// what is printed. `None` when no such line comes.
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
