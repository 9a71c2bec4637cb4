//! The results of all cases, counted by kind of edit.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use openapi::diff::Verdict;

use crate::cases::{Case, Compared};

/// The results so far.
pub(crate) struct Tally {
    started: Instant,
    skipped: u64,
    kinds: BTreeMap<String, Counts>,
    slowest: Option<(Duration, u64, String)>,
}

/// The results of one kind of edit.
#[derive(Default)]
struct Counts {
    breaking: u64,
    unproven: u64,
    passed: u64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            skipped: 0,
            kinds: BTreeMap::new(),
            slowest: None,
        }
    }

    /// Returns the number of edits that were compared.
    pub(crate) fn compared(&self) -> u64 {
        let counts = self.kinds.values();
        counts
            .map(|counts| counts.breaking + counts.unproven + counts.passed)
            .sum()
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.kinds.values().any(|counts| counts.passed > 0)
    }

    pub(crate) fn count(&mut self, number: u64, case: Case) {
        let Case::Compared(compared) = case else {
            self.skipped += 1;
            return;
        };
        if self
            .slowest
            .as_ref()
            .is_none_or(|(took, ..)| *took < compared.took)
        {
            self.slowest = Some((compared.took, number, compared.edit.clone()));
        }
        let counts = self.kinds.entry(compared.kind.clone()).or_default();
        match compared.verdict {
            Verdict::Breaking => counts.breaking += 1,
            Verdict::Unproven => counts.unproven += 1,
            Verdict::Identical
            | Verdict::Waived
            | Verdict::LeftOut
            | Verdict::Docs
            | Verdict::Additive
            | Verdict::Warning => {
                counts.passed += 1;
                print_passed(number, &compared);
            }
        }
    }

    pub(crate) fn print(&self) {
        let sum = |of: fn(&Counts) -> u64| self.kinds.values().map(of).sum::<u64>();
        let line = |what: &str, breaking: u64, unproven: u64, passed: u64| {
            anstream::println!("{what:<40} {breaking:>9} {unproven:>9} {passed:>7}");
        };
        anstream::println!(
            "{:<40} {:>9} {:>9} {:>7}",
            "edit",
            "breaking",
            "unproven",
            "passed"
        );
        for (kind, counts) in &self.kinds {
            line(kind, counts.breaking, counts.unproven, counts.passed);
        }
        line(
            "all",
            sum(|counts| counts.breaking),
            sum(|counts| counts.unproven),
            sum(|counts| counts.passed),
        );
        anstream::println!(
            "{} edits compared in {:.0?}; {} cases skipped, because no message shows a break",
            self.compared(),
            self.started.elapsed(),
            self.skipped
        );
        if let Some((took, number, edit)) = &self.slowest {
            anstream::println!("slowest: case {number} took {took:.1?}: {edit}");
        }
    }
}

/// Prints an edit that passed.
fn print_passed(number: u64, compared: &Compared) {
    anstream::println!(
        "passed as {}: case {number}: {}",
        compared.verdict.name(),
        compared.kind
    );
    anstream::println!("    {}", compared.edit);
    if let Some(witness) = &compared.witness {
        let witness: String = witness.to_string().chars().take(300).collect();
        anstream::println!("    breaks: {witness}");
    }
    for entry in &compared.entries {
        let entry: String = entry.chars().take(200).collect();
        anstream::println!("    reported: {entry}");
    }
}
