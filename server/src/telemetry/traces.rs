//! Traces for a collector that speaks OTLP (<https://opentelemetry.io/docs/specs/otlp/>): one span for each request, in the trace
//! of whoever sent it (W3C Trace Context, `traceparent`).
//!
//! The exporter is in builds with the feature `otlp`. It brings some twenty crates, one of them in a second version, which
//! nobody should have to carry who sends no traces.

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

/// Puts the span of a request into the trace that the request names, and gives it the name and kind that the conventions for
/// HTTP servers ask for (<https://opentelemetry.io/docs/specs/semconv/http/http-spans/>).
pub(crate) fn begin(span: &Span, headers: &HeaderMap, method: &str, route: &str) {
    #[cfg(feature = "otlp")]
    otlp::begin(span, headers, method, route);
    #[cfg(not(feature = "otlp"))]
    let _ = (span, headers, method, route);
}

/// Notes the answer on the current span, which is that of its request.
pub(crate) fn end(status: u16) {
    #[cfg(feature = "otlp")]
    otlp::end(status);
    #[cfg(not(feature = "otlp"))]
    let _ = status;
}
