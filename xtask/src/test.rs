//! `test`: all tests, and what they need from the system.

use std::process::{Command, Stdio};

use crate::cli::Test;
use crate::exit::{Exit, Failure, Outcome};
use crate::programs;

/// A program that tests run, and Debian's package that holds it.
struct Need {
    /// The command that shows that it is there.
    probe: &'static [&'static str],
    package: &'static str,
    why: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        probe: &["curl", "--version"],
        package: "curl",
        why: "the reference page's cURL sample",
    },
    Need {
        probe: &["node", "--version"],
        package: "nodejs",
        why: "the reference page's JavaScript sample",
    },
    Need {
        probe: &["python3", "-c", "import venv, ensurepip"],
        package: "python3-venv",
        why: "the reference page's Python sample",
    },
];

pub(crate) fn run(arguments: &Test) -> Outcome {
    provide()?;
    let status = programs::cargo()
        .args(["test", "--workspace", "--locked"])
        .args(&arguments.arguments)
        .status()
        .map_err(|error| Failure::unreadable(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// Finds what the tests need; installs what is missing where that is allowed; else names it.
fn provide() -> Result<(), Failure> {
    let missing = || {
        NEEDS
            .iter()
            .filter(|need| !succeeds(need.probe))
            .collect::<Vec<_>>()
    };
    let first = missing();
    if first.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = first.iter().map(|need| need.package).collect();
    if rustix::process::geteuid().is_root() && succeeds(&["apt-get", "--version"]) {
        anstream::println!(
            "test: installing {} from Debian's packages",
            packages.join(" ")
        );
        let apt = |arguments: &[&str]| {
            Command::new("apt-get")
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(&packages);
        if apt(&["update"]) && apt(&install) && missing().is_empty() {
            return Ok(());
        }
    }
    let wanted = missing()
        .iter()
        .map(|need| format!("  {} for {}", need.package, need.why))
        .collect::<Vec<_>>()
        .join("\n");
    Err(Failure::unreadable(format!(
        "the tests need programs that are not here; on Debian install these packages:\n{wanted}"
    )))
}

fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else {
        return false;
    };
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
