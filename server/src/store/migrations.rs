//! Migrations as both stores have them: ordered steps, each applied once and never edited after its release.

use sqlx::SqlSafeStr;
use sqlx::migrate::{AppliedMigration, Migration, MigrationType, Migrator};

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) version: i64,
    pub(super) description: &'static str,
    pub(super) sql: &'static str,
}

/// What applies these steps.
pub(super) fn migrator(steps: &[Step]) -> Migrator {
    let migrations = steps.iter().map(|step| {
        Migration::new(
            step.version,
            step.description.into(),
            MigrationType::Simple,
            step.sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

/// The descriptions of the steps that had not been applied before.
pub(super) fn not_among(migrator: &Migrator, applied: &[AppliedMigration]) -> Vec<String> {
    migrator
        .iter()
        .filter(|step| applied.iter().all(|done| done.version != step.version))
        .map(|step| format!("{:04} {}", step.version, step.description))
        .collect()
}
