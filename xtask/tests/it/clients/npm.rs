//! The packages for npm.

use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use testbed::files::Folder;
use testbed::output::{stderr, stdout};
use testbed::reaper::{self, How};

use super::{assert_compares, file};
use crate::dist::{VERSION, dist, stripped, succeed};

/// Makes the packages of both programs.
fn packages(out: &Path) {
    let (_programs, programs) = stripped();
    let programs = programs.to_str().expect("UTF-8");
    succeed(&mut dist(out, &["--only=npm", "--built", programs]));
}

/// Installs packages into a new folder, as users do.
fn install(packages: &[&Path]) -> Folder {
    let folder = Folder::new();
    folder.file("package.json", "{}");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder.path())
        .args(packages)
        .current_dir(folder.path());
    succeed(&mut npm);
    folder
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn npx_runs_the_program_and_passes_its_exit_code_on() {
    let out = testbed::folder().expect("a folder");
    packages(out.path());
    let main = file(out.path(), &format!("oasproof-{VERSION}"), ".tgz");
    let platform = file(out.path(), "oasproof-linux-", ".tgz");
    let folder = install(&[&main, &platform]);
    let mut npx = Command::new("npx");
    npx.args(["--no-install", "oasproof"])
        .current_dir(folder.path());
    assert_compares(&mut npx);

    // Only npm's packages for this platform are missing there.
    let folder = install(&[&main]);
    let launcher = folder.path().join("node_modules/.bin/oasproof");
    let output = Command::new(launcher).arg("rules").output();
    let output = output.expect("the launcher runs");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("cannot find its package oasproof-linux-"),
        "{said}"
    );
}

#[test]
#[ignore = "cargo xtask test --clients"]
fn a_program_that_npm_started_ends_when_its_launcher_is_asked_to_end() {
    let out = testbed::folder().expect("a folder");
    packages(out.path());
    let main = file(
        out.path(),
        &format!("oasproof-conformance-{VERSION}"),
        ".tgz",
    );
    let platform = file(out.path(), "oasproof-conformance-linux-", ".tgz");
    let folder = install(&[&main, &platform]);
    // It accepts requests and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let profile = folder.file(
        "profile.toml",
        "[operator]\ntoken = { env = \"TOKEN\" }\nbusiness_id = \"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\"\n",
    );
    let mut launcher = Command::new(folder.path().join("node_modules/.bin/conformance"));
    let reports = folder.path().join("reports");
    launcher
        .args(["run", "--target", &url, "--profile", &profile, "--report"])
        .arg(reports)
        .env("TOKEN", "secret-of-nobody")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut launcher = launcher.spawn().expect("the launcher runs");
    reaper::end(&launcher, How::Kill);
    silent.set_nonblocking(true).expect("a setting");
    let mut connection = loop {
        if let Ok((connection, _)) = silent.accept() {
            break connection;
        }
        let ended = launcher.try_wait().expect("its state");
        assert_eq!(ended, None, "it ends without a request");
        std::thread::sleep(Duration::from_millis(20));
    };
    connection.set_nonblocking(false).expect("a setting");
    let process = launcher.id().to_string();
    succeed(Command::new("kill").args(["-TERM", &process]));
    let output = launcher.wait_with_output().expect("it ends");
    let said = format!("{}{}", stdout(&output), stderr(&output));
    // As the program itself, which has minted nothing yet.
    assert_eq!(output.status.signal(), Some(15), "{said}");
    // The program has closed its connection: it does not outlive the launcher.
    connection
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a time");
    let read = connection.read_to_end(&mut Vec::new());
    read.unwrap_or_else(|error| panic!("the program still runs: {error}"));
}
