//! Connections that read, on whichever thread asks.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::super::StoreError;
use super::file::SqliteFile;
use super::identity::FileIdentity;

/// The connections that are free. There are never more than threads have read at the same moment.
pub(super) struct Readers {
    file: SqliteFile,
    identity: FileIdentity,
    /// The last one that was used comes first: its pages are the warmest. `None` once the store is closed.
    free: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn of(file: SqliteFile, identity: FileIdentity) -> Self {
        Self {
            file,
            identity,
            free: Mutex::new(Some(Vec::new())),
        }
    }

    /// Reads now, on this thread. The read starts after this call, so that it sees every commit that was acknowledged before.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let free = match &mut *self.free() {
            Some(free) => free.pop(),
            None => return Err(StoreError::Unavailable("it is closed".to_owned())),
        };
        let connection = match free {
            Some(connection) => connection,
            None => {
                let connection = self.file.connect_to_read()?;
                self.identity.check()?;
                connection
            }
        };
        let result = work(&connection);
        // One that is left in a transaction would read the same moment for ever, and one that failed may fail again.
        if connection.is_autocommit()
            && !matches!(result, Err(StoreError::Unavailable(_)))
            && let Some(free) = &mut *self.free()
        {
            free.push(connection);
        }
        result
    }

    /// Closes what is free now, and what is in use afterwards.
    pub(super) fn close(&self) {
        self.free().take();
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Option<Vec<Connection>>> {
        // A list of connections is whole after every statement.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Readers")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
