//! Traces for a collector that speaks OTLP (<https://opentelemetry.io/docs/specs/otlp/>): one span for each request, in the
//! client's trace (W3C Trace Context, `traceparent`).
//!
//! Only builds with the feature `otlp` have the exporter. It adds some twenty crates, one of them in a second version, which
//! other builds do without.

use axum::http::HeaderMap;
use tracing::Span;

mod error;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(not(feature = "otlp"))]
mod without;

pub use error::TracesError;
#[cfg(feature = "otlp")]
pub use otlp::Traces;
#[cfg(not(feature = "otlp"))]
pub use without::Traces;

/// Makes the span of a request part of the trace that the request names, and sets its attributes by the conventions for HTTP
/// servers (<https://opentelemetry.io/docs/specs/semconv/http/http-spans/>).
pub(crate) fn begin(span: &Span, headers: &HeaderMap, method: &str, route: &str) {
    #[cfg(feature = "otlp")]
    otlp::begin(span, headers, method, route);
    #[cfg(not(feature = "otlp"))]
    let _ = (span, headers, method, route);
}

/// Records the response's status on the current span, which is that of the request.
pub(crate) fn end(status: u16) {
    #[cfg(feature = "otlp")]
    otlp::end(status);
    #[cfg(not(feature = "otlp"))]
    let _ = status;
}
