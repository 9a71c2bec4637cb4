//! The data of a server: a folder with a SQLite file, or a PostgreSQL database.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use testbed::postgres::{Cluster, Database};

use super::{Credential, PATIENCE, binary, output, shared_cluster, text};

/// The folder in which a server keeps its data. A test can keep it after the server has ended.
pub(crate) struct Folder {
    folder: TempDir,
    /// The PostgreSQL database that holds the data in place of a SQLite file.
    pub(super) database: Option<Arc<Database>>,
    /// The server's role in that database.
    role: String,
    /// The URL of the data, if it is another one.
    url: Option<String>,
    /// The environment variables of the programs.
    pub(super) environment: Vec<(&'static str, String)>,
}

/// The superuser of a test's PostgreSQL.
const SUPERUSER: &str = "postgres";

thread_local! {
    /// The PostgreSQL server that holds the data of this thread's test, in place of a SQLite file.
    static CLUSTER: RefCell<Option<Arc<Cluster>>> = const { RefCell::new(None) };
}

/// Runs a test with its data in PostgreSQL, or reports that it is skipped because there is no PostgreSQL.
pub(crate) fn with_postgres(test: impl FnOnce()) {
    let Some(cluster) = shared_cluster() else {
        return;
    };
    CLUSTER.set(Some(cluster));
    // The cluster ends when its last user drops it, which must also happen when the test panics.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            CLUSTER.set(None);
        }
    }
    let _end = End;
    test();
}

impl Folder {
    /// Creates a folder without data: for a SQLite file, or within [`with_postgres`] with a separate database.
    pub(crate) fn new() -> Self {
        let cluster = CLUSTER.with_borrow(Clone::clone);
        Self::with(cluster.map(|cluster| Arc::new(cluster.database())))
    }

    /// Creates a folder whose data is in this database.
    pub(crate) fn on(database: Arc<Database>) -> Self {
        Self::with(Some(database))
    }

    fn with(database: Option<Arc<Database>>) -> Self {
        Self {
            folder: testbed::folder().expect("a temporary folder"),
            database,
            role: SUPERUSER.to_owned(),
            url: None,
            environment: Vec::new(),
        }
    }

    /// Returns the PostgreSQL database, if the data is in one.
    pub(crate) fn postgres(&self) -> Option<&Arc<Database>> {
        self.database.as_ref()
    }

    /// Sets the server's role in the database.
    pub(crate) fn used_by(self, role: &str) -> Self {
        Self {
            role: role.to_owned(),
            ..self
        }
    }

    /// Names the database by this URL.
    pub(crate) fn reached_at(self, url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            ..self
        }
    }

    /// Gives the key ring in the environment, in place of a file.
    pub(crate) fn with_key_ring(self, ring: &str) -> Self {
        Self {
            environment: vec![("DZ_KEY_RING", ring.to_owned())],
            ..self
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path().join("tokens.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.path().join("tokens.db.keys.json")
    }

    /// Returns `--database …` for this folder, and `--keys …` where there is no default.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--database".to_owned()];
        match (&self.url, &self.database) {
            (Some(url), _) => arguments.push(url.clone()),
            (None, Some(database)) => arguments.push(database.url_for(&self.role)),
            (None, None) => arguments.push(format!("sqlite:{}", self.database().display())),
        }
        if self.database.is_some() && self.environment.is_empty() {
            arguments.extend(["--keys".to_owned(), self.key_file().display().to_string()]);
        }
        arguments
    }

    /// Runs `server bootstrap --json` on this folder.
    pub(crate) fn bootstrap(&self, business: &str, email: &str, role: &str) -> Credential {
        let output = output(
            binary()
                .args([
                    "bootstrap",
                    "--json",
                    "--business",
                    business,
                    "--email",
                    email,
                    "--role",
                    role,
                ])
                .args(self.arguments())
                .envs(self.environment.iter().cloned()),
        );
        assert!(
            output.status.success(),
            "bootstrap failed: {}",
            text(&output.stderr)
        );
        Credential::from_report(
            &serde_json::from_slice(&output.stdout).expect("bootstrap prints JSON"),
        )
    }

    /// Opens the SQLite file while the server runs, to arrange states that no request can cause.
    pub(crate) async fn sqlite(&self) -> sqlx::SqlitePool {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(self.database())
            .busy_timeout(PATIENCE);
        sqlx::SqlitePool::connect_with(options)
            .await
            .expect("the database opens")
    }
}
