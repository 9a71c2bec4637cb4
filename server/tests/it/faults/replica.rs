//! A server that is killed, paused and started again, always at the same address.

use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use testbed::listening::{ListenError, Listening};

use crate::harness::{Folder, PATIENCE, binary};

pub(crate) struct Replica {
    url: String,
    arguments: Vec<String>,
    process: Mutex<Option<Listening>>,
}

impl Replica {
    /// Starts a server on this folder's data.
    pub(crate) fn start(folder: &Folder) -> Self {
        let arguments = folder.arguments();
        let process = serve("127.0.0.1:0", &arguments).unwrap_or_else(|error| panic!("{error}"));
        Self {
            url: process.url().to_owned(),
            arguments,
            process: Mutex::new(Some(process)),
        }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Starts it again, as a supervisor would: until a start succeeds.
    pub(crate) fn restart(&self) {
        let address = self.url.trim_start_matches("http://");
        let begun = Instant::now();
        loop {
            match serve(address, &self.arguments) {
                Ok(process) => {
                    *self.process() = Some(process);
                    return;
                }
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it (SIGKILL) in the middle of its work.
    pub(crate) fn kill(&self) {
        if let Some(process) = self.process().take() {
            process.kill().expect("the process is ours");
        }
    }

    /// Suspends it (SIGSTOP) or resumes it (SIGCONT). It does not notice what happened meanwhile.
    pub(crate) fn pause(&self, paused: bool) {
        if let Some(process) = &*self.process() {
            process.pause(paused).expect("the process is ours");
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Listening>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(address: &str, arguments: &[String]) -> Result<Listening, ListenError> {
    Listening::start(
        binary()
            .args(["serve", "--listen", address])
            .args(arguments)
            .stderr(Stdio::null()),
    )
}
