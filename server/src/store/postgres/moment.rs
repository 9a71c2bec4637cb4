//! Moments of the database, told by the snapshot that a statement reads.
//!
//! A snapshot says which transactions it sees: all that began before a number, less those that were in progress
//! (<https://www.postgresql.org/docs/current/functions-info.html>, "PostgreSQL Snapshot Information Functions"). Whatever commits a
//! change leaves the one list or raises the other number, so that between two statements with the same snapshot nothing was
//! committed, by whomever.
//!
//! Those numbers are of one server and one life of it: another server that takes its place may give them out again, and so may the
//! same one behind a crash, for what was committed without waiting for the disk. So a moment is also of a session, which
//! survives neither.

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::super::StoreError;

/// The column of a [`Moment`], the same in each row and computed once.
macro_rules! moment_column {
    () => {
        "(SELECT concat_ws(' ', pg_postmaster_start_time(), pg_backend_pid(), pg_current_snapshot()))"
    };
}
pub(super) use moment_column;

/// What a statement saw: two of the same moment saw the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(super) String);

impl Moment {
    /// That of a row that has it in this column.
    pub(super) fn of(row: &PgRow, column: usize) -> Result<Self, StoreError> {
        Ok(Self(row.try_get(column)?))
    }
}
