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

use super::super::error::StoreError;

/// The column of a [`Moment`], the same in each row and computed once.
macro_rules! moment_column {
    () => {
        "(SELECT concat_ws(' ', pg_postmaster_start_time(), pg_backend_pid(), pg_current_snapshot()))"
    };
}
pub(super) use moment_column;

/// The most transactions between two moments that are told one by one.
const MOST: u64 = 1000;

/// What a statement saw: two of the same moment saw the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// When the server started, and the session's process.
    session: String,
    /// Transactions from this number on are not seen.
    end: u64,
    /// Nor are these, which lie before it, in ascending order.
    in_progress: Vec<u64>,
}

impl Moment {
    /// That of a row that has it in this column.
    pub(super) fn of(row: &PgRow, column: usize) -> Result<Self, StoreError> {
        let text = row.try_get(column)?;
        Self::read(text)
            .ok_or_else(|| StoreError::Inconsistent(format!("{text:?} is not a moment")))
    }

    /// Reads what [`moment_column`] gives: the snapshot is the last word of it, `xmin:xmax:xip,xip`.
    pub(super) fn read(text: &str) -> Option<Self> {
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

    /// Whether it is of the same session as another one.
    pub(super) fn is_of_session(&self, other: &Self) -> bool {
        self.session == other.session
    }

    /// The transactions that ended between an earlier moment of the same session and this one, as far as they had a number; `None`
    /// when that cannot be told, or there are too many of them.
    pub(super) fn committed_since(&self, earlier: &Self) -> Option<Vec<u64>> {
        let new = self.end.checked_sub(earlier.end)?;
        if !self.is_of_session(earlier) || new > MOST {
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

    fn moment(text: &str) -> Moment {
        Moment::read(text).unwrap()
    }

    #[test]
    fn transactions_that_ended_between_two_moments_are_those_that_only_the_later_one_sees() {
        let since = |earlier: &str, later: &str| moment(later).committed_since(&moment(earlier));
        assert_eq!(since("a 5 10:10:", "a 5 10:10:"), Some(vec![]));
        assert_eq!(since("a 5 10:10:", "a 5 12:12:"), Some(vec![10, 11]));
        // One that was in progress and is so no longer, and one that has begun since and is.
        assert_eq!(since("a 5 8:10:8,9", "a 5 9:12:9,11"), Some(vec![8, 10]));
        // Backwards, of another session, too long ago.
        assert_eq!(since("a 5 12:12:", "a 5 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "a 6 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "b 5 10:10:"), None);
        assert_eq!(since("a 5 10:10:", "a 5 5000:5000:"), None);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "a", "a 10:10", "a x:y:", "a 10:10:x", "10:10:"] {
            assert_eq!(Moment::read(text), None, "{text:?}");
        }
    }
}
