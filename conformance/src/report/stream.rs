//! `events.ndjson` while the run goes on: a run that is killed leaves what it knew, without the footer.

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

/// How long events are gathered before they are looked through for credentials and written.
const PAUSE: Duration = Duration::from_millis(500);

/// A stream of events on its way into a file. It writes on a thread of its own, so that no case waits for a disk.
#[derive(Debug)]
pub struct Stream {
    sender: Sender<Event>,
    thread: JoinHandle<(Vec<Event>, Result<(), ReportError>)>,
}

impl Stream {
    /// Begins the file. `scan` gives the look at what is to be written, with the credentials of that moment.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn start(
        path: &Path,
        scan: impl Fn() -> Scan + Send + 'static,
    ) -> Result<Stream, ReportError> {
        let file = File::create(path).map_err(ReportError::unwritable(path))?;
        let (sender, receiver) = mpsc::channel();
        let path = path.to_owned();
        let thread = std::thread::spawn(move || keep(&receiver, file, &path, scan));
        Ok(Stream { sender, thread })
    }

    /// Takes the next event.
    pub fn tell(&self, event: Event) {
        // The thread ends before this value only by a panic, which `finish` tells of.
        let _ = self.sender.send(event);
    }

    /// Ends the stream when all events are written; gives them, and whether they could be written. A stream in which a
    /// credential would have stood is not there any more.
    ///
    /// # Panics
    /// When the thread that writes did.
    pub fn finish(self) -> (Vec<Event>, Result<(), ReportError>) {
        drop(self.sender);
        match self.thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Writes what comes until nobody sends any more. After a mistake events are only kept.
fn keep(
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
        more = gather(receiver, &mut events);
        if outcome.is_ok() && written < events.len() {
            outcome = write(&events[written..], &mut file, path, &scan());
            written = events.len();
        }
    }
    if matches!(outcome, Err(ReportError::Secret { .. })) {
        // What was written before is sound, and no record of a run: the mistake is told, and the file goes.
        let _ = std::fs::remove_file(path);
    }
    (events, outcome)
}

/// Waits for an event, then a little longer for more; whether others may follow.
fn gather(receiver: &Receiver<Event>, events: &mut Vec<Event>) -> bool {
    let Ok(first) = receiver.recv() else {
        return false;
    };
    events.push(first);
    let until = Instant::now() + PAUSE;
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
