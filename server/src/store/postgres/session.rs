//! A session: a connection to a primary that keeps what it acknowledges.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};

use super::super::error::StoreError;

/// The settings of every session.
///
/// Every statement of ours looks rows up by a key that has an index. With these settings the planner has one plan for each of
/// them, which does not depend on how full the tables were when it was made.
const SETTINGS: &str = "
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET jit = off;
    SET timezone = 'UTC'";

/// Connects to the database.
///
/// # Errors
///
/// [`StoreError::Unavailable`] when it cannot be reached, or could lose what was acknowledged: a standby, which may not have the
/// primary's latest commits, or a server with `fsync=off`. [`StoreError::WrongPassword`] when it does not take the password.
pub(super) async fn begin(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = PgConnection::connect_with(options).await.map_err(|error| {
        match StoreError::from(error) {
            // There is no session yet that could have ended.
            StoreError::Disconnected(why) => StoreError::Unavailable(why),
            error => error,
        }
    })?;
    connection.execute(SETTINGS).await?;
    let row = connection
        .fetch_one(
            "SELECT pg_is_in_recovery() AS standby, current_setting('fsync') = 'off' AS unsynced,
             current_setting('synchronous_commit') = 'off' AS asynchronous",
        )
        .await?;
    if row.try_get("standby")? {
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
    if row.try_get("asynchronous")? {
        connection.execute("SET synchronous_commit = on").await?;
    }
    Ok(connection)
}
