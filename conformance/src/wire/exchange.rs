//! A request, its answer, and the exchange of both.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::Value;

use crate::case::sample::Location;
use crate::contract::security::Placed;
use crate::profile::{HttpVersion, TlsFiles};

/// The longest body that is kept after it was checked, in bytes: more than any record shows.
const KEPT: usize = 64 * 1024;

/// The longest body that is read of an answer on a raw connection, in bytes. No answer of the catalogue is near it.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// A request. Its `Debug` shows no value of a header, since one is a credential.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub path: String,
    /// The headers, in the order of sending. A name may appear more than once.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body, which may be empty; `None` sends no body.
    pub body: Option<Vec<u8>>,
    /// Whether it is a sound request of an operation of the contract, by a user who may send it.
    pub(crate) is_ordinary: bool,
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
    /// Returns the request with a JSON body.
    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Returns the request with a body of any media type.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Request {
            body: Some(body.into()),
            ..self.set("content-type", media_type)
        }
    }

    /// Returns the request with a header replaced, or added if it is missing.
    #[must_use]
    pub fn set(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.without(&name).and(name, value)
    }

    /// Returns the request with a header added, even if it has one of that name.
    #[must_use]
    pub fn and(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Returns the request without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// Returns the request with `name=value` pairs added to its query; they are percent-encoded already.
    #[must_use]
    pub fn with_query(mut self, pairs: &str) -> Self {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        self.path.push_str(&format!("{mark}{pairs}"));
        self
    }

    /// Returns the request with `name=value` pairs added to its cookies: one line has all of them (RFC 6265, section 5.4).
    #[must_use]
    pub fn with_cookie(self, pairs: &str) -> Self {
        let cookies = match self.header("cookie") {
            Some(cookies) => format!("{cookies}; {pairs}"),
            None => pairs.to_owned(),
        };
        self.set("cookie", cookies)
    }

    /// Returns whether the request carries a credential.
    #[must_use]
    pub(crate) fn carries(&self, placed: &Placed) -> bool {
        let pair = || placed.pair();
        match placed.location {
            Location::Header => self.header(&placed.name) == Some(placed.text.as_str()),
            Location::Query => {
                let query = self.path.split_once('?').map_or("", |(_, query)| query);
                query.split('&').any(|one| one == pair())
            }
            Location::Cookie => {
                let cookies = self.header("cookie").unwrap_or_default();
                cookies.split("; ").any(|one| one == pair())
            }
            Location::Path => false,
        }
    }

    /// Returns the request with other credentials in place of those that it carries: it is not an ordinary one any more.
    #[must_use]
    pub(crate) fn carrying(mut self, old: &[Placed], new: &[Placed]) -> Self {
        self.is_ordinary = false;
        for placed in old
            .iter()
            .filter(|placed| self.carries(placed))
            .cloned()
            .collect::<Vec<_>>()
        {
            self = match placed.location {
                Location::Header => self.without(&placed.name),
                Location::Query => {
                    let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
                    let rest: Vec<&str> = (query.split('&'))
                        .filter(|one| *one != placed.pair())
                        .collect();
                    self.path = match rest.is_empty() {
                        true => path.to_owned(),
                        false => format!("{path}?{}", rest.join("&")),
                    };
                    self
                }
                Location::Cookie => {
                    let cookies = self.header("cookie").unwrap_or_default().to_owned();
                    let rest: Vec<&str> = (cookies.split("; "))
                        .filter(|one| *one != placed.pair())
                        .collect();
                    match rest.is_empty() {
                        true => self.without("cookie"),
                        false => self.set("cookie", rest.join("; ")),
                    }
                }
                Location::Path => self,
            };
        }
        for placed in new {
            self = match placed.location {
                Location::Header => self.and(placed.name.clone(), placed.text.clone()),
                Location::Query => self.with_query(&placed.pair()),
                Location::Cookie => self.with_cookie(&placed.pair()),
                Location::Path => self,
            };
        }
        self
    }

    /// Returns the request with another method.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        Request { method, ..self }
    }

    /// Returns the value of a header.
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
    /// The number of bytes at its end that were dropped.
    pub dropped: usize,
    /// The body as JSON, read when it is first asked for.
    json: Arc<OnceLock<Option<Value>>>,
}

/// The reason why no whole answer arrived.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoAnswer {
    /// The connection failed: nothing answers at the target.
    #[error("no connection: {0}")]
    Connect(String),
    /// The answer took too long.
    #[error("no whole answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The connection broke before the answer was whole, or what came was not HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The connection broke while another request got a server error.
    #[error("the connection broke while another request got a server error, which may be why: {0}")]
    BrokenByOther(String),
    /// The answer's body is over the limit and was not read further.
    #[error(
        "status {0} with a body of more than {1} bytes, not read further (answers.max_mib of the profile)"
    )]
    TooLarge(u16, usize),
    /// The answer's body is not in the coding that it names.
    #[error("status {0} with a body that is not {1}, which content-encoding names")]
    Undecodable(u16, &'static str),
    /// The deployment asked to wait for longer than the suite does.
    #[error("status {status}, which asks to wait {} s: no answer to the request", .pause.as_secs())]
    Busy {
        /// The status, 429 or 503.
        status: u16,
        /// The time that it asks to wait.
        pause: Duration,
    },
    /// The run's budget of requests is used up; the request was not sent.
    #[error("not sent: the budget of {0} requests (--max-requests) is used up")]
    Budget(u64),
    /// The run was stopped early; the request was not sent.
    #[error("not sent: {0}")]
    Stopped(String),
    /// This client cannot send such a request.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
}

/// A request and its outcome.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Its purpose.
    pub purpose: String,
    /// The request.
    pub request: Request,
    /// When it was sent.
    pub started_at: DateTime<Utc>,
    /// From sending to the last byte of the answer.
    pub duration: Duration,
    /// From sending to the head of the answer, where one began.
    pub wait: Option<Duration>,
    /// The number of failed connection attempts before it.
    pub retries: u32,
    /// The answer, or the reason why there is none.
    pub outcome: Result<Response, NoAnswer>,
}

impl Response {
    /// Creates an answer.
    pub(crate) fn new(status: u16, headers: Vec<(String, Vec<u8>)>, body: Vec<u8>) -> Response {
        Response {
            status,
            headers,
            body,
            dropped: 0,
            json: Arc::default(),
        }
    }

    /// Returns the values of a header, in the order of arrival.
    pub(crate) fn headers_of(&self, name: &str) -> Vec<String> {
        let named = (self.headers.iter()).filter(|(present, _)| present == name);
        named
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    /// Returns the body as JSON, if it is JSON. Every answer is looked at by several checks.
    pub(crate) fn json(&self) -> Option<&Value> {
        let read = || serde_json::from_slice(&self.body).ok();
        self.json.get_or_init(read).as_ref()
    }

    /// Keeps no more than a record needs. Drops the end of a long body. The cut is at a space or a quotation mark if there is one: redaction would not
    /// recognize half of a token.
    pub(crate) fn shorten(&mut self) {
        self.json = Arc::default();
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
    /// Builds the exchange of a request that was not sent.
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

/// The target of the requests in a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct To<'t> {
    /// The base URL.
    pub(crate) target: &'t str,
    /// The files of its TLS.
    pub(crate) files: &'t TlsFiles,
    /// The version of HTTP.
    pub(crate) version: HttpVersion,
}
