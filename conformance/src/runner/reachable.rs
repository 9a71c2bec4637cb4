//! The first request of a run: it shows whether anything answers at the target.

use std::sync::Arc;

use crate::deployment::Deployment;
use crate::wire::{Caller, NoAnswer};

/// The most times that the first request is sent: a deployment may break one connection in twenty.
const TRIES: usize = 3;

/// Checks that something answers at the target. What it answers does not matter yet.
///
/// # Errors
/// When nothing answers, in words.
pub(super) async fn check(deployment: &Arc<Deployment>) -> Result<(), String> {
    let caller = Caller::new(
        &deployment.contract,
        "",
        deployment.credentials.operator.business_id,
    );
    let request = caller.list("").without("authorization");
    let purpose = "look whether the target answers".to_owned();
    let mut outcome = Err(NoAnswer::Broken(String::new()));
    for _ in 0..TRIES {
        let exchange = deployment.send("probe", purpose.clone(), request.clone());
        outcome = exchange.await.outcome;
        if !matches!(outcome, Err(NoAnswer::Broken(_))) {
            break;
        }
    }
    match outcome {
        Ok(_) | Err(NoAnswer::TooLarge(..) | NoAnswer::Undecodable(..) | NoAnswer::Busy { .. }) => {
            if deployment.contract.has_revoke() && !deployment.profile.companions.list {
                look_for_list(deployment).await;
            }
            Ok(())
        }
        Err(problem @ NoAnswer::Timeout(_)) => Err(format!(
            "the target {} answers too slowly: {problem} (timeouts.exchange_seconds of the profile allows more)",
            deployment.target()
        )),
        Err(problem) => Err(format!(
            "the target {} is unreachable: {problem}{}",
            deployment.target(),
            advice(deployment.target(), &problem)
        )),
    }
}

/// Looks whether the deployment has the list that its profile denies. Without the cases about it nothing shows that a
/// revoked token, or a caller of another business, sees nothing there.
async fn look_for_list(deployment: &Arc<Deployment>) {
    let operator = Caller::of(&deployment.contract, &deployment.credentials.operator);
    let purpose = "look whether there is a list of tokens".to_owned();
    let exchange = deployment.send("probe", purpose, operator.list("")).await;
    if exchange
        .outcome
        .is_ok_and(|response| response.status / 100 == 2)
    {
        deployment.found_list();
    }
}

/// Suggests what to check when a target does not answer: mostly it is the scheme, the host or the port.
fn advice(target: &str, problem: &NoAnswer) -> String {
    let tls = target.starts_with("https:");
    match problem {
        // rustls says so of a first record that is not TLS, such as an answer in plain HTTP.
        NoAnswer::Connect(why) if tls && why.contains("InvalidContentType") => {
            ". It does not speak TLS there: is it http://?".to_owned()
        }
        NoAnswer::Connect(why) if why.contains("certificate") => String::new(),
        NoAnswer::Connect(_) => ". Does it run, and are host and port right?".to_owned(),
        NoAnswer::Broken(_) if !tls => {
            ". It does not speak plain HTTP there: is it https://?".to_owned()
        }
        NoAnswer::Broken(_)
        | NoAnswer::Timeout(_)
        | NoAnswer::BrokenByOther(_)
        | NoAnswer::TooLarge(..)
        | NoAnswer::Undecodable(..)
        | NoAnswer::Budget(_)
        | NoAnswer::Busy { .. }
        | NoAnswer::Stopped(_)
        | NoAnswer::Unsendable(_) => String::new(),
    }
}
