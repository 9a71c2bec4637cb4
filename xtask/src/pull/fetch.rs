//! One GET over HTTP by `curl`, limited in time, size and redirects. A client library would be compiled
//! for every `cargo xtask`, for a command that is rarely run.

use std::process::{Command, Stdio};
use std::time::Duration;

use openapi::cli::Failure;
use url::Url;

use super::limit::{self, too_large};

/// The most redirects that are followed.
const REDIRECTS: &str = "5";

/// curl's exit code for its time limit (its manual, section "Exit codes").
const TIMED_OUT: i32 = 28;

/// Returns the body of a successful response.
pub(super) fn bytes(url: &Url, time: Duration) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| cannot(url, &format!("curl does not run: {error}"));
    // A request over TLS is not redirected to a server without it.
    let protocols = if url.scheme() == "https" {
        "=https"
    } else {
        "=http,https"
    };
    let mut command = Command::new("curl");
    command
        // Without the caller's configuration file, which could change any option below.
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
        // A proxy for the network would answer instead of this machine.
        command.args(["--noproxy", "*"]);
    }
    let mut child = command
        .args(["--url", url.as_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let stdout = child.stdout.take();
    let body = stdout.map_or(Ok(Some(Vec::new())), limit::read);
    let Some(body) = body.map_err(failed)? else {
        // Both calls fail if curl has ended already, which is fine here.
        let _ = child.kill();
        let _ = child.wait();
        return Err(too_large(url.as_str()));
    };
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(body);
    }
    if output.status.code() == Some(TIMED_OUT) {
        return Err(cannot(
            url,
            &format!("no complete response within {} s", time.as_secs()),
        ));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    // Without the number in `curl: (7) Failed to connect …`.
    let cause = said.split_once(") ").map_or(said, |(_, cause)| cause);
    Err(cannot(url, cause))
}

/// Builds the failure of a download.
fn cannot(url: &Url, why: &str) -> Failure {
    Failure::unreadable(format!(
        "cannot fetch {url}: {why}\n\
         If this machine cannot reach it, download the document elsewhere and pass it with `--from FILE`"
    ))
}

/// Returns whether a URL names this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
