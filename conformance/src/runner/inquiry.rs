//! Questions after a case that did not pass, by which its cause is found: whether the token of a user is refused from now on (it
//! expired, somebody revoked it, or the deployment revoked it with another one), so that no case that needs the user can be decided;
//! and whether the case met a token that was revoked with another one.

use crate::case::{Needs, Stop};
use crate::deployment::Deployment;
use crate::deployment::faults::{BREAKS, CLOSES, LIVE_REFUSED, UNFOUND};
use crate::profile::Role;
use crate::trial::Trial;

/// The most tokens of a case that are used again.
const TOKENS: usize = 4;

/// The number of times that a user's token is used before it counts as refused: a deployment may refuse one request in twenty.
const ROUNDS: u32 = 3;

/// The number of times that a request is sent again.
const REPETITIONS: usize = 2;

/// Returns whether a case needs a user.
fn needs(needs: Needs, role: Role) -> bool {
    match role {
        Role::Operator => true,
        Role::Member => needs.member || needs.members > 0,
        Role::Outsider => needs.outsider || needs.foreign > 0,
    }
}

/// Returns why a case cannot be decided: the token of a user whom it needs is refused.
pub(super) fn cause(deployment: &Deployment, case: Needs) -> Option<String> {
    let mut roles = Role::ALL.into_iter().filter(|role| needs(case, *role));
    roles.find_map(|role| deployment.refused_user(role))
}

/// Uses the tokens of users that a case sent again. Returns why one of them is refused from now on, unless the case itself checks
/// whether a revocation spares it.
pub(super) async fn look(trial: &Trial) -> Option<String> {
    let deployment = trial.deployment();
    if !deployment.contract.has_revoke() {
        return None;
    }
    let mut found = None;
    for role in trial.transcript().refused_users() {
        if deployment.refused_user(role).is_none() && is_refused(trial, role).await.ok()? {
            deployment.found_refused_user(role);
        }
        found = found.or_else(|| deployment.refused_user(role));
    }
    found.filter(|_| !trial.transcript().judges_a_user())
}

async fn is_refused(trial: &Trial, role: Role) -> Result<bool, Stop> {
    for _ in 0..ROUNDS {
        let user = trial.user(role)?;
        for (using, request) in trial.uses(&user) {
            let worked = trial.deployment().has_worked(role, &request);
            let purpose = format!("ask once more with the {}'s token, {using}", role.name());
            match trial.look(&purpose, request).await? {
                Ok(answer) if answer.status() == 401 || answer.status() == 403 && worked => {}
                Ok(_) | Err(_) => return Ok(false),
            }
        }
    }
    Ok(true)
}

/// Names the fault of a server error or a missing answer that comes now and then, and is not about the request: it is answered when
/// it is sent once more; or if it cannot be sent again, other cases met such a fault. If the connection
/// closes each time, names another fault: for the revoke contract, the same one at each operation of the service.
pub(super) async fn repeat(trial: &Trial) -> Option<()> {
    let (fault, request) = trial.transcript().trouble()?;
    let mut comes_and_goes = request.is_none() && trial.deployment().has_met(fault);
    for request in std::iter::repeat_n(request, REPETITIONS).flatten() {
        let purpose = "see whether the request is answered at other times";
        let again = trial.look(purpose, request).await.ok()?;
        comes_and_goes |= again.is_ok_and(|answer| answer.status() < 500);
    }
    let closes = fault == BREAKS && trial.deployment().contract.has_revoke();
    let fault = match comes_and_goes {
        true => fault,
        false if closes => CLOSES,
        false => return None,
    };
    trial.transcript().name_fault(Some(fault.to_owned()));
    Some(())
}

/// Names why a token could not be revoked, or why what is listed is wrong, where no other fault is named: a token of the case
/// that nobody asked to revoke is refused, or one that exists is not found.
pub(super) async fn explain(trial: &Trial) -> Option<()> {
    let (transcript, deployment) = (trial.transcript(), trial.deployment());
    let refusal = transcript.unexplained()?;
    let tokens = deployment.ledger.unfinished(Some(transcript.case()));
    let live = (tokens.iter())
        .filter(|(token, is_revoked)| !is_revoked && !transcript.changed(&token.id))
        .map(|(token, _)| token)
        .filter(|token| match &refusal {
            Some((path, _)) => *path == deployment.contract.revoke_path(&token.id),
            None => true,
        });
    for token in live.take(TOKENS) {
        let (using, request) = trial.uses(&trial.using(token).ok()?).pop()?;
        let purpose = format!("see whether a token of the case works, {using}");
        match trial.look(&purpose, request).await.ok()? {
            Ok(answer) if answer.status() == 401 => {
                transcript.name_fault(Some(LIVE_REFUSED.to_owned()));
                return Some(());
            }
            Ok(_) | Err(_) => {}
        }
    }
    let (path, status) = refusal?;
    let exists = deployment
        .ledger
        .owner_of(&deployment.contract, &path)
        .is_some();
    (exists && status == 404).then(|| transcript.name_fault(Some(UNFOUND.to_owned())))
}
