//! The seconds until the server stops, for work that is done in each of them and once more at the end.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// The time between two runs.
const PERIOD: Duration = Duration::from_secs(1);

/// The seconds until `stop` completes.
pub(crate) struct EverySecond<S> {
    ticks: Interval,
    stop: Pin<Box<S>>,
}

impl<S: Future<Output = ()>> EverySecond<S> {
    /// Begins now.
    pub(crate) fn until(stop: S) -> Self {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ticks,
            stop: Box::pin(stop),
        }
    }

    /// Waits for the next second. Returns whether it is the last one. Only the waiting is interrupted, never what is done between.
    pub(crate) async fn is_last(&mut self) -> bool {
        tokio::select! {
            _ = self.ticks.tick() => false,
            () = &mut self.stop => true,
        }
    }
}
