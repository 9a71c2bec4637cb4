//! The PostgreSQL that tests use, where there is one.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use testbed::postgres::{Cluster, StartError};

/// The server that tests share: the one that was given (`cargo xtask test` gives one), or one that ends with the last test
/// that uses it. `None`, said plainly, when there are no binaries and need not be.
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

/// A server of the test's own, with these settings. `None`, said plainly, when there are no binaries and need not be.
pub(crate) fn own_cluster(settings: &[&str]) -> Option<Cluster> {
    or_skipped(Cluster::start(settings))
}

/// The same, speaking TLS with this certificate and key.
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
