//! `server doctor`: looks at everything that `serve` would need, changes nothing, and says what to do.

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

use finding::{Finding, State, exposed};

/// What `server doctor` prints, and how it ends.
#[derive(Debug)]
pub struct Diagnosis {
    /// One thing a line, with what to do below it where something is to be done.
    pub text: String,
    /// [`Exit::Ok`] when a server would start, warnings or not; otherwise what `serve` would exit with.
    pub exit: Exit,
}

/// Examines configuration, keys, store, clock and system for a server with these options.
pub async fn examine(command: &Serve) -> Diagnosis {
    let mut findings = vec![limits(command), transport(command)];
    findings.extend(exposed_key(command));
    findings.extend(listeners(command));
    findings.extend(traces(command));
    findings.push(files(command));
    findings.extend(storage::examine(&command.storage).await);
    report(&findings)
}

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
        // Whatever takes more than a line is set below its beginning.
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

/// A certificate that fits its key: whether it is valid now and for a while.
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

/// That others than its owner may use the key of TLS, if they may.
fn exposed_key(command: &Serve) -> Option<Finding> {
    let key = command.tls.tls_key.as_deref()?;
    let mode = exposed(key)?;
    let key = key.display();
    Some(Finding::warning(
        "tls",
        format!(
            "others than its owner may use the key {key} (mode {mode:04o}). Run `chmod 600 {key}`"
        ),
    ))
}

fn listeners(command: &Serve) -> Vec<Finding> {
    let listen = TcpListener::bind(command.listen);
    // While the other listens, as it is with a server.
    let beside = command
        .monitoring
        .metrics_listen
        .map(|address| (address, TcpListener::bind(address)));
    let listens = listen.is_ok();
    let mut findings = vec![listener(command.listen, "--listen", listen)];
    if let Some((address, bound)) = beside {
        let bound = match (bound, TcpListener::bind(address)) {
            // It is free now that the other does not listen.
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

/// What came of listening on this address, which ends with this.
fn listener(address: SocketAddr, option: &'static str, bound: io::Result<TcpListener>) -> Finding {
    match bound {
        Ok(_) => Finding::ok("network", format!("{address} is free")),
        Err(source) if source.kind() == io::ErrorKind::AddrInUse => Finding::warning(
            "network",
            format!(
                "somebody listens on {address}. If it is not this server, choose another address with {option}"
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

/// That a collector is named to a build that cannot send it anything.
fn traces(command: &Serve) -> Option<Finding> {
    let named = command.monitoring.otlp_endpoint.is_some();
    (named && !cfg!(feature = "otlp"))
        .then(|| Finding::failed("traces", &TracesError::NotBuilt.into()))
}

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
