//! A server that is killed, paused and started again, always at the same address.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use testbed::reaper::{self, How};

use crate::harness::{Folder, PATIENCE, binary};

pub(crate) struct Replica {
    address: String,
    arguments: Vec<String>,
    child: Mutex<Option<Child>>,
}

impl Replica {
    /// A server on this folder's data, running.
    pub(crate) fn start(folder: &Folder) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener
            .local_addr()
            .expect("it has an address")
            .to_string();
        drop(listener);
        let replica = Self {
            address,
            arguments: folder.arguments(),
            child: Mutex::new(None),
        };
        replica.restart();
        replica
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts it, as whatever supervises it would: again, until it stays.
    pub(crate) fn restart(&self) {
        let begun = Instant::now();
        loop {
            let mut child = binary()
                .args(["serve", "--listen", &self.address])
                .args(&self.arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary starts");
            reaper::end(&child, How::Kill);
            let stdout = child.stdout.take().expect("stdout is piped");
            let mut line = String::new();
            // Ends when the line is there or the process is not.
            let _ = BufReader::new(stdout).read_line(&mut line);
            if line.starts_with("listening on ") {
                *self.child() = Some(child);
                return;
            }
            let _ = child.kill();
            let _ = child.wait();
            assert!(begun.elapsed() < PATIENCE, "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGKILL: whatever it was doing is not finished.
    pub(crate) fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            child.kill().expect("the child is ours");
            child.wait().expect("the child is ours");
        }
    }

    /// SIGSTOP and SIGCONT: it misses what happens meanwhile, and does not know.
    pub(crate) fn pause(&self, paused: bool) {
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        if let Some(child) = &*self.child() {
            kill_process(Pid::from_child(child), signal).expect("the child is ours");
        }
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}
