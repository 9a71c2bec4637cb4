//! The schema and its migrations.

use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};

use super::super::StoreError;
use super::BEGIN_WRITE;

/// The schema, as an ordered list of steps that are never edited once released.
const MIGRATIONS: [(i64, &str, &str); 1] = [(
    1,
    "tokens and revocations",
    include_str!("../../../migrations/sqlite/0001_tokens_and_revocations.sql"),
)];

/// Brings the schema to the one of this program. Returns the descriptions of the migrations that were applied.
pub(super) async fn migrate(writer: &SqlitePool) -> Result<Vec<String>, StoreError> {
    let migrator = Migrator::with_migrations(
        MIGRATIONS
            .into_iter()
            .map(|(version, description, sql)| {
                Migration::new(
                    version,
                    description.into(),
                    MigrationType::Simple,
                    sql.into_sql_str(),
                    false,
                )
            })
            .collect(),
    );
    // Another process may be migrating the same new file at this moment: the lock makes the second one wait, and find
    // nothing left to do.
    let mut transaction = writer.begin_with(BEGIN_WRITE).await?;
    let table = &*migrator.table_name;
    transaction.ensure_migrations_table(table).await?;
    let before = transaction.list_applied_migrations(table).await?;
    migrator.run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    Ok(migrator
        .iter()
        .filter(|migration| {
            before
                .iter()
                .all(|applied| applied.version != migration.version)
        })
        .map(|migration| format!("{:04} {}", migration.version, migration.description))
        .collect())
}
