//! The cost of comparing the largest documents, each with its limit and the figures of oasdiff.

use std::path::{Path, PathBuf};

use openapi::cli::{Exit, Failure, Outcome};
use serde_json::{Map, Value};
use testbed::inputs;

use crate::documents::mebibytes;
use crate::measure::{Cost, best_of};
use crate::{documents, edits};

/// The program that is measured.
const OASPROOF: &str = env!("CARGO_BIN_EXE_oasproof");

/// The number of runs of each input; the cheapest counts.
const RUNS: u32 = 5;

/// The number of runs of each size, where the time of one is compared with that of another.
const GROWTH_RUNS: u32 = 7;

/// The limit for the growth of time, as a multiple of the growth of size.
const MOST_GROWTH: f64 = 1.1;

/// The most entries that six edits may result in.
const MOST_ENTRIES: usize = 10;

/// The most seconds that the comparison of six edits may take.
const MOST_SECONDS_OF_EDITS: f64 = 2.0;

/// The real pair whose recursive unions are the hardest to compare.
const HARDEST: &str = "elastic-far";

/// An input, its limits and the figures of oasdiff.
struct Row {
    what: &'static str,
    base: PathBuf,
    revision: PathBuf,
    most_seconds: f64,
    most_mebibytes: Option<f64>,
    rival: &'static str,
}

/// Measures each document that is here; fails if one is over its limit.
pub(super) fn run() -> Outcome {
    let mut rows = Vec::new();
    if let Some((base, revision)) = documents::stripe()? {
        rows.push(Row {
            what: "Stripe, adjacent versions",
            base,
            revision,
            most_seconds: 1.0,
            most_mebibytes: Some(400.0),
            rival: "oasdiff 101 s, 406 MiB, 11,719 entries",
        });
    }
    let old = documents::github("22.0.0")?;
    let new = documents::github("23.0.2")?;
    if let Some(new) = &new {
        rows.push(Row {
            what: "GitHub 23.0.2 with itself",
            base: new.clone(),
            revision: new.clone(),
            most_seconds: 0.6,
            most_mebibytes: None,
            rival: "oasdiff 4.2 s, 181 MiB",
        });
    }
    if let (Some(old), Some(new)) = (&old, &new) {
        rows.push(Row {
            what: "GitHub 22.0.0 to 23.0.2",
            base: old.clone(),
            revision: new.clone(),
            most_seconds: 3.0,
            most_mebibytes: Some(600.0),
            rival: "",
        });
    }
    let pairs = inputs::pairs().map_err(|error| Failure::unreadable(error.to_string()))?;
    let hardest = pairs.into_iter().flatten();
    if let Some(pair) = hardest.into_iter().find(|pair| pair.name == HARDEST) {
        rows.push(Row {
            what: "Elastic, recursive unions",
            base: pair.base,
            revision: pair.revision,
            most_seconds: 6.0,
            most_mebibytes: None,
            rival: "",
        });
    }
    anstream::println!("cost (release build, cheapest of {RUNS} runs; CPU is user and system)");
    anstream::println!(
        "{:<28} {:>9} {:>9} {:>8} {:>9} {:>8}  limit; rival",
        "input",
        "MiB",
        "CPU s",
        "wall s",
        "peak MiB",
        "entries"
    );
    let mut within = true;
    for row in &rows {
        within &= measured(row)?;
    }
    if let Some(new) = &new {
        let document = document(new)?;
        within &= causes(new, &document)?;
        within &= growth(&document)?;
    }
    Ok(if within { Exit::Success } else { Exit::Failed })
}

/// Returns the cost of the cheapest of `runs` comparisons, and the number of entries that they find.
fn compare(base: &Path, revision: &Path, runs: u32) -> Result<(Cost, usize), Failure> {
    let out = documents::folder()?.join("report.json");
    let (base, revision) = (base.to_string_lossy(), revision.to_string_lossy());
    let arguments = ["diff", &base, &revision, "--format", "json"];
    let cost = best_of(runs, OASPROOF, &arguments, &out)?;
    let text = std::fs::read(&out)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", out.display())))?;
    let report: Value = serde_json::from_slice(&text).map_err(|error| {
        Failure::unreadable(format!("the comparison printed no report: {error}"))
    })?;
    let entries = report["changes"].as_array().map_or(0, Vec::len);
    Ok((cost, entries))
}

/// Measures an input; returns whether it is within its limits.
fn measured(row: &Row) -> Result<bool, Failure> {
    let (cost, entries) = compare(&row.base, &row.revision, RUNS)?;
    let size = mebibytes(size_of(&row.base)? + size_of(&row.revision)?);
    let peak = mebibytes(cost.peak_bytes);
    let within =
        cost.cpu_seconds < row.most_seconds && row.most_mebibytes.is_none_or(|most| peak < most);
    let memory = row
        .most_mebibytes
        .map_or_else(String::new, |most| format!(", {most} MiB"));
    anstream::println!(
        "{:<28} {size:>9.1} {:>9.2} {:>8.2} {peak:>9.0} {entries:>8}  {} {} s{memory}; {}",
        row.what,
        cost.cpu_seconds,
        cost.wall_seconds,
        if within { "within" } else { "OVER" },
        row.most_seconds,
        row.rival
    );
    Ok(within)
}

/// Reads a document in JSON.
fn document(path: &Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::unreadable(format!("{}: {error}", path.display())))
}

/// Compares a document with six edits of it; returns whether they result in few enough entries.
fn causes(base: &Path, document: &Value) -> Result<bool, Failure> {
    let Some(edited) = edits::six(document) else {
        anstream::println!(
            "skipped: {} lacks something that the six edits edit",
            base.display()
        );
        return Ok(true);
    };
    let revision = documents::folder()?.join("six-edits.json");
    documents::write(&revision, edited.to_string().as_bytes())?;
    let (cost, entries) = compare(base, &revision, RUNS)?;
    let within = entries <= MOST_ENTRIES && cost.cpu_seconds < MOST_SECONDS_OF_EDITS;
    anstream::println!(
        "{:<28} {:>9.1} {:>9.2} {:>8.2} {:>9.0} {entries:>8}  {} {MOST_SECONDS_OF_EDITS} s, {MOST_ENTRIES} entries; \
         oasdiff 1,001",
        "six edits in GitHub 23.0.2",
        mebibytes(size_of(base)? + size_of(&revision)?),
        cost.cpu_seconds,
        cost.wall_seconds,
        mebibytes(cost.peak_bytes),
        if within { "within" } else { "OVER" },
    );
    for edit in edits::EDITS {
        anstream::println!("    {edit}");
    }
    Ok(within)
}

/// Compares documents that hold the same paths several times; returns whether the time grows as the size does.
fn growth(document: &Value) -> Result<bool, Failure> {
    let mut sizes = Vec::new();
    for copies in [1_u32, 2, 4, 8] {
        let (base, revision) = multiplied(document, copies)?;
        sizes.push((copies, base, revision, None));
    }
    // All sizes in turn, several times: a disturbance of the machine then affects all of them.
    for _ in 0..GROWTH_RUNS {
        for (_, base, revision, cheapest) in &mut sizes {
            let (cost, entries) = compare(base, revision, 1)?;
            let best: &mut (Cost, usize) = cheapest.get_or_insert((cost, entries));
            if cost.cpu_seconds < best.0.cpu_seconds {
                *best = (cost, entries);
            }
        }
    }
    let mut first: Option<(f64, f64)> = None;
    let mut within = true;
    for (copies, base, revision, cheapest) in &sizes {
        let Some((cost, entries)) = cheapest else {
            continue;
        };
        let size = mebibytes(size_of(base)? + size_of(revision)?);
        let (first_size, first_cpu) = *first.get_or_insert((size, cost.cpu_seconds));
        let ratio = (cost.cpu_seconds / first_cpu) / (size / first_size);
        within &= ratio <= MOST_GROWTH;
        anstream::println!(
            "{:<28} {size:>9.1} {:>9.2} {:>8.2} {:>9.0} {entries:>8}  {} {MOST_GROWTH}: time grew {ratio:.2} times as much as size",
            format!("growth, {copies} × GitHub's paths"),
            cost.cpu_seconds,
            cost.wall_seconds,
            mebibytes(cost.peak_bytes),
            if ratio <= MOST_GROWTH {
                "within"
            } else {
                "OVER"
            },
        );
    }
    Ok(within)
}

/// Writes the document with its paths several times, and the same with one description changed.
fn multiplied(document: &Value, copies: u32) -> Result<(PathBuf, PathBuf), Failure> {
    let mut base = document.clone();
    let mut paths = Map::new();
    for copy in 0..copies {
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            paths.insert(format!("/copy{copy}{path}"), item.clone());
        }
    }
    base["paths"] = Value::Object(paths);
    let mut revision = base.clone();
    revision["info"]["description"] = "another description".into();
    let folder = documents::folder()?;
    let write = |name: String, value: &Value| {
        let path = folder.join(name);
        documents::write(&path, value.to_string().as_bytes()).map(|()| path)
    };
    Ok((
        write(format!("growth-{copies}.base.json"), &base)?,
        write(format!("growth-{copies}.revision.json"), &revision)?,
    ))
}

fn size_of(path: &Path) -> Result<u64, Failure> {
    std::fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", path.display())))
}
