//! The one thread that writes: what has come while it wrote goes into its next transaction together.
//!
//! A commit costs one wait for the disk whatever it holds, so that many writers share it. None of them is answered before
//! the commit that holds its write has returned, and none waits for others to come.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::error::StoreError;
use super::super::facts::Changes;
use super::checkpoint::Checkpoints;
use super::identity::FileIdentity;
use super::reader::Readers;

/// The most writes in one transaction: what the last of them waits for, and what one commit that fails takes with it.
const MOST: usize = 512;

/// After how long without a write the log is left to others.
const QUIET: Duration = Duration::from_secs(2);

/// A write.
struct Job {
    changes: Changes,
    /// Runs it within the transaction; what it returns is called with how the transaction ended.
    run: Box<dyn FnOnce(&Connection) -> Answer + Send>,
}

/// Tells whoever asked. `Err` says why nothing of the transaction is on disk.
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;

/// The thread, and the way to it.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    identity: FileIdentity,
}

impl Writer {
    /// Starts the thread on this connection, which is to the file of this identity.
    pub(super) fn start(
        connection: Connection,
        identity: FileIdentity,
        readers: Arc<Readers>,
        checkpoints: Checkpoints,
    ) -> Result<Self, StoreError> {
        let (sender, jobs) = channel();
        let of_thread = identity.clone();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&connection, &of_thread, &readers, checkpoints, &jobs))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            identity,
        })
    }

    /// Runs `work` in a transaction, with others or alone, and returns its result when that is durable. When `work` fails,
    /// nothing of it stays. What it returns is never told when the commit fails. It changes no more than `changes` says.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        changes: Changes,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = oneshot::channel();
        let run: Box<dyn FnOnce(&Connection) -> Answer + Send> = Box::new(move |connection| {
            let result = within_savepoint(connection, work);
            Box::new(move |committed| {
                // An error says that nobody waits any more.
                let _ = sender.send(match committed {
                    Ok(()) => result,
                    Err(why) => Err(StoreError::Unavailable(why.to_owned())),
                });
            })
        });
        let gone = || StoreError::Unavailable("the thread that writes has ended".to_owned());
        match &*self.jobs.lock() {
            Some(jobs) => jobs.send(Job { changes, run }).map_err(|_| gone())?,
            None => return Err(gone()),
        }
        answer.await.map_err(|_| gone())?
    }

    /// Whether the thread still runs, and what it writes to is where it was.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.identity.check()?;
        let thread = self.thread.lock();
        match &*thread {
            Some(thread) if !thread.is_finished() => Ok(()),
            Some(_) | None => Err(StoreError::Unavailable(
                "the thread that writes has ended".to_owned(),
            )),
        }
    }

    /// Lets the thread finish what it was given, and waits for it.
    pub(super) async fn close(&self) {
        self.jobs.lock().take();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            // Errors say that it panicked, which the log has told already.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn run(
    connection: &Connection,
    identity: &FileIdentity,
    readers: &Readers,
    mut checkpoints: Checkpoints,
    jobs: &Receiver<Job>,
) {
    loop {
        let first = match jobs.recv_timeout(QUIET) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                checkpoints.when_quiet();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let batch = std::iter::once(first).chain(jobs.try_iter().take(MOST - 1));
        let mut answers = Vec::new();
        let committed = commit(connection, readers, batch, &mut answers)
            // Looked at behind the commit: what was replaced before it is not acknowledged.
            .and_then(|()| identity.check().map_err(|error| error.to_string()));
        let outcome = committed.as_ref().map(|_| ()).map_err(String::as_str);
        for answer in answers {
            answer(outcome);
        }
        checkpoints.after_commit(connection);
    }
}

/// Runs the jobs in one transaction. Every answer is in `answers`, also when it fails.
fn commit(
    connection: &Connection,
    readers: &Readers,
    batch: impl Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), String> {
    // It takes the write lock at once: one that reads first and writes later could be refused then.
    let mut state = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(|error| error.to_string());
    // Nobody else commits from here on.
    let (before, others_before) = (readers.index().now(), others(connection));
    let mut changes = Vec::new();
    for job in batch {
        changes.push(job.changes);
        answers.push((job.run)(connection));
        // Where the disk is full or fails, SQLite may end the whole transaction by itself; the jobs before are gone then, and
        // those behind must not commit one by one.
        if state.is_ok() && connection.is_autocommit() {
            state = Err("the transaction was ended by SQLite; is the disk full?".to_owned());
        }
    }
    readers.known().committing();
    state = state.and_then(|()| {
        connection
            .execute_batch("COMMIT")
            .map_err(|error| error.to_string())
    });
    // Again they do, and what they may have committed until now shows in the second look at them.
    let after = readers.index().now();
    if state.is_ok() && others_before.is_some() && others_before == others(connection) {
        readers.known().committed(before, after, changes.iter());
    } else {
        readers.known().lost();
    }
    if state.is_err() && !connection.is_autocommit() {
        // Also what is half written must not meet the next transaction.
        let _ = connection.execute_batch("ROLLBACK");
    }
    state
}

/// A number that is another one when somebody else has committed (<https://sqlite.org/pragma.html#pragma_data_version>).
fn others(connection: &Connection) -> Option<i64> {
    let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
    statement.query_row([], |row| row.get(0)).ok()
}

/// Undoes what `work` did when it fails, and leaves the rest of the transaction as it was.
fn within_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if connection.is_autocommit() {
        // There is no transaction: it did not begin, or SQLite has ended it. Every job of it is told that.
        return Err(StoreError::Unavailable(
            "there is no transaction".to_owned(),
        ));
    }
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    let result = work(connection);
    if result.is_err() && !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    if !connection.is_autocommit() {
        connection.prepare_cached("RELEASE job")?.execute([])?;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::file::SqliteFile;
    use super::others;

    /// From outside nobody can commit between a commit of the server and the look behind it, which takes some microseconds.
    #[tokio::test]
    async fn commits_of_others_show_and_our_own_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteFile::new(folder.path().join("tokens.db"));
        let (ours, theirs) = (file.connect().await.unwrap(), file.connect().await.unwrap());
        ours.execute_batch("CREATE TABLE t (x)").unwrap();
        let begin = || {
            ours.execute_batch("BEGIN IMMEDIATE").unwrap();
            others(&ours).unwrap()
        };

        for write in ["INSERT INTO t VALUES (1)", "UPDATE t SET x = 1", ""] {
            let before = begin();
            ours.execute_batch(write).unwrap();
            ours.execute_batch("COMMIT").unwrap();
            assert_eq!(others(&ours), Some(before), "{write:?}");
        }
        for write in ["INSERT INTO t VALUES (2)", ""] {
            let before = begin();
            ours.execute_batch(write).unwrap();
            ours.execute_batch("COMMIT").unwrap();
            theirs.execute_batch("INSERT INTO t VALUES (3)").unwrap();
            assert_ne!(others(&ours), Some(before), "{write:?}");
        }
    }
}
