//! The progress of a run on standard error: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use conformance::event::{CaseRecord, Event, RunHeader, Verdict};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::say::say;

/// The time between two lines of progress.
const INTERVAL: Duration = Duration::from_secs(10);

/// The progress of a run, and its display.
pub(crate) struct Progress {
    started: Instant,
    display: Display,
    selected: usize,
    decided: usize,
    failed: usize,
}

/// The display of the progress.
enum Display {
    /// A bar that is redrawn.
    Bar(ProgressBar),
    /// Lines, with the time of the last one.
    Lines(Instant),
}

impl Progress {
    /// Creates a bar if standard error is a terminal, and lines otherwise.
    pub(crate) fn new() -> Progress {
        let display = if std::io::stderr().is_terminal() {
            Display::Bar(ProgressBar::hidden())
        } else {
            Display::Lines(Instant::now())
        };
        Progress {
            started: Instant::now(),
            display,
            selected: 0,
            decided: 0,
            failed: 0,
        }
    }

    /// Updates the progress by an event.
    pub(crate) fn update(&mut self, event: &Event) {
        match event {
            Event::RunStarted(run) => self.start(run),
            Event::CaseFinished(case) => self.case(case),
            Event::RunFinished(_) => {
                if let Display::Bar(bar) = &self.display {
                    bar.finish_and_clear();
                }
            }
        }
    }

    fn start(&mut self, run: &RunHeader) {
        self.selected = run.selection.selected;
        match &mut self.display {
            Display::Bar(bar) => {
                let length = u64::try_from(self.selected).unwrap_or(u64::MAX);
                *bar = ProgressBar::new(length);
                let template = "{bar:24} {pos} of {len} cases, {rate}, {eta} left {msg}";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    let style = style.with_key(
                        "rate",
                        |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                            // An error cannot be reported here.
                            let _ = write!(out, "{:.1}/s", state.per_sec());
                        },
                    );
                    bar.set_style(style.progress_chars("█▌░"));
                }
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            Display::Lines(last) => {
                *last = Instant::now();
                say(&format!(
                    "{} cases against {}, {} at a time",
                    self.selected, run.target, run.selection.jobs
                ));
            }
        }
    }

    fn case(&mut self, case: &CaseRecord) {
        self.decided += 1;
        let failure = match case.verdict {
            Verdict::Fail | Verdict::Error => {
                self.failed += 1;
                Some(format!(
                    "{} {} {}",
                    case.verdict.name(),
                    case.level.name(),
                    case.id
                ))
            }
            Verdict::Pass
            | Verdict::Warn
            | Verdict::Skip
            | Verdict::Inconclusive
            | Verdict::Unproven
            | Verdict::Blocked => None,
        };
        // When the target is unreachable, every case has the same error, and only the report shows it, once.
        let failure = failure.filter(|_| !case.exchanges.is_empty());
        match &mut self.display {
            Display::Bar(bar) => {
                if let Some(failure) = failure {
                    bar.println(failure);
                }
                if self.failed > 0 {
                    bar.set_message(format!("({} failed)", self.failed));
                }
                bar.inc(1);
            }
            Display::Lines(last) => {
                if let Some(failure) = failure {
                    say(&failure);
                }
                if last.elapsed() >= INTERVAL && self.decided < self.selected {
                    *last = Instant::now();
                    say(&status(
                        self.decided,
                        self.selected,
                        self.failed,
                        self.started.elapsed(),
                    ));
                }
            }
        }
    }
}

/// Formats a line such as `120 of 500 cases after 12 s, 10.0 per second, about 38 s left, 2 failed`.
fn status(decided: usize, selected: usize, failed: usize, elapsed: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
    let (done, left) = (decided as f64, (selected - decided) as f64);
    let rate = done / elapsed.as_secs_f64().max(0.001);
    let left = left / rate.max(0.001);
    format!(
        "{decided} of {selected} cases after {} s, {rate:.1} per second, about {left:.0} s left, {failed} failed",
        elapsed.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn status_shows_rate_and_time_left() {
        assert_eq!(
            super::status(120, 500, 2, Duration::from_secs(12)),
            "120 of 500 cases after 12 s, 10.0 per second, about 38 s left, 2 failed"
        );
    }
}
