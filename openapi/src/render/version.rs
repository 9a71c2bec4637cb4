//! The version that the changes ask for.

use std::io::{self, Write};

use semver::{Prerelease, Version};
use serde::Serialize;

use super::counts;
use super::report::Report;
use crate::Document;
use crate::diff::{Bump, Policy, parse_version};
use crate::shown::visible;

/// What the changes ask of `info.version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The step that they ask for.
    pub asks_for: Bump,
    /// The version of the base.
    pub base: String,
    /// The version of the revision.
    pub revision: String,
    /// The least version that the revision must have; `None` where that of the base is not a semantic version.
    pub least: Option<String>,
    /// Whether the revision has it. Where a version is not a semantic one: whether it is another one, if one is asked for.
    pub is_met: bool,
}

/// Returns what the changes that count ask of the revision's version.
#[must_use]
pub fn suggestion(report: &Report<'_>) -> Suggestion {
    let asks_for = Bump::of(report.diff);
    let [base, revision] = [report.base, report.revision].map(version_of);
    let parsed = parse_version(&base);
    let least = parsed.as_ref().map(|version| asks_for.after(version));
    let is_met = match (&parsed, &least, parse_version(&revision)) {
        (Some(base), Some(least), Some(revision)) => {
            let is_later = match asks_for {
                Bump::None => revision >= *base,
                Bump::Patch | Bump::Minor | Bump::Major => revision > *base,
            };
            is_later && core(&revision) >= core(least)
        }
        _ => asks_for == Bump::None || base != revision,
    };
    Suggestion {
        asks_for,
        base,
        revision,
        least: least.map(|least| least.to_string()),
        is_met,
    }
}

/// Returns a version without its pre-release.
fn core(version: &Version) -> Version {
    Version {
        pre: Prerelease::EMPTY,
        ..version.clone()
    }
}

fn version_of(document: &Document) -> String {
    let version = document.at("/info/version");
    let text = version.and_then(serde_json::Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Writes the suggestion, and whether the revision follows it.
///
/// # Errors
///
/// When the writer fails.
pub fn write_text(
    out: &mut dyn Write,
    report: &Report<'_>,
    suggestion: &Suggestion,
) -> io::Result<()> {
    let base = visible(&suggestion.base);
    let why = match counts::summary(report.diff) {
        none if none.is_empty() => "nothing changed".to_owned(),
        summary => summary,
    };
    let step = suggestion.asks_for.name();
    match &suggestion.least {
        Some(least) => writeln!(out, "{step}: from {base} to at least {least}, for {why}")?,
        None => writeln!(
            out,
            "{step}: from \"{base}\", which is not a semantic version, for {why}"
        )?,
    }
    let is = if suggestion.is_met {
        "which is enough"
    } else {
        "which is not enough"
    };
    writeln!(
        out,
        "`info.version` of the revision is \"{}\", {is}",
        visible(&suggestion.revision)
    )?;
    match counts::policy(report) {
        Some((name, fails)) => writeln!(out, "policy: {}{fails}", visible(name)),
        None => Ok(()),
    }
}

/// Writes the suggestion as one JSON object, with the policy that decided what counts.
///
/// # Errors
///
/// When the writer fails.
pub fn write_json(
    out: &mut dyn Write,
    report: &Report<'_>,
    suggestion: &Suggestion,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Suggested<'a> {
        #[serde(flatten)]
        suggestion: &'a Suggestion,
        #[serde(skip_serializing_if = "Option::is_none")]
        policy_file: Option<&'a str>,
    }
    let policy_file = report.policy.map(Policy::name);
    let suggested = Suggested {
        suggestion,
        policy_file,
    };
    serde_json::to_writer_pretty(&mut *out, &suggested)?;
    writeln!(out)
}
