//! `pictures`: screenshots of reports for README.md, taken by Chromium.

use std::path::Path;
use std::process::{Command, Stdio};

use openapi::cli::{Exit, Failure, Outcome};

use crate::cli::Pictures;
use crate::{folders, programs};

/// The size of a picture, in pixels.
const SIZE: &str = "--window-size=1000,720";

pub(crate) fn run(arguments: &Pictures) -> Outcome {
    let report = programs::target_directory().join("verify/report.html");
    if !report.is_file() {
        return Err(Failure::unreadable(format!(
            "there is no {}: run `cargo xtask verify` first, which writes it",
            report.display()
        )));
    }
    let folder = folders::temporary()?;
    let differences = folder.path().join("differences.html");
    compare(&differences)?;
    for (page, package, name) in [
        (&differences, "openapi", "diff.png"),
        (&report, "conformance", "report.png"),
    ] {
        let usual = || programs::workspace_root().join(package).join("pictures");
        let into = arguments.into.clone().unwrap_or_else(usual);
        folders::make(&into)?;
        let picture = into.join(name);
        screenshot(page, &picture, folder.path())?;
        anstream::println!("{} written", picture.display());
    }
    Ok(Exit::Success)
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
