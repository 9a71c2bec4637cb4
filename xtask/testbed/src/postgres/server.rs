//! A private server: its data directory, its port and its processes.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::error::StartError;
use super::programs;
use crate::reaper::{self, How};

/// The time limit for accepting connections, and for ending.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A private server. It is shut down when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    postmaster: Mutex<Option<Child>>,
}

impl Server {
    /// Makes a data directory in the folder, and starts a server on one of these ports.
    pub(super) fn create(
        ports: impl FnMut() -> io::Result<u16>,
        folder: TempDir,
        settings: &[&str],
    ) -> Result<Self, StartError> {
        reaper::remove(folder.path());
        programs::hand_over(&[folder.path().to_owned()])?;
        let made = programs::unprivileged("initdb")?
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "-D"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .output()?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr);
            return Err(StartError::Failed(said.into_owned()));
        }
        Self::start_on(ports, folder, settings)
    }

    /// Copies a running server, on this port, into the folder and starts the copy as its streaming standby.
    pub(super) fn standby_of(
        primary: u16,
        ports: impl FnMut() -> io::Result<u16>,
        folder: TempDir,
    ) -> Result<Self, StartError> {
        programs::hand_over(&[folder.path().to_owned()])?;
        let copied = programs::unprivileged("pg_basebackup")?
            .args([
                "--host=127.0.0.1",
                "--username=postgres",
                "--checkpoint=fast",
            ])
            .args([
                "--write-recovery-conf",
                "--no-sync",
                "--port",
                &primary.to_string(),
            ])
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .output()?;
        if !copied.status.success() {
            let said = String::from_utf8_lossy(&copied.stderr);
            return Err(StartError::Failed(said.into_owned()));
        }
        Self::start_on(ports, folder, &[])
    }

    /// Returns its port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the ids of its processes.
    pub(super) fn processes(&self) -> Vec<u32> {
        let postmaster = self.postmaster().as_ref().map(Child::id);
        postmaster.into_iter().flat_map(with_children).collect()
    }

    /// Kills all its processes at once.
    pub(super) fn kill(&self) {
        if let Some(mut child) = self.postmaster().take() {
            let processes = with_children(child.id());
            let _ = child.kill();
            signal(&processes, Signal::KILL);
            let _ = child.wait();
        }
    }

    /// Suspends all its processes, or resumes them.
    pub(super) fn pause(&self, paused: bool) {
        let how = if paused { Signal::STOP } else { Signal::CONT };
        if let Some(child) = &*self.postmaster() {
            // The postmaster first, so that it starts no more processes.
            signal(&[child.id()], how);
            signal(&with_children(child.id()), how);
        }
    }

    fn postmaster(&self) -> MutexGuard<'_, Option<Child>> {
        self.postmaster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a server on one of these ports. If another process has taken a port since it was found free, the server ends,
    /// and the next port is tried.
    fn start_on(
        mut ports: impl FnMut() -> io::Result<u16>,
        folder: TempDir,
        settings: &[&str],
    ) -> Result<Self, StartError> {
        let mut own = Self {
            folder,
            port: ports()?,
            settings: settings.iter().map(ToString::to_string).collect(),
            postmaster: Mutex::new(None),
        };
        let begun = Instant::now();
        while !own.try_start()? {
            if begun.elapsed() > PATIENCE {
                return Err(own.failed());
            }
            own.port = ports()?;
        }
        Ok(own)
    }

    /// Starts the server, again if necessary: a killed server may hold its memory for a moment, and the next one then refuses
    /// to start.
    pub(super) fn start(&self) -> Result<(), StartError> {
        let begun = Instant::now();
        while !self.try_start()? {
            if begun.elapsed() > PATIENCE {
                return Err(self.failed());
            }
        }
        Ok(())
    }

    fn failed(&self) -> StartError {
        StartError::Failed(fs::read_to_string(self.log()).unwrap_or_default())
    }

    fn try_start(&self) -> Result<bool, StartError> {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())?;
        let mut child = programs::unprivileged("postgres")?
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "shared_buffers=64MB"])
            // Shared memory in its folder, which is removed however the server ends.
            .args(["-c", "dynamic_shared_memory_type=mmap"])
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        reaper::end(&child, How::Quit);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if child.try_wait()?.is_some() {
                std::thread::sleep(Duration::from_millis(50));
                return Ok(false);
            }
            if self.is_ready(child.id()) {
                *self.postmaster() = Some(child);
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        Ok(false)
    }

    /// Returns whether this process accepts connections, as `pg_ctl --wait` does: its `postmaster.pid` has its id in the first
    /// line and its state in the eighth. A connection to the port would not show it, since another process may answer there.
    fn is_ready(&self, process: u32) -> bool {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = file.lines().map(str::trim).collect();
        let state = lines.get(7).copied().unwrap_or_default();
        lines.first() == Some(&process.to_string().as_str())
            && ["ready", "standby"].contains(&state)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.postmaster().take() else {
            return;
        };
        // It may be paused. An immediate shutdown also ends the children and frees shared memory
        // (<https://www.postgresql.org/docs/current/server-shutdown.html>). The data are not needed any more.
        signal(&with_children(child.id()), Signal::CONT);
        signal(&[child.id()], Signal::QUIT);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Returns a process and its children.
fn with_children(process: u32) -> Vec<u32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(path).unwrap_or_default();
    let children = children
        .split_whitespace()
        .filter_map(|child| child.parse().ok());
    std::iter::once(process).chain(children).collect()
}

/// Sends a signal to processes. An error means that a process has already ended.
fn signal(processes: &[u32], signal: Signal) {
    for process in processes {
        if let Some(pid) = Pid::from_raw(process.cast_signed()) {
            let _ = kill_process(pid, signal);
        }
    }
}
