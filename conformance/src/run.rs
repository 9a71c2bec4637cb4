//! `conformance run`: a deployment through the catalogue, and the reports of it.

use std::io::Write;
use std::sync::Arc;

use conformance::cases;
use conformance::exit::ExitCode;
use conformance::redact::Scan;
use conformance::report::{Report, ReportError, Stream};
use conformance::runner::{self, Plan};
use tokio::runtime::Runtime;

use crate::progress::Progress;
use crate::render::refuse;
use crate::{RunArguments, publish};

/// Runs the suite.
pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(code) => return code,
    };
    let deployment = match arguments.target.opening().open() {
        Ok(deployment) => deployment,
        Err(problem) => return refuse(ExitCode::Usage, &problem),
    };
    let catalogue = cases::of(&deployment.contract);
    let selected = Plan::select(&catalogue, &arguments.filter);
    if let Err(problem) = runner::check_waivers(&deployment, &catalogue, &selected) {
        return refuse(ExitCode::Usage, &problem);
    }
    // Before anything is sent: a run whose reports cannot be written is not worth its traces on the deployment.
    let stream = publish::prepare(&arguments.report).and_then(|()| {
        let deployment = Arc::clone(&deployment);
        let scan = move || Scan::of(&deployment.secrets);
        Stream::start(&publish::events(&arguments.report), scan)
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
    let code = runtime.block_on(runner::run(&deployment, &plan, interrupted(), |event| {
        progress.tell(&event);
        stream.tell(event);
    }));
    let (events, streamed) = stream.finish();
    let order: Vec<&str> = catalogue.iter().map(|case| case.id).collect();
    let Some(report) = Report::gather(events, &order) else {
        return refuse(
            ExitCode::Broken,
            &"the run did not even start: a defect of the suite, please report it",
        );
    };
    let mut problems: Vec<ReportError> = streamed.err().into_iter().collect();
    problems.extend(publish::publish(
        &arguments.report,
        &report,
        &Scan::of(&deployment.secrets),
        arguments.annotations.are_wanted(),
    ));
    // What cannot be read cannot be relied on, whatever the verdict.
    (problems.iter()).fold(code, |_, problem| refuse(ExitCode::Broken, problem))
}

/// What exchanges run on. Where it cannot be had that is said, and gives the code to exit with.
pub(crate) fn runtime() -> Result<Runtime, ExitCode> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(|error| {
        let problem = format!("the runtime could not be started: {error}");
        refuse(ExitCode::Broken, &problem)
    })
}

/// Resolves when the run is asked to end. Who asks a second time does not wait for the clean-up.
async fn interrupted() {
    asked_to_end().await;
    let _ = writeln!(
        anstream::stderr(),
        "conformance: interrupted; revoking what was minted (once more ends at once, and may leave tokens behind)"
    );
    tokio::spawn(async {
        asked_to_end().await;
        std::process::exit(ExitCode::Broken.code().into());
    });
}

/// Resolves at the next signal by which the user or the system asks a program to end.
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
    // Without a handler there is nothing to wait for, and the system's own way of ending the process remains.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
