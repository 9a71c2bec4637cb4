//! A private PostgreSQL: Debian's binaries, a temporary folder, a free port.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::reaper;

mod error;
mod programs;
mod server;

pub use error::StartError;
pub use programs::GIVEN;

use server::{PATIENCE, Server};

/// A command that succeeds if PostgreSQL's programs are installed.
pub const PROBE: &[&str] = &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"];

/// A server: either given and shared by tests, or private and killed at will.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    own: Option<Server>,
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
        let own = Server::create(ports, folder, settings)?;
        Ok(Self {
            url: format!("postgres://postgres@127.0.0.1:{}", own.port()),
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

    /// Starts a streaming standby of this server.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn standby(&self) -> Result<Self, StartError> {
        let own = Server::standby_of(self.own().port(), free_port, in_memory()?)?;
        Ok(Self {
            url: format!("postgres://postgres@127.0.0.1:{}", own.port()),
            own: Some(own),
        })
    }

    /// Changes a setting in the server's file (`ALTER SYSTEM SET …`), and lets its processes read the file.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn reload_with(&self, setting: &str) {
        self.execute("postgres", &format!("ALTER SYSTEM SET {setting}"));
        self.execute("postgres", "SELECT pg_reload_conf()");
        // Each process gets a signal.
        std::thread::sleep(Duration::from_millis(200));
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
            // A standby that a test stopped holds nothing up.
            .env("PGOPTIONS", "-c synchronous_commit=local")
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
        self.own().processes()
    }

    /// Kills all its processes at once, so that nothing is finished or flushed.
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn kill(&self) {
        self.own().kill();
    }

    /// Suspends all its processes, or resumes them.
    ///
    /// # Panics
    ///
    /// If the server was given.
    pub fn pause(&self, paused: bool) {
        self.own().pause(paused);
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

    fn own(&self) -> &Server {
        self.own.as_ref().expect("this server is private")
    }
}

/// A database that is dropped with this.
#[derive(Debug)]
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// Creates an empty database.
    fn create(cluster: &Arc<Cluster>) -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        cluster.execute("postgres", &format!("CREATE DATABASE {name}"));
        Self {
            cluster: Arc::clone(cluster),
            name,
        }
    }

    /// Returns its name, which consists of lower-case letters, digits and underscores.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its server.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Returns its URL for the superuser.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Returns its URL for another role.
    pub fn url_for(&self, role: &str) -> String {
        self.url().replacen("//postgres@", &format!("//{role}@"), 1)
    }

    /// Runs statements as the superuser and returns their output, unaligned.
    ///
    /// # Panics
    ///
    /// If they fail.
    pub fn execute(&self, sql: &str) -> String {
        self.cluster.execute(&self.name, sql)
    }

    /// Runs statements as the superuser and returns their output.
    ///
    /// # Errors
    ///
    /// The server's error message.
    pub fn try_execute(&self, sql: &str) -> Result<String, String> {
        self.cluster.try_execute(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A private cluster is removed as a whole, and may have been killed.
        if self.cluster.is_given() || Arc::strong_count(&self.cluster) > 1 {
            let _ = self.cluster.try_execute(
                "postgres",
                &format!("DROP DATABASE {} WITH (FORCE)", self.name),
            );
        }
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
        let taken = first.own().port();
        let mut ports = [taken].into_iter();
        let ports = || ports.next().map_or_else(free_port, Ok);
        let second = Cluster::start_on(ports, in_memory().unwrap(), &[]).unwrap();
        assert_ne!(second.own().port(), taken);
        let folders = [&first, &second].map(|each| each.execute("postgres", "SHOW data_directory"));
        assert_ne!(folders[0], folders[1]);
    }
}
