//! JUnit XML for the test views of CI systems: a test case for each change, one suite for the verdict.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::counts;
use super::report::{Place, Report};
use crate::diff::{Change, Class, Verdict};
use crate::shown::visible;

/// Writes the comparison: what counts as breaking or unproven as failures, what would and does not count as skipped,
/// all else as passed. Where nothing changed there is one test case that passed, since many readers treat an empty suite as an
/// error.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    write_suites(out, [suite(report, report.diff.verdict().name())])
}

/// Writes a suite for each comparison, with the document's name.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    let named = |report: &Report<'_>| {
        let (name, verdict) = (report.revision.name(), report.diff.verdict());
        suite(report, &visible(&format!("{name}: {}", verdict.name())))
    };
    write_suites(out, reports.iter().map(named))
}

fn write_suites(
    out: &mut dyn Write,
    suites: impl IntoIterator<Item = TestSuite>,
) -> io::Result<()> {
    let mut junit = quick_junit::Report::new("oasproof");
    junit.add_test_suites(suites);
    let text = junit.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn suite(report: &Report<'_>, name: &str) -> TestSuite {
    let verdict = report.diff.verdict();
    let mut suite = TestSuite::new(name);
    suite.add_property((XmlString::new("base"), xml(report.base.name())));
    suite.add_property((XmlString::new("revision"), xml(report.revision.name())));
    if let Some((name, fails)) = counts::policy(report) {
        suite.add_property((XmlString::new("policy"), xml(&format!("{name}{fails}"))));
    }
    for (change, place) in report.placed() {
        suite.add_test_case(test_case(report, change, place));
    }
    if verdict == Verdict::Identical {
        let mut same = TestCase::new("both mean the same", TestCaseStatus::success());
        same.set_classname("identical");
        suite.add_test_case(same);
    } else {
        suite.set_system_out(xml(&counts::summary(report.diff)));
    }
    suite
}

fn test_case(report: &Report<'_>, change: &Change, place: Place<'_>) -> TestCase {
    let rule = change.rule.to_string();
    let mut status = match (change.counts_as(), change.class) {
        (Some(class @ (Class::Breaking | Class::Unproven)), _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(class.name());
            status.set_description(description(report, change, place));
            status
        }
        (None, Class::Breaking | Class::Unproven) => TestCaseStatus::skipped(),
        (_, Class::Breaking | Class::Unproven | Class::Warning | Class::Additive | Class::Docs) => {
            TestCaseStatus::success()
        }
    };
    let mut message = change.message.to_string();
    if let Some((how, why)) = counts::decided(change) {
        message = format!("{message}: {}, {how}: {why}", change.class.name());
    }
    if let Some(waived) = &change.waived {
        message = format!(
            "{message}: waived until {}: {}",
            waived.expires, waived.reason
        );
    }
    status.set_message(xml(&message));
    let passed = matches!(status, TestCaseStatus::Success { .. });
    let name = xml(&format!("{rule} {}", change.shown_location()));
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{rule}", change.class.name()));
    if passed {
        let description = description(report, change, place);
        case.set_system_out(format!("{}\n{description}", visible(&message)));
    }
    if let Some(file) = report.file_of(place) {
        case.extra.insert(XmlString::new("file"), xml(&file));
        if let Some(position) = place.in_revision() {
            let line = XmlString::new(position.line.to_string());
            case.extra.insert(XmlString::new("line"), line);
        }
    }
    case
}

/// Returns the location, a witness, and all places and operations: a file has room for every line.
fn description(report: &Report<'_>, change: &Change, place: Place<'_>) -> String {
    let (location, shown) = (change.shown_location(), report.shown(place));
    let mut lines = vec![format!("at {location} ({shown})")];
    if let Some(witness) = change.shown_witness() {
        lines.push(format!("for example {witness}"));
    }
    let more = change.more_places.iter();
    lines.extend(more.map(|place| format!("and at {place}")));
    let operations = change.operations.iter();
    lines.extend(operations.map(|operation| format!("in {operation}")));
    let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
    lines.join("\n")
}

/// Returns one line of text without the characters that XML 1.0 section 2.2 does not allow.
fn xml(text: &str) -> XmlString {
    XmlString::new(visible(text))
}
