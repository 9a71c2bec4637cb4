//! `server migrate`: the schema, and the grants of a role that serves.

use crate::config::Migrate;
use crate::exit::Failure;
use crate::startup::{Purpose, open_migrated};

/// Migrates the database. Returns the text to print.
///
/// # Errors
///
/// [`Failure::Store`].
pub async fn migrate(command: Migrate) -> Result<String, Failure> {
    let at = &command.database.location;
    let (store, applied) = open_migrated(at, Purpose::Administer).await?;
    if let Some(role) = &command.grant_to {
        let granted = store.grant(role).await;
        granted.map_err(|source| Failure::store(at, source))?;
    }
    store.close().await;
    Ok(if applied.is_empty() {
        format!("{at} is up to date.\n")
    } else {
        applied
            .iter()
            .map(|migration| format!("{at}: applied {migration}\n"))
            .collect()
    })
}
