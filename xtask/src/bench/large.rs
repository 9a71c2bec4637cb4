//! The cost of comparing the largest documents, each beside its limit and the rival's figures.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::documents;
use super::measure::{Cost, best_of};
use crate::exit::{Exit, Failure};

/// How often each input is run; the cheapest run counts.
const RUNS: u32 = 3;

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
        within &= growth(xtask, new)?;
    }
    Ok(if within { Exit::Success } else { Exit::Failed })
}

fn compare(xtask: &Path, base: &Path, revision: &Path) -> Result<(Cost, usize), Failure> {
    let out = documents::folder()?.join("report.json");
    let (base, revision) = (base.to_string_lossy(), revision.to_string_lossy());
    let arguments = ["openapi", "diff", &base, &revision, "--format", "json"];
    let cost = best_of(RUNS, xtask, &arguments, &out)?;
    let text = std::fs::read(&out)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", out.display())))?;
    let report: Value = serde_json::from_slice(&text).map_err(|error| {
        Failure::unreadable(format!("the comparison printed no report: {error}"))
    })?;
    let entries = report["changes"].as_array().map_or(0, Vec::len);
    Ok((cost, entries))
}

fn measured(xtask: &Path, row: &Row) -> Result<bool, Failure> {
    let (cost, entries) = compare(xtask, &row.base, &row.revision)?;
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

/// Copies of a document's paths in one document: the time should grow as the size does.
fn growth(xtask: &Path, document: &Path) -> Result<bool, Failure> {
    let text = std::fs::read_to_string(document).map_err(|error| {
        Failure::unreadable(format!("cannot read {}: {error}", document.display()))
    })?;
    let parsed: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::unreadable(format!("{}: {error}", document.display())))?;
    let mut first: Option<(f64, f64)> = None;
    let mut within = true;
    for copies in [1_u32, 2, 4, 8] {
        let (base, revision) = multiplied(&parsed, copies)?;
        let (cost, entries) = compare(xtask, &base, &revision)?;
        let size = mebibytes(size_of(&base)? + size_of(&revision)?);
        let (first_size, first_cpu) = *first.get_or_insert((size, cost.cpu_seconds));
        let ratio = (cost.cpu_seconds / first_cpu) / (size / first_size);
        within &= ratio <= 1.2;
        anstream::println!(
            "{:<28} {size:>9.1} {:>9.2} {:>8.2} {:>9.0} {entries:>8}  {} 1.2: time grew {ratio:.2} times as much as size",
            format!("growth, {copies} × GitHub's paths"),
            cost.cpu_seconds,
            cost.wall_seconds,
            mebibytes(cost.peak_bytes),
            if ratio <= 1.2 { "within" } else { "OVER" },
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
