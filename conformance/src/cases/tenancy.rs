//! Businesses apart from each other, and members from admins: nobody revokes what is not theirs to revoke, and nobody
//! learns what exists elsewhere.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::clauses;
use super::latency::{median, shown};
use crate::case::{Case, steps};
use crate::profile::Policy;
use crate::trial::Answer;

/// What a deployment may answer to a caller whose token belongs to another business than the header names.
const NOT_THEIRS: &[u16] = &[400, 401, 403, 404];

/// What an answer tells, by header, by member of its body, and the body as it is; the id that was asked for, which it
/// may repeat, has the same name in all.
fn told(answer: &Answer<'_>, id: &str) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(answer.bytes()).into_owned();
    let mut told = BTreeMap::from([("body".to_owned(), text)]);
    for name in answer.header_names() {
        told.insert(format!("header {name}"), answer.headers(name).join(", "));
    }
    for (name, value) in answer.json().as_object().into_iter().flatten() {
        told.insert(format!("member {name}"), value.to_string());
    }
    for value in told.values_mut() {
        *value = value.replace(id, "ID");
    }
    told
}

pub(super) const CASES: &[Case] = &[
    Case::must("tenancy.foreign_token_not_revoked", clauses::NAMED_TOKEN)
.covers(&["/responses/404", "/responses/403"])
.foreign(1)
.steps(steps!(|t| {
                let request = t.operator().revoke(&t.foreign(0).id);
                t.send("revoke a token of another business", request)
                    .await?
                    .follows(Policy::ForeignToken)?;
                t.lives(t.foreign(0), "after the refusal, the foreign token")
                    .await
            })),
    Case::must("tenancy.foreign_business_in_the_header", clauses::BUSINESS)
.covers(&["/responses/404", "/responses/403"])
.foreign(1)
.steps(steps!(|t| {
                let business = t.outsider()?.business_id().to_owned();
                let request = t
                    .operator()
                    .revoke(&t.foreign(0).id)
                    .set("x-business-id", business);
                let answer = t
                    .send("revoke a foreign token, naming its business", request)
                    .await?;
                answer.documented_as(NOT_THEIRS)?;
                t.lives(t.foreign(0), "after the refusal, the foreign token")
                    .await
            })),
    Case::must("tenancy.own_token_under_a_foreign_header", clauses::BUSINESS)
.covers(&["/responses/404", "/responses/403"])
.own(1)
.outsider()
.steps(steps!(|t| {
                let business = t.outsider()?.business_id().to_owned();
                let request = t
                    .operator()
                    .revoke(&t.own(0).id)
                    .set("x-business-id", business);
                let answer = t
                    .send("revoke an own token, naming another business", request)
                    .await?;
                answer.documented_as(NOT_THEIRS)?;
                t.lives(t.own(0), "after the refusal").await
            })),
    Case::must("tenancy.outsider_revokes_nothing", clauses::FORBIDDEN)
.covers(&["/responses/404", "/responses/403"])
.own(1)
.outsider()
.steps(steps!(|t| {
                let id = &t.own(0).id;
                let request = t.outsider()?.revoke(id);
                let answer = t
                    .send("as the outsider, revoke the operator's token", request)
                    .await?;
                answer.follows(Policy::ForeignToken)?;
                let request = t
                    .outsider()?
                    .revoke(id)
                    .set("x-business-id", t.operator().business_id());
                let answer = t
                    .send("as the outsider, revoke it naming its business", request)
                    .await?;
                answer.documented_as(NOT_THEIRS)?;
                t.lives(t.own(0), "after the refusals").await
            })),
    Case::must("tenancy.unknown_business", clauses::BUSINESS)
.covers(&["/responses/404", "/responses/403"])
.own(1)
.steps(steps!(|t| {
                let nobody = Uuid::new_v4().to_string();
                let request = t
                    .operator()
                    .revoke(&t.own(0).id)
                    .set("x-business-id", nobody);
                let answer = t
                    .send("revoke, naming a business that does not exist", request)
                    .await?;
                answer.documented_as(NOT_THEIRS)?;
                t.lives(t.own(0), "after the refusal").await
            })),
    Case::must("tenancy.foreign_is_like_unknown", clauses::NO_ORACLE)
.covers(&["/responses/404"])
.foreign(1)
.steps(steps!(|t| {
                if t.deployment().profile.policy.foreign_token == Some(403) {
                    // The deployment's owner decided that its ids are no secret.
                    return Err(crate::case::Stop::Inapplicable(
                        "policy.foreign_token is 403".to_owned(),
                    ));
                }
                let (first, second) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
                let unknown = t
                    .send(
                        "revoke a token that does not exist",
                        t.operator().revoke(&first),
                    )
                    .await?;
                // Between the two, so that what they agree in has not changed meanwhile.
                let foreign = t
                    .send(
                        "revoke a token of another business",
                        t.operator().revoke(&t.foreign(0).id),
                    )
                    .await?;
                let another = t
                    .send(
                        "revoke another token that does not exist",
                        t.operator().revoke(&second),
                    )
                    .await?;
                if foreign.status() == 403 && t.deployment().profile.policy.foreign_token.is_none()
                {
                    let reason = "the deployment answers 403 to a foreign token, which the contract leaves to it";
                    return Err(crate::case::Stop::Inapplicable(reason.to_owned()));
                }
                foreign.expect(
                    "status",
                    foreign.status() == unknown.status(),
                    unknown.status(),
                    foreign.status(),
                )?;
                let theirs = told(&foreign, &t.foreign(0).id);
                let (ours, others) = (told(&unknown, &first), told(&another, &second));
                let names = |told: &BTreeMap<String, String>| {
                    let names: Vec<&str> = told.keys().map(String::as_str).collect();
                    names.join(", ")
                };
                let (expected, actual) = (names(&ours), names(&theirs));
                foreign.expect(
                    "headers and members",
                    actual == expected,
                    &expected,
                    &actual,
                )?;
                // What differs between two unknown tokens, such as a date, tells nothing about a foreign one.
                for (name, value) in &ours {
                    if others.get(name) == Some(value) && name != "header date" {
                        let given = theirs.get(name).map_or("", String::as_str);
                        foreign.expect(name, given == value, value, given)?;
                    }
                }
                Ok(())
            })),
    Case::may("tenancy.timing_of_foreign_and_unknown", clauses::NO_ORACLE)
.covers(&["/responses/404"])
.foreign(1)

// Reported for a person to judge, never gated: over a network nothing can be said for certain.
.steps(steps!(|t| {
                let (mut foreign, mut unknown) = (Vec::new(), Vec::new());
                for _ in 0..7 {
                    let request = t.operator().revoke(&Uuid::new_v4().to_string());
                    let answer = t
                        .send("revoke a token that does not exist", request)
                        .await?;
                    unknown.push(answer.duration());
                    let request = t.operator().revoke(&t.foreign(0).id);
                    let answer = t
                        .send("revoke a token of another business", request)
                        .await?;
                    foreign.push(answer.duration());
                }
                let found = format!(
                    "foreign {}, unknown {}",
                    shown(median(foreign)),
                    shown(median(unknown))
                );
                t.expect(
                    "the medians of seven answers each",
                    true,
                    "reported, never gated",
                    found,
                )
            })),
    Case::must("tenancy.member_is_forbidden", clauses::FORBIDDEN)
.covers(&["/responses/403"])
.own(1)
.member()
.steps(steps!(|t| {
                let request = t.member()?.revoke(&t.own(0).id);
                t.send("as the member, revoke the operator's token", request)
                    .await?
                    .documented(403)?;
                t.lives(t.own(0), "after the refusal").await
            })),
    Case::must("tenancy.member_is_forbidden_with_a_body", clauses::FORBIDDEN)
.covers(&["/requestBody", "/responses/403"])
.own(1)
.member()
.steps(steps!(|t| {
                let email = t
                    .deployment()
                    .credentials
                    .operator
                    .email
                    .clone()
                    .unwrap_or_default();
                let body = json!({ "reason": "mine", "role": "admin", "revoked_by": email });
                let request = t
                    .member()?
                    .revoke(&t.own(0).id)
                    .json(&body)
                    .set("x-user-email", email);
                t.send(
                    "as the member who claims to be the operator, revoke",
                    request,
                )
                .await?
                .documented(403)?;
                t.lives(t.own(0), "after the refusal").await
            })),
    Case::must("tenancy.member_may_not_revoke_again", clauses::FORBIDDEN)
.covers(&["/responses/403"])
.own(1)
.member()
.steps(steps!(|t| {
                t.revoked(t.own(0)).await?;
                let request = t.member()?.revoke(&t.own(0).id);
                let answer = t
                    .send(
                        "as the member, revoke the operator's revoked token",
                        request,
                    )
                    .await?;
                // Whether the state or the right is looked at first is the deployment's choice; a 201 is not.
                answer.documented_as(&[400, 403, 404])?;
                Ok(())
            })),
    Case::must("tenancy.list_shows_nothing_foreign", clauses::LIST)
.own(1)
.foreign(1)
.list()
.steps(steps!(|t| {
                let listed = t.listed(&t.operator(), "").await?;
                let has = |id: &str| listed.iter().any(|item| item["id"] == json!(id));
                let word = |present: bool| if present { "listed" } else { "not listed" };
                let (own, foreign) = (has(&t.own(0).id), has(&t.foreign(0).id));
                t.expect("an own token", own, "listed", word(own))?;
                t.expect(
                    "a token of another business",
                    !foreign,
                    "not listed",
                    word(foreign),
                )
            })),
    Case::must("tenancy.list_under_a_foreign_header", clauses::BUSINESS)
.outsider()
.list()
.steps(steps!(|t| {
                let business = t.outsider()?.business_id().to_owned();
                let request = t.operator().list("").set("x-business-id", business);
                t.send("list, naming another business", request)
                    .await?
                    .status_is(NOT_THEIRS)
            })),
];
