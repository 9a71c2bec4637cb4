//! The exporter: OTLP over HTTP, in protobuf.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Status, TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::error::TracesError;
use crate::redact;

/// The service's name unless `OTEL_SERVICE_NAME` gives another.
const SERVICE: &str = "dz-token-service";

/// The time limit of one export, and of sending the last spans at the end of the process.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Set when spans are exported. Until then a request spends no time on them.
static EXPORTING: OnceLock<()> = OnceLock::new();

/// A running exporter.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Starts to send spans to the collector at this base URL, in batches, on a task of this runtime.
    ///
    /// Everything else is configured by the variables of the specification, such as `OTEL_SERVICE_NAME` and
    /// `OTEL_TRACES_SAMPLER` (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).
    ///
    /// # Errors
    ///
    /// [`TracesError::Unusable`] when the endpoint is not a URL.
    pub fn start(endpoint: &str, runtime: &Handle) -> Result<Self, TracesError> {
        let base = endpoint.trim_end_matches('/');
        let shown = redact::url(base);
        // The exporter's message repeats the URL, which may hold a password.
        let unusable = |problem: String| TracesError::Unusable {
            endpoint: shown.clone(),
            problem: problem.replace(base, &shown),
        };
        // The only error is that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(OnRuntime {
                client,
                runtime: runtime.clone(),
                failing: AtomicBool::new(false),
            })
            .with_endpoint(format!("{base}/v1/traces"))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        let name = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| SERVICE.to_owned());
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(name).build())
            .build();
        EXPORTING.get_or_init(|| ());
        Ok(Self { provider })
    }

    /// Returns the layer that exports the spans of requests, at any log level.
    pub(crate) fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let ours = Targets::new().with_target("server", LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_filter(ours)
            .boxed()
    }

    /// Sends the spans that have not been sent. Must be called outside the runtime, and while it still runs.
    pub fn finish(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(TIMEOUT) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

pub(super) fn begin(span: &Span, headers: &HeaderMap, method: &str, route: &str) {
    if EXPORTING.get().is_none() {
        return;
    }
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    if parent.span().span_context().is_valid() {
        // The only error is that no layer exports this span.
        let _ = span.set_parent(parent);
    }
    span.set_attribute("http.request.method", method.to_owned());
    span.set_attribute("http.route", route.to_owned());
}

pub(super) fn end(status: u16) {
    if EXPORTING.get().is_none() {
        return;
    }
    let span = Span::current();
    span.set_attribute("http.response.status_code", i64::from(status));
    // For a server span, only 5xx is an error.
    if status >= 500 {
        span.set_status(Status::error(""));
    }
}

/// An HTTP client that runs its requests on our runtime: the exporter calls it from its own thread, which has no runtime.
#[derive(Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: Handle,
    failing: AtomicBool,
}

impl OnRuntime {
    /// Logs once when exporting begins to fail, and once when it works again.
    fn record(&self, problem: Option<&str>) {
        let failed = problem.is_some();
        if self.failing.swap(failed, Ordering::Relaxed) == failed {
            return;
        }
        match problem {
            Some(problem) => tracing::warn!(problem, "traces cannot be sent and are dropped"),
            None => tracing::info!("traces are sent again"),
        }
    }
}

impl HttpClient for OnRuntime {
    fn send_bytes<'client, 'future>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'client: 'future,
        Self: 'future,
    {
        let client = self.client.clone();
        let sending = async move {
            let answer = client.execute(request.try_into()?).await?;
            let status = answer.status();
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            Ok::<_, reqwest::Error>(response)
        };
        let sending = self.runtime.spawn(sending);
        Box::pin(async move {
            let outcome: Result<Response<Bytes>, HttpError> = match sending.await {
                Ok(Ok(response)) => Ok(response),
                // The URL in the message may hold a password.
                Ok(Err(error)) => Err(error.without_url().into()),
                Err(error) => Err(error.into()),
            };
            let problem = match &outcome {
                Ok(response) if response.status().is_success() => None,
                Ok(response) => Some(format!("the collector answered {}", response.status())),
                Err(error) => Some(error.to_string()),
            };
            self.record(problem.as_deref());
            outcome
        })
    }
}
