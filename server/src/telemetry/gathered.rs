//! Lines of the log, written many at a time.
//!
//! A write for every line costs a request more than finding out who asks, and all threads wait for the one that writes. So
//! lines are gathered for [`PERIOD`], and written at once where one is a warning or worse, or there are many. A process that is killed
//! takes with it what it said last; what must not be lost is in the store's audit trail, not here.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const PERIOD: Duration = Duration::from_millis(50);

/// How many bytes are written at once, however young they are.
const MANY: usize = 32 * 1024;

/// Standard error, behind the lines that wait for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Vec<u8>>,
    /// Told when the first line waits.
    begun: Condvar,
    /// What is being written. Whoever has it writes; taken before `waiting`, so that lines stay in their order.
    writing: Mutex<Vec<u8>>,
}

impl Gathered {
    /// Starts the thread that writes what has waited. It ends with the process.
    pub(super) fn start() -> io::Result<Self> {
        let lines = Self::default();
        let of_thread = lines.clone();
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || of_thread.keep_writing())?;
        Ok(lines)
    }

    fn keep_writing(&self) {
        loop {
            self.0
                .begun
                .wait_while(&mut self.waiting(), |waiting| waiting.is_empty());
            std::thread::sleep(PERIOD);
            self.write();
        }
    }

    /// Writes what waits.
    pub(super) fn write(&self) {
        let mut writing = self.0.writing.lock();
        std::mem::swap(&mut *writing, &mut *self.waiting());
        // Nothing is left to tell about a standard error that is gone.
        let _ = io::stderr().write_all(&writing);
        writing.clear();
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.waiting.lock()
    }
}

/// Takes one line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    lines: &'a Gathered,
    at_once: bool,
}

impl<'a> MakeWriter<'a> for Gathered {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            lines: self,
            at_once: false,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line {
            lines: self,
            at_once: *metadata.level() <= Level::WARN,
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let many = {
            let mut waiting = self.lines.waiting();
            if waiting.is_empty() {
                self.lines.0.begun.notify_one();
            }
            waiting.extend_from_slice(line);
            waiting.len() >= MANY
        };
        if many || self.at_once {
            self.lines.write();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.write();
        Ok(())
    }
}
