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

/// The service's name where `OTEL_SERVICE_NAME` gives no other.
const SERVICE: &str = "dz-token-service";

/// How long a collector may take to answer, and the last spans at the end of the process.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether spans are exported: until then a request spends no time on them.
static EXPORTING: OnceLock<()> = OnceLock::new();

/// An exporter that works until it is finished.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Sends spans to the collector at this base URL from now on, in batches, on a task of this runtime. Everything else is
    /// configured by the variables of the specification, `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER` among them
    /// (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).
    ///
    /// # Errors
    ///
    /// [`TracesError::Unusable`] when the endpoint is no URL.
    pub fn start(endpoint: &str, runtime: &Handle) -> Result<Self, TracesError> {
        let base = endpoint.trim_end_matches('/');
        let shown = redact::url(base);
        // What the exporter says repeats the URL.
        let unusable = |problem: String| TracesError::Unusable {
            endpoint: shown.clone(),
            problem: problem.replace(base, &shown),
        };
        // A second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
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
            .with_timeout(PATIENCE)
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

    /// What turns the spans of requests into exported ones, at whichever level logs are.
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

    /// Sends what has not been sent. Must be called outside the runtime, and while it still runs.
    pub fn finish(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(PATIENCE) {
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
        // An error says that nobody listens to this span.
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
    // To a server only what it did wrong is an error.
    if status >= 500 {
        span.set_status(Status::error(""));
    }
}

/// A client whose requests run on our runtime: the exporter asks from a thread of its own, which has none.
#[derive(Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: Handle,
    failing: AtomicBool,
}

impl OnRuntime {
    /// Says it once when the collector is gone, and once when it is back.
    fn note(&self, problem: Option<&str>) {
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
                // The URL may hold a password.
                Ok(Err(error)) => Err(error.without_url().into()),
                Err(error) => Err(error.into()),
            };
            let problem = match &outcome {
                Ok(response) if response.status().is_success() => None,
                Ok(response) => Some(format!("the collector answered {}", response.status())),
                Err(error) => Some(error.to_string()),
            };
            self.note(problem.as_deref());
            outcome
        })
    }
}
