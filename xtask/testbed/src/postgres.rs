//! A private PostgreSQL: Debian's binaries, a temporary folder, a free port.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::reaper::{self, How};

mod database;
mod programs;

pub use database::Database;

/// The environment variable with the URL of a server for tests, with a role that may create databases.
pub const GIVEN: &str = "DZ_TEST_POSTGRES";

/// A command that succeeds if PostgreSQL's programs are installed.
pub const PROBE: &[&str] = &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"];

/// The time limit for accepting connections, and for ending.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why PostgreSQL did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its programs are not installed.
    #[error(
        "there is no PostgreSQL under /usr/lib/postgresql; on Debian install the package postgresql"
    )]
    Missing,
    /// Its programs failed.
    #[error("PostgreSQL does not start: {0}")]
    Failed(String),
    /// Its programs cannot be run, or their files cannot be made.
    #[error("PostgreSQL does not start: {0}")]
    Io(#[from] io::Error),
}

/// A server: either given and shared by tests, or private and killed at will.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    own: Option<Own>,
}

/// A private server.
#[derive(Debug)]
struct Own {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    postmaster: Mutex<Option<Child>>,
}

impl Cluster {
    /// Returns the server that [`GIVEN`] names, if it is set. Another process starts and ends that server.
    pub fn given() -> Option<Self> {
        let url = std::env::var(GIVEN).ok()?;
        Some(Self { url, own: None })
    }

    /// Starts a private server with these settings (`name=value`), and waits until it accepts connections.
    ///
    /// Its data are in memory: they survive the death of processes as on a disk, and `fsync` costs nothing.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start(settings: &[&str]) -> Result<Self, StartError> {
        Self::start_in(in_memory()?, settings)
    }

    /// Does the same with its data in this folder.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start_in(folder: TempDir, settings: &[&str]) -> Result<Self, StartError> {
        Self::start_on(free_port, folder, settings)
    }

    /// Does the same on one of these ports.
    fn start_on(
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
        let own = Own::start_on(ports, folder, settings)?;
        Ok(Self {
            url: format!("postgres://postgres@127.0.0.1:{}", own.port),
            own: Some(own),
        })
    }

    /// Starts a private server with TLS, with a certificate and a key in PEM files.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start_with_tls(certificate: &Path, key: &Path) -> Result<Self, StartError> {
        let folder = in_memory()?;
        let own =
            [certificate, key].map(|file| folder.path().join(file.file_name().unwrap_or_default()));
        for (from, to) in [certificate, key].into_iter().zip(&own) {
            fs::copy(from, to)?;
            // PostgreSQL accepts only a key that no other user may read.
            fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
        }
        programs::hand_over(&own)?;
        let [certificate, key] = own;
        let settings = [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ];
        Self::start_in(folder, &settings.each_ref().map(String::as_str))
    }

    /// Creates an empty database.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn database(self: &Arc<Self>) -> Database {
        Database::create(self)
    }

    /// Returns the server's URL, without a database.
    pub fn server_url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.url)
    }

    /// Returns whether the server was given.
    fn is_given(&self) -> bool {
        self.own.is_none()
    }

    /// Runs statements as the superuser and returns their output, unaligned.
    ///
    /// # Panics
    ///
    /// If they fail.
    pub fn execute(&self, database: &str, sql: &str) -> String {
        let done = self.try_execute(database, sql);
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements as the superuser and returns their output.
    ///
    /// # Errors
    ///
    /// The server's error message.
    fn try_execute(&self, database: &str, sql: &str) -> Result<String, String> {
        let psql = programs::folder()
            .map_err(|error| error.to_string())?
            .join("psql");
        let output = Command::new(psql)
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--command", sql])
            .arg(self.url(database))
            .env("PGCONNECT_TIMEOUT", PATIENCE.as_secs().to_string())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(said(&output.stdout).trim().to_owned())
        } else {
            Err(said(&output.stderr))
        }
    }

    /// Returns the ids of its processes.
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn processes(&self) -> Vec<u32> {
        let postmaster = self.own().postmaster().as_ref().map(Child::id);
        postmaster.into_iter().flat_map(with_children).collect()
    }

    /// Kills all its processes at once, so that nothing is finished or flushed.
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn kill(&self) {
        if let Some(mut child) = self.own().postmaster().take() {
            let processes = with_children(child.id());
            let _ = child.kill();
            signal(&processes, Signal::KILL);
            let _ = child.wait();
        }
    }

    /// Suspends all its processes, or resumes them.
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn pause(&self, paused: bool) {
        let how = if paused { Signal::STOP } else { Signal::CONT };
        if let Some(child) = &*self.own().postmaster() {
            // The postmaster first, so that it starts no more.
            signal(&[child.id()], how);
            signal(&with_children(child.id()), how);
        }
    }

    /// Starts it again on the same data and port, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If the server was given, or does not start.
    pub fn restart(&self) {
        if let Err(error) = self.own().start() {
            panic!("{error}");
        }
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("this server is private")
    }
}

impl Own {
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
    fn start(&self) -> Result<(), StartError> {
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

    /// Returns whether this process accepts connections, as `pg_ctl --wait` does: its file has its id in the first line and its
    /// state in the eighth. Another process may answer at the port.
    fn is_ready(&self, process: u32) -> bool {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = file.lines().map(str::trim).collect();
        lines.first() == Some(&process.to_string().as_str()) && lines.get(7) == Some(&"ready")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Own {
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

/// Makes a temporary folder, in memory if possible.
fn in_memory() -> Result<TempDir, StartError> {
    let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())?;
    reaper::remove(folder.path());
    Ok(folder)
}

/// Returns a port that is free now.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
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

#[cfg(test)]
mod tests {
    use super::{Cluster, StartError, free_port, in_memory};

    /// Another process may take a port between its choice and the server's start.
    #[test]
    fn a_port_that_another_process_has_taken_is_replaced() {
        let first = match Cluster::start(&[]) {
            Err(error @ StartError::Missing) => return crate::skip(&error),
            started => started.unwrap(),
        };
        let taken = first.own().port;
        let mut ports = [taken].into_iter();
        let ports = || ports.next().map_or_else(free_port, Ok);
        let second = Cluster::start_on(ports, in_memory().unwrap(), &[]).unwrap();
        assert_ne!(second.own().port, taken);
        let folders = [&first, &second].map(|each| each.execute("postgres", "SHOW data_directory"));
        assert_ne!(folders[0], folders[1]);
    }
}
