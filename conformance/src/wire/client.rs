//! The HTTP client of a deployment.
//!
//! The client follows no redirect, adds no header except `host`, `content-length` and `accept`, repeats
//! nothing by itself, and reads an answer only up to a limit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;

use super::clients::{Clients, HTTP_1, Setup};
use super::coding;
use super::connection::{Form, Wire};
use super::exchange::{Exchange, NoAnswer, Request, Response, To};
use super::surrogates;
use super::tls::{self, is_loopback};
use crate::profile::{Certificate, HttpVersion, Timeouts, TlsFiles};

/// The client of one deployment.
#[derive(Debug)]
pub struct Client {
    base: Url,
    http: Clients,
    /// For raw connections.
    tls: Arc<rustls::ClientConfig>,
    files: TlsFiles,
    version: HttpVersion,
    connect_timeout: Duration,
    exchange_timeout: Duration,
    most_bytes: usize,
}

/// How to reach a deployment.
#[derive(Debug)]
pub struct Way<'w> {
    /// Its base URL.
    pub target: &'w str,
    /// The timeouts of connections and answers.
    pub timeouts: &'w Timeouts,
    /// The authorities that are trusted in addition to those of this machine.
    pub roots: Vec<CertificateDer<'static>>,
    /// The certificate of the suite itself.
    pub certificate: Option<Certificate>,
    /// The files that they come from, for command lines that are printed.
    pub files: TlsFiles,
    /// The version of HTTP.
    pub version: HttpVersion,
}

/// The reason why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The target is not a base URL.
    #[error(
        "--target {target}: {problem}\n  Give the deployment's base URL, such as https://staging.example.com"
    )]
    Target {
        /// What was given.
        target: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(#[source] reqwest::Error),
    /// No trusted authority is known.
    #[error(
        "--target {target}: TLS could not be set up: {source}\n  Install the system's certificates (ca-certificates), or name the target's authority in the profile: `[tls]`, `ca = \"ca.pem\"`."
    )]
    Tls {
        /// What was given.
        target: String,
        /// What TLS said.
        source: rustls::Error,
    },
}

impl Client {
    /// Creates a client of the deployment at a base URL.
    ///
    /// # Errors
    /// When the target is not an `http` or `https` URL, holds credentials, a query or a fragment, or the TLS set-up of
    /// the machine is unusable.
    pub fn new(way: &Way<'_>) -> Result<Client, ClientError> {
        let &Way {
            target,
            timeouts,
            ref roots,
            ref certificate,
            ref files,
            version,
        } = way;
        let wrong = |problem: &str| ClientError::Target {
            target: target.to_owned(),
            problem: problem.to_owned(),
        };
        // `localhost:8080` parses as a URL with the scheme `localhost`.
        if !target.contains("://") {
            let problem = format!("no scheme: write http://{target}, or https://{target}");
            return Err(wrong(&problem));
        }
        let base = Url::parse(target).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("not an http or https URL"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            // The target is printed in every report.
            let problem = "credentials do not belong in the URL; the profile names them".to_owned();
            return Err(ClientError::Target {
                target: "(hidden)".to_owned(),
                problem,
            });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("a base URL has neither query nor fragment"));
        }
        let tls = tls::of(&base, roots, certificate.as_ref());
        let tls = tls.map_err(|source| ClientError::Tls {
            target: target.to_owned(),
            source,
        })?;
        let raw = Arc::new(tls::offering(&tls, &[HTTP_1]));
        let setup = Setup {
            base: base.clone(),
            version,
            tls,
            connect_timeout: timeouts.connect(),
        };
        Ok(Client {
            base,
            http: Clients::new(setup).map_err(ClientError::Setup)?,
            tls: raw,
            files: files.clone(),
            version,
            connect_timeout: timeouts.connect(),
            exchange_timeout: timeouts.exchange(),
            most_bytes: usize::MAX,
        })
    }

    /// Returns the client, which reads bodies of answers up to this many bytes.
    #[must_use]
    pub fn reading(self, most_bytes: usize) -> Client {
        Client { most_bytes, ..self }
    }

    /// Returns the deployment's base URL, without a slash at its end.
    #[must_use]
    pub fn target(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Returns where its requests are sent.
    pub(crate) fn to(&self) -> To<'_> {
        To {
            target: self.target(),
            files: &self.files,
            version: self.version,
        }
    }

    /// Returns the target's host, unless it is this machine.
    #[must_use]
    pub fn foreign_host(&self) -> Option<String> {
        let host = self.base.host_str().unwrap_or_default();
        (!is_loopback(&self.base)).then(|| host.to_owned())
    }

    /// Sends a request once and records what happened.
    pub async fn send(&self, purpose: String, request: Request) -> Exchange {
        let started_at = Utc::now();
        let clock = Instant::now();
        let mut wait = None;
        let answer = self.answer(&request, || wait = Some(clock.elapsed()));
        let outcome = match tokio::time::timeout(self.exchange_timeout, answer).await {
            Ok(outcome) => outcome,
            Err(_) => Err(NoAnswer::Timeout(self.exchange_timeout)),
        };
        Exchange {
            purpose,
            request,
            started_at,
            duration: clock.elapsed(),
            wait,
            retries: 0,
            outcome,
        }
    }

    /// Sends a request on a separate connection and records what happened.
    pub(crate) async fn send_on(
        &self,
        wire: &mut Wire,
        form: Form,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let started_at = Utc::now();
        let clock = Instant::now();
        let exchange = tokio::time::timeout(self.exchange_timeout, wire.exchange(&request, form));
        let outcome = exchange.await;
        Exchange {
            purpose,
            request,
            started_at,
            duration: clock.elapsed(),
            wait: None,
            retries: 0,
            outcome: outcome.unwrap_or(Err(NoAnswer::Timeout(self.exchange_timeout))),
        }
    }

    /// Opens a connection straight to the target, through no proxy.
    pub(crate) async fn wire(&self) -> Result<Wire, NoAnswer> {
        let opening = Wire::open(&self.base, &self.tls);
        (tokio::time::timeout(self.connect_timeout, opening).await)
            .unwrap_or_else(|_| Err(NoAnswer::Connect("it took too long".to_owned())))
    }

    async fn answer(&self, request: &Request, begun: impl FnOnce()) -> Result<Response, NoAnswer> {
        let url = format!("{}{}", self.target(), request.path);
        let url = Url::parse(&url).map_err(|error| NoAnswer::Unsendable(error.to_string()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let value = HeaderValue::from_str(value)
                .map_err(|error| NoAnswer::Unsendable(error.to_string()))?;
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|error| NoAnswer::Unsendable(error.to_string()))?;
            headers.append(name, value);
        }
        let taken = self.http.take();
        let taken = taken.map_err(|error| NoAnswer::Unsendable(error.to_string()))?;
        let mut builder = (taken.client)
            .request(request.method.clone(), url)
            .headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(|error| no_answer(&error))?;
        begun();
        let status = response.status().as_u16();
        // The server may close this connection without a word, and others, if it starts again.
        if status >= 500 {
            self.http.retire();
        }
        let headers: Vec<(String, Vec<u8>)> = (response.headers().iter())
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        // What answers with another type where one was asked for may have no end either.
        let streams = is_event_stream(&headers) || accepts_events(request);
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk();
            // Such a stream has no end: its first event is what can be judged.
            let chunk = match streams {
                true => tokio::time::timeout(self.exchange_timeout / 3, chunk).await,
                false => Ok(chunk.await),
            };
            let Ok(chunk) = chunk else { break };
            let Some(chunk) = chunk.map_err(|error| no_answer(&error))? else {
                break;
            };
            if body.len() + chunk.len() > self.most_bytes {
                return Err(NoAnswer::TooLarge(status, self.most_bytes));
            }
            body.extend_from_slice(&chunk);
            if streams && has_event(&body) {
                break;
            }
        }
        self.http.give_back(taken);
        let body = coding::decoded(status, &headers, body, self.most_bytes).await?;
        let body = surrogates::replaced(&headers, body);
        Ok(Response::new(status, headers, body))
    }
}

/// Returns whether an answer is a stream of events (the HTML standard, section 9.2).
fn is_event_stream(headers: &[(String, Vec<u8>)]) -> bool {
    let mut types = headers.iter().filter(|(name, _)| name == "content-type");
    types.any(|(_, value)| value.to_ascii_lowercase().starts_with(b"text/event-stream"))
}

/// Returns whether a request asks for a stream of events.
fn accepts_events(request: &Request) -> bool {
    let accepted = request.header("accept").unwrap_or_default();
    accepted.to_ascii_lowercase().contains("text/event-stream")
}

/// Returns whether the beginning of a stream has a whole event: an empty line ends one. Comments before it keep connections open.
fn has_event(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let mut events = text
        .split_inclusive("\n\n")
        .filter(|event| event.ends_with("\n\n"));
    events.any(|event| {
        event
            .lines()
            .any(|line| !line.is_empty() && !line.starts_with(':'))
    })
}

/// Returns the reason why a request got no whole answer.
pub(super) fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if let Some(problem) = tls::untrusted(error) {
        return NoAnswer::Connect(problem);
    }
    // The outermost message repeats the URL; the innermost has the cause.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = cause.to_string();
    if error.is_connect() {
        NoAnswer::Connect(cause)
    } else {
        NoAnswer::Broken(cause)
    }
}
