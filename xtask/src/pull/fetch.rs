//! One GET over HTTP by `curl`, bounded in time, size and redirects. A client library would be built
//! with every first `cargo xtask verify`, for a command that is run when upstream publishes.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use url::Url;

use super::MOST_BYTES;
use super::source::too_large;
use openapi::cli::Failure;

/// How many redirects are followed.
const REDIRECTS: &str = "5";

/// curl's exit codes that are told in our own words (its manual, section "Exit codes").
const TIMED_OUT: i32 = 28;

/// The body of the answer, when it is a success.
pub(super) fn bytes(url: &Url, time: Duration) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| cannot(url, &format!("curl does not run: {error}"));
    // What was asked for over TLS is not taken from anybody who answers without.
    let protocols = if url.scheme() == "https" {
        "=https"
    } else {
        "=http,https"
    };
    let mut command = Command::new("curl");
    command
        // No configuration of the caller's: it could change any of what follows.
        .args([
            "--disable",
            "--silent",
            "--show-error",
            "--fail",
            "--location",
        ])
        .args([
            "--max-redirs",
            REDIRECTS,
            "--proto",
            protocols,
            "--proto-redir",
            protocols,
        ])
        .args(["--max-time", &time.as_secs_f64().to_string()])
        .args(["--header", "Accept: application/json"]);
    if is_loopback(url) {
        // A proxy configured for the network would answer in place of this very machine.
        command.args(["--noproxy", "*"]);
    }
    let mut child = command
        .args(["--url", url.as_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut body = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(MOST_BYTES + 1)
            .read_to_end(&mut body)
            .map_err(failed)?;
    }
    if body.len() as u64 > MOST_BYTES {
        // It may have ended by itself meanwhile; either way nothing more is wanted of it.
        let _ = child.kill();
        let _ = child.wait();
        return Err(too_large(url.as_str()));
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(body);
    }
    if output.status.code() == Some(TIMED_OUT) {
        return Err(cannot(
            url,
            &format!("no whole answer within {} s", time.as_secs()),
        ));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    // `curl: (7) Failed to connect …`: the number helps nobody here.
    let cause = said.split_once(") ").map_or(said, |(_, cause)| cause);
    Err(cannot(url, cause))
}

fn cannot(url: &Url, why: &str) -> Failure {
    Failure::unreadable(format!(
        "cannot fetch {url}: {why}\n\
         If this machine has no way there, save the document elsewhere and give it by `--from FILE`"
    ))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
