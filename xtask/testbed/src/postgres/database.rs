//! A database of a cluster.

use std::sync::Arc;

use super::Cluster;

/// A database, dropped with this.
#[derive(Debug)]
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// A new, empty one.
    ///
    /// # Panics
    ///
    /// When the server refuses to make one.
    pub(super) fn create(cluster: &Arc<Cluster>) -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        cluster.execute("postgres", &format!("CREATE DATABASE {name}"));
        Self {
            cluster: Arc::clone(cluster),
            name,
        }
    }

    /// Its name, which is a word of lower-case letters, digits and underscores.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server that it is in.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Its URL, for the superuser.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// The URL for another role.
    pub fn url_for(&self, role: &str) -> String {
        self.url().replacen("//postgres@", &format!("//{role}@"), 1)
    }

    /// Runs statements as the superuser; gives what they return, unaligned.
    ///
    /// # Panics
    ///
    /// When they fail.
    pub fn execute(&self, sql: &str) -> String {
        self.cluster.execute(&self.name, sql)
    }

    /// Runs statements as the superuser; gives what they return.
    ///
    /// # Errors
    ///
    /// What was said against them.
    pub fn try_execute(&self, sql: &str) -> Result<String, String> {
        self.cluster.try_execute(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A cluster of the test's own goes as a whole, and may be dead already.
        if self.cluster.is_given() || Arc::strong_count(&self.cluster) > 1 {
            let _ = self.cluster.try_execute(
                "postgres",
                &format!("DROP DATABASE {} WITH (FORCE)", self.name),
            );
        }
    }
}
