//! The exit codes of the command: no other file knows their numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An exit code of `conformance`. The numbers never change their meaning.
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
    /// 4: nothing is disproved, and not enough is proven: no 201 or an operation not
    /// reached, a MUST skipped or inconclusive, or nothing selected.
    NothingProven,
}

impl ExitCode {
    /// All exit codes, in the order of their numbers.
    pub const ALL: [ExitCode; 5] = [
        ExitCode::Conformant,
        ExitCode::Failed,
        ExitCode::Usage,
        ExitCode::Broken,
        ExitCode::NothingProven,
    ];

    /// Returns the number that the process exits with.
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

    /// Returns the meaning in one line. A report has the reason of its run as well.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            ExitCode::Conformant => "conformant",
            ExitCode::Failed => "a MUST failed (or a SHOULD under --strict)",
            ExitCode::Usage => "usage or profile error, nothing was sent",
            ExitCode::Broken => "target unreachable, run interrupted, or the suite itself broke",
            ExitCode::NothingProven => "nothing proven",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code.code())
    }
}

/// Names the first few ids and counts the rest, to keep a message on one line.
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
