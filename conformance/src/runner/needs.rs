//! The needs of a case that a deployment cannot meet, and the waivers that accept this.

use crate::case::{Case, Effect};
use crate::profile::ProfileError;
use crate::session::Session;

/// The reason why a case is not run.
pub(super) enum Missing {
    /// Its effect is not allowed.
    NotAllowed(String),
    /// The deployment, as its profile describes it, cannot meet the needs of the case. A waiver can accept that.
    Unmet(String),
    /// The profile denies what the deployment has, so no waiver can accept that it is not checked.
    Denied(String),
}

/// Returns the reason why a case cannot be run against this deployment, if there is one.
pub(super) fn missing(session: &Session, case: &Case, allow: Effect) -> Option<Missing> {
    if case.effect > allow {
        return Some(Missing::NotAllowed(format!(
            "its effect is `{0}`: run with --allow {0}",
            case.effect.name()
        )));
    }
    if case.needs.list && session.deployment.lists_anyway() {
        let pointer = "companions.list_items, such as \"/tokens\" (or \"\" for a JSON array)";
        return Some(Missing::Denied(format!(
            "the deployment answers GET of its tokens with success, and the profile says companions.list = false: set list = true, and name the place of the tokens with {pointer} if it is not `items`"
        )));
    }
    unmet(session, case).map(Missing::Unmet)
}

/// Returns the first need of a case that the deployment cannot meet.
fn unmet(session: &Session, case: &Case) -> Option<String> {
    let needs = case.needs;
    let profile = &session.deployment.profile;
    if (needs.member || needs.members > 0) && profile.member.is_none() {
        return Some("the profile names no [member]: a user of the business who may not revoke others' tokens".to_owned());
    }
    if (needs.outsider || needs.foreign > 0) && profile.outsider.is_none() {
        return Some("the profile names no [outsider]: a user of another business".to_owned());
    }
    let operator = profile.operator.as_ref();
    if needs.expired && operator.is_none_or(|operator| operator.expired_token.is_none()) {
        return Some(
            "the profile names no operator.expired_token: a token of the operator that has expired"
                .to_owned(),
        );
    }
    if needs.own + needs.members + needs.foreign > 0 && !session.fixtures.has_supply() {
        return Some("the profile gives no way to disposable tokens: set fixtures.mint".to_owned());
    }
    let most = (needs.own + needs.room)
        .max(needs.members)
        .max(needs.foreign);
    if most > profile.fixtures.max_live {
        return Some(format!(
            "it needs {most} disposable tokens at a time: raise fixtures.max_live"
        ));
    }
    if needs.list && !profile.companions.list {
        return Some("the deployment has no list of tokens (companions.list)".to_owned());
    }
    if needs.create && !profile.companions.create {
        return Some("the deployment does not create tokens by API (companions.create)".to_owned());
    }
    None
}

/// Checks, before anything is sent, that each waiver of the profile names an existing case and is used. An unused waiver
/// would hide the day on which it begins to be needed.
///
/// # Errors
/// For the first waiver that does not, with its line.
pub fn check_waivers(
    session: &Session,
    catalogue: &[&Case],
    selected: &[&Case],
) -> Result<(), ProfileError> {
    let origin = session.origin();
    for waiver in &session.deployment.profile.waivers {
        let case = waiver.case.get_ref();
        if !catalogue.iter().any(|case| waiver.names(case.id)) {
            let problem = format!("`{case}` names no case");
            let remedy = "Name one that `conformance list` shows, or an area: `tenancy.*`.";
            return Err(waiver.wrong(origin, problem, remedy));
        }
        let mut named = selected
            .iter()
            .filter(|case| waiver.names(case.id))
            .peekable();
        // A pool may be used up at any time, a user may not be allowed to mint, and an operation may not be reached, so
        // waivers may become needed in the middle of a run.
        if named.peek().is_some()
            && !session.fixtures.may_run_dry()
            && named.all(|case| {
                case.needs.members + case.needs.foreign == 0
                    && case.needs.sample.is_none()
                    && unmet(session, case).is_none()
            })
        {
            let problem =
                format!("the waiver of `{case}` is not used: nothing that it names is skipped");
            return Err(waiver.wrong(origin, problem, "Remove it."));
        }
    }
    Ok(())
}
