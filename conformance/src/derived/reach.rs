//! Whether an operation was reached: the ordinary request of each operation is sent once in a run, and what holds in other
//! cases about the operation counts only if that request got a documented success.

use std::sync::Arc;

use super::effect::effect;
use crate::asked::is_busy;
use crate::case::sample::Expects;
use crate::case::{Outcome, Stop};
use crate::contract::DocumentedOperation;
use crate::deployment::reach::{Reach, Unreached};
use crate::resources::request;
use crate::trial::{Answer, Trial};
use crate::wire::NoAnswer;

/// Checks that an operation was reached in this run. The first case that asks sends the ordinary request, others wait.
///
/// A fault counts at an operation that was not reached too, so a case asks [`of`] first and calls this last. The first
/// question must not be asked while holding [`Trial::alone`].
///
/// # Errors
/// [`Stop::Unproven`] with the reason, and what the profile has to give.
pub(crate) async fn ensure(t: &Trial, operation: usize) -> Outcome {
    of(t, operation).await?.demanded()
}

/// Returns whether an operation was reached in this run. The first case that asks sends the ordinary request, others wait.
///
/// # Errors
/// When the run ends before the request could be sent.
pub(crate) async fn of(t: &Trial, operation: usize) -> Result<Reach, Stop> {
    let contract = &t.deployment().contract;
    // Its success uses up a token, so each case about it has its own; a run without any is not conformant.
    if contract.revoke_operation() == Some(operation) {
        return Ok(Reach::Elsewhere);
    }
    let documented = &contract.operations()[operation];
    let question = t.deployment().reaches.of(operation);
    let reach = question.once(async |may_wait| {
        let graph = &t.deployment().graph;
        let needed = effect(contract, graph, operation, Expects::Documented);
        if needed > t.allowed() {
            return Ok(not(
                None,
                format!(
                    "its ordinary request was not sent, since its effect is `{}`",
                    needed.name()
                ),
                format!("run with --allow {}", needed.name()),
            ));
        }
        // The case must not name what this request has changed or deleted.
        t.with_other_things(async {
            let request = match request::ordinary(t, operation).await {
                Ok(request) => request,
                Err(Stop::Lacking(why) | Stop::Unproven(why)) => return Ok(without_request(why)),
                Err(other) => {
                    question.note(without_request(other.reason().to_owned()));
                    return Err(other);
                }
            };
            let purpose = format!(
                "{} as documented, to see whether it works",
                documented.operation
            );
            let outcome = t.look(&purpose, request).await?;
            let reach = judged(t, operation, outcome.as_ref());
            match outcome {
                Ok(answer) if may_wait && is_busy(answer.status()) => {
                    question.note(reach.clone());
                    answer.is_no_server_error().map_err(Stop::on_the_way)?;
                }
                Ok(_) | Err(_) => {}
            }
            Ok(reach)
        })
        .await
    });
    reach.await
}

/// Runs the ordinary request of an operation for the case that is about it: returns the answer, and whether it reached the
/// operation.
pub(super) async fn ordinary<'t>(
    t: &'t Trial,
    operation: usize,
    purpose: &str,
) -> Result<(Answer<'t>, Reach), Stop> {
    let question = t.deployment().reaches.of(operation);
    let request = request::ordinary(t, operation).await.inspect_err(|stop| {
        let found = without_request(stop.reason().to_owned());
        match stop {
            Stop::Lacking(_) | Stop::Unproven(_) => question.answer(found),
            _ => question.note(found),
        }
    })?;
    let mut first = None;
    let known = question.once(async |may_wait| {
        let outcome = t.look(purpose, request.clone()).await?;
        let reach = judged(t, operation, outcome.as_ref());
        let is_busy = matches!(&outcome, Ok(answer) if is_busy(answer.status()));
        if may_wait && is_busy {
            question.note(reach.clone());
            t.whole(purpose, outcome)?;
            return Ok(reach);
        }
        first = Some(outcome);
        Ok(reach)
    });
    let known = known.await?;
    // Another case has asked already, and has not judged the answer.
    let (outcome, reach) = match first {
        Some(outcome) => (outcome, known),
        None => {
            let outcome = t.look(purpose, request).await?;
            let reach = judged(t, operation, outcome.as_ref());
            (outcome, if reach.is_reached() { known } else { reach })
        }
    };
    Ok((t.whole(purpose, outcome)?, reach))
}

/// Judges the answer to an ordinary request.
fn judged(t: &Trial, operation: usize, outcome: Result<&Answer<'_>, &(usize, NoAnswer)>) -> Reach {
    let documented = &t.deployment().contract.operations()[operation];
    let answer = match outcome {
        Ok(answer) => answer,
        Err((_, problem)) => {
            return not(
                None,
                format!("its ordinary request got no answer: {problem}"),
                "see whether the deployment answers it at all".to_owned(),
            );
        }
    };
    let status = answer.status();
    if documented.is_success(status) {
        return Reach::Reached;
    }
    let Some(in_place) = documented.successes() else {
        let statuses = documented.statuses();
        return not(
            Some(status),
            format!("the contract documents no success of it, only {statuses}"),
            "document the 2xx of a sound request, or waive the cases about it".to_owned(),
        );
    };
    let reason = format!("its ordinary request was answered with {status} in place of {in_place}");
    let missing = t.deployment().missing_credentials(operation);
    let needed = match missing.filter(|_| matches!(status, 401 | 403)) {
        Some(missing) => missing,
        None => needs(documented, status),
    };
    not(Some(status), reason, needed)
}

/// Builds the reach of an operation for whose ordinary request a value is missing.
fn without_request(why: String) -> Reach {
    not(None, "no ordinary request could be built".to_owned(), why)
}

fn not(answered: Option<u16>, reason: String, needs: String) -> Reach {
    Reach::Not(Arc::new(Unreached {
        answered,
        reason,
        needs,
    }))
}

/// Says what is probably missing where an ordinary request got a status that is not a success.
fn needs(documented: &DocumentedOperation, status: u16) -> String {
    let operation = &documented.operation;
    let has_path_values = operation.path.contains('{');
    match status {
        401 | 407 => "give the credential that it takes".to_owned(),
        403 => "give the credential of a user who may do this".to_owned(),
        404 | 410 if has_path_values => format!(
            "give the id of something that exists, by path.… in [operations.\"{operation}\"] of the profile"
        ),
        404 => "is the path of `servers` part of --target?".to_owned(),
        405 | 501 => "the deployment does not have this operation there".to_owned(),
        409 => format!(
            "something is in its way: give other values in [operations.\"{operation}\"] of the profile, or run with fewer --jobs"
        ),
        412 | 428 => format!(
            "document its `If-Match` as a required parameter, which then gets the `ETag` of a reading; or give header.If-Match in [operations.\"{operation}\"] of the profile, such as \"*\""
        ),
        429 | 503 => "the deployment refuses so many requests: lower --rate or --jobs".to_owned(),
        status if status / 100 == 2 || status / 100 == 3 => {
            "document this status, or answer with a documented one".to_owned()
        }
        status if status >= 500 => "it is a server error: see the log of the deployment".to_owned(),
        _ => format!(
            "give values that it takes in [operations.\"{operation}\"] of the profile: body, path.…, query.… or header.…"
        ),
    }
}
