//! `junit.xml`: JUnit XML for CI systems, with one test case for each case.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Report, summary};
use crate::event::{CaseRecord, Verdict};
use crate::exit::ExitCode;

/// Renders the report as JUnit XML, valid by the schema of Jenkins, `junit-10.xsd`. A failed case is a `<failure>`,
/// a broken, blocked, unproven or inconclusive one an `<error>`, a skipped one `<skipped>`, and so is an unproven one that a
/// waiver or `--reach` accepts. A warning is a success with output, a known failure of the baseline is skipped. An incomplete run has an additional `<error>`.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = quick_junit::Report::new("conformance");
    if let Some(end) = &report.end {
        junit.set_time(Duration::from_millis(end.duration_ms));
    }
    let end = report.end.as_ref();
    let is_accepted = end.is_some_and(|end| end.exit.name == ExitCode::Conformant);
    let mut suites: Vec<TestSuite> = Vec::new();
    for case in &report.cases {
        let area = case.id.split('.').next().unwrap_or_default();
        // The cases of an area are not adjacent in the catalogue, and CI systems show only one of two suites with one name.
        let existing = suites.iter().position(|suite| suite.name.as_str() == area);
        let index = existing.unwrap_or_else(|| {
            let mut suite = TestSuite::new(area);
            suite.set_timestamp(report.run.started_at);
            suites.push(suite);
            suites.len() - 1
        });
        suites[index].add_test_case(test_case(case, is_accepted));
    }
    junit.add_test_suites(suites);
    if let Some(why) = summary::incomplete(report) {
        junit.add_test_suite(incomplete_run(report, &why));
    }
    let skipped: usize = (junit.test_suites.iter()).map(|suite| suite.skipped).sum();
    let text = junit.to_string().map_err(io::Error::other)?;
    // The schema has no such attribute of the outermost element, which is the first one with it.
    let text = text.replacen(&format!(" skipped=\"{skipped}\""), "", 1);
    out.write_all(text.as_bytes())
}

/// Builds a suite with one error, which marks the run as incomplete: JUnit XML has no other mark for it.
fn incomplete_run(report: &Report, why: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("incomplete");
    status.set_message(why);
    let reason = report.end.as_ref().map(|end| end.exit.reason.clone());
    status.set_description(reason.unwrap_or_else(|| summary::verdict(report)));
    let mut suite = TestSuite::new("run");
    suite.add_test_case(TestCase::new("run.is_complete", status));
    suite
}

/// Builds the test of a case. A run is accepted if it exits with 0.
fn test_case(case: &CaseRecord, is_accepted: bool) -> TestCase {
    let status = match case.verdict {
        Verdict::Fail | Verdict::Blocked if let Some(known) = &case.known => {
            let mut status = TestCaseStatus::skipped();
            let (until, why) = (known.expires, &known.reason);
            status.set_message(format!(
                "known failure until {until}: {why}: {}",
                case.reason
            ));
            status
        }
        Verdict::Pass | Verdict::Warn => TestCaseStatus::success(),
        Verdict::Unproven if case.waived.is_some() || is_accepted => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(summary::skip_reason(case));
            status
        }
        Verdict::Skip => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(summary::skip_reason(case));
            status
        }
        Verdict::Fail => non_success(NonSuccessKind::Failure, case),
        Verdict::Inconclusive | Verdict::Unproven | Verdict::Blocked | Verdict::Error => {
            non_success(NonSuccessKind::Error, case)
        }
    };
    let mut test = TestCase::new(case.id.as_str(), status);
    // CI systems group tests by this name, and see a package in what precedes its last dot.
    let operation = case
        .operation
        .as_deref()
        .unwrap_or("no operation of the contract");
    test.set_classname(format!("conformance.{}", operation.replace('.', "_")));
    test.set_time(Duration::from_millis(case.duration_ms));
    if case.verdict == Verdict::Warn {
        test.set_system_out(format!("{}: {}", case.level.name(), case.reason));
    }
    test
}

fn non_success(kind: NonSuccessKind, case: &CaseRecord) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(format!("{} {}", case.level.name(), case.verdict.name()));
    status.set_message(case.reason.as_str());
    let mut text = format!("{}\n{}\n", case.clause.source, case.clause.text);
    if let Some(cause) = &case.cause {
        text.push_str(&format!("cause: {cause}\n"));
    }
    if let Some(exchange) = summary::decisive_exchange(case) {
        text.push_str(&exchange.curl);
        text.push('\n');
    }
    status.set_description(text);
    status
}
