//! `server audit`: the audit trail as JSON lines.

use std::io::{self, Write};

use crate::config::{Audit, Since};
use crate::exit::Failure;
use crate::store::{Location, Store, StoreError, inspect};
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
    let at = &command.database.location;
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
        let mut lines = Vec::new();
        for event in &events {
            serde_json::to_writer(&mut lines, event)
                .expect("an event has no value that does not serialise");
            lines.push(b'\n');
        }
        match io::stdout().lock().write_all(&lines) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            written => written.map_err(Failure::Stdout)?,
        }
    }
    store.close().await;
    Ok(())
}

async fn open_unchanged(at: &Location) -> Result<Store, StoreError> {
    if let Some(path) = at.sqlite_file()
        && !path.exists()
    {
        let problem = format!("there is no file {}", path.display());
        return Err(StoreError::Unavailable(problem));
    }
    let pending = inspect(at).await?.schema.pending;
    if !pending.is_empty() {
        return Err(StoreError::Unavailable(format!(
            "its schema is older than this program: to be applied by `server migrate`: {}",
            pending.join(", ")
        )));
    }
    Store::open(at).await
}
