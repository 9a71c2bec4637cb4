//! The one thread that writes: all writes that arrive during one transaction go into the next one together.
//!
//! A commit costs one wait for the disk, however much it holds, so that many writers share it. None of them is answered before
//! the commit that holds its write has returned, and none waits for others to arrive.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::cached_reads::Changes;
use super::super::error::StoreError;
use super::checkpoint::Checkpoints;
use super::commit_watch::data_version;
use super::identity::FileIdentity;
use super::reader::Readers;

/// The most writes in one transaction: what the last of them waits for, and what one commit that fails takes with it.
const MAX_BATCH: usize = 512;

/// The time without a write after which other processes may make checkpoints.
const QUIET: Duration = Duration::from_secs(2);

/// A write.
struct Job {
    /// What it changes at most; `None` when that is unknown.
    changes: Option<Changes>,
    /// Runs it within the transaction. The function that it returns is called with the outcome of the transaction.
    run: Box<dyn FnOnce(&Connection) -> Answer + Send>,
}

/// Answers the caller. `Err` says why nothing of the transaction is on disk.
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;

/// The thread, and the queue of its jobs.
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
    /// nothing of it is written. When the commit fails, its result is dropped. It changes no more than `changes` says.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        changes: Option<Changes>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = oneshot::channel();
        let run: Box<dyn FnOnce(&Connection) -> Answer + Send> = Box::new(move |connection| {
            let result = within_savepoint(connection, work);
            Box::new(move |committed| {
                // An error says that the caller no longer waits.
                let _ = sender.send(match committed {
                    Ok(()) => result,
                    Err(why) => Err(StoreError::Unavailable(why.to_owned())),
                });
            })
        });
        match &*self.jobs.lock() {
            Some(jobs) => jobs
                .send(Job { changes, run })
                .map_err(|_| thread_ended())?,
            None => return Err(thread_ended()),
        }
        answer.await.map_err(|_| thread_ended())?
    }

    /// Returns an error unless the thread still runs, the paths still name the files that it writes to, and the disk has room.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.identity.check()?;
        self.identity.require_room()?;
        let thread = self.thread.lock();
        match &*thread {
            Some(thread) if !thread.is_finished() => Ok(()),
            Some(_) | None => Err(thread_ended()),
        }
    }

    /// Lets the thread finish its jobs, and waits for it.
    pub(super) async fn close(&self) {
        self.jobs.lock().take();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            // An error says that it panicked, which the log shows already.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn thread_ended() -> StoreError {
    StoreError::Unavailable("the thread that writes has ended".to_owned())
}

/// Runs jobs until the queue is closed.
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
        let batch = std::iter::once(first).chain(jobs.try_iter().take(MAX_BATCH - 1));
        let mut answers = Vec::new();
        let committed = commit(connection, readers, batch, &mut answers)
            // Checked after the commit: what was written to a file that was replaced before is not acknowledged.
            .and_then(|()| identity.check().map_err(|error| error.to_string()));
        let outcome = committed.as_ref().map(|_| ()).map_err(String::as_str);
        for answer in answers {
            answer(outcome);
        }
        checkpoints.after_commit(connection);
    }
}

/// Runs the jobs in one transaction. Adds the answer of every job to `answers`, also when the transaction fails.
fn commit(
    connection: &Connection,
    readers: &Readers,
    batch: impl Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), String> {
    // This takes the write lock at once: a transaction that reads first could be refused when it writes.
    let mut state = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(|error| error.to_string());
    // No other process can commit from here on.
    let (before, others_before) = (readers.mark(), data_version(connection));
    let mut changes = Some(Vec::new());
    for job in batch {
        changes = changes.zip(job.changes).map(|(mut all, of_job)| {
            all.push(of_job);
            all
        });
        answers.push((job.run)(connection));
        // Where the disk is full or fails, SQLite may end the whole transaction by itself. The earlier jobs are undone then, and
        // the later ones must not commit one by one.
        if state.is_ok() && connection.is_autocommit() {
            state = Err("the transaction was ended by SQLite; is the disk full?".to_owned());
        }
    }
    readers.cache().committing();
    state = state.and_then(|()| {
        connection
            .execute_batch("COMMIT")
            .map_err(|error| error.to_string())
    });
    // Other processes can commit again: if one has, `data_version` is different now.
    let after = readers.mark();
    if state.is_ok() && others_before.is_some() && others_before == data_version(connection) {
        let changes = changes.as_deref();
        readers.cache().committed(before, after, changes);
    } else {
        readers.cache().lost();
    }
    if state.is_err() && !connection.is_autocommit() {
        // What is half written must not become part of the next transaction.
        let _ = connection.execute_batch("ROLLBACK");
    }
    state
}

/// Runs `work`, and undoes what it did when it fails, without the rest of the transaction.
fn within_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if connection.is_autocommit() {
        // It did not begin, or SQLite has ended it. Every job of it gets this error.
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
    use super::super::commit_watch::data_version;
    use super::super::file::SqliteFile;

    /// A test from outside cannot commit between a commit of the server and the read of the number, which takes some microseconds.
    #[tokio::test]
    async fn commits_of_others_show_and_our_own_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteFile::new(folder.path().join("tokens.db"));
        let (ours, theirs) = (file.connect().await.unwrap(), file.connect().await.unwrap());
        ours.execute_batch("CREATE TABLE t (x)").unwrap();
        let begin = || {
            ours.execute_batch("BEGIN IMMEDIATE").unwrap();
            data_version(&ours).unwrap()
        };

        for write in ["INSERT INTO t VALUES (1)", "UPDATE t SET x = 1", ""] {
            let before = begin();
            ours.execute_batch(write).unwrap();
            ours.execute_batch("COMMIT").unwrap();
            assert_eq!(data_version(&ours), Some(before), "{write:?}");
        }
        for write in ["INSERT INTO t VALUES (2)", ""] {
            let before = begin();
            ours.execute_batch(write).unwrap();
            ours.execute_batch("COMMIT").unwrap();
            theirs.execute_batch("INSERT INTO t VALUES (3)").unwrap();
            assert_ne!(data_version(&ours), Some(before), "{write:?}");
        }
    }
}
