//! `conformance list`: the catalogue, for people and for machines.

use std::io::Write;

use conformance::cases;
use conformance::exit::ExitCode;
use serde_json::json;

use crate::Format;

/// Prints the catalogue.
pub(crate) fn list(format: Format) -> ExitCode {
    let cases = cases::catalogue();
    let mut out = anstream::stdout().lock();
    let written = match format {
        Format::Text => cases.iter().try_for_each(|case| {
            let text = case.clause.text.split(". ").next().unwrap_or_default();
            writeln!(
                out,
                "{:<48} {:<6} {:<7} {text}",
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
                    "covers": case.covers,
                })
            });
            writeln!(out, "{:#}", serde_json::Value::from_iter(cases))
        }
    };
    // A reader that closes the pipe early, such as `head`, has seen what it wanted.
    match written {
        Ok(()) => ExitCode::Conformant,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Conformant,
        Err(_) => ExitCode::Broken,
    }
}
