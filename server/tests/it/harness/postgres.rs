//! The PostgreSQL servers of the tests.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use testbed::postgres::{Cluster, StartError};

/// Returns the server that tests share: the given one (`cargo xtask test` gives one), or one that ends with the last test that
/// uses it. Reports a skipped test and returns `None` when PostgreSQL is not installed and not required.
pub(crate) fn shared_cluster() -> Option<Arc<Cluster>> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    let cluster = match Cluster::given() {
        Some(cluster) => cluster,
        None => own_cluster(&[])?,
    };
    let cluster = Arc::new(cluster);
    *shared = Arc::downgrade(&cluster);
    Some(cluster)
}

/// Starts a server for one test, with these settings. Reports a skipped test and returns `None` when PostgreSQL is not installed
/// and not required.
pub(crate) fn own_cluster(settings: &[&str]) -> Option<Cluster> {
    or_skipped(Cluster::start(settings))
}

/// Starts a server for one test, with TLS by this certificate and key. See [`own_cluster`].
pub(crate) fn own_cluster_with_tls(certificate: &Path, key: &Path) -> Option<Cluster> {
    or_skipped(Cluster::start_with_tls(certificate, key))
}

fn or_skipped(started: Result<Cluster, StartError>) -> Option<Cluster> {
    match started {
        Ok(cluster) => Some(cluster),
        Err(error @ StartError::Missing) => {
            testbed::skip(&error);
            None
        }
        Err(error @ (StartError::Failed(_) | StartError::Io(_))) => panic!("{error}"),
    }
}
