//! What operators ask for: transactions on separate connections.

use std::pin::pin;
use std::time::{Duration, Instant};

use sqlx::postgres::Postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, Row, Transaction};
use tokio::time::{sleep, timeout};

use super::super::error::StoreError;
use super::connections::ATTEMPTS;
use super::primary::Primary;

/// The settings of these sessions: what they do may take long, and needs the planner.
const SETTINGS: &str = "
    RESET ALL;
    SET default_transaction_isolation = 'read committed';
    SET timezone = 'UTC';
    SET client_min_messages = warning;
    SET lock_timeout = '30s'";

/// The begin of a transaction that writes. It makes the commit wait for the disk and for standbys, also if it changes nothing: so
/// what it has found done is durable, too.
pub(super) const WRITE: &str =
    "SELECT lock_tokens('{}', '{}'), pg_logical_emit_message(true, 'server', '')";

/// The begin of a transaction that reads, and waits for nothing.
pub(super) const READ: &str = "SET TRANSACTION READ ONLY";

/// The time between two looks at what a transaction waits for.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a commit may wait for a standby, and the database may not answer.
const WAIT_WITHIN: Duration = Duration::from_secs(10);

/// Runs `work` in a transaction that begins with this statement, again if others were in its way. It is durable when this returns.
///
/// # Errors
///
/// [`StoreError::Unconfirmed`] when it is committed and no standby has confirmed it in time. [`StoreError::Disconnected`] when it is
/// unknown whether it is committed.
pub(super) async fn transact<T>(
    primary: &Primary,
    begin: &'static str,
    work: impl AsyncFn(&mut Transaction<'_, Postgres>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    for _ in 1..ATTEMPTS {
        match transact_once(primary, begin, &work).await {
            Err(StoreError::Conflict(_)) => {}
            result => return result,
        }
    }
    transact_once(primary, begin, &work).await
}

async fn transact_once<T>(
    primary: &Primary,
    begin: &'static str,
    work: &impl AsyncFn(&mut Transaction<'_, Postgres>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut session = primary.connect().await?;
    session.connection.execute(SETTINGS).await?;
    let (warnings, place) = (
        session.warnings.clone(),
        (session.timeline, session.process),
    );
    let connection = &mut session.connection;
    let working = async {
        let mut transaction = connection.begin().await?;
        transaction.execute(begin).await?;
        let done = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done)
    };
    let (done, warning) = tokio::select! {
        finished = warnings.of(working) => finished,
        lost = watch(primary, place) => return Err(lost),
    };
    if let (Ok(_), Some(warning)) = (&done, warning) {
        return Err(StoreError::Unconfirmed(warning));
    }
    primary.require_newest(&session)?;
    session.connection.close().await?;
    done
}

/// What a process of the database waits for.
#[derive(Debug, PartialEq, Eq)]
enum Wait {
    /// A lock that another session has.
    Lock,
    /// The confirmation of a standby that commits need.
    Standby,
    /// The database does not answer.
    Database,
}

/// Says what this process of this timeline waits for, and ends its wait for a standby after a while: the commit is visible then.
/// Returns when the database has not answered for a while.
async fn watch(primary: &Primary, place: (u32, i32)) -> StoreError {
    let mut waits: Option<(Wait, Instant)> = None;
    loop {
        sleep(LOOK_AGAIN_AFTER).await;
        let is_over = waits
            .as_ref()
            .is_some_and(|(_, since)| since.elapsed() >= WAIT_WITHIN);
        let seen = match look(primary, place, is_over).await {
            Ok(seen) => seen,
            Err(error) if is_over && matches!(waits, Some((Wait::Database, _))) => {
                return StoreError::Disconnected(format!(
                    "it does not answer any more ({error}), and it is not known whether the change is made; the command may be repeated"
                ));
            }
            // There is no room for another session.
            Err(StoreError::Full(_)) => None,
            Err(_) => Some(Wait::Database),
        };
        let Some(seen) = seen else {
            waits = None;
            continue;
        };
        if waits.as_ref().is_none_or(|(before, _)| *before != seen) {
            let what = match seen {
                Wait::Lock => "another session, which has locked what is to be changed",
                Wait::Standby => {
                    "the confirmation of a standby (synchronous_standby_names); nothing has changed for servers until then"
                }
                Wait::Database => "the database, which does not answer",
            };
            tracing::warn!("waiting for {what}");
            waits = Some((seen, Instant::now()));
        }
    }
}

/// Reads what a process waits for. May end its wait for a standby.
async fn look(
    primary: &Primary,
    (timeline, process): (u32, i32),
    cancels: bool,
) -> Result<Option<Wait>, StoreError> {
    let sql = format!(
        "SELECT wait_event_type = 'Lock', wait_event = 'SyncRep', \
                wait_event = 'SyncRep' AND {cancels} AND pg_cancel_backend(pid)
         FROM pg_stat_activity WHERE pid = {process} AND wait_event IS NOT NULL"
    );
    let looking = async {
        let session = primary.connect().await?;
        if session.timeline != timeline {
            return Err(StoreError::Unavailable(
                "another primary took its place".to_owned(),
            ));
        }
        let mut connection = session.connection;
        let row = connection.fetch_optional(AssertSqlSafe(sql)).await?;
        connection.close().await?;
        let Some(row) = row else { return Ok(None) };
        Ok(if row.try_get(0)? {
            Some(Wait::Lock)
        } else if row.try_get(1)? {
            Some(Wait::Standby)
        } else {
            None
        })
    };
    let looked = timeout(primary.limits.answer_within, pin!(looking)).await;
    looked.unwrap_or_else(|_| Err(StoreError::Unavailable("no answer in time".to_owned())))
}
