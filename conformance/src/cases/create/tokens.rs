//! The tokens that requests to create some made or must not have made.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::case::Outcome;
use crate::profile::Policy;
use crate::trial::{Answer, Trial};

/// Checks that a body is refused with a validation error and that no token was created from it. The body is built with a
/// unique mark in its name or description, by which such a token is found.
pub(super) async fn refused(t: &Trial, what: &str, body: impl FnOnce(&str) -> Value) -> Outcome {
    let mark = Uuid::new_v4().to_string();
    let request = t.operator().create(&body(&mark));
    let answer = t.send(&format!("create with {what}"), request).await?;
    answer.status_is(&[400, 422])?;
    let detail = answer.is_json()?["detail"].clone();
    let held = if answer.status() == 422 {
        detail.is_array()
    } else {
        detail.is_string()
    };
    answer.expect(
        "detail",
        held,
        "a list of problems for 422, a string for any other status",
        detail,
    )?;
    if t.deployment().profile.companions.list {
        created_nothing(t, &mark).await?;
    }
    Ok(())
}

/// Checks that no token has the mark in its name or description, and revokes one that has it.
async fn created_nothing(t: &Trial, mark: &str) -> Outcome {
    let newest = "limit=100&sort_by=created_at&descending=true";
    let (_, page) = t
        .page("list the newest tokens", &t.operator(), newest)
        .await?;
    let marked = |token: &&Value| {
        ["name", "description"].iter().any(|field| {
            token[field]
                .as_str()
                .is_some_and(|text| text.contains(mark))
        })
    };
    let created = page["items"].as_array().into_iter().flatten().find(marked);
    if let Some(id) = created.and_then(|token| token["id"].as_str()) {
        let purpose = "revoke the token that the refused request created";
        t.send(purpose, t.operator().revoke(id)).await?;
    }
    let found = created.map_or("none".to_owned(), |token| token["name"].to_string());
    t.expect(
        "a token from the refused request",
        created.is_none(),
        "none",
        found,
    )
}

/// Returns the JSON pointer to a field of the new token's record: in an envelope, at the root, or beside the token.
pub(crate) fn record_field(answer: &Answer<'_>, field: &str) -> String {
    let places = ["/data/token_info", "/token_info", "/data", ""];
    let mut present = places
        .iter()
        .filter(|place| !answer.at(&format!("{place}/{field}")).is_null());
    format!("{}/{field}", present.next().unwrap_or(&places[0]))
}

/// Checks that a number of days that is not written as an integer is answered as the policy says. If a token is created,
/// it must work.
pub(super) async fn days_of_another_type(t: &Trial, days: Value, policy: Policy) -> Outcome {
    let body = json!({ "name": t.unique_name(), "expires_in_days": days });
    let answer = t
        .send(
            &format!("create for {days} days"),
            t.operator().create(&body),
        )
        .await?;
    answer.status_follows(policy)?;
    answer.is_json()?;
    match t.deployment().ledger.created(answer.json()) {
        Some(token) => t.lives(&token, "immediately after its creation").await,
        None => {
            let expected = "a token with an id, or a refusal";
            answer.expect("body", answer.status() != 201, expected, answer.quote())
        }
    }
}

/// Returns the number of tokens in a list that are neither revoked nor expired.
pub(super) fn count_active(listed: &[Value]) -> usize {
    let now = Utc::now();
    let expired = |token: &Value| {
        let expires_at = token["expires_at"].as_str().unwrap_or_default();
        DateTime::parse_from_rfc3339(expires_at).is_ok_and(|expires_at| expires_at <= now)
    };
    (listed.iter())
        .filter(|token| token["revoked_at"].is_null() && !expired(token))
        .count()
}

/// Checks that no token is in the lists of two users: the operator's own list does not tell how many tokens it has then.
pub(super) async fn lists_are_apart(t: &Trial) -> Outcome {
    let ours = t.listed(&t.operator(), "").await?;
    for user in [t.member(), t.outsider()].into_iter().flatten() {
        let theirs = t.listed(&user, "").await?;
        let is_shared = theirs
            .iter()
            .any(|token| ours.iter().any(|one| one["id"] == token["id"]));
        t.is_not_listed(
            "a token of the operator, in the list of another user",
            is_shared,
        )?;
    }
    Ok(())
}
