//! A PostgreSQL for the tests: Debian's binaries, a temporary folder, a free port.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::exit::Failure;

/// The command that shows that its programs are there.
pub(crate) const PROBE: &[&str] = &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"];

/// The variable that tells tests its URL.
pub(crate) const VARIABLE: &str = "DZ_TEST_POSTGRES";

/// How long it may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropped, it is stopped; its data goes with it.
#[derive(Debug)]
pub(crate) struct Postgres {
    postmaster: Child,
    port: u16,
    _folder: TempDir,
}

impl Postgres {
    /// Starts one with an empty cluster, and waits until it accepts connections.
    pub(crate) fn start() -> Result<Self, Failure> {
        let failed = |what: &str| Failure::unreadable(format!("cannot start PostgreSQL: {what}"));
        let programs = programs().ok_or_else(|| {
            failed(
                "there is none under /usr/lib/postgresql; on Debian install the package postgresql",
            )
        })?;
        let folder = folder().map_err(|error| failed(&error.to_string()))?;
        let data = folder.path().join("data");
        let made = unprivileged(&programs.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(&error.to_string()))?;
        if !made.status.success() {
            return Err(failed(&String::from_utf8_lossy(&made.stderr)));
        }

        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| failed(&error.to_string()))?
            .port();
        let log = folder.path().join("log");
        let stderr = File::create(&log).map_err(|error| failed(&error.to_string()))?;
        let postmaster = unprivileged(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            // Memory that it shares is in its folder, and goes with that however it ends.
            .args(["-c", "dynamic_shared_memory_type=mmap"])
            // Some tests leave connections of servers that they have killed.
            .args(["-c", "max_connections=300"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(|error| failed(&error.to_string()))?;
        let mut server = Self {
            postmaster,
            port,
            _folder: folder,
        };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if server.answers(&programs) {
                return Ok(server);
            }
            if !matches!(server.postmaster.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(failed(&fs::read_to_string(&log).unwrap_or_default()))
    }

    /// The URL of its superuser, without a database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn answers(&self, programs: &Path) -> bool {
        Command::new(programs.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, and its children with it (<https://www.postgresql.org/docs/current/server-shutdown.html>): nobody needs
        // what it holds. Where it is gone already there is nothing left to do.
        let pid = rustix::process::Pid::from_child(&self.postmaster);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(self.postmaster.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.postmaster.kill();
        let _ = self.postmaster.wait();
    }
}

/// A folder that the user of PostgreSQL may write: in memory where there is such a place, since its data has no worth.
fn folder() -> std::io::Result<TempDir> {
    let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())?;
    if rustix::process::geteuid().is_root() {
        let given = Command::new("chown")
            .arg("postgres")
            .arg(folder.path())
            .status()?;
        if !given.success() {
            return Err(std::io::Error::other("there is no user `postgres`"));
        }
    }
    Ok(folder)
}

/// A program that refuses to run as root, run as the user that Debian's package has made for it.
fn unprivileged(program: &Path) -> Command {
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            // When this process is killed it goes too.
            .args(["--pdeathsig", "QUIT"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

/// The newest version's folder of programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .flatten()
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let programs = version.path().join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((number, programs))
        })
        .max()
        .map(|(_, programs)| programs)
}
