//! The errors of the exporter of traces.

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// This build has no exporter.
    #[error(
        "--otlp-endpoint is set, but this build cannot send traces. Build it with `--features otlp`, or leave the option out"
    )]
    NotBuilt,
    /// The exporter cannot be set up.
    #[error("traces cannot be sent to {endpoint}: {problem}")]
    Unusable {
        /// The collector.
        endpoint: String,
        /// What is wrong.
        problem: String,
    },
}
