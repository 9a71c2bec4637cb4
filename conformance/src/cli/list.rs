//! `conformance list`: the cases of a contract, for people and for machines.

use std::io::Write;

use clap::ValueEnum;
use conformance::cases;
use conformance::contract::{Contract, Place};
use conformance::exit::ExitCode;
use manual::Lines;
use serde_json::json;

use super::render::refuse;

pub(crate) const HELP: &str = "\
Exit codes:
  0  written
  2  usage error, or the contract cannot be used
  3  not written

Examples:
  conformance list
  conformance list --contract openapi.json
  conformance list --format json | jq -r '.[] | select(.level == \"MUST\") | .id'";

/// How the cases are printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Text,
    /// A list of objects.
    Json,
}

/// The least width in which the text of a case is beside its id.
const WIDE: usize = 120;

/// Prints the cases of a contract.
pub(crate) fn list(contract: Option<&Place>, format: Format) -> ExitCode {
    let contract = match contract {
        Some(Place::File(path)) => Contract::load(path),
        Some(Place::Url(url)) => {
            let problem = format!(
                "list sends nothing, so that it cannot fetch {url}\n  Save the document to a file, and give that."
            );
            return refuse(ExitCode::Usage, &problem);
        }
        None => Contract::published(),
    };
    let contract = match contract {
        Ok(contract) => contract,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
    let cases = cases::of(&contract);
    let width = match format {
        Format::Text => manual::columns(&std::io::stdout()),
        Format::Json => None,
    };
    let mut out = anstream::stdout().lock();
    let mut out = Lines::new(&mut out, width);
    let written = match format {
        Format::Text => cases.iter().try_for_each(|case| {
            let text = case.clause.text.split(". ").next().unwrap_or_default();
            let before = match width.is_none_or(|width| width >= WIDE) {
                true => " ",
                false => "\n    ",
            };
            writeln!(
                out,
                "{:<48} {:<6} {:<7}{before}{text}",
                case.id,
                case.level.name(),
                case.effect.name()
            )
        }),
        Format::Json => {
            let cases = cases.iter().map(|case| {
                json!({
                    "id": case.id,
                    "level": case.level,
                    "effect": case.effect,
                    "clause": case.clause,
                    "operation": cases::operation(&contract, case),
                    "covers": case.covers,
                })
            });
            writeln!(out, "{:#}", serde_json::Value::from_iter(cases))
        }
    };
    // A reader may close the pipe early, such as `head`.
    match written {
        Ok(()) => ExitCode::Conformant,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Conformant,
        Err(_) => ExitCode::Broken,
    }
}
