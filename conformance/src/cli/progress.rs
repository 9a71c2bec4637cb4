//! What is said while a run goes on, on standard error: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use conformance::event::{CaseRecord, Event, RunHeader, Verdict};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// How often a line says how far the run is.
const EVERY: Duration = Duration::from_secs(10);

/// Where the run stands.
pub(crate) struct Progress {
    started: Instant,
    shown: Shown,
    selected: usize,
    decided: usize,
    failed: usize,
}

/// How it is shown.
enum Shown {
    /// A bar that is drawn over and over.
    Bar(ProgressBar),
    /// Lines, for logs; the time of the last one.
    Lines(Instant),
}

impl Progress {
    /// A bar where standard error is a terminal, otherwise lines.
    pub(crate) fn new() -> Progress {
        let shown = if std::io::stderr().is_terminal() {
            Shown::Bar(ProgressBar::hidden())
        } else {
            Shown::Lines(Instant::now())
        };
        Progress {
            started: Instant::now(),
            shown,
            selected: 0,
            decided: 0,
            failed: 0,
        }
    }

    /// Takes an event into account.
    pub(crate) fn tell(&mut self, event: &Event) {
        match event {
            Event::RunStarted(run) => self.start(run),
            Event::CaseFinished(case) => self.case(case),
            Event::RunFinished(_) => {
                if let Shown::Bar(bar) = &self.shown {
                    bar.finish_and_clear();
                }
            }
        }
    }

    fn start(&mut self, run: &RunHeader) {
        self.selected = run.selection.selected;
        match &mut self.shown {
            Shown::Bar(bar) => {
                let length = u64::try_from(self.selected).unwrap_or(u64::MAX);
                *bar = ProgressBar::new(length);
                let template = "{bar:32} {pos} of {len} cases, {rate}, {eta} left {msg}";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    let style = style.with_key(
                        "rate",
                        |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                            // Nobody can be told if even this cannot be written.
                            let _ = write!(out, "{:.1}/s", state.per_sec());
                        },
                    );
                    bar.set_style(style.progress_chars("█▌░"));
                }
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            Shown::Lines(last) => {
                *last = Instant::now();
                line(&format!(
                    "conformance: {} cases against {}, {} side by side",
                    self.selected, run.target, run.selection.jobs
                ));
            }
        }
    }

    fn case(&mut self, case: &CaseRecord) {
        self.decided += 1;
        let told = match case.verdict {
            Verdict::Fail | Verdict::Error => {
                self.failed += 1;
                Some(format!(
                    "{} {} {}",
                    case.verdict.name(),
                    case.level.name(),
                    case.id
                ))
            }
            Verdict::Pass | Verdict::Warn | Verdict::Skip | Verdict::Inconclusive => None,
        };
        // When the target is gone every case has the same story; the report tells it once.
        let told = told.filter(|_| !case.exchanges.is_empty());
        match &mut self.shown {
            Shown::Bar(bar) => {
                if let Some(told) = told {
                    bar.println(told);
                }
                if self.failed > 0 {
                    bar.set_message(format!("({} failed)", self.failed));
                }
                bar.inc(1);
            }
            Shown::Lines(last) => {
                if let Some(told) = told {
                    line(&format!("conformance: {told}"));
                }
                if last.elapsed() >= EVERY && self.decided < self.selected {
                    *last = Instant::now();
                    line(&standing(
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

/// `120 of 500 cases after 12 s, 10.0 a second, 38 s left, 2 failed`.
fn standing(decided: usize, selected: usize, failed: usize, elapsed: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
    let (done, left) = (decided as f64, (selected - decided) as f64);
    let rate = done / elapsed.as_secs_f64().max(0.001);
    let left = left / rate.max(0.001);
    format!(
        "conformance: {decided} of {selected} cases after {} s, {rate:.1} a second, about {left:.0} s left, {failed} failed",
        elapsed.as_secs()
    )
}

fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn standing_tells_rate_and_time_left() {
        assert_eq!(
            super::standing(120, 500, 2, Duration::from_secs(12)),
            "conformance: 120 of 500 cases after 12 s, 10.0 a second, about 38 s left, 2 failed"
        );
    }
}
