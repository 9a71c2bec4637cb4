//! What operators ask for: transactions on separate connections.

use sqlx::postgres::Postgres;
use sqlx::{Connection, Executor, Transaction};

use super::super::error::StoreError;
use super::primary::Primary;

/// The settings of these sessions: what they do may take long, and needs the planner.
const SETTINGS: &str = "
    RESET ALL;
    SET default_transaction_isolation = 'read committed';
    SET timezone = 'UTC';
    SET client_min_messages = warning;
    SET lock_timeout = '30s'";

/// Makes the commit wait for the disk and for standbys, also if it changes nothing: so what it has found done is durable, too.
const BEGIN: &str = "SELECT lock_tokens('{}', '{}'), pg_logical_emit_message(true, 'server', '')";

/// Runs `work` in a transaction. It is durable when this returns.
pub(super) async fn transact<T>(
    primary: &Primary,
    work: impl AsyncFnOnce(&mut Transaction<'_, Postgres>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut session = primary.connect().await?;
    session.connection.execute(SETTINGS).await?;
    let warnings = session.warnings.clone();
    let connection = &mut session.connection;
    let working = async {
        let mut transaction = connection.begin().await?;
        transaction.execute(BEGIN).await?;
        let done = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done)
    };
    let (done, warning) = warnings.of(working).await;
    if let (Ok(_), Some(warning)) = (&done, warning) {
        return Err(StoreError::Unavailable(format!(
            "it warns about a commit: {warning}"
        )));
    }
    primary.require_newest(&session)?;
    session.connection.close().await?;
    done
}
