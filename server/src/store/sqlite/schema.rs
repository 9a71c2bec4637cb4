//! The schema and its migrations.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::super::error::StoreError;
use super::super::migrations::{self, Step};
use super::file::{BUSY_TIMEOUT, SqliteFile};

/// The schema, as an ordered list of steps that are never edited once released.
const STEPS: [Step; 6] = [
    Step {
        version: 1,
        description: "tokens and revocations",
        sql: include_str!("../../../migrations/sqlite/0001_tokens_and_revocations.sql"),
    },
    Step {
        version: 2,
        description: "audit events",
        sql: include_str!("../../../migrations/sqlite/0002_audit_events.sql"),
    },
    Step {
        version: 3,
        description: "tokens of business",
        sql: include_str!("../../../migrations/sqlite/0003_tokens_of_business.sql"),
    },
    Step {
        version: 4,
        description: "indexes of reads",
        sql: include_str!("../../../migrations/sqlite/0004_indexes_of_reads.sql"),
    },
    Step {
        version: 5,
        description: "tokens within business",
        sql: include_str!("../../../migrations/sqlite/0005_tokens_within_business.sql"),
    },
    Step {
        version: 6,
        description: "administration",
        sql: include_str!("../../../migrations/sqlite/0006_administration.sql"),
    },
];

/// Builds the migrator that applies the schema's steps.
pub(super) fn migrator() -> Migrator {
    migrations::migrator(&STEPS)
}

/// Brings the schema to the one of this program, over a separate connection. Returns the descriptions of the migrations that
/// were applied.
pub(super) async fn migrate(file: &SqliteFile) -> Result<Vec<String>, StoreError> {
    let migrator = migrator();
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await?;
    // Another process may be migrating the same new file now: the lock makes the second one wait, and find nothing to apply.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let table = &*migrator.table_name;
    transaction.ensure_migrations_table(table).await?;
    let before = transaction.list_applied_migrations(table).await?;
    migrations::difference(&migrator, &before).require_usable()?;
    migrator.run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(migrations::not_among(&migrator, &before))
}
