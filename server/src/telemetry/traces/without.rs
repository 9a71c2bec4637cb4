//! The stand-in for the exporter in builds without the feature `otlp`.

use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;

use super::error::TracesError;

/// An exporter, which this build does not have.
#[derive(Debug)]
pub enum Traces {}

impl Traces {
    /// Returns an error.
    ///
    /// # Errors
    ///
    /// [`TracesError::NotBuilt`], always.
    pub fn start(_endpoint: &str, _runtime: &Handle) -> Result<Self, TracesError> {
        Err(TracesError::NotBuilt)
    }

    /// Does nothing: there is no value of this type.
    pub(crate) fn layer<S: Subscriber>(&self) -> Box<dyn Layer<S> + Send + Sync> {
        match *self {}
    }

    /// Does nothing: there is no value of this type.
    pub fn finish(self) {
        match self {}
    }
}
