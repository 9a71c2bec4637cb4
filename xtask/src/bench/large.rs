//! The cost of comparing the largest documents, each beside its limit and the rival's figures.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::measure::{Cost, best_of};
use super::{documents, edits};
use openapi::cli::{Exit, Failure};

/// How often each input is run; the cheapest run counts.
const RUNS: u32 = 5;

/// How often each size is run whose time is held against another's.
const GROWTH_RUNS: u32 = 7;

/// By how much time may grow faster than size.
const MOST_GROWTH: f64 = 1.2;

/// The most entries that six edits may come to.
const MOST_ENTRIES: usize = 10;

const MEBIBYTE: f64 = 1024.0 * 1024.0;

struct Row {
    what: &'static str,
    base: PathBuf,
    revision: PathBuf,
    most_seconds: f64,
    most_mebibytes: Option<f64>,
    rival: &'static str,
}

pub(super) fn run(xtask: &Path) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    if let Some((base, revision)) = documents::stripe()? {
        rows.push(Row {
            what: "Stripe, adjacent versions",
            base,
            revision,
            most_seconds: 3.0,
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
        within &= measured(xtask, row)?;
    }
    if let Some(new) = &new {
        let document = document(new)?;
        within &= causes(xtask, new, &document)?;
        within &= growth(xtask, &document)?;
    }
    Ok(if within { Exit::Success } else { Exit::Failed })
}

/// The cheapest of `runs` comparisons, and how many entries they find.
fn compare(
    xtask: &Path,
    base: &Path,
    revision: &Path,
    runs: u32,
) -> Result<(Cost, usize), Failure> {
    let out = documents::folder()?.join("report.json");
    let (base, revision) = (base.to_string_lossy(), revision.to_string_lossy());
    let arguments = ["openapi", "diff", &base, &revision, "--format", "json"];
    let cost = best_of(runs, xtask, &arguments, &out)?;
    let text = std::fs::read(&out)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", out.display())))?;
    let report: Value = serde_json::from_slice(&text).map_err(|error| {
        Failure::unreadable(format!("the comparison printed no report: {error}"))
    })?;
    let entries = report["changes"].as_array().map_or(0, Vec::len);
    Ok((cost, entries))
}

fn measured(xtask: &Path, row: &Row) -> Result<bool, Failure> {
    let (cost, entries) = compare(xtask, &row.base, &row.revision, RUNS)?;
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

fn document(path: &Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::unreadable(format!("{}: {error}", path.display())))
}

/// Edits of a few causes that reach much of the document: how many entries they come to.
fn causes(xtask: &Path, base: &Path, document: &Value) -> Result<bool, Failure> {
    let Some(edited) = edits::six(document) else {
        anstream::println!("skipped: {} lacks what the six edits edit", base.display());
        return Ok(true);
    };
    let revision = documents::folder()?.join("six-edits.json");
    documents::write(&revision, edited.to_string().as_bytes())?;
    let (cost, entries) = compare(xtask, base, &revision, 1)?;
    let within = entries <= MOST_ENTRIES;
    anstream::println!(
        "{:<28} {:>9.1} {:>9.2} {:>8.2} {:>9.0} {entries:>8}  {} {MOST_ENTRIES} entries; oasdiff 1,001",
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

/// Copies of a document's paths in one document: the time should grow as the size does.
fn growth(xtask: &Path, document: &Value) -> Result<bool, Failure> {
    let mut sizes = Vec::new();
    for copies in [1_u32, 2, 4, 8] {
        let (base, revision) = multiplied(document, copies)?;
        sizes.push((copies, base, revision, None));
    }
    // All sizes in turn, again and again: what disturbs the machine for a while disturbs all of them.
    for _ in 0..GROWTH_RUNS {
        for (_, base, revision, cheapest) in &mut sizes {
            let (cost, entries) = compare(xtask, base, revision, 1)?;
            let known: &mut (Cost, usize) = cheapest.get_or_insert((cost, entries));
            if cost.cpu_seconds < known.0.cpu_seconds {
                *known = (cost, entries);
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

/// The document with its paths several times over, and the same with one description changed.
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

#[allow(clippy::cast_precision_loss)]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE
}
