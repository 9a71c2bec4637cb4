//! Runs of services that have nothing to do with tokens: a shop, sound and broken in sixty ways, side by side with Schemathesis.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::Value;

use crate::error::Error;
use crate::findings;
use crate::report;
use crate::schemathesis::Schemathesis;
use crate::shop::{self, Fault, Shop};

/// What the suite may do to a service that was started for it.
const ALLOWED: &str = "delete";

/// The number of services that are run at a time.
const LANES: usize = 2;

/// A run of the suite against a service.
pub(super) struct Run {
    pub(super) exit: Option<i32>,
    pub(super) seconds: f64,
    /// The findings among the cases that failed or are blocked, each by its causes.
    pub(super) findings: Vec<BTreeSet<String>>,
    /// The operations that were reached, and all.
    pub(super) reached: BTreeSet<String>,
    pub(super) unreached: BTreeSet<String>,
    pub(super) requests: u64,
    pub(super) cases: u64,
    pub(super) reason: String,
}

impl Run {
    /// Runs the suite with a profile, and with more options; the reports are written next to it.
    pub(super) fn new(
        suite: &Path,
        url: &str,
        contract: &Path,
        (profile, more): (&Path, &[&str]),
        environment: &[(String, String)],
    ) -> Result<Run, Error> {
        let folder = profile.with_file_name("report");
        let clock = Instant::now();
        let status = Command::new(suite)
            .args(["run", "--allow", ALLOWED, "--max-seconds", "600"])
            .args(["--target", url, "--contract"])
            .arg(contract)
            .arg("--profile")
            .arg(profile)
            .arg("--report")
            .arg(&folder)
            .args(more)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|error| Error::Io("run the suite", error))?;
        let seconds = clock.elapsed().as_secs_f64();
        let report = report(&folder.join("report.json"))?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let operations = list(&report["end"]["coverage"]["operations"]);
        let (reached, unreached): (Vec<_>, Vec<_>) =
            (operations.iter()).partition(|operation| operation["reached"] == true);
        let names = |operations: Vec<&Value>| {
            let names = operations.into_iter();
            names
                .map(|operation| text(&operation["operation"]))
                .collect()
        };
        Ok(Run {
            exit: status.code(),
            seconds,
            findings: findings::of(&list(&report["cases"])),
            reached: names(reached),
            unreached: names(unreached),
            requests: report["end"]["requests"].as_u64().unwrap_or_default(),
            cases: report["totals"]["cases"].as_u64().unwrap_or_default(),
            reason: text(&report["end"]["exit"]["reason"]),
        })
    }

    /// Returns whether the run names one cause at an operation: a failure, or that the operation alone cannot be reached.
    fn names(&self, fault: &Fault) -> bool {
        let (_, path) = fault.operation.split_once(' ').unwrap_or_default();
        let mut findings = self.findings.iter();
        match (findings.next(), findings.next()) {
            (Some(causes), None) => {
                self.exit == Some(1) && causes.iter().any(|cause| cause.contains(path))
            }
            (None, _) => {
                self.exit == Some(4)
                    && self.unreached.len() == 1
                    && self.unreached.contains(&fault.operation)
            }
            (Some(_), Some(_)) => false,
        }
    }
}

/// What both found of a fault.
struct Compared {
    named: bool,
    noticed: bool,
    findings: Vec<BTreeSet<String>>,
    reason: String,
    theirs: bool,
}

/// Prints the rows of the shop; returns whether the sound one is clean and each fault is named as one cause.
pub(super) fn print(suite: &Path, schemathesis: &Schemathesis) -> Result<bool, Error> {
    let document = PathBuf::from(shop::file("openapi.json"));
    anstream::println!(
        "a shop of 20 operations and five security schemes, from a profile of {} lines",
        profile_lines()
    );
    let sound = shop::start("");
    let ours = Run::new(
        suite,
        &sound.url,
        &document,
        (&sound.profile, &[]),
        &sound.credentials,
    )?;
    let theirs = schemathesis.run("sound", &document, &sound.url, &credentials(&sound))?;
    let mut held = ours.exit == Some(0) && ours.unreached.is_empty();
    anstream::println!(
        "  sound: exit {}, {} of 20 operations reached, {} cases, {} requests, {:.1} s{}",
        ours.exit.unwrap_or(-1),
        ours.reached.len(),
        ours.cases,
        ours.requests,
        ours.seconds,
        if held {
            String::new()
        } else {
            format!("  NO: {}", ours.reason)
        },
    );
    for causes in &ours.findings {
        anstream::println!("    NO: {}", brief(std::slice::from_ref(causes)));
    }
    anstream::println!(
        "  sound, Schemathesis: {} failures, {} of 20 operations reached, {} cases, {:.1} s",
        theirs.failures.len(),
        theirs.reached,
        theirs.cases,
        theirs.seconds,
    );
    drop(sound);
    let faults = shop::faults();
    let compared = compare(suite, schemathesis, &document, &faults)?;
    let mut areas: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (fault, one) in faults.iter().zip(&compared) {
        let counts = areas.entry(&fault.area).or_default();
        counts[0] += 1;
        counts[1] += usize::from(one.named);
        counts[2] += usize::from(one.noticed);
        counts[3] += usize::from(one.theirs);
    }
    anstream::println!(
        "  {:<16} faults  as one cause  noticed  by Schemathesis",
        "area"
    );
    let mut all = [0; 4];
    for (area, counts) in &areas {
        anstream::println!(
            "  {area:<16} {:>6}  {:>12}  {:>7}  {:>15}",
            counts[0],
            counts[1],
            counts[2],
            counts[3]
        );
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    anstream::println!(
        "  {:<16} {:>6}  {:>12}  {:>7}  {:>15}",
        "all",
        all[0],
        all[1],
        all[2],
        all[3]
    );
    for (fault, one) in faults.iter().zip(&compared).filter(|(_, one)| !one.named) {
        anstream::println!("  NO: {} ({}: {})", fault.name, fault.operation, fault.must);
        anstream::println!(
            "      {} findings: {}; {}",
            one.findings.len(),
            brief(&one.findings),
            one.reason
        );
    }
    held &= all[0] == all[1];
    Ok(held)
}

/// Runs both against each fault.
fn compare(
    suite: &Path,
    schemathesis: &Schemathesis,
    document: &Path,
    faults: &[Fault],
) -> Result<Vec<Compared>, Error> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    let work = || -> Result<(), Error> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(fault) = faults.get(number) else {
                return Ok(());
            };
            let broken = shop::start(&fault.name);
            let run = Run::new(
                suite,
                &broken.url,
                document,
                (&broken.profile, &[]),
                &broken.credentials,
            )?;
            drop(broken);
            let broken = shop::start(&fault.name);
            let name = format!("fault-{number}");
            let theirs = schemathesis.run(&name, document, &broken.url, &credentials(&broken))?;
            let compared = Compared {
                named: run.names(fault),
                noticed: run.exit == Some(1) || run.unreached.contains(&fault.operation),
                findings: run.findings,
                reason: run.reason,
                theirs: !theirs.failures.is_empty(),
            };
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(number, compared);
        }
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(work)).collect();
        lanes.into_iter().try_for_each(|lane| {
            lane.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(found.into_values().collect())
}

/// Returns the operator's credentials by scheme.
fn credentials(shop: &Shop) -> Vec<(&str, &str)> {
    testbed::shop::SCHEMES
        .iter()
        .map(|scheme| {
            let variable = format!("SHOP_OPERATOR_{scheme}").to_uppercase();
            let value = (shop.credentials.iter()).find(|(name, _)| *name == variable);
            (*scheme, value.map_or("", |(_, value)| value.as_str()))
        })
        .collect()
}

fn profile_lines() -> usize {
    let text = std::fs::read_to_string(shop::file("profile.toml")).unwrap_or_default();
    text.lines().count()
}

/// Shows the first findings by one cause each.
fn brief(findings: &[BTreeSet<String>]) -> String {
    let first = findings.iter().take(3).filter_map(BTreeSet::first);
    first.map(String::as_str).collect::<Vec<_>>().join(" | ")
}
