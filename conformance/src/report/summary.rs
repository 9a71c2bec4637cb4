//! The parts of a report that several formats show: findings, skipped cases, the slowest cases, coverage, and the
//! sources of the credentials in curl commands.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use openapi::waiver::Waived;

use crate::case::Level;
use crate::coverage::{Coverage, CoveredOperation};
use crate::deployment::reach::Unreached;
use crate::event::{CaseRecord, ExchangeRecord, RunFooter, RunHeader, StepRecord, Verdict};
use crate::profile::{Role, caller_variable, variable, variable_of};

/// Says which path the requests got, where the contract's servers have one.
pub(crate) fn base_path(run: &RunHeader) -> Vec<String> {
    let base_path = run.base_path.as_ref();
    base_path.map_or_else(Vec::new, |base_path| base_path.in_words(&run.target))
}

/// The verdicts of findings, worst first.
const FINDINGS: [Verdict; 5] = [
    Verdict::Fail,
    Verdict::Error,
    Verdict::Blocked,
    Verdict::Inconclusive,
    Verdict::Warn,
];

/// A case that failed, warned, broke, was blocked or could not be decided, and the others with the same cause.
pub(crate) struct Finding<'a> {
    /// The worst of the cases, by verdict and level; of several, the first that met the cause.
    pub(crate) case: &'a CaseRecord,
    /// The other cases.
    pub(crate) others: Vec<&'a CaseRecord>,
}

impl Finding<'_> {
    /// Returns ` and 2 more, 1 of them blocked` when the finding is about several cases.
    pub(crate) fn and_more(&self) -> String {
        let is_blocked = |case: &&&CaseRecord| case.verdict == Verdict::Blocked;
        let blocked = self.others.iter().filter(is_blocked).count();
        match (self.others.len(), blocked) {
            (0, _) => String::new(),
            (others, 0) => format!(" and {others} more"),
            (others, _) if self.case.verdict == Verdict::Blocked => format!(" and {others} more"),
            (others, blocked) => format!(" and {others} more, {blocked} of them blocked"),
        }
    }

    /// Returns the cause, if several cases have it, or if it blocked the case: what was wrong in all of them. A fault that
    /// several operations show has several.
    pub(crate) fn cause(&self) -> Option<String> {
        let cause = self.case.cause.as_deref()?;
        if self.others.is_empty() && self.case.verdict != Verdict::Blocked {
            return None;
        }
        let mut causes = vec![cause];
        for cause in self.others.iter().filter_map(|case| case.cause.as_deref()) {
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
        let rest = causes.len().saturating_sub(CAUSES);
        causes.truncate(CAUSES);
        let more = (rest > 0).then(|| format!("and {rest} more"));
        let causes: Vec<&str> = causes.into_iter().chain(more.as_deref()).collect();
        Some(causes.join("; "))
    }

    /// Returns whether a case that did not pass has the same cause as one of the finding's cases, or the same fault.
    fn is_about(&self, case: &CaseRecord) -> bool {
        let mut cases = std::iter::once(self.case).chain(self.others.iter().copied());
        cases.any(|own| match (&own.cause, &case.cause) {
            _ if own.fault.is_some() && own.fault == case.fault => true,
            (Some(cause), Some(other)) => cause == other,
            (None, None) => own.verdict == case.verdict && own.reason == case.reason,
            (_, _) => false,
        })
    }

    /// Returns what the finding says about its clause: nothing if the clause is broken, and otherwise that it was not checked.
    pub(crate) fn undecided(&self) -> &'static str {
        match self.case.verdict {
            Verdict::Blocked => "not decided: ",
            Verdict::Pass
            | Verdict::Fail
            | Verdict::Warn
            | Verdict::Skip
            | Verdict::Inconclusive
            | Verdict::Unproven
            | Verdict::Error => "",
        }
    }

    /// Returns the ids of the first of the other cases, and the number of the rest.
    pub(crate) fn other_ids(&self) -> String {
        let ids: Vec<&str> = self
            .others
            .iter()
            .take(OTHERS)
            .map(|case| case.id.as_str())
            .collect();
        match self.others.len() - ids.len() {
            0 => ids.join(" "),
            rest => format!("{} and {rest} more", ids.join(" ")),
        }
    }
}

/// The number of other cases of a finding that are named.
const OTHERS: usize = 8;

/// The number of causes of a finding that are named.
const CAUSES: usize = 3;

/// Returns the findings, worst first. Cases with the same cause or fault are one finding, and so are cases without a cause and
/// with the same reason: when the target is unreachable, every case has the same error. The known failures of the baseline are
/// none.
pub(crate) fn findings(report: &Report) -> Vec<Finding<'_>> {
    let mut findings: Vec<Finding<'_>> = Vec::new();
    let open = || report.cases.iter().filter(|case| case.known.is_none());
    for verdict in FINDINGS {
        let mut cases: Vec<&CaseRecord> = open().filter(|case| case.verdict == verdict).collect();
        // A case that met the cause shows it; those that were not run for it do not.
        cases.sort_by_key(|case| (case.level, case.cause.is_none()));
        for case in cases {
            let Some(first) = findings.iter().position(|one| one.is_about(case)) else {
                findings.push(Finding {
                    case,
                    others: Vec::new(),
                });
                continue;
            };
            // The case may join two findings: one has its cause, the other one its fault.
            for later in (first + 1..findings.len()).rev() {
                if findings[later].is_about(case) {
                    let joined = findings.remove(later);
                    findings[first].others.push(joined.case);
                    findings[first].others.extend(joined.others);
                }
            }
            findings[first].others.push(case);
        }
    }
    findings
}

/// Returns the step that decided a case that did not pass: the last one that did not hold, since most cases end with it.
pub(crate) fn decisive_step(case: &CaseRecord) -> Option<&StepRecord> {
    case.steps.iter().rfind(|step| !step.held)
}

/// Returns the exchange that decided a case: the one that the failed step checked.
pub(crate) fn decisive_exchange(case: &CaseRecord) -> Option<&ExchangeRecord> {
    case.exchanges.get(decisive_step(case)?.exchange?)
}

/// The cases that were skipped, or proved nothing, for one reason.
pub(crate) struct Skipped<'a> {
    /// Their verdict.
    pub(crate) verdict: Verdict,
    /// The reason why they prove nothing.
    pub(crate) reason: &'a str,
    /// The waiver, if the profile has one for them.
    pub(crate) waived: Option<&'a Waived>,
    /// The cases, in the order of the catalogue.
    pub(crate) cases: Vec<&'a CaseRecord>,
}

/// Returns the reason why a case was skipped, followed by its waiver.
pub(crate) fn skip_reason(case: &CaseRecord) -> String {
    with_waiver(&case.reason, case.waived.as_ref())
}

fn with_waiver(reason: &str, waived: Option<&Waived>) -> String {
    match waived {
        Some(waived) => format!(
            "{reason}; waived until {}: {}",
            waived.expires, waived.reason
        ),
        None => reason.to_owned(),
    }
}

impl Skipped<'_> {
    /// Returns the reason, followed by the waiver.
    pub(crate) fn reason(&self) -> String {
        with_waiver(self.reason, self.waived)
    }

    /// Returns the ids of the cases, separated by spaces.
    pub(crate) fn ids(&self) -> String {
        let ids: Vec<&str> = self.cases.iter().map(|case| case.id.as_str()).collect();
        ids.join(" ")
    }
}

/// The days from a run to the expiry of the waivers that its report suggests.
const WAIVED_DAYS: u64 = 90;

/// Returns waivers in TOML, for the profile, of the skipped cases that have none and can have one.
pub(crate) fn suggested_waivers(report: &Report) -> Vec<String> {
    let skipped = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skip);
    let open = skipped.filter(|case| case.waivable && case.waived.is_none());
    let expires = report.run.started_at.date_naive() + chrono::Days::new(WAIVED_DAYS);
    let waiver = |case: &CaseRecord| {
        let [id, reason] = [&case.id, &case.reason].map(|text| toml::Value::String(text.clone()));
        format!("[[waiver]]\ncase = {id}\nreason = {reason}\nexpires = {expires}\n")
    };
    open.map(waiver).collect()
}

/// Returns the skipped cases, and those that proved nothing although their operation was reached, by verdict, reason and waiver;
/// those without a waiver first.
pub(crate) fn skips(report: &Report) -> Vec<Skipped<'_>> {
    let mut skips: Vec<Skipped<'_>> = Vec::new();
    let skipped = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skip);
    for case in skipped.chain(unproven(report)) {
        let waived = case.waived.as_ref();
        let key = (case.verdict, case.reason.as_str(), waived);
        let alike = |skip: &&mut Skipped<'_>| (skip.verdict, skip.reason, skip.waived) == key;
        match skips.iter_mut().find(alike) {
            Some(skip) => skip.cases.push(case),
            None => skips.push(Skipped {
                verdict: case.verdict,
                reason: &case.reason,
                waived,
                cases: vec![case],
            }),
        }
    }
    skips.sort_by_key(|skip| skip.waived.is_some());
    skips
}

/// Returns the cases that proved nothing although their operation was reached.
pub(crate) fn unproven(report: &Report) -> impl Iterator<Item = &CaseRecord> {
    let unreached: BTreeSet<&str> = unreached(report).into_iter().map(|(one, _)| one).collect();
    report.cases.iter().filter(move |case| {
        let operation = case.operation.as_deref().unwrap_or_default();
        case.verdict == Verdict::Unproven && !unreached.contains(operation)
    })
}

/// Counts the cases of level MUST.
pub(crate) fn musts(cases: &[&CaseRecord]) -> usize {
    (cases.iter())
        .filter(|case| case.level == Level::Must)
        .count()
}

/// Returns the `count` slowest cases, slowest first.
pub(crate) fn slowest(report: &Report, count: usize) -> Vec<&CaseRecord> {
    let mut cases: Vec<&CaseRecord> = (report.cases.iter())
        .filter(|case| case.duration_ms > 0)
        .collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.duration_ms));
    cases.truncate(count);
    cases
}

/// Returns the coverage of the contract, if the run recorded it.
pub(crate) fn coverage(report: &Report) -> Option<&Coverage> {
    let coverage = &report.end.as_ref()?.coverage;
    (coverage.declared > 0).then_some(coverage)
}

/// Returns in one line how many operations were reached, and how many of their documented statuses were provoked and observed.
pub(crate) fn operations(coverage: &Coverage) -> String {
    let operations = &coverage.operations;
    let sum = |statuses: fn(&CoveredOperation) -> usize| -> usize {
        operations.iter().map(statuses).sum()
    };
    format!(
        "{} of {} reached; of {} documented statuses {} provoked, {} observed",
        operations
            .iter()
            .filter(|operation| operation.reached)
            .count(),
        operations.len(),
        sum(|one| one.documented.len()),
        sum(|one| one.provoked.len()),
        sum(|one| one.observed.len()),
    )
}

/// Returns whether a report shows nothing about some cases: they were not selected, a waiver or a known failure accepts them,
/// or their operation was not reached.
pub(crate) fn is_of_a_part(report: &Report) -> bool {
    let accepted = |case: &CaseRecord| match case.verdict {
        Verdict::Skip | Verdict::Unproven => case.waived.is_some(),
        Verdict::Fail | Verdict::Blocked => case.known.is_some(),
        Verdict::Pass | Verdict::Warn | Verdict::Inconclusive | Verdict::Error => false,
    };
    report.run.selection.left_out() > 0
        || !unreached(report).is_empty()
        || report.cases.iter().any(accepted)
}

/// Returns the operations that were not reached, each with the reason.
pub(crate) fn unreached(report: &Report) -> Vec<(&str, &Unreached)> {
    let coverage = report.end.as_ref().map(|end| &end.coverage);
    let operations = coverage
        .into_iter()
        .flat_map(|coverage| &coverage.operations);
    operations
        .filter_map(|one| Some((one.operation.as_str(), one.unreached.as_ref()?)))
        .collect()
}

/// Returns what derived cases leave out, each with its operations: what is left out of the fewest comes first.
pub(crate) fn left_out(report: &Report) -> Vec<(&str, Vec<&str>)> {
    let coverage = report.end.as_ref().map(|end| &end.coverage);
    let operations = coverage
        .into_iter()
        .flat_map(|coverage| &coverage.operations);
    let mut left_out: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places = BTreeMap::new();
    for operation in operations {
        for what in &operation.left_out {
            let place = *places.entry(what).or_insert(left_out.len());
            if place == left_out.len() {
                left_out.push((what, Vec::new()));
            }
            left_out[place].1.push(&operation.operation);
        }
    }
    left_out.sort_by_key(|(_, operations)| operations.len());
    left_out
}

/// Formats a duration: `850 ms` below one second, `1.2 s` above.
pub(crate) fn duration(milliseconds: u64) -> String {
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    #[expect(clippy::cast_precision_loss, reason = "no run lasts 2^52 milliseconds")]
    let seconds = milliseconds as f64 / 1000.0;
    format!("{seconds:.1} s")
}

/// Returns how many requests a run sent in which time, and how many of them more than once.
pub(crate) fn requests(end: &RunFooter) -> String {
    let of = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut text = count(of(end.requests), "request");
    text.push_str(&format!(" in {}", duration(end.duration_ms)));
    if end.waits > 0 {
        let answers = count(of(end.waits), "answer");
        text.push_str(&format!(
            ", {answers} asked to wait (429 or 503 with Retry-After)"
        ));
    }
    if end.retries > 0 {
        let attempts = count(of(end.retries), "connection attempt");
        text.push_str(&format!(", {attempts} repeated"));
    }
    text
}

/// Formats a number with its noun: `1 case`, `2 cases`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// The source of a user's credential.
pub(crate) struct Credential {
    /// The name of the credential, such as `the operator's token`.
    pub(crate) name: String,
    /// The environment variable that curl commands read it from.
    pub(crate) variable: String,
    /// The file that contains it, relative to the profile's folder; `None` when the profile names the variable.
    pub(crate) file: Option<String>,
}

/// Returns the sources of the credentials that the profile names.
pub(crate) fn credentials(report: &Report) -> Vec<Credential> {
    let tokens = [
        ("operator", "operator", "token"),
        ("expired_operator", "operator", "expired_token"),
        ("member", "member", "token"),
        ("outsider", "outsider", "token"),
    ];
    let credentials = tokens.into_iter().filter_map(|(name, user, key)| {
        let token = report.run.profile.get(user)?.get(key)?;
        let env = token.get("env").and_then(serde_json::Value::as_str);
        let file = token.get("file").and_then(serde_json::Value::as_str);
        Some(Credential {
            name: match key {
                "token" => format!("the {user}'s token"),
                _ => format!("the {user}'s expired token"),
            },
            variable: variable(name, env),
            file: file.map(str::to_owned),
        })
    });
    credentials.chain(callers_credentials(report)).collect()
}

/// Returns the sources of the callers' credentials, by security scheme.
fn callers_credentials(report: &Report) -> Vec<Credential> {
    let mut found = Vec::new();
    for role in Role::ALL {
        let schemes = report
            .run
            .profile
            .pointer(&format!("/callers/{}/security", role.name()));
        for (scheme, source) in schemes
            .and_then(|schemes| schemes.as_object())
            .into_iter()
            .flatten()
        {
            let text = |key: &str| source.get(key).and_then(serde_json::Value::as_str);
            found.push(Credential {
                name: format!("the {}'s credential for {scheme}", role.name()),
                variable: variable_of(text("env"), || caller_variable(role, scheme)),
                file: text("file").map(str::to_owned),
            });
        }
    }
    found
}

/// Returns the exit code with the reason of this run, or that the run was cut off.
pub(crate) fn verdict(report: &Report) -> String {
    match &report.end {
        Some(end) => format!("exit {}: {}", end.exit.code, end.exit.reason),
        None => "cut off: the run did not finish, so this report is not valid".to_owned(),
    }
}

/// Returns why the report is not complete; `None` when it is.
pub(crate) fn incomplete(report: &Report) -> Option<String> {
    if report.complete {
        return None;
    }
    let selected = report.run.selection.selected;
    Some(format!(
        "only {} of {selected} selected cases were decided",
        report.cases.len()
    ))
}
