//! Cases that saw an effect, which a request must not have, on a thing that they made, run again with another one: something else may
//! have changed it at that moment, such as a job that goes on by itself. An effect of the request shows again. On what others use,
//! such as settings, it may not: the first request has left its effect there.

use crate::case::{Case, Outcome, Stop};
use crate::trial::Trial;

/// The number of times that such a case is run again.
const MOST: usize = 2;

/// Runs the steps of a case; again, each time with other things, as long as all that is wrong is such an effect.
pub(super) async fn steps(trial: &Trial, case: &'static Case) -> Outcome {
    let mut outcome = (case.steps)(trial).await;
    for _ in 0..MOST {
        if !matches!(outcome, Err(Stop::Failed(_))) || !trial.transcript().saw_an_effect() {
            return outcome;
        }
        outcome = trial.with_other_things((case.steps)(trial)).await;
        if outcome.is_ok() {
            trial.transcript().excuse_effects();
        }
    }
    outcome
}
