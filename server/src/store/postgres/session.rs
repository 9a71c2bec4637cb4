//! A session: a connection to a primary that keeps what it acknowledges.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::super::error::StoreError;
use super::limits::PostgresLimits;
use super::warnings::Warnings;

/// The age from which on a session is not used again: the name of the database may lead to another primary by now.
const MAX_AGE: Duration = Duration::from_secs(60);

/// The settings of every session.
///
/// Every statement of ours looks rows up by a key that has an index. With these settings the planner has one plan for each of
/// them, which does not depend on how full the tables were when it was made. A plan of a join may still read all revocations, which
/// costs no more while there are none: so the revocation of a token is looked up by a subquery that cannot become a join.
///
/// A statement that follows a lock must see what was committed while it waited for the lock: the isolation is what the locks of
/// tokens and users rely on, whatever the database, the role or the URL says.
///
/// [`time_limits`] end what waits for a lock, or for a client that is gone, so that it does not keep its session.
const SETTINGS: &str = "
    SET default_transaction_isolation = 'read committed';
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET jit = off;
    SET timezone = 'UTC';
    SET client_min_messages = warning;
    SET client_connection_check_interval = '1s';
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3";

/// What could lose an acknowledged commit, and the timeline, which each promotion of a standby raises. A standby has none.
///
/// `synchronous_commit` is set for the session in any case, since a reload of the configuration changes what is not.
const STATE: &str = "
    SELECT pg_is_in_recovery() AS standby, current_setting('synchronous_standby_names') <> '' AS synchronous,
           current_setting('fsync') = 'off' AS unsynced, pg_backend_pid() AS process,
           set_config('synchronous_commit',
                      CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
           CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline";

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) connection: PgConnection,
    /// The id of the database's process.
    pub(super) process: i32,
    /// The timeline of the database when the session began, which only changes when that is started again; 0 of a standby.
    pub(super) timeline: u32,
    /// Whether commits waited for a standby when the session began.
    pub(super) is_synchronous: bool,
    pub(super) warnings: Warnings,
    begun: Instant,
}

impl Session {
    /// Returns whether the session is too old to be used again.
    pub(super) fn is_old(&self) -> bool {
        self.begun.elapsed() >= MAX_AGE
    }
}

/// Returns the settings of how long a statement may take.
fn time_limits(limits: PostgresLimits) -> String {
    let statement = limits.answer_within.as_millis();
    let lock = limits.lock_within().as_millis();
    format!(
        "SET lock_timeout = {lock}; SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {statement}"
    )
}

/// Connects to the database.
///
/// # Errors
///
/// [`StoreError::Unavailable`] when it cannot be reached, or could lose what was acknowledged: a standby, which may not have the
/// primary's latest commits, or a server with `fsync=off`. [`StoreError::WrongPassword`] when it does not take the password.
pub(super) async fn begin(
    options: &PgConnectOptions,
    accepts_standby: bool,
    limits: PostgresLimits,
) -> Result<Session, StoreError> {
    let mut connection = PgConnection::connect_with(options).await.map_err(|error| {
        match StoreError::from(error) {
            // There is no session yet that could have ended.
            StoreError::Disconnected(why) => StoreError::Unavailable(why),
            error => error,
        }
    })?;
    connection.execute(SETTINGS).await?;
    connection
        .execute(AssertSqlSafe(time_limits(limits)))
        .await?;
    let row = connection.fetch_one(STATE).await?;
    if row.try_get("standby")? && !accepts_standby {
        return Err(StoreError::Unavailable(
            "it is a standby, which may not know the latest revocations; name the primary"
                .to_owned(),
        ));
    }
    if row.try_get("unsynced")? {
        return Err(StoreError::Unavailable(
            "it runs with fsync=off and could forget revocations; set fsync=on".to_owned(),
        ));
    }
    let timeline = match row.try_get::<Option<String>, _>("timeline")? {
        Some(text) => u32::from_str_radix(&text, 16)
            .map_err(|_| StoreError::Inconsistent(format!("{text:?} is not a timeline")))?,
        // A primary is preferred to a standby.
        None => 0,
    };
    Ok(Session {
        process: row.try_get("process")?,
        is_synchronous: row.try_get("synchronous")?,
        timeline,
        warnings: Warnings::new(),
        begun: Instant::now(),
        connection,
    })
}
