//! The server on a store with tokens, and the processor time and memory that it uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use testbed::postgres::{Cluster, Database, StartError};

use crate::data::Data;
use crate::{Serving, output, text};

/// The kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// PostgreSQL's own memory: less than the quarter of the machine that its documentation advises, and enough for these reads.
const SHARED_BUFFERS: &str = "shared_buffers=1GB";

/// A store with tokens.
pub(crate) struct Store {
    pub(crate) data: Data,
    pub(crate) url: String,
    program: PathBuf,
    keys: PathBuf,
    database: Option<Database>,
    _folder: TempDir,
}

impl Store {
    /// Creates a store on disk. Returns `None`, with a message, when PostgreSQL is not installed.
    pub(crate) async fn with(kind: Kind, tokens: usize, asking: usize) -> Option<Self> {
        Self::of(None, kind, tokens, asking).await
    }

    /// Creates a store as [`Self::with`] does, by another build of the server.
    pub(crate) async fn of(
        program: Option<&Path>,
        kind: Kind,
        tokens: usize,
        asking: usize,
    ) -> Option<Self> {
        let program = program.unwrap_or(Path::new(env!("CARGO_BIN_EXE_server")));
        let folder = testbed::folder().expect("a temporary folder");
        let file = folder.path().join("tokens.db");
        let keys = folder.path().join("keys.json");
        let (url, database) = match kind {
            Kind::Sqlite => (format!("sqlite:{}", file.display()), None),
            Kind::Postgres => {
                let place = testbed::folder().expect("a temporary folder");
                let cluster = match Cluster::start_in(place, &[SHARED_BUFFERS]) {
                    Ok(cluster) => Arc::new(cluster),
                    Err(error @ StartError::Missing) => {
                        testbed::skip(&error);
                        return None;
                    }
                    Err(error @ (StartError::Failed(_) | StartError::Io(_))) => panic!("{error}"),
                };
                let database = cluster.database();
                (database.url(), Some(database))
            }
        };
        let data = Data::new(tokens, asking, bootstrap(program, &url, &keys), &keys);
        match kind {
            Kind::Sqlite => data.add_to_sqlite(&file),
            Kind::Postgres => data.add_to_postgres(&url).await,
        }
        Some(Self {
            data,
            url,
            program: program.to_owned(),
            keys,
            database,
            _folder: folder,
        })
    }

    pub(crate) fn serve(&self) -> Serving {
        Serving::start(
            server(&self.program)
                .args([
                    "serve",
                    "--listen",
                    "127.0.0.1:0",
                    "--database",
                    &self.url,
                    "--keys",
                ])
                .arg(&self.keys),
        )
    }

    /// Returns the processor time of the database's own processes.
    pub(crate) fn cpu(&self) -> Duration {
        let processes = self
            .database
            .iter()
            .flat_map(|database| database.cluster().processes());
        processes.map(cpu_of).sum()
    }
}

/// Builds the command of the server, with an empty environment.
fn server(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command
}

/// Creates the schema, the keys and a business. Returns the business.
fn bootstrap(program: &Path, url: &str, keys: &Path) -> uuid::Uuid {
    let done = output(
        server(program)
            .args([
                "bootstrap",
                "--json",
                "--business",
                "Bench",
                "--email",
                "admin@bench.example",
            ])
            .args(["--database", url, "--keys"])
            .arg(keys),
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).expect("it prints JSON");
    report["business_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("it has a business")
}

/// Reads the processor time that a process has used, its own and the system's for it (proc(5), `/proc/PID/stat`).
pub(crate) fn cpu_of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which may hold anything, `utime` and `stime` are the twelfth and thirteenth fields, in hundredths.
    let fields = stat
        .rsplit_once(") ")
        .map(|(_, fields)| fields)
        .unwrap_or_default();
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Reads the most memory that was resident, in MiB (proc(5), `VmHWM`).
pub(crate) fn peak_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or_default();
    kib / 1024
}
