//! Snapshots of the database, as a statement sees one.
//!
//! A snapshot says which transactions a statement sees: all that began before a number, except those that were in progress
//! (<https://www.postgresql.org/docs/current/functions-info.html>, "PostgreSQL Snapshot Information Functions"). Every commit of a
//! change leaves that list or raises that number, so that nothing was committed between two statements with the same snapshot.
//!
//! The numbers belong to one server and one run of it: a server that takes its place may assign them again, and so may the same
//! server after a crash, for what was committed without waiting for the disk. So a snapshot also names its session, which
//! survives neither.

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::super::error::StoreError;

/// The column of a [`Snapshot`], the same in each row and computed once.
macro_rules! snapshot_column {
    () => {
        "(SELECT concat_ws(' ', pg_postmaster_start_time(), pg_backend_pid(), pg_current_snapshot()))"
    };
}
pub(super) use snapshot_column;

/// The most transactions between two snapshots that are listed.
const MAX_LISTED: u64 = 1000;

/// What a statement saw: two statements of the same snapshot saw the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// When the server started, and the session's process.
    session: String,
    /// Transactions from this number on are not seen.
    end: u64,
    /// Nor are these, whose numbers are smaller, in ascending order.
    in_progress: Vec<u64>,
}

impl Snapshot {
    /// Reads the snapshot of a row that has it in this column.
    pub(super) fn from_row(row: &PgRow, column: usize) -> Result<Self, StoreError> {
        let text = row.try_get(column)?;
        Self::parse(text)
            .ok_or_else(|| StoreError::Inconsistent(format!("{text:?} is not a snapshot")))
    }

    /// Parses what [`snapshot_column`] returns: the last word of it is `xmin:xmax:xip,xip`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (session, snapshot) = text.rsplit_once(' ')?;
        let (_, seen) = snapshot.split_once(':')?;
        let (end, in_progress) = seen.split_once(':')?;
        let in_progress = in_progress.split(',').filter(|number| !number.is_empty());
        Some(Self {
            session: session.to_owned(),
            end: end.parse().ok()?,
            in_progress: in_progress
                .map(|number| number.parse().ok())
                .collect::<Option<_>>()?,
        })
    }

    /// Returns whether both snapshots are of the same session.
    pub(super) fn is_of_session(&self, other: &Self) -> bool {
        self.session == other.session
    }

    /// Lists the transactions that ended between an earlier snapshot of the same session and this one, as far as they had a
    /// number. Returns `None` when that is unknown, or there are too many of them.
    pub(super) fn ended_since(&self, earlier: &Self) -> Option<Vec<u64>> {
        let new = self.end.checked_sub(earlier.end)?;
        if !self.is_of_session(earlier) || new > MAX_LISTED {
            return None;
        }
        let ended = |number: &u64| self.in_progress.binary_search(number).is_err();
        let old = earlier.in_progress.iter().copied();
        Some(old.chain(earlier.end..self.end).filter(ended).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    #[test]
    fn transactions_that_ended_between_two_snapshots_are_those_that_only_the_later_one_sees() {
        let since = |earlier: &str, later: &str| snapshot(later).ended_since(&snapshot(earlier));
        assert_eq!(since("a 5 10:10:", "a 5 10:10:"), Some(vec![]));
        assert_eq!(since("a 5 10:10:", "a 5 12:12:"), Some(vec![10, 11]));
        // One that was in progress and has ended, and one that has begun since and is in progress.
        assert_eq!(since("a 5 8:10:8,9", "a 5 9:12:9,11"), Some(vec![8, 10]));
        // Backwards, of another session, too long ago.
        assert_eq!(since("a 5 12:12:", "a 5 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "a 6 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "b 5 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "a 5 5000:5000:"), None);
    }

    #[test]
    fn text_that_is_not_a_snapshot_is_refused() {
        for text in ["", "a", "a 10:10", "a x:y:", "a 10:10:x", "10:10:"] {
            assert_eq!(Snapshot::parse(text), None, "{text:?}");
        }
    }
}
