//! `server prune`: deletes expired tokens and old events of the audit trail.

use chrono::TimeDelta;

use super::operator::operator;
use crate::config::Prune;
use crate::exit::Failure;
use crate::startup::open_unchanged;

/// Deletes what is older than asked for. Returns the text to print.
///
/// # Errors
///
/// [`Failure::Store`]; what was deleted until then stays deleted.
pub async fn prune(command: Prune) -> Result<String, Failure> {
    let at = &command.database.location;
    let failed = |source| Failure::store(at, source);
    let store = open_unchanged(at).await.map_err(failed)?;
    let age = TimeDelta::from_std(command.older_than).unwrap_or(TimeDelta::MAX);
    let pruned = store.prune(age, operator()).await;
    store.close().await;
    let (before, pruned) = pruned.map_err(failed)?;
    Ok(format!(
        "deleted what is older than {before}: {} tokens, {} revocations, {} events\n",
        pruned.tokens, pruned.revocations, pruned.events
    ))
}
