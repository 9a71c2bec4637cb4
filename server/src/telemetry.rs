//! Logs: where they go, in which form, and the one line that every request leaves.

use std::io::{self, IsTerminal};
use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument, Subscriber, info, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, registry};
use uuid::Uuid;

use crate::redact;

mod gathered;
mod json;
pub(crate) mod metrics;
pub mod traces;

use gathered::Gathered;
use json::JsonLines;
use metrics::METRICS;
use traces::Traces;

/// Names a request in logs and answers.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id of a client that is taken over. Shorter than any token.
const MAX_REQUEST_ID: usize = 64;

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// Coloured text, for people.
    Pretty,
}

/// Why there can be no logs.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The filter is not a tracing filter.
    #[error(transparent)]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The thread that writes them cannot be started.
    #[error(transparent)]
    Thread(io::Error),
}

/// The logs of this process: what still waits to be written is written when this is dropped.
#[must_use]
#[derive(Debug)]
pub struct Logs(Gathered);

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.write();
    }
}

/// Sends logs to stderr from now on, spans of requests to `traces`, and panics to the logs.
///
/// # Errors
///
/// [`LogsError`].
pub fn init(filter: &str, format: LogFormat, traces: Option<&Traces>) -> Result<Logs, LogsError> {
    let filter = EnvFilter::try_new(filter)?;
    let gathered = Gathered::start().map_err(LogsError::Thread)?;
    let to = gathered.clone();
    // An error says that a subscriber is set already, which only happens when this is called twice.
    let _ = match traces {
        None => registry().with(filter).with(lines(format, to)).try_init(),
        // A filter for the logs alone: spans are wanted whatever is logged.
        Some(traces) => registry()
            .with(lines(format, to).with_filter(filter))
            .with(traces.layer())
            .try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "panic");
    }));
    Ok(Logs(gathered))
}

/// What makes the lines.
fn lines<S>(format: LogFormat, to: Gathered) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    match format {
        LogFormat::Json => JsonLines(to).boxed(),
        LogFormat::Pretty => {
            // Colour is for terminals, and for people who want it (<https://no-color.org>).
            let colour = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            let lines = tracing_subscriber::fmt::layer();
            lines.with_ansi(colour).with_writer(to).boxed()
        }
    }
}

/// Gives every request an id, a span that all its log lines lie in, and a log line of its own at its end.
///
/// Paths are logged as the route's template and queries not at all: either may hold what a client put there by mistake.
pub(crate) async fn trace_request(
    request: Request,
    client: Option<IpAddr>,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let started = Instant::now();
    let id = taken_over(request.headers()).unwrap_or_else(|| Uuid::new_v4().to_string());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let method = method_of(&request);
    let span = info_span!(
        "request",
        request_id = id.as_str(),
        method,
        route,
        client = client.map(tracing::field::display),
        user_id = Empty,
        claimed_email = Empty
    );
    traces::begin(&span, request.headers(), method, route);
    async move {
        let in_flight = InFlight::new();
        let mut response = next(request).await;
        drop(in_flight);
        let elapsed = started.elapsed();
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        traces::end(response.status().as_u16());
        METRICS.answered(method, route, response.status().as_u16(), elapsed);
        info!(
            status = response.status().as_u16(),
            milliseconds, "answered"
        );
        let id =
            HeaderValue::try_from(id).expect("an id consists of letters, digits and three signs");
        response.headers_mut().insert(&REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// A request that is being answered, counted until it is dropped: a client that goes away drops it, too.
struct InFlight;

impl InFlight {
    fn new() -> Self {
        METRICS.in_flight.inc();
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        METRICS.in_flight.dec();
    }
}

/// The client's own id, when it has the form of one: anything else could be a credential, or forge log lines.
fn taken_over(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let plausible = (1..=MAX_REQUEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !redact::holds_credential(id);
    plausible.then(|| id.to_owned())
}

/// The method's name. A client may send any word as one, of which a log line needs to know no more than that.
fn method_of(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
