//! SARIF 2.1.0, the format of code scanning (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/>).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::counts;
use super::report::{Place, Report};
use crate::diff::{self, Change, Class, Documented, Rule, Ruling, Side};
use crate::position::Position;
use crate::sha256::sha256_hex;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    column_kind: &'static str,
    results: Vec<Finding<'a>>,
    properties: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

/// What SARIF has no place for, and a program may still need.
#[derive(Serialize)]
struct Properties<'a> {
    class: Class,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a Ruling>,
    operations: &'a [String],
    #[serde(rename = "morePlaces", skip_serializing_if = "<[String]>::is_empty")]
    more_places: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<&'a Value>,
}

/// Writes the comparison, followed by a newline.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    write_run(out, std::slice::from_ref(report), properties(report))
}

/// Writes several comparisons as one run: scanners accept one of each tool.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    let documents: Vec<_> = reports.iter().map(properties).collect();
    let verdict = counts::of_all(reports).0.name();
    let of_all = json!({"verdict": verdict, "documents": documents});
    write_run(out, reports, of_all)
}

fn properties(report: &Report<'_>) -> Value {
    let mut properties = json!({
        "verdict": report.diff.verdict().name(),
        "base": report.base.name(),
        "revision": report.revision.name(),
    });
    if let Some(policy) = report.policy {
        properties["policyFile"] = policy.name().into();
    }
    properties
}

fn write_run(out: &mut dyn Write, reports: &[Report<'_>], properties: Value) -> io::Result<()> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    for report in reports {
        let mut repeated: BTreeMap<String, usize> = BTreeMap::new();
        for (change, place) in report.placed() {
            let known = rules.iter().position(|rule| *rule == change.rule);
            let rule_index = known.unwrap_or_else(|| {
                rules.push(change.rule);
                rules.len() - 1
            });
            let name = format!("{}\0{}", change.rule, change.location);
            let same = repeated.entry(name).or_default();
            results.push(finding(report, change, place, rule_index, *same));
            *same += 1;
        }
    }
    let documented = diff::rules();
    let described: Vec<Value> = (rules.into_iter())
        .map(|rule| described(rule, &documented))
        .collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "oasproof",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }}),
            // Positions count characters, not UTF-16's units.
            column_kind: "unicodeCodePoints",
            results,
            properties,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn finding<'a>(
    report: &Report<'_>,
    change: &'a Change,
    place: Place<'_>,
    rule_index: usize,
    repetition: usize,
) -> Finding<'a> {
    let file = report.file_of(place);
    let file = file.as_deref().unwrap_or(report.revision.name());
    let in_revision = Location {
        physical_location: physical(file, place.in_revision()),
        logical_locations: vec![LogicalLocation {
            fully_qualified_name: &change.location,
        }],
        message: None,
    };
    let in_base = Location {
        physical_location: physical(
            &report.name_on(place, Side::Base),
            place.on(Side::Base).position,
        ),
        logical_locations: Vec::new(),
        message: Some(Text {
            text: "What was removed was here".into(),
        }),
    };
    let waived = (change.waived.iter())
        .map(|waived| format!("{} (until {})", waived.reason, waived.expires));
    let decided = counts::decided(change).filter(|_| change.counts_as().is_none());
    let decided = decided.map(|(how, why)| format!("{how}: {why}"));
    let accepted = waived.chain(decided).map(|justification| {
        json!({"kind": "external", "status": "accepted", "justification": justification})
    });
    Finding {
        rule_id: change.rule.to_string(),
        rule_index,
        level: level(change.counts_as().unwrap_or(change.class)),
        message: Text {
            text: change.message.to_string().into(),
        },
        locations: [in_revision],
        related_locations: match place.side {
            Side::Base => vec![in_base],
            Side::Revision => Vec::new(),
        },
        partial_fingerprints: BTreeMap::from([("change/v2", fingerprint(change, repetition))]),
        suppressions: accepted.collect(),
        properties: Properties {
            class: change.class,
            policy: change.policy.as_ref(),
            operations: &change.operations,
            more_places: &change.more_places,
            witness: change.witness.as_ref(),
        },
    }
}

/// Returns a rule with its documentation.
fn described(rule: Rule, documented: &[Documented]) -> Value {
    let id = rule.to_string();
    let mut described = json!({"id": id});
    if let Some(known) = documented.iter().find(|known| known.rule == rule) {
        described["shortDescription"] = json!({"text": known.means});
        described["fullDescription"] = json!({"text": known.why});
        described["help"] = json!({"text": known.why});
        if let Some(gravest) = known.classes.first() {
            described["defaultConfiguration"] = json!({"level": level(*gravest)});
        }
    }
    described
}

fn level(class: Class) -> &'static str {
    match class {
        Class::Breaking => "error",
        Class::Unproven | Class::Warning => "warning",
        Class::Additive | Class::Docs => "note",
    }
}

fn physical(file: &str, position: Option<Position>) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(file) },
        region: position.map(|position| Region {
            start_line: position.line,
            start_column: position.column,
        }),
    }
}

/// Returns what identifies a change while lines move and messages are reworded, so that scanners recognise it.
/// `repetition` counts the changes before it that have the same rule and location.
fn fingerprint(change: &Change, repetition: usize) -> String {
    let (rule, location) = (change.rule, &change.location);
    sha256_hex(&format!("{rule}\0{location}\0{repetition}"))
}

/// Returns the URI of a file: relative to the repository, or `file:` for a path from the root. Everything that is not
/// unreserved (RFC 3986 section 2.3) or a slash is percent-encoded, so that a colon makes no scheme and a number sign
/// no fragment.
fn uri(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
