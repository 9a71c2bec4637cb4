//! A build without the exporter.

use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;

use super::error::TracesError;

/// An exporter, of which this build has none.
#[derive(Debug)]
pub enum Traces {}

impl Traces {
    /// Refuses.
    ///
    /// # Errors
    ///
    /// [`TracesError::NotBuilt`].
    pub fn start(_endpoint: &str, _runtime: &Handle) -> Result<Self, TracesError> {
        Err(TracesError::NotBuilt)
    }

    pub(crate) fn layer<S: Subscriber>(&self) -> Box<dyn Layer<S> + Send + Sync> {
        match *self {}
    }

    /// Cannot be called.
    pub fn finish(self) {
        match self {}
    }
}
