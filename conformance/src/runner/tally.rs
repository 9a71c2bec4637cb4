//! The tally of a run: a fold over its cases, from which the exit code follows.

use std::collections::BTreeSet;

use crate::baseline::Verdicts;
use crate::case::Level;
use crate::event::{CaseRecord, KnownFailure, KnownState, Verdict};
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
    failed: Vec<Counted>,
    blocked: Vec<String>,
    broken: Vec<String>,
    /// What was not proven, by its verdict.
    unproven: Vec<(Verdict, Counted)>,
    /// The cases that a known failure kept from being decided, and that the baseline does not name.
    behind_known: Vec<String>,
    /// The cases that prove nothing if their operation was not reached, with it.
    doubtful: Vec<(Verdict, Counted, String)>,
    /// The cases that a waiver accepts, although they show nothing.
    waived: Vec<String>,
    /// The operations of the cases.
    operations: BTreeSet<String>,
    /// The failed and blocked cases that the baseline accepts.
    known: usize,
    verdicts: Verdicts,
}

/// A case that the reason counts by its level, and names.
type Counted = (Level, String);

/// What else the exit code of a run depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending<'e> {
    /// What stopped the whole run, if anything did.
    pub(super) trouble: Option<&'e str>,
    /// Why some cases were not run.
    pub(super) cause: Option<&'e str>,
    /// Whether the operation succeeded.
    pub(super) reached: Reached,
    /// The known failures, and what the run shows about them.
    pub(super) known: &'e [KnownFailure],
    /// The number of cases that were not selected.
    pub(super) left_out: usize,
    /// The operations that were not reached.
    pub(super) unreached: &'e BTreeSet<String>,
    /// The percentage of the selected operations that has to be reached.
    pub(super) reach: u8,
}

impl Ending<'_> {
    /// Returns the causes of the known failures in a state.
    fn in_state(&self, state: KnownState) -> Vec<&str> {
        let known = self.known.iter().filter(|known| known.state == state);
        known.map(|known| known.cause.as_str()).collect()
    }
}

/// The verdicts that prove nothing, in words.
const UNPROVEN: [(Verdict, &str); 4] = [
    (Verdict::Skip, "skipped"),
    (Verdict::Inconclusive, "not decided"),
    (Verdict::Unproven, "not proven"),
    (Verdict::Blocked, "blocked"),
];

/// Counts cases by their level: `2 MUST, 1 SHOULD failed`.
fn counted(cases: &[Counted], what: &str) -> String {
    let levels = [Level::Must, Level::Should, Level::May].map(|level| {
        let count = cases.iter().filter(|(of, _)| *of == level).count();
        (count > 0).then(|| format!("{count} {}", level.name()))
    });
    let levels: Vec<String> = levels.into_iter().flatten().collect();
    format!("{} {what}", levels.join(", "))
}

fn ids(cases: &[Counted]) -> Vec<&str> {
    cases.iter().map(|(_, id)| id.as_str()).collect()
}

impl Tally {
    /// Adds a finished case, with whether a known failure blocks it.
    pub(super) fn add(&mut self, case: &CaseRecord, by_known: bool) {
        let verdict = (case.verdict, case.cause.clone());
        self.verdicts.insert(case.id.clone(), verdict);
        let counted = (case.level, case.id.clone());
        self.operations.extend(case.operation.clone());
        match case.verdict {
            Verdict::Fail | Verdict::Blocked if case.known.is_some() => self.known += 1,
            Verdict::Fail => self.failed.push(counted),
            Verdict::Error => self.broken.push(case.id.clone()),
            // The deployment's owner has waived it, with a reason and until a day.
            Verdict::Skip | Verdict::Unproven if case.waived.is_some() => {
                self.waived.push(case.id.clone());
            }
            // The profile names no such caller, or no operation is about it.
            Verdict::Skip if case.unasked => {}
            Verdict::Unproven | Verdict::Skip
                if case.level == Level::Must
                    && (case.waivable || case.verdict == Verdict::Unproven) =>
            {
                let operation = case.operation.clone().unwrap_or_default();
                self.doubtful.push((case.verdict, counted, operation));
            }
            Verdict::Skip | Verdict::Inconclusive | Verdict::Unproven => match case.level {
                Level::Must => self.unproven.push((case.verdict, counted)),
                Level::Should | Level::May => {}
            },
            Verdict::Blocked if by_known => match case.level {
                Level::Must => self.behind_known.push(case.id.clone()),
                Level::Should | Level::May => {}
            },
            // It met a fault of the deployment, which is proven, whatever the level of the case.
            Verdict::Blocked if case.cause.is_some() => self.blocked.push(case.id.clone()),
            Verdict::Blocked => self.unproven.push((case.verdict, counted)),
            Verdict::Pass | Verdict::Warn => {}
        }
    }

    /// Returns the operations that were not reached and that no waiver excepts.
    fn unreached<'e>(&self, ending: &Ending<'e>) -> BTreeSet<&'e str> {
        let cases = self.doubtful.iter();
        let operations = cases.filter_map(|(_, _, operation)| ending.unreached.get(operation));
        operations.map(String::as_str).collect()
    }

    /// Returns whether fewer operations were reached than all, and as many as the run demands.
    pub(super) fn is_lenient(&self, ending: &Ending<'_>) -> bool {
        !self.unreached(ending).is_empty() && self.reaches(ending)
    }

    /// Returns whether a waiver accepts a case that shows nothing.
    pub(super) fn has_waived(&self) -> bool {
        !self.waived.is_empty()
    }

    /// Returns whether as many operations were reached as the run demands.
    fn reaches(&self, ending: &Ending<'_>) -> bool {
        let all = self.operations.len();
        (all - self.unreached(ending).len()) * 100 >= all * usize::from(ending.reach)
    }

    /// Says how many operations were reached, and which were not.
    fn reached(&self, ending: &Ending<'_>) -> String {
        let (all, names) = (self.operations.len(), self.unreached(ending));
        format!(
            "{} of {all} operations were reached, not {}",
            all - names.len(),
            named(&names.into_iter().collect::<Vec<_>>())
        )
    }

    /// Returns the verdicts so far.
    pub(super) fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    /// Returns the exit code and its reason.
    ///
    /// A proven failure outranks a case that could not be run, since no later run can disprove it. A run that was
    /// stopped outranks both, since it shows only a part.
    #[must_use]
    pub(super) fn judge(&self, ending: &Ending<'_>) -> (ExitCode, String) {
        let (code, reason) = self.judge_cases(ending);
        let reason = match ending.cause {
            Some(cause) => format!("{cause}; {reason}"),
            None => reason,
        };
        match code {
            ExitCode::NothingProven => (code, format!("{}: {reason}", code.meaning())),
            ExitCode::Conformant | ExitCode::Failed | ExitCode::Usage | ExitCode::Broken => {
                (code, reason)
            }
        }
    }

    fn judge_cases(&self, ending: &Ending<'_>) -> (ExitCode, String) {
        if let Some(trouble) = ending.trouble {
            return (ExitCode::Broken, trouble.to_owned());
        }
        let gone = ending.in_state(KnownState::Gone);
        let failed = counted(&self.failed, "failed");
        let faults = [
            (failed.as_str(), named(&ids(&self.failed))),
            ("blocked by a fault that they met", named(&self.blocked)),
            (
                "known failures that expired",
                named(&ending.in_state(KnownState::Expired)),
            ),
            (
                "known failures that no longer fail, to be removed from the baseline",
                named(&gone),
            ),
        ];
        let faults: Vec<String> = faults
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}: {names}"))
            .collect();
        if !faults.is_empty() {
            return (ExitCode::Failed, faults.join("; "));
        }
        if !self.broken.is_empty() {
            return (
                ExitCode::Broken,
                format!("could not be run: {}", named(&self.broken)),
            );
        }
        if self.verdicts.is_empty() {
            return (
                ExitCode::NothingProven,
                "no case was selected: see `conformance list` for the ids".to_owned(),
            );
        }
        let doubtful = (self.doubtful.iter())
            .filter(|(_, _, operation)| !ending.unreached.contains(operation))
            .map(|(verdict, counted, _)| (*verdict, counted.clone()));
        let unproven: Vec<_> = self.unproven.iter().cloned().chain(doubtful).collect();
        let mut missing = Vec::new();
        if !self.reaches(ending) {
            missing.push(self.reached(ending));
        }
        for (verdict, what) in UNPROVEN {
            let cases = unproven.iter().filter(|(of, _)| *of == verdict);
            let cases: Vec<Counted> = cases.map(|(_, counted)| counted.clone()).collect();
            if !cases.is_empty() {
                missing.push(format!(
                    "{}: {}",
                    counted(&cases, what),
                    named(&ids(&cases))
                ));
            }
        }
        if !self.behind_known.is_empty() {
            let blocked = named(&self.behind_known);
            missing.push(format!(
                "not proven, since known failures block them: {blocked} (to accept that, name them in the `cases` of the baseline)"
            ));
        }
        if !missing.is_empty() {
            return (ExitCode::NothingProven, missing.join("; "));
        }
        let missing = match ending.reached {
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
        let mut reason = "every selected MUST held".to_owned();
        if self.is_lenient(ending) {
            reason.push_str(&format!("; {}, which --reach allows", self.reached(ending)));
        }
        if self.known > 0 {
            let known = match self.known {
                1 => "1 case".to_owned(),
                more => format!("{more} cases"),
            };
            reason.push_str(&format!(
                ", except in {known} with a known failure of the baseline"
            ));
        }
        let unknown = |count: usize, what: &str| match count {
            1 => format!("; 1 case was {what}, and nothing is known about it"),
            more => format!("; {more} cases were {what}, and nothing is known about them"),
        };
        if !self.waived.is_empty() {
            reason.push_str(&unknown(self.waived.len(), "waived"));
            reason.push_str(&format!(": {}", named(&self.waived)));
        }
        if ending.left_out > 0 {
            reason.push_str(&unknown(ending.left_out, "not selected"));
        }
        (ExitCode::Conformant, reason)
    }
}
