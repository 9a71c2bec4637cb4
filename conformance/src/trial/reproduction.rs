//! The command line that repeats an exchange. The tokens that the suite minted are used up: it mints others first, and repeats
//! what the case had done with them.

use crate::deployment::Deployment;
use crate::deployment::ledger::Minted;
use crate::profile::Mint;
use crate::wire::{Caller, Exchange, curl};

/// The most earlier requests of a case that are repeated.
const EARLIER: usize = 5;

/// Returns the command line that repeats one of a case's exchanges.
pub(super) fn command(deployment: &Deployment, exchanges: &[Exchange], index: usize) -> String {
    let (to, secrets) = (deployment.to(), &deployment.secrets);
    let again = |exchange: &Exchange| curl(to, &exchange.request, secrets);
    let decisive = &exchanges[index];
    let tokens = deployment.ledger.used_by(&decisive.request);
    if tokens.is_empty() {
        return again(decisive);
    }
    let earlier: Vec<&Exchange> = exchanges[..index]
        .iter()
        .filter(|exchange| {
            let used = deployment.ledger.used_by(&exchange.request);
            used.iter()
                .any(|one| tokens.iter().any(|token| token.number == one.number))
        })
        .collect();
    // Those tokens, too, that only the earlier requests use.
    let mut needed = tokens;
    for exchange in earlier.iter().take(EARLIER) {
        for token in deployment.ledger.used_by(&exchange.request) {
            if needed.iter().all(|known| known.number != token.number) {
                needed.push(token);
            }
        }
    }
    let mut lines: Vec<String> = needed.iter().map(|token| mint(deployment, token)).collect();
    for exchange in earlier.iter().take(EARLIER) {
        lines.push(format!("{} > /dev/null", again(exchange)));
    }
    if earlier.len() > EARLIER {
        let rest = earlier.len() - EARLIER;
        lines.push(format!(
            "# {rest} more requests of the case with these tokens: see report.html"
        ));
    }
    lines.push(again(decisive));
    let ids = |line: String| {
        needed.iter().fold(line, |line, token| {
            // The words of a command line are in single quotes.
            let variable = format!("'\"$MINTED_ID_{}\"'", token.number);
            line.replace(&token.token.id, &variable)
        })
    };
    lines.into_iter().map(ids).collect::<Vec<_>>().join("\n")
}

/// Returns the line that mints a token in place of one that is used up, or that says what a person has to put in.
fn mint(deployment: &Deployment, minted: &Minted) -> String {
    let Minted { number, token } = minted;
    let identity = deployment.credentials.of(token.owner);
    match (&deployment.profile.fixtures.mint, identity) {
        (Some(Mint::Api), Some(identity)) => {
            let name = token.name.as_deref().unwrap_or("conformance");
            let body = serde_json::json!({ "name": name, "expires_in_days": 1 });
            let request = Caller::of(&deployment.contract, identity).create(&body);
            let create = curl(deployment.to(), &request, &deployment.secrets);
            let member = |member: &str| {
                format!(
                    "\"$(printf %s \"$MINTED\" | sed -n 's/.*\"{member}\" *: *\"\\([^\"]*\\)\".*/\\1/p' | head -n 1)\""
                )
            };
            format!(
                "MINTED=$({}); MINTED_TOKEN_{number}={}; MINTED_ID_{number}={}",
                create.replacen(" -i ", " ", 1),
                member("token"),
                member("id")
            )
        }
        (_, _) => format!(
            "# Set MINTED_TOKEN_{number} to a new token of the {}, and MINTED_ID_{number} to its id.",
            token.owner.name()
        ),
    }
}
