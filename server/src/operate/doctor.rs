//! `server doctor`: checks everything that `serve` would need, changes nothing, and says what to do.

use std::fmt::Write as _;
use std::io;
use std::net::{SocketAddr, TcpListener};

use crate::config::Serve;
use crate::connections::descriptors;
use crate::exit::{Exit, Failure};
use crate::rate_limit::Rate;
use crate::telemetry::traces::TracesError;
use crate::timestamp::Timestamp;
use crate::tls::Identity;

mod disk;
mod finding;
mod storage;

use finding::{Finding, State};

/// The output and the exit code of `server doctor`.
#[derive(Debug)]
pub struct Diagnosis {
    /// A line for each finding, followed by what to do where something has to be done.
    pub text: String,
    /// [`Exit::Ok`] when a server would start, warnings or not; otherwise what `serve` would exit with.
    pub exit: Exit,
}

/// Checks configuration, keys, store, clock and system for a server with these options.
pub async fn examine(command: &Serve) -> Diagnosis {
    let mut findings = vec![limits(command), transport(command)];
    findings.extend(listeners(command));
    findings.extend(traces(command));
    findings.push(files(command));
    findings.extend(storage::examine(&command.storage).await);
    report(&findings)
}

/// Writes the findings and the verdict.
fn report(findings: &[Finding]) -> Diagnosis {
    let mut text = String::new();
    let (mut warnings, mut failures) = (0, 0);
    let mut exit = Exit::Ok;
    for finding in findings {
        let state = match finding.state {
            State::Ok => "ok",
            State::Warning => {
                warnings += 1;
                "warning"
            }
            State::Failed(code) => {
                failures += 1;
                if exit == Exit::Ok {
                    exit = code;
                }
                "failed"
            }
        };
        // Further lines are aligned with the text of the first one.
        let said = finding.text.replace('\n', "\n                   ");
        writeln!(text, "{state:8} {:9} {said}", finding.subject)
            .expect("a String takes everything");
    }
    let verdict = match exit {
        Exit::Ok => "a server would start",
        Exit::Usage | Exit::Unavailable => "a server would not start",
    };
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let (warnings, failures) = (count(warnings, "warning"), count(failures, "failure"));
    writeln!(text, "\n{warnings}, {failures}: {verdict}").expect("a String takes everything");
    Diagnosis { text, exit }
}

/// Describes the limits of rates.
fn limits(command: &Serve) -> Finding {
    let (caller, address) = command.rates();
    let said = |rate| match rate {
        Rate::Off => "no limit".to_owned(),
        Rate::PerSecond(requests) => format!("{requests} requests a second"),
    };
    let text = format!("a caller: {}; an address: {}", said(caller), said(address));
    if address == Rate::Off && !command.is_local() {
        Finding::warning(
            "limits",
            format!(
                "{text}. Others than this machine can reach the server: consider --rate-per-address"
            ),
        )
    } else {
        Finding::ok("limits", text)
    }
}

/// Checks the files of TLS.
fn transport(command: &Serve) -> Finding {
    match command.tls.files() {
        Err(error) => Finding::failed("tls", &error.into()),
        Ok(Some(files)) => {
            let certificate = files.certificate.display().to_string();
            match Identity::read(files) {
                Ok(identity) => certified(&certificate, &identity),
                Err(error) => Finding::failed("tls", &error.into()),
            }
        }
        Ok(None) if command.is_local() => {
            Finding::ok("tls", "plain HTTP, which does not leave this machine")
        }
        Ok(None) => Finding::warning(
            "tls",
            format!(
                "tokens would cross the network in plain HTTP on {}.\nGive --tls-cert and --tls-key, or have a proxy in front that speaks TLS",
                command.listen
            ),
        ),
    }
}

/// Checks whether a certificate that fits its key is valid now and for a while.
fn certified(certificate: &str, identity: &Identity) -> Finding {
    let Some(validity) = identity.validity() else {
        return Finding::ok("tls", format!("{certificate} and its key are a pair"));
    };
    match validity.warning(Timestamp::now()) {
        Some(warning) => Finding::warning("tls", format!("{certificate} {warning}")),
        None => Finding::ok(
            "tls",
            format!(
                "{certificate} and its key are a pair, valid until {}",
                validity.not_after
            ),
        ),
    }
}

/// Checks whether the addresses are free.
fn listeners(command: &Serve) -> Vec<Finding> {
    let listen = TcpListener::bind(command.listen);
    // While the other listener is open, as in a server.
    let beside = command
        .monitoring
        .metrics_listen
        .map(|address| (address, TcpListener::bind(address)));
    let listens = listen.is_ok();
    let mut findings = vec![listener(command.listen, "--listen", listen)];
    if let Some((address, bound)) = beside {
        let bound = match (bound, TcpListener::bind(address)) {
            // It is free after the other listener was closed.
            (Err(_), Ok(_)) if listens => {
                let why = format!("--listen takes {}", command.listen);
                Err(io::Error::other(why))
            }
            (bound, _) => bound,
        };
        findings.push(listener(address, "--metrics-listen", bound));
    }
    findings
}

/// Describes whether the address is free, by the result of listening on it.
fn listener(address: SocketAddr, option: &'static str, bound: io::Result<TcpListener>) -> Finding {
    match bound {
        Ok(_) => Finding::ok("network", format!("{address} is free")),
        Err(source) if source.kind() == io::ErrorKind::AddrInUse => Finding::warning(
            "network",
            format!(
                "another process listens on {address}. If it is not this server, choose another address with {option}"
            ),
        ),
        Err(source) => Finding::failed(
            "network",
            &Failure::Bind {
                address,
                option,
                source,
            },
        ),
    }
}

/// Returns a failure if a collector is named and this build cannot send traces.
fn traces(command: &Serve) -> Option<Finding> {
    let named = command.monitoring.otlp_endpoint.is_some();
    (named && !cfg!(feature = "otlp"))
        .then(|| Finding::failed("traces", &TracesError::NotBuilt.into()))
}

/// Checks the limit of open files.
fn files(command: &Serve) -> Finding {
    let wanted = usize::try_from(command.limits.max_connections.get()).unwrap_or(usize::MAX);
    let fit = descriptors::raise();
    if fit < wanted {
        Finding::warning(
            "system",
            format!(
                "the limit of open files has room for {fit} connections of {wanted}. Raise it with `ulimit -n` or LimitNOFILE="
            ),
        )
    } else {
        Finding::ok("system", format!("open files for {wanted} connections"))
    }
}
