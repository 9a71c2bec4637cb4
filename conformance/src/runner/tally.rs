//! The tally of a run: a fold over its cases, from which the exit code follows.

use crate::case::Level;
use crate::event::{CaseRecord, Verdict};
use crate::exit::{ExitCode, named};

/// Whether the contract's operation succeeded at least once in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// It succeeded.
    Success,
    /// No revocation was answered with 201.
    NoRevocation,
    /// The contract has no operation that revokes, and none of its operations was answered with 2xx.
    NoSuccess,
}

/// The cases of a run that the exit code depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    failed: Vec<String>,
    broken: Vec<String>,
    unproven: Vec<String>,
    cases: usize,
}

impl Tally {
    /// Adds a finished case.
    pub(super) fn add(&mut self, case: &CaseRecord) {
        self.cases += 1;
        match case.verdict {
            Verdict::Fail => self.failed.push(case.id.clone()),
            Verdict::Error => self.broken.push(case.id.clone()),
            // The deployment's owner has waived it, with a reason and until a day.
            Verdict::Skip if case.waived.is_some() => {}
            Verdict::Skip | Verdict::Inconclusive => match case.level {
                Level::Must => self.unproven.push(case.id.clone()),
                Level::Should | Level::May => {}
            },
            Verdict::Pass | Verdict::Warn => {}
        }
    }

    /// Returns the exit code and its reason. `trouble` is what stopped the whole run, if anything did; `cause` is why some
    /// cases were not run.
    ///
    /// A proven failure outranks a case that could not be run, since no later run can disprove it. A run that was
    /// stopped outranks both, since it shows only a part.
    #[must_use]
    pub(super) fn judge(
        &self,
        trouble: Option<&str>,
        cause: Option<&str>,
        reached: Reached,
    ) -> (ExitCode, String) {
        let (code, reason) = self.judge_cases(trouble, reached);
        match cause {
            Some(cause) => (code, format!("{cause}; {reason}")),
            None => (code, reason),
        }
    }

    fn judge_cases(&self, trouble: Option<&str>, reached: Reached) -> (ExitCode, String) {
        if let Some(trouble) = trouble {
            return (ExitCode::Broken, trouble.to_owned());
        }
        if !self.failed.is_empty() {
            return (ExitCode::Failed, format!("failed: {}", named(&self.failed)));
        }
        if !self.broken.is_empty() {
            return (
                ExitCode::Broken,
                format!("could not be run: {}", named(&self.broken)),
            );
        }
        if self.cases == 0 {
            return (
                ExitCode::NothingProven,
                "no case was selected: see `conformance list` for the ids".to_owned(),
            );
        }
        if !self.unproven.is_empty() {
            return (
                ExitCode::NothingProven,
                format!("not proven: {}", named(&self.unproven)),
            );
        }
        let missing = match reached {
            Reached::Success => None,
            Reached::NoRevocation => Some(
                "no revocation was answered with 201, so nothing shows that the operation works at all",
            ),
            Reached::NoSuccess => Some(
                "no operation was answered with success, so nothing shows that any of them works at all",
            ),
        };
        if let Some(why) = missing {
            return (ExitCode::NothingProven, why.to_owned());
        }
        (ExitCode::Conformant, "every selected MUST held".to_owned())
    }
}
