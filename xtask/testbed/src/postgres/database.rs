//! A database of a cluster.

use std::sync::Arc;

use super::Cluster;

/// A database that is dropped with this.
#[derive(Debug)]
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// Creates an empty database.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub(super) fn create(cluster: &Arc<Cluster>) -> Self {
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
