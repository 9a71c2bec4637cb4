//! One exchange with the deployment, recorded as it went over the wire.
//!
//! The client follows no redirect, adds no header of its own beyond `host`, `content-length` and `accept`, repeats
//! nothing by itself, and reads an answer only up to a limit.

mod curl;
mod record;
mod tls;
mod wire;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use rustls::pki_types::CertificateDer;

use crate::profile::Timeouts;

pub(crate) use wire::{Form, Wire};

/// How much of a long body is kept once it was looked at, in bytes: more than any record shows.
const KEPT: usize = 64 * 1024;

/// The most that is read of an answer, in bytes. No answer of the contract comes near it.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// How long a connection may idle and still be used again.
const IDLE: Duration = Duration::from_secs(1);

/// A request, as the steps of a case build it. Its `Debug` shows no value of a header, since one is a credential.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub path: String,
    /// The headers, in the order of sending. A name may stand here more than once.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body. An empty one is a body too; `None` sends none.
    pub body: Option<Vec<u8>>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = self.body.len();
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("length", &length)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// The request with a JSON body.
    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// The request with a body of any media type.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Request {
            body: Some(body.into()),
            ..self.set("content-type", media_type)
        }
    }

    /// The request with a header replaced, or added where it was not there.
    #[must_use]
    pub fn set(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.without(&name).and(name, value)
    }

    /// The request with a header added, also where one of that name is already there.
    #[must_use]
    pub fn and(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The request without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// The request with another method.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        Request { method, ..self }
    }

    /// The value of a header that the request carries.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(present, _)| present == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An answer that arrived whole. Its `Debug` shows no content, since that may be a new token.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers in the order of arrival.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// How many bytes of it are not kept any more, at its end.
    pub dropped: usize,
}

/// Why no whole answer arrived.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoAnswer {
    /// No connection came about: the target is not there.
    #[error("no connection: {0}")]
    Connect(String),
    /// The answer took too long.
    #[error("no whole answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The connection broke before the answer was whole, or what came was not HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer's body went over the limit and was not read further.
    #[error("status {0} with a body of more than {BODY_LIMIT} bytes, not read further")]
    TooLarge(u16),
    /// The run's budget of requests is used up; the request was not sent.
    #[error("not sent: the budget of {0} requests (--max-requests) is used up")]
    Budget(u64),
    /// The request cannot be expressed by this client.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
}

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Why it was sent.
    pub purpose: String,
    /// What was sent.
    pub request: Request,
    /// When it was sent.
    pub started_at: DateTime<Utc>,
    /// From sending to the last byte of the answer.
    pub duration: Duration,
    /// From sending to the head of the answer, where one began.
    pub wait: Option<Duration>,
    /// How many failed connection attempts preceded it.
    pub retries: u32,
    /// What came back.
    pub outcome: Result<Response, NoAnswer>,
}

impl Response {
    /// Drops the end of a long body. The cut is at a space or a quotation mark where there is one, so that it leaves no
    /// half of a token that nobody would know for one.
    pub(crate) fn shorten(&mut self) {
        if self.body.len() <= KEPT {
            return;
        }
        let border = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'"';
        let kept = self.body[..KEPT].iter().rposition(border).unwrap_or(KEPT);
        self.dropped += self.body.len() - kept;
        self.body.truncate(kept);
        self.body.shrink_to_fit();
    }
}

impl Exchange {
    /// What became of a request that was not sent.
    pub(crate) fn unsent(purpose: String, request: Request, why: NoAnswer) -> Exchange {
        Exchange {
            purpose,
            request,
            started_at: Utc::now(),
            duration: Duration::ZERO,
            wait: None,
            retries: 0,
            outcome: Err(why),
        }
    }
}

/// A client of one deployment.
#[derive(Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    tls: Arc<rustls::ClientConfig>,
    ca_file: Option<PathBuf>,
    connect_timeout: Duration,
    exchange_timeout: Duration,
}

/// The way to a deployment.
#[derive(Debug)]
pub struct Way<'w> {
    /// Its base URL.
    pub target: &'w str,
    /// How long the suite waits for what.
    pub timeouts: &'w Timeouts,
    /// The authorities that are trusted besides those of this machine.
    pub roots: &'w [CertificateDer<'static>],
    /// The file that they come from, for command lines that are printed.
    pub ca_file: Option<PathBuf>,
}

/// Where the requests of a record went to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct To<'t> {
    /// The base URL.
    pub(crate) target: &'t str,
    /// The file of the authorities that are trusted besides those of this machine.
    pub(crate) ca_file: Option<&'t Path>,
}

/// Why there is no client.
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
    /// There is no way to tell whom to trust.
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
    /// A client of the deployment at a base URL.
    ///
    /// # Errors
    /// When the target is not an `http` or `https` URL, holds credentials, a query or a fragment, or the TLS set-up of
    /// the machine is unusable.
    pub fn new(way: Way<'_>) -> Result<Client, ClientError> {
        let Way {
            target,
            timeouts,
            roots,
            ca_file,
        } = way;
        let wrong = |problem: &str| ClientError::Target {
            target: target.to_owned(),
            problem: problem.to_owned(),
        };
        // `localhost:8080` reads as a URL whose scheme is `localhost`.
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
            let problem =
                "credentials do not belong into the URL; the profile names them".to_owned();
            return Err(ClientError::Target {
                target: "(hidden)".to_owned(),
                problem,
            });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("a base URL has neither query nor fragment"));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let plain = base.scheme() == "http" && is_loopback(&base);
        let tls = match plain {
            true => tls::unused(&provider),
            false => tls::config(&provider, roots),
        };
        let tls = tls.map_err(|source| ClientError::Tls {
            target: target.to_owned(),
            source,
        })?;
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // Servers close connections that idle for some seconds (five is common), and a request that meets one
            // just being closed gets no answer: nothing to blame anybody for.
            .pool_idle_timeout(IDLE)
            .connect_timeout(timeouts.connect());
        if is_loopback(&base) {
            // A proxy configured for the network would answer in place of a deployment on this very machine.
            http = http.no_proxy();
        }
        let http = http.build().map_err(ClientError::Setup)?;
        Ok(Client {
            base,
            http,
            tls: Arc::new(tls),
            ca_file,
            connect_timeout: timeouts.connect(),
            exchange_timeout: timeouts.exchange(),
        })
    }

    /// The deployment's base URL, without a slash at its end.
    #[must_use]
    pub fn target(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Where its requests go to.
    pub(crate) fn to(&self) -> To<'_> {
        To {
            target: self.target(),
            ca_file: self.ca_file.as_deref(),
        }
    }

    /// The target's host, where that is not this machine.
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

    /// Sends a request on a connection of its own and records what happened.
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
        let mut builder = self
            .http
            .request(request.method.clone(), url)
            .headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(|error| no_answer(&error))?;
        begun();
        let status = response.status().as_u16();
        let headers = (response.headers().iter())
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(NoAnswer::TooLarge(status));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status,
            headers,
            body,
            dropped: 0,
        })
    }
}

/// A text as a part of a path or a query: everything but letters, digits and `-._~` in percent-encoding (RFC 3986,
/// section 2).
pub(crate) fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Whether the target is on this machine.
fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if let Some(problem) = tls::untrusted(error) {
        return NoAnswer::Connect(problem);
    }
    // The outermost message repeats the URL; the innermost says what happened.
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
