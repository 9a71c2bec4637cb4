//! `conformance run`: a deployment through the catalogue, and the reports of it.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use conformance::cases;
use conformance::client::Client;
use conformance::contract::Contract;
use conformance::deployment::Deployment;
use conformance::exit::ExitCode;
use conformance::profile::{Credentials, Profile};
use conformance::report::{self, Report, ReportError};
use conformance::runner::{self, Plan};

use crate::RunArguments;

/// Runs the suite.
pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return refuse(
                ExitCode::Broken,
                &format!("the runtime could not be started: {error}"),
            );
        }
    };
    let deployment = match deployment(arguments) {
        Ok(deployment) => deployment,
        Err((code, problem)) => return refuse(code, &problem),
    };
    // Before anything is sent: a run whose reports cannot be written is not worth its traces on the deployment.
    if let Err(error) = std::fs::create_dir_all(&arguments.report) {
        let problem = ReportError::Write {
            path: arguments.report.clone(),
            source: error,
        };
        return refuse(ExitCode::Usage, &problem);
    }
    let catalogue = cases::catalogue();
    let plan = Plan {
        cases: Plan::select(&catalogue, &arguments.filter),
        catalogue: catalogue.len(),
        filter: arguments.filter.clone(),
        allow: arguments.allow,
        strict: arguments.strict,
        jobs: arguments.jobs.into(),
    };
    let mut events = Vec::new();
    let code = runtime.block_on(runner::run(&deployment, &plan, interrupted(), |event| {
        events.push(event);
    }));
    let order: Vec<&str> = catalogue.iter().map(|case| case.id).collect();
    let Some(report) = Report::gather(events, &order) else {
        return refuse(
            ExitCode::Broken,
            &"the run did not even start: a defect of the suite, please report it",
        );
    };
    match publish(&arguments.report, &report, &deployment) {
        Ok(()) => code,
        Err(error) => refuse(ExitCode::Broken, &error),
    }
}

fn deployment(arguments: &RunArguments) -> Result<Arc<Deployment>, (ExitCode, String)> {
    let usage = |error: &dyn Display| (ExitCode::Usage, error.to_string());
    let (profile, text) = Profile::load(&arguments.profile).map_err(|error| usage(&error))?;
    let credentials =
        Credentials::resolve(&profile, &arguments.profile, &text).map_err(|error| usage(&error))?;
    let client =
        Client::new(&arguments.target, &profile.timeouts).map_err(|error| usage(&error))?;
    let contract = Contract::published().map_err(|error| (ExitCode::Broken, error.to_string()))?;
    Ok(Deployment::new(profile, credentials, contract, client))
}

/// Resolves when the user or the system asks the run to end.
async fn interrupted() {
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

/// Writes the files, then the report for the terminal.
fn publish(folder: &Path, report: &Report, deployment: &Deployment) -> Result<(), ReportError> {
    let secrets = &deployment.secrets;
    let mut json = Vec::new();
    let path = folder.join("report.json");
    report::json::render(report, &mut json).map_err(|source| ReportError::Write {
        path: path.clone(),
        source,
    })?;
    report::write(&path, &json, secrets)?;
    let mut junit = Vec::new();
    let path = folder.join("junit.xml");
    report::junit::render(report, &mut junit).map_err(|source| ReportError::Write {
        path: path.clone(),
        source,
    })?;
    report::write(&path, &junit, secrets)?;

    let mut terminal = Vec::new();
    let path = Path::new("the terminal");
    let failed = |source| ReportError::Write {
        path: path.to_owned(),
        source,
    };
    report::terminal::render(report, &mut terminal).map_err(failed)?;
    if let Some(secret) = secrets
        .found_in(&String::from_utf8_lossy(&terminal))
        .into_iter()
        .next()
    {
        return Err(ReportError::Secret {
            path: path.to_owned(),
            secret,
        });
    }
    // Nobody may be reading any more; the files are written all the same.
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(&terminal);
    let _ = writeln!(
        out,
        "  reports: {} and {}",
        folder.join("report.json").display(),
        folder.join("junit.xml").display()
    );
    Ok(())
}

fn refuse(code: ExitCode, problem: &dyn Display) -> ExitCode {
    let _ = writeln!(anstream::stderr(), "conformance: {problem}");
    code
}
