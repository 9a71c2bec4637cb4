//! `server audit`: the audit trail as JSON lines.

use super::output::json_lines;
use crate::config::{Audit, Since};
use crate::exit::Failure;
use crate::startup::open_unchanged;
use crate::timestamp::Timestamp;

/// The number of events that are read at a time.
const PAGE: u32 = 1000;

/// Prints the events since an instant, or all of them, one JSON object a line, in the order of their numbers. It neither creates
/// nor changes a database: a server of another version may run on it.
///
/// # Errors
///
/// [`Failure::Store`], or [`Failure::Stdout`] unless the reader has closed the pipe.
pub async fn audit(command: Audit) -> Result<(), Failure> {
    let at = &command.database.location.or_standby();
    let failed = |source| Failure::store(at, source);
    let store = open_unchanged(at).await.map_err(failed)?;
    let since = command
        .since
        .map_or(Timestamp::from_micros(0), Since::instant);
    let mut after = 0;
    loop {
        let events = store
            .audit_since(since, after, PAGE)
            .await
            .map_err(failed)?;
        let Some(last) = events.last() else {
            break;
        };
        after = last.id;
        if !json_lines(&events)? {
            break;
        }
    }
    store.close().await;
    Ok(())
}
