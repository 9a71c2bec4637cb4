//! The requests of cases: an ordinary request of an operation, or one changed in one place.

use super::building::build;
pub(crate) use super::building::ordinary_of;
use super::make::Supply;
pub(crate) use super::make::{choose, ordinary};
use super::values::choose_unrecorded;
use crate::case::{Sample, Stop};
use crate::trial::Trial;
use crate::wire::Request;

/// Builds the request of a sample, which the operator sends.
pub(crate) async fn of(t: &Trial, sample: &Sample) -> Result<Request, Stop> {
    let chosen = choose(t, sample.operation).await?;
    build(t, &chosen, &sample.change)
}

/// Builds an ordinary request of an operation whose values no report shows.
pub(super) async fn unrecorded(t: &Trial, operation: usize) -> Result<Request, Stop> {
    let chosen = choose_unrecorded(t, operation, &Supply).await?;
    ordinary_of(t, &chosen)
}
