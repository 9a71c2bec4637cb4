//! The waterfall of a case: when each exchange started, how long the response took and how long reading its body took.

use maud::{Markup, html};

use crate::event::ExchangeRecord;

/// The least width of a bar in percent, so that the shortest exchange is visible.
const LEAST_WIDTH: f64 = 0.6;

/// The time axis of a case: from its first request to the end of its last response.
pub(super) struct Axis {
    start: f64,
    length: f64,
}

impl Axis {
    pub(super) fn new(exchanges: &[ExchangeRecord]) -> Axis {
        let starts = exchanges.iter().map(start);
        let ends = exchanges
            .iter()
            .map(|exchange| start(exchange) + exchange.duration_ms);
        let first = starts.fold(f64::INFINITY, f64::min);
        let last = ends.fold(f64::NEG_INFINITY, f64::max);
        Axis {
            start: first,
            length: (last - first).max(0.001),
        }
    }

    /// Renders the bar of one exchange. [`times()`] says the same in words.
    pub(super) fn bar(&self, exchange: &ExchangeRecord) -> Markup {
        let share = |milliseconds: f64| (milliseconds / self.length * 100.0).clamp(0.0, 100.0);
        let wait = exchange
            .wait_ms
            .unwrap_or(exchange.duration_ms)
            .min(exchange.duration_ms);
        let waits = share(wait).max(LEAST_WIDTH);
        let body = share(exchange.duration_ms - wait);
        let body = if exchange.wait_ms.is_some() && body > 0.0 {
            body.max(LEAST_WIDTH / 2.0)
        } else {
            0.0
        };
        let from = share(start(exchange) - self.start).min(100.0 - waits - body);
        html! {
            svg class="waterfall" aria-hidden="true" focusable="false" {
                rect class="wait" x={ (percent(from)) } width=(percent(waits)) height="100%" {}
                @if body > 0.0 {
                    rect class="body" x=(percent(from + waits)) width=(percent(body)) height="100%" {}
                }
            }
        }
    }
}

/// Returns the start in milliseconds since 1970. An `f64` is precise to a quarter of a microsecond here.
fn start(exchange: &ExchangeRecord) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds since 1970 are far below 2^52"
    )]
    let microseconds = exchange.started_at.timestamp_micros() as f64;
    microseconds / 1000.0
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share.max(0.0))
}

/// Renders the legend of the colours.
pub(super) fn legend() -> Markup {
    html! {
        p {
            span class="key" { svg aria-hidden="true" focusable="false" { rect class="wait" width="100%" height="100%" {} } "waiting for the response" }
            span class="key" { svg aria-hidden="true" focusable="false" { rect class="body" width="100%" height="100%" {} } "reading the body" }
        }
    }
}

/// Formats the times of an exchange: until the response, and for its body.
pub(super) fn times(exchange: &ExchangeRecord) -> String {
    match exchange.wait_ms {
        Some(wait) => format!(
            "{} + {} ms",
            short(wait),
            short((exchange.duration_ms - wait).max(0.0))
        ),
        None => format!("{} ms", short(exchange.duration_ms)),
    }
}

/// Formats milliseconds with three significant digits.
fn short(milliseconds: f64) -> String {
    if milliseconds < 10.0 {
        format!("{milliseconds:.2}")
    } else if milliseconds < 100.0 {
        format!("{milliseconds:.1}")
    } else {
        format!("{milliseconds:.0}")
    }
}
