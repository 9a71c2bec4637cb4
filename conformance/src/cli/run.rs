//! `conformance run`: runs the cases against a deployment and writes the reports.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use conformance::case::Effect;
use conformance::cases;
use conformance::deployment::pace::{Limits, MAX_SECONDS};
use conformance::exit::ExitCode;
use conformance::redact::Scan;
use conformance::report::{EventWriter, Report, ReportError};
use conformance::runner::{self, Plan};
use conformance::session::Opening;
use tokio::runtime::Runtime;

use super::progress::Progress;
use super::publish;
use super::render::refuse;

pub(crate) const HELP: &str = "Examples:
  conformance run --target https://staging.example.com --profile staging.toml --report reports --allow revokes
  conformance run --target http://127.0.0.1:8080 --profile local.toml --report reports --allow revokes --filter revocation.
  conformance run --target http://127.0.0.1:8080 --profile local.toml --report reports

The report folder gets report.html for people, report.json for machines, junit.xml for CI systems, summary.md for a
pull request, and events.ndjson, which is written while the run goes on.";

/// The target, its profile and contract, and the limits of requests.
#[derive(Debug, clap::Args)]
struct TargetArguments {
    /// The deployment's base URL, such as https://staging.example.com.
    #[arg(long, value_name = "URL")]
    target: String,
    /// The deployment's profile, in TOML; `conformance schema profile` describes it.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// The contract, an OpenAPI document (JSON or YAML), in place of the published revoke operation. Cases are derived
    /// from each of its operations; the catalogue is run as well if it has the revoke operation.
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
    /// You may test HOST: needed for a target on another machine that the profile's `hosts` does not name.
    #[arg(long, value_name = "HOST")]
    i_own: Vec<String>,
    /// The most requests to send, clean-up included; the remaining cases are then skipped.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// The most requests a second.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// The most seconds of the cases; the remaining ones are then skipped. The clean-up follows.
    #[arg(long, value_name = "N", default_value_t = MAX_SECONDS, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    max_seconds: u32,
}

impl TargetArguments {
    fn opening(&self) -> Opening<'_> {
        Opening {
            target: &self.target,
            profile: &self.profile,
            contract: self.contract.as_deref(),
            own: &self.i_own,
            limits: Limits {
                max_requests: self.max_requests,
                rate: self.rate,
                max_seconds: Some(self.max_seconds),
            },
        }
    }
}

/// What to run, how, and where to write the reports.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    /// The folder for the reports, created if it does not exist. Reports of an earlier run are replaced.
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
    /// Run only cases whose id contains TEXT, such as `revocation.`; may be given more than once.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Let a failed SHOULD make the run fail as well.
    #[arg(long)]
    strict: bool,
    /// The most that a case may do. safe: nothing that could change state, even on a broken deployment; risks: requests
    /// that a correct deployment refuses; revokes: mint disposable tokens and revoke them. Each includes the ones before
    /// it. Other cases are skipped, so only `revokes` can prove a deployment conformant.
    #[arg(long, value_enum, default_value_t = Effect::Safe, value_name = "EFFECT", verbatim_doc_comment)]
    allow: Effect,
    /// The number of cases that run at the same time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Report failures to GitHub Actions: annotations on standard output, and a summary of the job.
    #[arg(long, value_enum, default_value_t = Annotations::Auto, value_name = "WHEN")]
    annotations: Annotations,
    /// Shuffle the order of the cases; the same number gives the same order.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Annotations {
    /// If GITHUB_ACTIONS is `true`.
    Auto,
    /// In every environment.
    Always,
    /// In no environment.
    Never,
}

impl Annotations {
    fn are_wanted(self) -> bool {
        match self {
            Annotations::Auto => std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true"),
            Annotations::Always => true,
            Annotations::Never => false,
        }
    }
}

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(code) => return code,
    };
    let session = match arguments.target.opening().open() {
        Ok(session) => session,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
    let deployment = &session.deployment;
    let catalogue = cases::of(&deployment.contract);
    let selected = Plan::select(&catalogue, &arguments.filter);
    if let Err(problem) = runner::check_waivers(&session, &catalogue, &selected) {
        return refuse(ExitCode::Usage, &problem);
    }
    // Before anything is sent: a run without reports is not worth its traces on the deployment.
    let stream = publish::prepare(&arguments.report).and_then(|()| {
        let deployment = Arc::clone(deployment);
        let scan = move || Scan::from_secrets(&deployment.secrets);
        EventWriter::start(&publish::events_path(&arguments.report), scan)
    });
    let stream = match stream {
        Ok(stream) => stream,
        Err(error) => return refuse(ExitCode::Usage, &error),
    };
    let plan = Plan {
        cases: selected,
        catalogue: catalogue.len(),
        filter: arguments.filter.clone(),
        allow: arguments.allow,
        strict: arguments.strict,
        jobs: arguments.jobs.into(),
        seed: arguments.seed,
    };
    let mut progress = Progress::new();
    let code = runtime.block_on(runner::run(&session, &plan, interrupted(), |event| {
        progress.update(&event);
        stream.send(event);
    }));
    let (events, streamed) = stream.finish();
    let order: Vec<&str> = catalogue.iter().map(|case| case.id).collect();
    let Some(report) = Report::from_events(events, &order) else {
        return refuse(
            ExitCode::Broken,
            &"the run did not even start: a defect of the suite, please report it",
        );
    };
    let mut problems: Vec<ReportError> = streamed.err().into_iter().collect();
    problems.extend(publish::publish(
        &arguments.report,
        &report,
        &Scan::from_secrets(&deployment.secrets),
        arguments.annotations.are_wanted(),
    ));
    // Whatever the verdict, a run without its reports is not a pass.
    (problems.iter()).fold(code, |_, problem| refuse(ExitCode::Broken, problem))
}

/// Starts the runtime of exchanges. A failure is printed, and the error is the code to exit with.
pub(crate) fn runtime() -> Result<Runtime, ExitCode> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(|error| {
        let problem = format!("the runtime could not be started: {error}");
        refuse(ExitCode::Broken, &problem)
    })
}

/// Resolves when a signal asks the run to end. A second signal ends it without the clean-up.
async fn interrupted() {
    asked_to_end().await;
    let _ = writeln!(
        anstream::stderr(),
        "conformance: interrupted; revoking the minted tokens (interrupt again to exit at once, which may leave live tokens)"
    );
    tokio::spawn(async {
        asked_to_end().await;
        std::process::exit(ExitCode::Broken.code().into());
    });
}

/// Resolves at the next signal that asks the process to end.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler, the default action of the signal ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
