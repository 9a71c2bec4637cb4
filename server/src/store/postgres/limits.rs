//! How many sessions a process has, and how long the database may take.

use std::time::Duration;

/// The limits of a process on the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresLimits {
    /// The most sessions, one of which ends the others.
    pub connections: usize,
    /// How long a statement or transaction may take, and how long one may wait for a session.
    pub answer_within: Duration,
    /// How long the database may take to accept a connection.
    pub connect_within: Duration,
}

impl PostgresLimits {
    /// Returns how long a statement may wait for a lock: it ends earlier than by its own limit.
    pub(super) fn lock_within(self) -> Duration {
        (self.answer_within * 3 / 5).max(Duration::from_millis(1))
    }

    /// The fewest sessions: two that authenticate, one that ends others, and one for everything else.
    pub const MIN_CONNECTIONS: usize = 4;
}

impl Default for PostgresLimits {
    fn default() -> Self {
        Self {
            connections: 10,
            answer_within: Duration::from_secs(5),
            connect_within: Duration::from_secs(3),
        }
    }
}
