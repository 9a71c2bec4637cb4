//! The writer of `events.ndjson` during a run: a run that is killed leaves the events until then, without the footer.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::file::{ReportError, refuse_secrets};
use super::ndjson;
use crate::event::Event;
use crate::redact::Scan;

/// How long events are collected before they are scanned for credentials and written.
const BATCH_TIME: Duration = Duration::from_millis(500);

/// A writer of events to a file. It writes on a separate thread, so that no case waits for the disk.
#[derive(Debug)]
pub struct EventWriter {
    sender: Sender<Event>,
    thread: JoinHandle<(Vec<Event>, Result<(), ReportError>)>,
}

impl EventWriter {
    /// Creates the file and starts the thread. `scan` returns a scan for the credentials that are registered at the time.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn start(
        path: &Path,
        scan: impl Fn() -> Scan + Send + 'static,
    ) -> Result<EventWriter, ReportError> {
        let file = File::create(path).map_err(ReportError::unwritable(path))?;
        let (sender, receiver) = mpsc::channel();
        let path = path.to_owned();
        let thread = std::thread::spawn(move || write_batches(&receiver, file, &path, scan));
        Ok(EventWriter { sender, thread })
    }

    /// Sends the next event to the thread.
    pub fn send(&self, event: Event) {
        // This fails only after the thread panicked, and `finish` resumes that panic.
        let _ = self.sender.send(event);
    }

    /// Waits until all events are written, and returns them with the outcome of writing. When an event would have
    /// contained a credential, the file is removed.
    ///
    /// # Panics
    /// When the writing thread panicked.
    pub fn finish(self) -> (Vec<Event>, Result<(), ReportError>) {
        drop(self.sender);
        match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Writes events until the sender is dropped. After a write failed, events are only collected.
fn write_batches(
    receiver: &Receiver<Event>,
    mut file: File,
    path: &PathBuf,
    scan: impl Fn() -> Scan,
) -> (Vec<Event>, Result<(), ReportError>) {
    let mut events = Vec::new();
    let mut outcome = Ok(());
    let mut written = 0;
    let mut more = true;
    while more {
        more = collect(receiver, &mut events);
        if outcome.is_ok() && written < events.len() {
            outcome = write(&events[written..], &mut file, path, &scan());
            written = events.len();
        }
    }
    if matches!(outcome, Err(ReportError::Secret { .. })) {
        // The part that was written is not a valid record of a run.
        let _ = std::fs::remove_file(path);
    }
    (events, outcome)
}

/// Waits for an event, then collects more for [`BATCH_TIME`]. Returns whether more events may follow.
fn collect(receiver: &Receiver<Event>, events: &mut Vec<Event>) -> bool {
    let Ok(first) = receiver.recv() else {
        return false;
    };
    events.push(first);
    let until = Instant::now() + BATCH_TIME;
    loop {
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(event) => events.push(event),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

fn write(events: &[Event], file: &mut File, path: &Path, scan: &Scan) -> Result<(), ReportError> {
    let mut lines = Vec::new();
    for event in events {
        ndjson::write_event(event, &mut lines).map_err(ReportError::unwritable(path))?;
    }
    refuse_secrets(path, &lines, scan)?;
    (file.write_all(&lines).and_then(|()| file.flush())).map_err(ReportError::unwritable(path))
}
