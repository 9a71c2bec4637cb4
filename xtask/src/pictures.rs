//! `pictures`: screenshots of reports for README.md, taken by Chromium.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use openapi::cli::{Exit, Failure, Outcome};
use testbed::shop::{self, Shop};

use crate::cli::Pictures;
use crate::folders;
use crate::programs::{self, Program};

/// The size of a picture, in pixels.
const SIZE: &str = "--window-size=1000,720";

/// The fault of the deployment in the picture.
const FAULT: &str = "another shop reads an order";

pub(crate) fn run(arguments: &Pictures) -> Outcome {
    let folder = folders::temporary()?;
    let differences = folder.path().join("differences.html");
    compare(&differences)?;
    let report = failing_run(folder.path())?;
    for (page, package, name) in [
        (&differences, "openapi", "diff.png"),
        (&report, "conformance", "report.png"),
    ] {
        let usual = || programs::workspace_root().join(package).join("pictures");
        let into = arguments.into.clone().unwrap_or_else(usual);
        folders::make(&into)?;
        let picture = into.join(name);
        screenshot(page, &picture, folder.path())?;
        manual::print_line(format_args!("{} written", picture.display()));
    }
    Ok(Exit::Success)
}

/// Runs the suite against the sample service with a fault; returns the path of its report.
fn failing_run(folder: &Path) -> Result<PathBuf, Failure> {
    let suite = programs::build(&[Program::Conformance])?.conformance()?;
    let shop = Shop::start(FAULT).map_err(|error| {
        Failure::unreadable(format!(
            "the sample service does not start: {error}; on Debian install the package nodejs"
        ))
    })?;
    let reports = folder.join("reports");
    let mut run = Command::new(suite);
    run.args(["run", "--allow", "delete", "--target", &shop.url])
        .arg("--contract")
        .arg(shop::file("openapi.json"))
        .arg("--profile")
        .arg(&shop.profile)
        .arg("--report")
        .arg(&reports)
        .envs(shop.credentials.iter().cloned())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match programs::run(&mut run)?.code() {
        Some(1) => Ok(reports.join("report.html")),
        other => Err(Failure::new(
            Exit::Failed,
            format!("the suite exits with {other:?} for a service with the fault \"{FAULT}\""),
        )),
    }
}

/// Writes an HTML page that compares the two documents in the tests of reports.
fn compare(page: &Path) -> Result<(), Failure> {
    let this = std::env::current_exe()
        .map_err(|error| Failure::unreadable(format!("cannot find this program: {error}")))?;
    let pair =
        ["base", "revision"].map(|which| format!("openapi/tests/it/pairs/orders.{which}.yaml"));
    let compared = Command::new(this)
        .current_dir(programs::workspace_root())
        .args([
            "openapi",
            "diff",
            "--fail-on",
            "none",
            "--format",
            "html",
            "--output",
        ])
        .arg(page)
        .args(pair)
        .stdout(Stdio::null())
        .status();
    match compared {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::unreadable(format!(
            "`openapi diff` failed: {status}"
        ))),
        Err(error) => Err(Failure::unreadable(format!(
            "cannot run `openapi diff`: {error}"
        ))),
    }
}

/// Takes a screenshot (PNG) of the top of a page.
fn screenshot(page: &Path, picture: &Path, folder: &Path) -> Result<(), Failure> {
    let failed = |why: String| {
        Failure::unreadable(format!(
            "chromium took no screenshot of {}: {why}",
            page.display()
        ))
    };
    let page = page
        .canonicalize()
        .map_err(|error| failed(error.to_string()))?;
    let output = Command::new("chromium")
        .args([
            "--headless=new",
            "--disable-gpu",
            "--no-first-run",
            "--disable-dev-shm-usage",
        ])
        // Chromium's sandbox does not start for root in a container. The page is ours.
        .args(["--no-sandbox", "--hide-scrollbars", SIZE])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("browser").display()
        ))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(format!("{error}; on Debian install the package chromium")))?;
    if output.status.success() && picture.is_file() {
        Ok(())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
