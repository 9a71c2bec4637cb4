//! Real pairs of documents: what a comparison finds, how much of it helps a reader, and what it costs beside parsing.

use std::path::Path;

use openapi::cli::{Exit, Failure, Outcome, read};
use openapi::diff::{Change, Class, Kind, Part, compare};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use testbed::inputs::{self, Pair};

use crate::documents;
use crate::measure::{Cost, best_of};

/// The number of runs of a pair that takes no longer than [`LONG`]; the cheapest counts.
const RUNS: u32 = 3;
/// The processor time of a pair that is run once, in seconds.
const LONG: f64 = 2.0;

/// The limit for the median cost of a comparison, as a multiple of the cost of parsing both texts.
const MOST_TIMES: f64 = 3.0;

/// The names of the classes in the order in which they are printed.
const CLASSES: [&str; 5] = ["breaking", "unproven", "warning", "additive", "docs"];

/// The number of entries of a comparison.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    by_class: [usize; CLASSES.len()],
    /// Breaking and additive entries that only say that something accepts or sends more or less, and unproven ones that
    /// only say that it differs.
    causeless: [usize; CLASSES.len()],
    /// Breaking entries without a value that shows the break.
    witnessless: usize,
}

impl Counts {
    fn of(changes: &[Change]) -> Self {
        let mut counts = Self::default();
        for change in changes {
            let class = CLASSES.iter().position(|name| *name == change.class.name());
            let Some(class) = class else {
                continue;
            };
            counts.by_class[class] += 1;
            counts.causeless[class] += usize::from(is_causeless(change));
            let is_breaking = change.class == Class::Breaking;
            counts.witnessless += usize::from(is_breaking && change.witness.is_none());
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        for index in 0..CLASSES.len() {
            self.by_class[index] += other.by_class[index];
            self.causeless[index] += other.causeless[index];
        }
        self.witnessless += other.witnessless;
    }

    fn line(&self) -> String {
        let classes = self.by_class.map(|count| format!("{count:>9}")).concat();
        let causeless: usize = self.causeless.iter().sum();
        format!("{classes} {causeless:>10} {:>11}", self.witnessless)
    }
}

/// Returns whether a change compares schemas as wholes and names nothing in them: its message ends with the words of the
/// comparison, where others go on with what differs.
fn is_causeless(change: &Change) -> bool {
    let last = change.message.parts().last();
    change.rule.kind == Kind::Schema && matches!(last, Some(Part::Text(_)))
}

/// Prints the figures of every pair, and of all.
pub(super) fn run() -> Outcome {
    let pairs = inputs::pairs().map_err(|error| Failure::unreadable(error.to_string()))?;
    let Some(pairs) = pairs else {
        return Ok(Exit::Success);
    };
    let names = CLASSES.map(|class| format!("{class:>9}")).concat();
    anstream::println!(
        "real pairs of documents (× is the CPU time beside that of parsing both texts)"
    );
    anstream::println!(
        "{:<28}{names} {:>10} {:>11} {:>7} {:>8} {:>6}",
        "pair",
        "causeless",
        "witnessless",
        "CPU s",
        "peak MiB",
        "×"
    );
    let mut total = Counts::default();
    let mut ratios = Vec::new();
    let mut seconds = 0.0;
    for pair in &pairs {
        let (cost, counts): (_, Counts) = measured("compare", pair)?;
        let (parsing, ()) = measured("parse", pair)?;
        let ratio = cost.cpu_seconds / parsing.cpu_seconds.max(0.001);
        anstream::println!(
            "{:<28}{} {:>7.2} {:>8.0} {ratio:>6.1}",
            pair.name,
            counts.line(),
            cost.cpu_seconds,
            documents::mebibytes(cost.peak_bytes),
        );
        total.add(&counts);
        seconds += cost.cpu_seconds;
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
    let within = median <= MOST_TIMES;
    let what = format!("{} pairs", pairs.len());
    anstream::println!(
        "{what:<28}{} {seconds:>7.2} {:>8} {median:>6.1} (median; {} {MOST_TIMES})",
        total.line(),
        "",
        if within { "within" } else { "OVER" },
    );
    for (index, class) in CLASSES.iter().enumerate() {
        let (causeless, all) = (total.causeless[index], total.by_class[index]);
        anstream::println!("  {causeless} of {all} {class} entries name no cause");
    }
    Ok(if within { Exit::Success } else { Exit::Failed })
}

/// Runs this program's command on a pair in a separate process, and returns its cost and what it printed.
fn measured<T: DeserializeOwned>(command: &str, pair: &Pair) -> Result<(Cost, T), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::unreadable(format!("cannot {command} {}: {error}", pair.name))
    };
    let this = std::env::current_exe().map_err(|error| failed(&error))?;
    let (base, revision) = (pair.base.to_string_lossy(), pair.revision.to_string_lossy());
    let arguments = [command, &base, &revision];
    let out = documents::folder()?.join("pair.json");
    let mut cost = best_of(1, &this.to_string_lossy(), &arguments, &out)?;
    if cost.cpu_seconds < LONG {
        let again = best_of(RUNS - 1, &this.to_string_lossy(), &arguments, &out)?;
        if again.cpu_seconds < cost.cpu_seconds {
            cost = again;
        }
    }
    let text = std::fs::read_to_string(&out).map_err(|error| failed(&error))?;
    let printed = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    Ok((cost, printed))
}

/// Compares two documents and prints the counts, as JSON.
pub(super) fn compare_pair(base: &Path, revision: &Path) -> Outcome {
    let counts = Counts::of(&compare(&read(base)?, &read(revision)?).changes);
    print(&counts)
}

/// Parses the texts of two documents with the parsers that the comparison uses, and does nothing with them.
pub(super) fn parse_pair(base: &Path, revision: &Path) -> Outcome {
    for path in [base, revision] {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::unreadable(format!("cannot read {}: {error}", path.display()))
        };
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        let value: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(&text).map_err(|error| failed(&error))?
        } else {
            let options = serde_saphyr::options! { budget: None, with_snippet: false };
            serde_saphyr::from_str_with_options(&text, options).map_err(|error| failed(&error))?
        };
        std::hint::black_box(&value);
    }
    print(&())
}

fn print(printed: &impl Serialize) -> Outcome {
    let text = serde_json::to_string(printed)
        .map_err(|error| Failure::unreadable(format!("cannot print: {error}")))?;
    anstream::println!("{text}");
    Ok(Exit::Success)
}
