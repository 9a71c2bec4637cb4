//! The catalogue as tests of another project: one test for each case, run by `cargo test`.
//!
//! Copy this file to `tests/conformance.rs` of that project. In its `Cargo.toml`, declare that the file has its own `main`:
//!
//! ```toml
//! [dev-dependencies]
//! conformance = { git = "…" }
//! libtest-mimic = "0.8"
//! tokio = { version = "1", features = ["rt-multi-thread"] }
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! Start the service, and name it and its profile in environment variables:
//!
//! ```console
//! $ CONFORMANCE_TARGET=http://127.0.0.1:8080 CONFORMANCE_PROFILE=local.toml cargo test --test conformance
//! $ CONFORMANCE_TARGET=http://127.0.0.1:8080 CONFORMANCE_PROFILE=local.toml cargo test --test conformance revocation.
//! ```
//!
//! A case that needs more than the profile has is an ignored test, with the reason.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use conformance::case::Effect;
use conformance::cases;
use conformance::deployment::pace::Limits;
use conformance::event::{CaseRecord, Verdict};
use conformance::runner;
use conformance::session::{Opening, Session};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Handle;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("set the variable {name}"));
    let prepared = variable("CONFORMANCE_TARGET").and_then(|target| {
        let profile = PathBuf::from(variable("CONFORMANCE_PROFILE")?);
        let opening = Opening {
            target: &target,
            profile: &profile,
            contract: None,
            own: &[],
            limits: Limits::default(),
        };
        let session = opening.open().map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        Ok((session, runtime))
    });
    let (session, runtime) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            eprintln!("conformance: {problem}");
            return ExitCode::from(2);
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials(&session, runtime.handle()));
    // Revokes the tokens of interrupted cases.
    for token in runtime.block_on(runner::finish(&session)) {
        eprintln!(
            "conformance: token {} of the {} is still live",
            token.token_id, token.owner
        );
    }
    conclusion.exit_code()
}

/// Returns one test for each case of the deployment's contract.
pub(crate) fn trials(session: &Arc<Session>, runtime: &Handle) -> Vec<Trial> {
    (cases::of(&session.deployment.contract).into_iter())
        .map(|case| {
            let (session, runtime) = (Arc::clone(session), runtime.clone());
            let test = move || {
                let decided = runner::run_case(&session, case, Effect::Revokes, false);
                outcome(&runtime.block_on(decided))
            };
            Trial::ignorable_test(case.id, test).with_kind(case.level.name())
        })
        .collect()
}

/// Converts a decided case to the result of its test. A failure shows the reason, the clause and a curl command.
fn outcome(record: &CaseRecord) -> Result<Completion, Failed> {
    match record.verdict {
        Verdict::Pass | Verdict::Warn => Ok(Completion::Completed),
        Verdict::Skip => Ok(Completion::ignored_with(&record.reason)),
        Verdict::Fail
        | Verdict::Inconclusive
        | Verdict::Unproven
        | Verdict::Blocked
        | Verdict::Error => {
            let failed = record.steps.iter().find(|step| !step.held);
            let exchange = failed.and_then(|step| record.exchanges.get(step.exchange?));
            Err(Failed::from(format!(
                "{}\n{}:\n  {}\n{}",
                record.reason,
                record.clause.source,
                record.clause.text,
                exchange.map_or("", |exchange| &exchange.curl)
            )))
        }
    }
}
