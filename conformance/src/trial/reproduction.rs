//! The command line that repeats an exchange. The tokens that the suite minted are used up: it mints others first, and repeats
//! what the case had done with them.

use reqwest::Method;
use secrecy::ExposeSecret;

use crate::deployment::Deployment;
use crate::deployment::ledger::{Minted, part_of_id};
use crate::profile::Mint;
use crate::wire::{Caller, Exchange, Request, curl};

/// The most earlier requests of a case that are repeated.
const EARLIER: usize = 5;

/// Returns the command line that repeats one of a case's exchanges.
pub(super) fn command(deployment: &Deployment, exchanges: &[Exchange], index: usize) -> String {
    let again = |request: &Request| curl(deployment.to(), request, &deployment.secrets);
    let decisive = &exchanges[index].request;
    let mut lines = derived(deployment, decisive);
    let mut needed = deployment.ledger.used_by(decisive);
    if needed.is_empty() {
        lines.push(again(decisive));
        return lines.join("\n");
    }
    let earlier = earlier(deployment, &exchanges[..index], &needed);
    let kept = first(&earlier);
    // Those tokens, too, that only the earlier requests use, or that minted one of the others.
    let creations = needed.iter().filter_map(|one| creation(exchanges, one));
    let requests: Vec<&Request> = (kept.iter().chain(&creations.collect::<Vec<_>>()))
        .map(|exchange| &exchange.request)
        .collect();
    for token in requests
        .into_iter()
        .flat_map(|request| deployment.ledger.used_by(request))
    {
        if needed.iter().all(|known| known.number != token.number) {
            needed.push(token);
        }
    }
    let mut repeated: Vec<String> = (kept.iter())
        .map(|exchange| format!("{} > /dev/null", again(&exchange.request)))
        .collect();
    if earlier.len() > kept.len() {
        let rest = earlier.len() - kept.len();
        repeated.push(format!(
            "# {rest} more requests of the case with these tokens: see report.html"
        ));
    }
    repeated.push(again(decisive));
    // A token that minted another one is older.
    needed.sort_by_key(|one| one.number);
    lines.extend(
        (needed.iter()).map(|one| mint(deployment, one, creation(exchanges, one), &repeated)),
    );
    lines.extend(repeated);
    let with_variables =
        |line: String| (needed.iter()).fold(line, |line, one| with_variables(&line, one));
    let lines: Vec<String> = lines.into_iter().map(with_variables).collect();
    lines.join("\n")
}

/// Returns the exchanges of a case that made what an answer shows: those with its tokens, and every revocation.
fn earlier<'e>(
    deployment: &Deployment,
    exchanges: &'e [Exchange],
    needed: &[Minted],
) -> Vec<&'e Exchange> {
    let is_about = |exchange: &&Exchange| {
        let used = deployment.ledger.used_by(&exchange.request);
        (used.iter()).any(|one| needed.iter().any(|token| token.number == one.number))
    };
    let mints = |exchange: &Exchange| needed.iter().any(|one| mints(exchange, one));
    (exchanges.iter())
        .filter(|exchange| revokes(exchange) || is_about(exchange) && !mints(exchange))
        .collect()
}

/// Returns the first exchanges, as many as are repeated. A revocation is more important than a use.
fn first<'e>(earlier: &[&'e Exchange]) -> Vec<&'e Exchange> {
    let revocations = earlier.iter().filter(|exchange| revokes(exchange)).count();
    let mut uses = EARLIER.saturating_sub(revocations);
    let mut kept = earlier.to_vec();
    kept.retain(|exchange| {
        let is_use = !revokes(exchange);
        let keeps = !is_use || uses > 0;
        uses -= usize::from(is_use && keeps);
        keeps
    });
    kept.truncate(EARLIER);
    kept
}

/// Returns whether an exchange revoked a token.
fn revokes(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let is_success = (exchange.outcome.as_ref()).is_ok_and(|response| response.status == 201);
    is_success && request.method == Method::POST && request.path.ends_with("/revoke")
}

/// Returns whether an exchange created a token.
fn mints(exchange: &Exchange, minted: &Minted) -> bool {
    let created = exchange.outcome.as_ref().is_ok_and(|response| {
        response.status == 201 && String::from_utf8_lossy(&response.body).contains(&minted.token.id)
    });
    created
        && exchange.request.method == Method::POST
        && !exchange.request.path.ends_with("/revoke")
}

/// Returns the exchange that created a token, if the case sent it.
fn creation<'e>(exchanges: &'e [Exchange], minted: &Minted) -> Option<&'e Exchange> {
    exchanges.iter().find(|exchange| mints(exchange, minted))
}

/// Returns a line for each value of a request that is derived from a credential: a person has to put it in.
fn derived(deployment: &Deployment, request: &Request) -> Vec<String> {
    let texts = (request.headers.iter()).map(|(_, value)| value.as_str());
    // The expired token is one of the profile's.
    let expired = deployment.credentials.expired.as_ref();
    let is_expired =
        |text: &&str| expired.is_some_and(|expired| text.contains(expired.expose_secret()));
    let texts = (texts.chain([request.path.as_str()])).filter(|text| !is_expired(text));
    let names = texts.flat_map(|text| deployment.secrets.derived_in(text));
    let line = |name| format!("# Set {name}, which is derived from a credential as its name says.");
    names.map(line).collect()
}

/// Writes variables in place of a minted token's id, its beginning, and its jti. The words of a command line are in single
/// quotes.
fn with_variables(line: &str, minted: &Minted) -> String {
    let Minted { number, token } = minted;
    let mut line = line.replace(&token.id, &format!("'\"$MINTED_ID_{number}\"'"));
    if let Some(jti) = &token.jti {
        line = line.replace(jti, &format!("'\"$MINTED_JTI_{number}\"'"));
    }
    match part_of_id(&token.id, &line) {
        Some(part) => {
            let length = part.len();
            let beginning = format!("/'\"$(printf %.{length}s \"$MINTED_ID_{number}\")\"'/");
            line.replace(&format!("/{part}/"), &beginning)
        }
        None => line,
    }
}

/// Returns the line that mints a token in place of one that is used up, or that says what a person has to put in.
fn mint(
    deployment: &Deployment,
    minted: &Minted,
    creation: Option<&Exchange>,
    lines: &[String],
) -> String {
    let Minted { number, token } = minted;
    let identity = deployment.credentials.of(token.owner);
    match (&deployment.profile.fixtures.mint, identity) {
        (Some(Mint::Api), Some(identity)) => {
            let name = token.name.as_deref().unwrap_or("conformance");
            let body = serde_json::json!({ "name": name, "expires_in_days": 1 });
            let request = match creation {
                Some(exchange) => exchange.request.clone(),
                None => Caller::of(&deployment.contract, identity).create(&body),
            };
            let create = curl(deployment.to(), &request, &deployment.secrets);
            let set = |variable: &str, member: &str| {
                format!(
                    "; MINTED_{variable}_{number}=\"$(printf %s \"$MINTED\" | sed -n 's/.*\"{member}\" *: *\"\\([^\"]*\\)\".*/\\1/p' | head -n 1)\""
                )
            };
            let mut line = format!("MINTED=$({})", create.replacen(" -i ", " ", 1));
            line.push_str(&set("TOKEN", "token"));
            line.push_str(&set("ID", "id"));
            if (token.jti.as_ref()).is_some_and(|jti| lines.iter().any(|line| line.contains(jti))) {
                line.push_str(&set("JTI", "jti"));
            }
            line
        }
        (_, _) => format!(
            "# Set MINTED_TOKEN_{number} to a new token of the {}, and MINTED_ID_{number} to its id.",
            token.owner.name()
        ),
    }
}
