//! Warnings of the database about a statement that succeeds. sqlx only logs them.
//!
//! One matters: when the wait for a synchronous standby is cancelled, the commit is reported as done, with a warning that it may
//! not be replicated (<https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT>). Texts of warnings are
//! translated, and this one has no code, so a write with any warning is not acknowledged.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// The target of sqlx's log events for notices and warnings.
const TARGET: &str = "sqlx::postgres::notice";

/// The warnings of one session.
#[derive(Clone, Debug)]
pub(super) struct Warnings {
    latest: Arc<Mutex<Option<String>>>,
    /// Receives the events of a task in place of the log, whatever the log's filter is.
    dispatch: Dispatch,
}

impl Warnings {
    pub(super) fn new() -> Self {
        let latest = Arc::new(Mutex::new(None));
        Self {
            dispatch: Dispatch::new(Collector(Arc::clone(&latest))),
            latest,
        }
    }

    /// Runs `work` on the session; returns its output, and the latest warning about it.
    pub(super) async fn of<T>(&self, work: impl Future<Output = T>) -> (T, Option<String>) {
        self.latest.lock().take();
        let output = work.with_subscriber(self.dispatch.clone()).await;
        (output, self.latest.lock().take())
    }
}

/// A subscriber that keeps the latest warning.
struct Collector(Arc<Mutex<Option<String>>>);

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        *self.0.lock() = Some(text.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The fields of an event as a text.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        self.0 = format!("{value:?}");
    }
}
