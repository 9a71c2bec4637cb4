//! Migrations of both databases: ordered steps, each applied once and never edited after its release.

use sqlx::SqlSafeStr;
use sqlx::migrate::{AppliedMigration, MigrateError, Migration, MigrationType, Migrator};

/// The number of steps of a newer version on which this program runs, so that a roll-out can be stopped: a step only adds, and
/// what an earlier version uses is removed a version later.
const NEWER_STEPS: i64 = 1;

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) version: i64,
    pub(super) description: &'static str,
    pub(super) sql: &'static str,
}

/// Builds the migrator that applies these steps. It does not refuse a schema that is newer: [`difference`] does.
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
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.set_ignore_missing(true);
    migrator
}

/// The differences of a schema from this program's.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// The descriptions of the steps that are still to be applied.
    pub(crate) pending: Vec<String>,
    /// A step that was applied, that this program does not know, and that is too new.
    pub(crate) unknown: Option<i64>,
    /// Whether a newer version has applied a step on which this program runs.
    pub(crate) is_newer: bool,
    /// A step that was applied with another text.
    pub(crate) edited: Option<i64>,
}

impl Difference {
    /// Returns whether the schemas are the same.
    pub(super) fn is_none(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_none() && self.edited.is_none()
    }

    /// Checks that this program may migrate and use the schema.
    ///
    /// # Errors
    ///
    /// [`MigrateError::VersionMissing`] when it is too new, [`MigrateError::VersionMismatch`] when it was edited.
    pub(super) fn require_usable(&self) -> Result<(), MigrateError> {
        match (self.unknown, self.edited) {
            (Some(version), _) => Err(MigrateError::VersionMissing(version)),
            (None, Some(version)) => Err(MigrateError::VersionMismatch(version)),
            (None, None) => Ok(()),
        }
    }
}

/// Compares the steps that were applied with those of this program.
pub(super) fn difference(migrator: &Migrator, applied: &[AppliedMigration]) -> Difference {
    let step = |version| migrator.iter().find(|step| step.version == version);
    let latest = migrator.iter().map(|step| step.version).max();
    let newest = latest.unwrap_or_default() + NEWER_STEPS;
    let strange = applied.iter().map(|done| done.version);
    let strange: Vec<i64> = strange.filter(|version| step(*version).is_none()).collect();
    Difference {
        pending: not_among(migrator, applied),
        unknown: strange.iter().copied().find(|version| *version != newest),
        is_newer: strange.contains(&newest),
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
