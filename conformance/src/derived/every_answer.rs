//! The case of an operation that judges every answer to its ordinary requests in the run, whatever case sent them: to make things, to
//! read them before and after, and to delete them at last. Other cases judge only the answers that they are about.

use super::reach;
use super::steps::{is_as_documented, is_documented};
use crate::case::{Outcome, Stop};
use crate::deployment::Deployment;
use crate::trial::Trial;

/// Checks that every answer is as documented. Of those that are not, one by which no case failed yet is the cause; without one, the
/// case is one finding with those that did.
pub(super) async fn is_documented_each_time(t: &Trial) -> Outcome {
    let operation = t.sample()?.operation;
    // So that there is one to judge where the case runs alone.
    let reach = reach::of(t, operation).await;
    let deployment: &Deployment = t.deployment();
    let mut known = Ok(());
    for one in deployment.deviations(operation) {
        let purpose = format!("{} (of {})", one.exchange.purpose, one.case);
        let outcome = t.whole(&purpose, t.recall(&purpose, one.exchange)?);
        let outcome = outcome.and_then(|answer| {
            is_documented(&answer, t, operation)?;
            is_as_documented(&answer, t, operation)
        });
        let cause = format!(
            "{}: {}",
            deployment.contract.operations()[operation].operation,
            one.check
        );
        let shown = t.transcript().fault();
        let is_known = deployment.has_met(&cause)
            || (shown.as_ref()).is_some_and(|fault| deployment.has_met(fault));
        // The case that failed by it knew what was there when this was answered; what is deleted now may have been.
        if let Some(fault) = deployment.fault_of_failed(&cause) {
            t.transcript().name_fault(fault);
        }
        match outcome {
            Err(Stop::Failed(_) | Stop::ServerError(_)) if is_known => known = known.and(outcome),
            outcome => outcome?,
        }
    }
    known?;
    reach?.demanded()
}
