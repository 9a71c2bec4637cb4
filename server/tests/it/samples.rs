//! The code samples of the published page, unchanged except for the base URL, ids and token.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Server, output, text};

/// Replaces the placeholders of a published sample.
fn filled_in(sample: &str, server: &Server) -> String {
    let admin = server.admin();
    let filled = sample
        .replace("https://api.ondayzero.com", &server.url)
        .replace("{token_id}", &admin.token_id)
        .replace("dz_your_token", &admin.token)
        .replace("YOUR_BUSINESS_ID", &admin.business_id);
    assert!(!filled.contains("ondayzero"), "{filled}");
    filled
}

/// Runs a sample that prints the status and the body, each on a line, and asserts that the status is 201.
fn assert_prints_201(command: &mut Command, package: &str) {
    let program = command.get_program().to_owned();
    assert!(
        Command::new(&program).arg("--version").output().is_ok(),
        "{} is not installed: run `apt-get install {package}`",
        program.display()
    );
    let output = output(command);
    let printed = text(&output.stdout);
    assert!(
        output.status.success(),
        "{printed}\n{}",
        text(&output.stderr)
    );
    let (status, body) = printed
        .trim()
        .split_once('\n')
        .expect("a status and a body");
    assert_eq!(status, "201", "{printed}");
    assert!(body.contains("TOKEN_REVOKED"), "{printed}");
}

#[tokio::test]
async fn curl_sample_gets_201() {
    let server = Server::start();
    let sample = filled_in(include_str!("samples/revoke.sh"), &server);
    // A configuration file rather than a flag, so that the command line is the published one.
    let home = server.folder().path();
    fs::write(
        home.join(".curlrc"),
        "silent\noutput = body\nwrite-out = \"%{http_code}\\n\"\n",
    )
    .unwrap();
    let script = format!("{sample}\ncat body\n");
    Command::new("curl")
        .arg("--version")
        .output()
        .expect("curl is not installed: run `apt-get install curl`");
    assert_prints_201(
        Command::new("bash")
            .args(["-euc", &script])
            .current_dir(home)
            .env("CURL_HOME", home)
            .env("HOME", home),
        "bash",
    );
}

#[tokio::test]
async fn javascript_sample_gets_201() {
    let server = Server::start();
    let sample = filled_in(include_str!("samples/revoke.mjs"), &server);
    let script =
        format!("{sample}\nconsole.log(response.status);\nconsole.log(JSON.stringify(data));\n");
    assert_prints_201(
        Command::new("node").args(["--input-type=module", "--eval", &script]),
        "nodejs",
    );
}

#[tokio::test]
async fn python_sample_gets_201() {
    let server = Server::start();
    let python = tokio::task::spawn_blocking(python_with_httpx)
        .await
        .unwrap();
    let sample = filled_in(include_str!("samples/revoke.py"), &server);
    let script = format!("{sample}\nprint(response.status_code)\nprint(data)\n");
    assert_prints_201(Command::new(python).args(["-c", &script]), "python3");
}

/// Returns a Python that has httpx: the system's, or that of a virtual environment in the target directory.
fn python_with_httpx() -> PathBuf {
    let has_httpx = |python: &Path| {
        Command::new(python)
            .args(["-c", "import httpx"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let system = PathBuf::from("python3");
    if has_httpx(&system) {
        return system;
    }
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("httpx");
    let python = environment.join("bin/python3");
    if !has_httpx(&python) {
        let remedy = "the published Python sample needs httpx: run `apt-get install python3-httpx`, \
                      or `apt-get install python3-venv` and let this test install it from PyPI";
        let run = |command: &mut Command| {
            let output = command
                .output()
                .unwrap_or_else(|error| panic!("{command:?}: {error}; {remedy}"));
            assert!(
                output.status.success(),
                "{command:?} failed; {remedy}\n{}",
                text(&output.stderr)
            );
        };
        run(Command::new(&system)
            .args(["-m", "venv", "--clear"])
            .arg(&environment));
        run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--timeout",
            "15",
            "httpx==0.28.1",
        ]));
    }
    python
}
