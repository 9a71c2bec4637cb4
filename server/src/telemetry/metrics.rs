//! The metrics, named by Prometheus' conventions (<https://prometheus.io/docs/practices/naming/>).
//!
//! A label has few values, and a client cannot choose any of them: no path, no id, no address, no name.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

mod process;

use process::Process;

/// The upper bounds of the buckets of durations, in seconds: from a response without the store to a store in trouble.
const DURATIONS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];

/// The media type of [`Metrics::text`].
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics of this process. A process runs one server, whose parts all count here.
pub(crate) static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// The metrics of a server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    /// Requests that are being answered.
    pub(crate) in_flight: IntGauge,
    connections: IntGaugeVec,
    connections_refused: IntCounterVec,
    /// TLS handshakes that failed or took too long.
    pub(crate) handshakes_failed: IntCounter,
    authentications: IntCounterVec,
    rate_limited: IntCounterVec,
    /// Tokens that were created through the API.
    pub(crate) created: IntCounter,
    revocations: IntCounterVec,
    /// Requests with a revoked token.
    pub(crate) revoked_token_uses: IntCounter,
    store_errors: IntCounterVec,
    /// How long the store takes.
    pub(crate) store: StoreDurations,
    ready: IntGauge,
}

/// How long the store takes, by what it is asked. A timer of one of these observes when it is dropped.
#[derive(Debug)]
pub(crate) struct StoreDurations {
    pub(crate) authentication: Histogram,
    pub(crate) revoke: Histogram,
    pub(crate) create: Histogram,
    pub(crate) list: Histogram,
    /// Readiness, last uses, and events of the audit trail.
    pub(crate) other: Histogram,
}

impl StoreDurations {
    /// Looks the histograms up once: each request would look one up otherwise.
    fn of(durations: &HistogramVec) -> Self {
        let of = |operation| durations.with_label_values(&[operation]);
        Self {
            authentication: of("authentication"),
            revoke: of("revoke"),
            create: of("create"),
            list: of("list"),
            other: of("other"),
        }
    }
}

impl Metrics {
    /// Registers the metrics, each at zero.
    fn new() -> Self {
        let registry = Registry::new();
        let made = "the names and labels of metrics are valid and appear once";
        register(&registry, Process::new());
        let build = IntGauge::with_opts(
            Opts::new("dz_build_info", "Always 1; the version is a label")
                .const_label("version", env!("CARGO_PKG_VERSION")),
        )
        .expect(made);
        build.set(1);
        register(&registry, build);
        let durations = HistogramOpts::new(
            "http_request_duration_seconds",
            "Time from the head of a request to its answer",
        )
        .buckets(DURATIONS.to_vec());
        let store_durations = HistogramOpts::new(
            "dz_store_duration_seconds",
            "Time from a question to the store to its answer, whether good or not",
        )
        .buckets(DURATIONS.to_vec());
        let gauge = |name, help| register(&registry, IntGauge::new(name, help).expect(made));
        let counter = |name, help| register(&registry, IntCounter::new(name, help).expect(made));
        let counters = |name, help, labels: &[&str]| {
            let counters = IntCounterVec::new(Opts::new(name, help), labels).expect(made);
            register(&registry, counters)
        };
        Self {
            requests: counters(
                "http_requests_total",
                "Requests that were answered",
                &["method", "route", "status"],
            ),
            durations: register(
                &registry,
                HistogramVec::new(durations, &["method", "route"]).expect(made),
            ),
            in_flight: gauge(
                "http_requests_in_flight",
                "Requests that are being answered",
            ),
            connections: register(
                &registry,
                IntGaugeVec::new(
                    Opts::new("dz_connections_open", "Connections that are open"),
                    &["listener"],
                )
                .expect(made),
            ),
            connections_refused: counters(
                "dz_connections_refused_total",
                "Connections closed because as many as are allowed were open",
                &["listener"],
            ),
            handshakes_failed: counter(
                "dz_tls_handshakes_failed_total",
                "TLS handshakes that failed or took too long",
            ),
            authentications: counters(
                "dz_authentications_total",
                "Requests to operations by whether their credential was good",
                &["result"],
            ),
            rate_limited: counters(
                "dz_rate_limited_total",
                "Requests answered with 429",
                &["limit"],
            ),
            created: counter("dz_tokens_created_total", "Tokens created over the API"),
            revocations: counters(
                "dz_revocations_total",
                "Revocations acknowledged: the first of a token, or a repeated one",
                &["kind"],
            ),
            revoked_token_uses: counter(
                "dz_revoked_token_uses_total",
                "Requests refused because their token is revoked",
            ),
            store: StoreDurations::of(&register(
                &registry,
                HistogramVec::new(store_durations, &["operation"]).expect(made),
            )),
            store_errors: counters(
                "dz_store_errors_total",
                "What was asked of the store and not done",
                &["kind"],
            ),
            ready: gauge(
                "dz_ready",
                "Whether the store answered when readiness was last asked for",
            ),
            registry,
        }
    }

    /// Counts a request that was answered. `route` is the template, never the path.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, after: Duration) {
        let digits = [
            b'0' + u8::try_from(status / 100 % 10).unwrap_or_default(),
            b'0' + u8::try_from(status / 10 % 10).unwrap_or_default(),
            b'0' + u8::try_from(status % 10).unwrap_or_default(),
        ];
        let status = std::str::from_utf8(&digits).unwrap_or_default();
        self.requests
            .with_label_values(&[method, route, status])
            .inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(after.as_secs_f64());
    }

    /// Returns the gauge of a listener's open connections, and the counter of its refused ones.
    pub(crate) fn connections(&self, listener: &'static str) -> (IntGauge, IntCounter) {
        (
            self.connections.with_label_values(&[listener]),
            self.connections_refused.with_label_values(&[listener]),
        )
    }

    /// Counts a credential that was checked.
    pub(crate) fn authenticated(&self, good: bool) {
        let result = if good { "accepted" } else { "refused" };
        self.authentications.with_label_values(&[result]).inc();
    }

    /// Counts a 429, by its limit: `caller` or `address`.
    pub(crate) fn rate_limited(&self, limit: &'static str) {
        self.rate_limited.with_label_values(&[limit]).inc();
    }

    /// Counts an acknowledged revocation.
    pub(crate) fn revoked(&self, first: bool) {
        let kind = if first { "first" } else { "repeated" };
        self.revocations.with_label_values(&[kind]).inc();
    }

    /// Counts an error of the store: `unavailable` or `inconsistent`.
    pub(crate) fn store_failed(&self, kind: &'static str) {
        self.store_errors.with_label_values(&[kind]).inc();
    }

    /// Records whether the store answered.
    pub(crate) fn ready(&self, ready: bool) {
        self.ready.set(ready.into());
    }

    /// Returns all metrics as [`MEDIA_TYPE`].
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .expect("metrics are well formed, and writing to memory does not fail");
        text
    }
}

/// Registers a metric, and returns it.
fn register<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry
        .register(Box::new(collector.clone()))
        .expect("the names of metrics appear once");
    collector
}
