//! Logs: their format and destination, and the span and line of each request. Metrics and traces are in the modules below.

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

mod buffered;
mod json;
pub(crate) mod metrics;
pub(crate) mod outage;
pub mod traces;

use buffered::BufferedStderr;
use json::JsonLines;
use metrics::METRICS;
use traces::Traces;

/// The header that names a request in logs and responses.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id that is accepted from a client. Shorter than any token.
const MAX_REQUEST_ID: usize = 64;

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One JSON object per line, for machines.
    Json,
    /// Coloured text, for people.
    #[value(alias = "pretty")]
    Text,
}

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The filter is not a tracing filter.
    #[error(transparent)]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The thread that writes the logs cannot be started.
    #[error(transparent)]
    Thread(io::Error),
}

/// The logs of this process. Dropping it writes the buffered lines.
#[must_use]
#[derive(Debug)]
pub struct Logs(BufferedStderr);

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Starts logging: events and panics go to standard error, spans of requests to `traces`.
///
/// # Errors
///
/// [`LogsError`].
pub fn init(filter: &str, format: LogFormat, traces: Option<&Traces>) -> Result<Logs, LogsError> {
    let filter = EnvFilter::try_new(filter)?;
    let stderr = BufferedStderr::start().map_err(LogsError::Thread)?;
    let writer = stderr.clone();
    // The only error is that a subscriber is set already, which only a second call can cause.
    let _ = match traces {
        None => registry()
            .with(filter)
            .with(line_layer(format, writer))
            .try_init(),
        // The filter is for the logs alone: spans are exported at any log level.
        Some(traces) => registry()
            .with(line_layer(format, writer).with_filter(filter))
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
    Ok(Logs(stderr))
}

/// Returns the layer that formats events as lines.
fn line_layer<S>(format: LogFormat, writer: BufferedStderr) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    match format {
        LogFormat::Json => JsonLines(writer).boxed(),
        LogFormat::Text => {
            // <https://no-color.org>
            let colour = io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            let lines = tracing_subscriber::fmt::layer();
            lines.with_ansi(colour).with_writer(writer).boxed()
        }
    }
}

/// Gives a request an id, a span for all its log lines, and one log line when it is answered.
///
/// Paths are logged as the route's template and queries not at all: a client may put a credential into either by mistake.
pub(crate) async fn trace_request(
    request: Request,
    client: Option<IpAddr>,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let started = Instant::now();
    let id = client_request_id(request.headers()).unwrap_or_else(|| Uuid::new_v4().to_string());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let method = method_name(&request);
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
            HeaderValue::try_from(id).expect("an id consists of letters, digits, `-`, `_` and `.`");
        response.headers_mut().insert(&REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// A request that is being answered. It is counted until this is dropped, also when the client disconnects.
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

/// Returns the client's `x-request-id` if it has the form of an id: any other text could be a credential, or forge log lines.
fn client_request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let plausible = (1..=MAX_REQUEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !redact::holds_credential(id);
    plausible.then(|| id.to_owned())
}

/// Returns the name of a standard method, or `other`: a client may send any word as a method.
fn method_name(request: &Request) -> &'static str {
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
