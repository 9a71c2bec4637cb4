//! Migrations of both databases: ordered steps, each applied once and never edited after its release.

use sqlx::SqlSafeStr;
use sqlx::migrate::{AppliedMigration, Migration, MigrationType, Migrator};

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) version: i64,
    pub(super) description: &'static str,
    pub(super) sql: &'static str,
}

/// Builds the migrator that applies these steps.
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

/// The differences of a schema from this program's.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// The descriptions of the steps that are still to be applied.
    pub(crate) pending: Vec<String>,
    /// A step that was applied and that this program does not know.
    pub(crate) unknown: Option<i64>,
    /// A step that was applied with another text.
    pub(crate) edited: Option<i64>,
}

impl Difference {
    /// Returns whether the schemas are the same.
    pub(super) fn is_none(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_none() && self.edited.is_none()
    }
}

/// Compares the steps that were applied with those of this program.
pub(super) fn difference(migrator: &Migrator, applied: &[AppliedMigration]) -> Difference {
    let step = |version| migrator.iter().find(|step| step.version == version);
    Difference {
        pending: not_among(migrator, applied),
        unknown: applied
            .iter()
            .map(|done| done.version)
            .find(|version| step(*version).is_none()),
        edited: applied
            .iter()
            .find(|done| step(done.version).is_some_and(|step| step.checksum != done.checksum))
            .map(|done| done.version),
    }
}

/// Lists the descriptions of the steps that are not among those that were applied.
pub(super) fn not_among(migrator: &Migrator, applied: &[AppliedMigration]) -> Vec<String> {
    migrator
        .iter()
        .filter(|step| applied.iter().all(|done| done.version != step.version))
        .map(|step| format!("{:04} {}", step.version, step.description))
        .collect()
}
