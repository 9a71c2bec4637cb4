//! The steps of cases about credentials: none, one that is not valid, a part, and each alternative.

use super::ask::{Ask, NO_CREDENTIAL};
use super::contract::others;
use super::forged::{damage, invented};
use crate::case::{Outcome, Stop};
use crate::contract::security::{Credential, Placed};
use crate::derived::reach;
use crate::profile::Role;
use crate::resources::request;
use crate::trial::Trial;

/// The form of a credential where the profile has none: a name and a password for HTTP basic.
const MADE_UP: &str = "conformance:0000000000";

pub(super) async fn without(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    ask.unauthorized("", Vec::new()).await?;
    ask.finish().await
}

pub(super) async fn wrong(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    let Ok(alternatives) = ask.alternatives() else {
        // One that is made up needs no credential.
        let contract = &t.deployment().contract;
        let demanded = ask.documented.security.demanded().unwrap_or_default();
        for alternative in demanded {
            let schemes = alternative
                .iter()
                .filter_map(|name| contract.schemes().get(name));
            let placed = schemes.filter_map(|scheme| scheme.placed(&invented(MADE_UP), None));
            ask.unauthorized(&alternative.join(" and "), placed.collect())
                .await?;
        }
        return ask.finish().await;
    };
    for credentials in alternatives {
        let names: Vec<&str> = credentials.iter().map(|one| one.name.as_str()).collect();
        let placed = credentials
            .iter()
            .filter_map(|one| one.with(&invented(one.secret())));
        ask.unauthorized(&names.join(" and "), placed.collect())
            .await?;
    }
    ask.finish().await
}

pub(super) async fn damaged(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    for credentials in ask.alternatives()? {
        for (index, one) in credentials.iter().enumerate() {
            let mut placed: Vec<Placed> =
                credentials.iter().filter_map(Credential::placed).collect();
            let Some((value, script)) = damage(one) else {
                continue;
            };
            if let Some(other) = one.with(&value) {
                one.conceal(&t.deployment().secrets, &value, &script);
                placed[index] = other;
                ask.unauthorized(&one.name, placed).await?;
            }
        }
    }
    ask.finish().await
}

pub(super) async fn other_scheme(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    let contract = &t.deployment().contract;
    let alternatives = ask.documented.security.demanded().unwrap_or_default();
    for (name, scheme) in others(contract, alternatives) {
        let own = t.deployment().credential(Role::Operator, name);
        let placed = match own.flatten() {
            Some(own) => own.placed(),
            None => scheme.placed(&invented(MADE_UP), None),
        };
        ask.unauthorized(name, placed.into_iter().collect()).await?;
    }
    ask.finish().await
}

pub(super) async fn part(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    for credentials in ask.alternatives()? {
        if credentials.len() < 2 {
            continue;
        }
        for left_out in 0..credentials.len() {
            let mut placed: Vec<Placed> =
                credentials.iter().filter_map(Credential::placed).collect();
            placed.remove(left_out);
            let what = format!("without {}", credentials[left_out].name);
            ask.unauthorized(&what, placed).await?;
        }
    }
    ask.finish().await
}

pub(super) async fn each(t: &Trial) -> Outcome {
    let sample = t.sample()?;
    reach::of(t, sample.operation).await?;
    let documented = &t.deployment().contract.operations()[sample.operation];
    let usual = t.caller_for(Role::Operator, sample.operation)?;
    let alternatives = documented.security.demanded().unwrap_or_default();
    let mut asked = 0;
    for alternative in alternatives {
        let Some(credentials) = t.deployment().credentials_for(Role::Operator, alternative) else {
            continue;
        };
        let placed: Vec<Placed> = credentials.iter().filter_map(Credential::placed).collect();
        // Each may use up what the request names.
        let request = t.with_other_things(request::ordinary(t, sample.operation));
        let request = request.await?.carrying(usual.credentials(), &placed);
        let names = alternative.join(" and ");
        let purpose = format!("{} ({names})", sample.purpose);
        let answer = t.send(&purpose, request).await?;
        let status = answer.status();
        let held = !matches!(status, 401 | 403);
        let expected = format!("accepted: {names} is enough");
        let held = answer.expect("the credential", held, expected, status);
        t.name_cause(
            Some(format!("{status} with {names}, which is enough")),
            None,
        );
        held?;
        asked += 1;
    }
    match asked > 1 {
        true => reach::ensure(t, sample.operation).await,
        false => Err(Stop::Unasked(
            "the profile has the credentials of one alternative alone".to_owned(),
        )),
    }
}

pub(super) async fn challenge(t: &Trial) -> Outcome {
    let ask = Ask::of(t).await?;
    let request = ask.request.clone();
    let request = request.carrying(ask.operator.credentials(), &[]);
    let answer = t.send(&ask.sample.purpose, request).await?;
    if answer.status() != 401 {
        let reason = format!("the answer is {}, not 401", answer.status());
        return Err(Stop::Inapplicable(reason));
    }
    // Where the contract documents the header, its lack is that fault.
    ask.is_refused(&answer, NO_CREDENTIAL, &[401])?;
    let challenges = answer.headers("www-authenticate");
    let held = challenges
        .iter()
        .any(|challenge| !challenge.trim().is_empty());
    let found = match challenges.is_empty() {
        true => "none".to_owned(),
        false => challenges.join(", "),
    };
    // One cause for all operations: the answer comes from what they share.
    let found = format!("{found}, in the answer to {}", ask.sample.purpose);
    t.expect(
        "the challenge of a 401 (www-authenticate)",
        held,
        "a challenge",
        found,
    )?;
    ask.finish().await
}
