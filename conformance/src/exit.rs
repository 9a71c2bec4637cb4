//! What a run amounts to, as one number: the only place that knows the exit codes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::event::{CaseRecord, Verdict};

/// The exit code of `conformance`, and what each means. The numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitCode {
    /// 0: every selected MUST held, and a revocation was answered with 201 at least once.
    Conformant,
    /// 1: a MUST failed (or, under `--strict`, a SHOULD).
    Failed,
    /// 2: the command line or the profile is wrong; nothing was sent.
    Usage,
    /// 3: the target could not be reached, the run was interrupted, or the suite itself broke.
    Broken,
    /// 4: nothing is disproved, and not enough is proven: no 201, a MUST skipped or inconclusive, or nothing selected.
    NothingProven,
}

impl ExitCode {
    /// All of them, in the order of their numbers.
    pub const ALL: [ExitCode; 5] = [
        ExitCode::Conformant,
        ExitCode::Failed,
        ExitCode::Usage,
        ExitCode::Broken,
        ExitCode::NothingProven,
    ];

    /// The number that the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            ExitCode::Conformant => 0,
            ExitCode::Failed => 1,
            ExitCode::Usage => 2,
            ExitCode::Broken => 3,
            ExitCode::NothingProven => 4,
        }
    }

    /// The meaning in one line, as reports and `--help` print it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            ExitCode::Conformant => "conformant",
            ExitCode::Failed => "a MUST failed (or a SHOULD under --strict)",
            ExitCode::Usage => "usage or profile error, nothing was sent",
            ExitCode::Broken => "target unreachable, run interrupted, or the suite itself broke",
            ExitCode::NothingProven => {
                "nothing proven: no 201 reached, a MUST skipped or inconclusive, or nothing selected"
            }
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code.code())
    }
}

/// Whether a run saw the contract's operation work at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It did.
    Success,
    /// No revocation was answered with 201.
    NoRevocation,
    /// The contract has no operation that revokes, and none of its operations was answered with 2xx.
    NoSuccess,
}

/// What the exit code is judged by: a fold over the cases of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    failed: Vec<String>,
    broken: Vec<String>,
    unproven: Vec<String>,
    cases: usize,
}

impl Tally {
    /// Takes one finished case into account.
    pub fn add(&mut self, case: &CaseRecord) {
        self.cases += 1;
        match case.verdict {
            Verdict::Fail => self.failed.push(case.id.clone()),
            Verdict::Error => self.broken.push(case.id.clone()),
            // The deployment's owner has decided, with a reason and until a day, to do without it.
            Verdict::Skip if case.waived.is_some() => {}
            Verdict::Skip | Verdict::Inconclusive => match case.level {
                Level::Must => self.unproven.push(case.id.clone()),
                Level::Should | Level::May => {}
            },
            Verdict::Pass | Verdict::Warn => {}
        }
    }

    /// The exit code, and why this one. `trouble` is what stopped the run as a whole, if anything did; `reached`
    /// says whether a revocation was answered with 201.
    ///
    /// A proven failure outranks whatever broke beside it, since no later run takes it back; a run that was stopped
    /// outranks both, since it shows only a part.
    #[must_use]
    pub fn judge(&self, trouble: Option<&str>, reached: Reached) -> (ExitCode, String) {
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

/// Names the first few and counts the rest, so that the line stays a line.
pub(crate) fn named<Id: AsRef<str>>(ids: &[Id]) -> String {
    const SHOWN: usize = 5;
    let mut text = ids
        .iter()
        .take(SHOWN)
        .map(AsRef::as_ref)
        .collect::<Vec<&str>>()
        .join(", ");
    if ids.len() > SHOWN {
        text.push_str(&format!(" and {} more", ids.len() - SHOWN));
    }
    text
}
