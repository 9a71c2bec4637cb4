//! A PostgreSQL of these tests' own: Debian's binaries, a temporary folder, a free port.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{PATIENCE, output, text};

/// A URL of a server that may be used, with a role that may create databases: `cargo xtask test` gives one.
const GIVEN: &str = "DZ_TEST_POSTGRES";

/// A server that tests share, or one that a test has for itself and may kill.
pub(crate) struct Cluster {
    url: String,
    own: Option<Own>,
}

struct Own {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    postmaster: Mutex<Option<Child>>,
}

impl Cluster {
    /// The server that tests share: the one that was given, or one that ends with the last test that uses it. `None`, said
    /// plainly, when there are no binaries.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = shared.upgrade() {
            return Some(cluster);
        }
        let cluster = match std::env::var(GIVEN) {
            Ok(url) => Self { url, own: None },
            Err(_) => Self::start(&[])?,
        };
        let cluster = Arc::new(cluster);
        *shared = Arc::downgrade(&cluster);
        Some(cluster)
    }

    /// A server of the test's own, with these settings. `None`, said plainly, when there are no binaries.
    ///
    /// It is in memory: where processes die and the machine does not, that keeps as well as a disk, and `fsync` costs nothing.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        Self::start_in(folder.expect("a temporary folder"), settings)
    }

    /// The same in this folder.
    pub(crate) fn start_in(folder: TempDir, settings: &[&str]) -> Option<Self> {
        if binaries().is_none() {
            eprintln!(
                "skipped: there is no PostgreSQL under /usr/lib/postgresql (Debian's package postgresql)"
            );
            return None;
        }
        if rustix::process::geteuid().is_root() {
            // PostgreSQL refuses to run as root; Debian's package has made a user for it.
            let given = Command::new("chown")
                .arg("postgres")
                .arg(folder.path())
                .status();
            assert!(given.expect("chown runs").success());
        }
        let data = folder.path().join("data");
        let made = output(
            program("initdb")
                .args([
                    "--username=postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data),
        );
        assert!(made.status.success(), "initdb: {}", text(&made.stderr));
        let port = free_port();
        let cluster = Self {
            url: format!("postgres://postgres@127.0.0.1:{port}"),
            own: Some(Own {
                folder,
                port,
                settings: settings.iter().map(ToString::to_string).collect(),
                postmaster: Mutex::new(None),
            }),
        };
        cluster.restart();
        Some(cluster)
    }

    /// A server of the test's own that speaks TLS with this certificate and key, which are in PEM files.
    #[allow(dead_code)]
    pub(crate) fn start_with_tls(certificate: &str, key: &str) -> Option<Self> {
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        let folder = folder.expect("a temporary folder");
        // PostgreSQL takes a key that only its own user may read.
        let own_key = folder.path().join("key.pem");
        fs::copy(key, &own_key).expect("the key is copied");
        fs::set_permissions(&own_key, fs::Permissions::from_mode(0o600)).expect("the key is ours");
        let own_certificate = folder.path().join("certificate.pem");
        fs::copy(certificate, &own_certificate).expect("the certificate is copied");
        if rustix::process::geteuid().is_root() {
            let given = Command::new("chown")
                .arg("postgres")
                .args([&own_key, &own_certificate])
                .status();
            assert!(given.expect("chown runs").success());
        }
        let settings = [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", own_certificate.display()),
            format!("ssl_key_file={}", own_key.display()),
        ];
        Self::start_in(folder, &settings.each_ref().map(String::as_str))
    }

    /// A new, empty database.
    pub(crate) fn database(self: &Arc<Self>) -> Database {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        self.execute("postgres", &format!("CREATE DATABASE {name}"));
        Database {
            cluster: Arc::clone(self),
            name,
        }
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.url)
    }

    /// Runs statements as the superuser; gives what they return, unaligned.
    pub(crate) fn execute(&self, database: &str, sql: &str) -> String {
        let done = self.try_execute(database, sql);
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements as the superuser; gives what they return, or what was said against them.
    pub(crate) fn try_execute(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = output(
            Command::new(binaries().expect("they are there").join("psql"))
                .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
                .args([
                    "--set=ON_ERROR_STOP=1",
                    "--command",
                    sql,
                    &self.url(database),
                ]),
        );
        if output.status.success() {
            Ok(text(&output.stdout).trim().to_owned())
        } else {
            Err(text(&output.stderr))
        }
    }

    /// The ids of its processes. The benchmark asks, which includes this file.
    #[allow(dead_code)]
    pub(crate) fn processes(&self) -> Vec<u32> {
        let postmaster = self.own().postmaster().as_ref().map(Child::id);
        let mut processes: Vec<u32> = postmaster.into_iter().collect();
        for process in postmaster.into_iter().flat_map(children_of) {
            processes.push(process.cast_unsigned());
        }
        processes
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("this server is the test's own")
    }

    /// Kills every process of it at once, so that nothing is finished or flushed.
    pub(crate) fn kill(&self) {
        let mut postmaster = self.own().postmaster();
        if let Some(mut child) = postmaster.take() {
            let backends = children_of(child.id());
            let _ = child.kill();
            for backend in backends {
                if let Some(pid) = Pid::from_raw(backend) {
                    // An error says that it is gone already.
                    let _ = kill_process(pid, Signal::KILL);
                }
            }
            child.wait().expect("the child is ours");
        }
    }

    /// Stops every process of it without ending it, or lets all go on.
    pub(crate) fn pause(&self, paused: bool) {
        let signal = if paused { Signal::STOP } else { Signal::CONT };
        let postmaster = self.own().postmaster();
        let child = postmaster.as_ref().expect("it runs");
        // The postmaster first, so that it starts no more.
        for process in std::iter::once(child.id().cast_signed()).chain(children_of(child.id())) {
            if let Some(pid) = Pid::from_raw(process) {
                let _ = kill_process(pid, signal);
            }
        }
    }

    /// Starts it again on the same data and port, and waits until it answers.
    pub(crate) fn restart(&self) {
        let own = self.own();
        let begun = Instant::now();
        // What was killed may hold its memory for a moment longer, which makes the next one refuse to start.
        while !own.try_start() {
            assert!(
                begun.elapsed() < PATIENCE,
                "PostgreSQL did not start: {}",
                own.log()
            );
        }
    }
}

impl Own {
    fn postmaster(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.postmaster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn try_start(&self) -> bool {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .expect("the folder is ours");
        let mut command = program("postgres");
        command
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "shared_buffers=64MB"])
            // Memory that it shares is in its folder, and goes with that however it ends.
            .args(["-c", "dynamic_shared_memory_type=mmap"])
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let mut child = command.spawn().expect("PostgreSQL starts");
        let ready = || {
            Command::new(binaries().expect("they are there").join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()
                .expect("pg_isready runs")
                .success()
        };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if child.try_wait().expect("the child is ours").is_some() {
                std::thread::sleep(std::time::Duration::from_millis(50));
                return false;
            }
            if ready() {
                *self.postmaster() = Some(child);
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(own) = &self.own else { return };
        let Some(mut child) = own.postmaster().take() else {
            return;
        };
        // An immediate shutdown, which takes the children along and leaves nothing in the system's tables; also when a test
        // has ended while all of it was paused.
        let backends = children_of(child.id()).into_iter();
        for process in backends.chain([child.id().cast_signed()]) {
            if let Some(pid) = Pid::from_raw(process) {
                let _ = kill_process(pid, Signal::CONT);
            }
        }
        let _ = kill_process(Pid::from_child(&child), Signal::QUIT);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A database, dropped with this.
pub(crate) struct Database {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) name: String,
}

impl Database {
    pub(crate) fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// The URL for another role.
    pub(crate) fn url_for(&self, role: &str) -> String {
        self.url().replacen("//postgres@", &format!("//{role}@"), 1)
    }

    pub(crate) fn execute(&self, sql: &str) -> String {
        self.cluster.execute(&self.name, sql)
    }

    pub(crate) fn try_execute(&self, sql: &str) -> Result<String, String> {
        self.cluster.try_execute(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A cluster of the test's own goes as a whole, and may be dead already.
        if self.cluster.own.is_none() || Arc::strong_count(&self.cluster) > 1 {
            let _ = self.cluster.try_execute(
                "postgres",
                &format!("DROP DATABASE {} WITH (FORCE)", self.name),
            );
        }
    }
}

/// A program of PostgreSQL that must not run as root.
fn program(name: &str) -> Command {
    let path = binaries().expect("they are there").join(name);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(path);
        command
    } else {
        Command::new(path)
    };
    // Signals for the terminal of whoever runs the tests are not for it.
    command.env_remove(GIVEN).current_dir("/").process_group(0);
    command
}

/// The newest version's folder of programs.
fn binaries() -> Option<PathBuf> {
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

fn children_of(process: u32) -> Vec<i32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(Path::new(&path)).unwrap_or_default();
    children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
