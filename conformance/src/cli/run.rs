//! `conformance run`: runs the cases against a deployment and writes the reports.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgAction, ValueEnum};
use conformance::baseline::Baseline;
use conformance::case::Effect;
use conformance::cases;
use conformance::contract::Place;
use conformance::deployment::Deployment;
use conformance::deployment::pace::{Limits, MAX_SECONDS};
use conformance::exit::ExitCode;
use conformance::redact::Scan;
use conformance::report::{EventWriter, Report, ReportError, write_scanned};
use conformance::runner::{self, Criterion, Filters, Plan};
use conformance::session::Opening;
use tokio::runtime::Runtime;

use super::progress::Progress;
use super::publish;
use super::render::refuse;
use super::say::say;

/// The end of the short help, which fits into a terminal of 24 lines and 80 columns.
pub(crate) const HELP: &str = "\
Exit codes: 0 conformant, 1 failed, 2 usage, 3 broken, 4 nothing proven
Examples:
  conformance run --target URL --profile FILE --report DIR --allow revokes";

pub(crate) const LONG_HELP: &str = "\
Examples:
  conformance run --target https://staging.example.com --profile staging.toml \\
      --report reports --allow revokes
  conformance run --target http://127.0.0.1:8080 --profile local.toml \\
      --report reports --allow revokes --baseline known.toml \\
      --include method=POST --exclude case=latency.*

The report folder gets report.html for people, report.json for machines,
junit.xml for CI systems, summary.md for a pull request, and events.ndjson,
which is written while the run goes on.";

/// The most requests that a run of the whole catalogue is expected to send.
const EXPECTED_REQUESTS: u32 = 5000;

/// The target, its profile and contract, and the limits of requests.
#[derive(Debug, clap::Args)]
struct TargetArguments {
    /// The deployment's base URL.
    ///
    /// Such as https://staging.example.com.
    #[arg(long, value_name = "URL")]
    target: String,
    /// The deployment's profile, in TOML.
    ///
    /// `conformance schema profile` describes its keys, and `conformance probe` writes a first one.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// Another contract than the published one.
    ///
    /// An OpenAPI document (JSON or YAML), with the files below its folder that it refers to. A URL may be on the target's own
    /// origin, or on a host that --i-own names. Cases are derived from each of its operations; the catalogue is run as well if it
    /// has the revoke operation.
    #[arg(long, value_name = "FILE|URL")]
    contract: Option<Place>,
    /// You may test HOST, which is another machine.
    ///
    /// Needed for a target on another machine that the profile's `hosts` does not name.
    #[arg(long, value_name = "HOST")]
    i_own: Vec<String>,
    /// The most requests to send, clean-up included.
    ///
    /// The remaining cases are then skipped.
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// The most requests a second.
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// The most seconds of the cases [default: 120].
    ///
    /// The remaining cases are then skipped. The clean-up follows. With --rate the default is longer, enough for the catalogue.
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    max_seconds: Option<u32>,
}

impl TargetArguments {
    fn opening(&self) -> Opening<'_> {
        Opening {
            target: &self.target,
            profile: &self.profile,
            contract: self.contract.as_ref(),
            own: &self.i_own,
            limits: Limits {
                max_requests: self.max_requests,
                rate: self.rate,
                max_seconds: Some(self.max_seconds()),
            },
        }
    }

    /// Returns the most seconds of the cases. A low rate needs more than the usual time.
    fn max_seconds(&self) -> u32 {
        let waiting = |rate: u32| EXPECTED_REQUESTS.div_ceil(rate);
        (self.max_seconds).unwrap_or(MAX_SECONDS + self.rate.map_or(0, waiting))
    }

    /// Warns, before anything is sent, of a rate that leaves too little time for the cases.
    fn warn(&self, cases: usize) {
        /// The requests of a case, on average.
        const REQUESTS: u64 = 12;
        let (Some(rate), Some(seconds)) = (self.rate, self.max_seconds) else {
            return;
        };
        let (fit, needed) = (
            u64::from(rate) * u64::from(seconds),
            cases as u64 * REQUESTS,
        );
        if fit < needed {
            say(&format!(
                "--rate {rate} allows {fit} requests in --max-seconds {seconds}, and {cases} cases send about {needed}: those for which no time is left are skipped"
            ));
        }
    }
}

/// What to run, how, and where to write the reports.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    /// The folder for the reports.
    ///
    /// It is created if it does not exist. Reports of an earlier run are replaced.
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
    /// Effects, from safe to delete.
    ///
    /// What a case may do to the deployment at most. safe: nothing that could change state, even on a broken deployment;
    /// risks: requests that a correct deployment refuses; revokes: mint disposable tokens and revoke them; create: create
    /// things by POST, and delete again what the run created; change: also PUT, PATCH and other POST requests to what the run
    /// created; delete: also DELETE, as a test, what the run created. Each includes the ones before it. Nothing else is
    /// changed or deleted, unless the profile calls it `expendable`. Other cases are skipped, so the revoke operation needs
    /// `revokes`, and another contract mostly `delete`.
    #[arg(long, value_enum, default_value_t = Effect::Safe, value_name = "EFFECT", hide_possible_values = true)]
    allow: Effect,
    /// Operations to reach, such as 90% [default: 100%].
    ///
    /// The part of the selected operations. An operation is reached when its ordinary request gets a documented success. What holds in cases about another
    /// operation is `unproven`, and a run with more such operations than this allows exits with 4.
    #[arg(long, value_name = "PERCENT", default_value = "100%", hide_default_value = true, value_parser = percentage)]
    reach: u8,
    /// Let a failed SHOULD fail the run, too.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    filters: FilterArguments,
    /// Known failures, which do not fail the run.
    ///
    /// By cause, in TOML. Each has a reason and a last day. One that no longer fails, or whose last day is over, fails the run.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// After the run, write its failures to the baseline.
    ///
    /// Known ones keep their reasons, those that are gone are removed, and new ones need a reason before the next run.
    #[arg(long, requires = "baseline")]
    write_baseline: bool,
    /// The number of cases that run at the same time.
    #[arg(long, hide_short_help = true, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Shuffle the order of the cases; the same number gives the same order.
    #[arg(long, hide_short_help = true, value_name = "N")]
    seed: Option<u64>,
    /// Report failures to GitHub Actions.
    ///
    /// As annotations on standard output, and as a summary of the job.
    #[arg(long, hide_short_help = true, value_enum, default_value_t = Annotations::Auto, value_name = "WHEN")]
    annotations: Annotations,
    /// Print this help.
    #[arg(short, long, action = ArgAction::HelpShort, hide_short_help = true)]
    help: Option<bool>,
    /// All options in detail, examples, and exit codes.
    #[arg(long, action = ArgAction::HelpLong)]
    help_all: Option<bool>,
}

/// Which cases to run.
#[derive(Debug, clap::Args)]
struct FilterArguments {
    /// Only cases whose id contains TEXT (repeatable).
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Only cases of an operation or tag … (repeatable).
    ///
    /// KIND is operation, tag, method, path or case. operation: the operationId, or method and path; path: a template, or its beginning with `*`; case: an id, or an area
    /// such as `tenancy.*`. Of one kind, one value must fit; of several kinds, each. A case that is about no operation of
    /// the contract fits only `case`.
    #[arg(long, value_name = "KIND=VALUE")]
    include: Vec<Criterion>,
    /// Leave out such cases (repeatable).
    #[arg(long, value_name = "KIND=VALUE")]
    exclude: Vec<Criterion>,
}

impl FilterArguments {
    fn filters(&self) -> Filters {
        Filters {
            texts: self.filter.clone(),
            include: self.include.clone(),
            exclude: self.exclude.clone(),
        }
    }
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

/// Parses a percentage, with or without its sign.
fn percentage(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse();
    let number = number.ok().filter(|number| *number <= 100);
    number.ok_or_else(|| "write a whole percentage from 0% to 100%".to_owned())
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
    let filters = arguments.filters.filters();
    let selected = match filters.select(&deployment.contract, &catalogue) {
        Ok(selected) => selected,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
    let baseline = arguments
        .baseline
        .as_deref()
        .map(|path| Baseline::load(path, arguments.write_baseline, &catalogue));
    let baseline = match baseline.transpose() {
        Ok(baseline) => baseline,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
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
    arguments.target.warn(selected.len());
    say_base_path(deployment);
    let plan = Plan {
        cases: selected,
        catalogue: catalogue.len(),
        filters,
        baseline,
        allow: arguments.allow,
        reach: arguments.reach,
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
    if let (Some(baseline), true) = (&plan.baseline, arguments.write_baseline) {
        let written = write_baseline(baseline, &report, &Scan::from_secrets(&deployment.secrets));
        problems.extend(written.err());
    }
    // Whatever the verdict, a run without its reports is not a pass.
    (problems.iter()).fold(code, |_, problem| refuse(ExitCode::Broken, problem))
}

/// Says which path the requests get, where the contract's servers have another.
fn say_base_path(deployment: &Deployment) {
    let target = deployment.target();
    let said = (deployment.contract.base_path(target)).map(|base_path| base_path.in_words(target));
    for line in said.unwrap_or_default() {
        say(&line);
    }
}

/// Writes the baseline of a run that was not cut off, and says what a person has to do next.
fn write_baseline(baseline: &Baseline, report: &Report, scan: &Scan) -> Result<(), ReportError> {
    let path = baseline.path();
    let known = report.end.as_ref().map_or(&[][..], |end| &end.known);
    let text = baseline.written(&report.cases, known, chrono::Utc::now().date_naive());
    write_scanned(path, text.as_bytes(), scan)?;
    manual::print_line(format_args!(
        "  baseline: {}, {} known failures, {} of them without a reason, which the next run needs",
        path.display(),
        text.matches("[[known]]").count(),
        text.matches("\nreason = \"\"\n").count(),
    ));
    Ok(())
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
    say(
        &"interrupted; revoking the minted tokens (interrupt again to exit at once, which may leave live tokens)",
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
