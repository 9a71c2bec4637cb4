//! The separation of businesses, and of members from admins: a caller revokes only tokens that they may revoke, and does
//! not learn which tokens exist in another business.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::clauses;
use super::latency::{median, milliseconds};
use crate::case::{Case, Stop, steps};
use crate::profile::{Policy, Role};
use crate::trial::Answer;

/// The statuses allowed for a caller whose token belongs to another business than the header names.
pub(super) const FOREIGN_BUSINESS: &[u16] = &[400, 401, 403, 404];

/// Returns the contents of an answer by name: each header, each member of its body, and the body itself. An answer may
/// repeat the requested id, so the id is replaced by `ID` to make answers comparable.
fn contents(answer: &Answer<'_>, id: &str) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(answer.bytes()).into_owned();
    let mut contents = BTreeMap::from([("body".to_owned(), text)]);
    // Headers of the connection say nothing about the token (RFC 9110, section 7.6.1).
    let is_content = |name: &&str| !matches!(*name, "connection" | "keep-alive");
    for name in answer.header_names().into_iter().filter(is_content) {
        contents.insert(format!("header {name}"), answer.headers(name).join(", "));
    }
    for (name, value) in answer.json().as_object().into_iter().flatten() {
        contents.insert(format!("member {name}"), value.to_string());
    }
    for value in contents.values_mut() {
        *value = value.replace(id, "ID");
    }
    contents
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
                .send(
                    "revoke a token of another business, with that business in the header",
                    request,
                )
                .await?;
            answer.documented_as(FOREIGN_BUSINESS)?;
            t.lives(t.foreign(0), "after the refusal, the foreign token")
                .await
        })),
    Case::must(
        "tenancy.own_token_under_a_foreign_header",
        clauses::BUSINESS,
    )
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
            .send(
                "revoke an own token, with another business in the header",
                request,
            )
            .await?;
        t.names_another_business(t.own(0), &answer).await
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
                .send(
                    "as the outsider, revoke it with its business in the header",
                    request,
                )
                .await?;
            answer.documented_as(FOREIGN_BUSINESS)?;
            t.lives(t.own(0), "after the refusals").await
        })),
    Case::must("tenancy.unknown_business", clauses::BUSINESS)
        .covers(&["/responses/404", "/responses/403"])
        .own(1)
        .steps(steps!(|t| {
            let unknown = Uuid::new_v4().to_string();
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .set("x-business-id", unknown);
            let answer = t
                .send(
                    "revoke with a business in the header that does not exist",
                    request,
                )
                .await?;
            t.names_another_business(t.own(0), &answer).await
        })),
    Case::must("tenancy.foreign_is_like_unknown", clauses::NO_ORACLE)
        .covers(&["/responses/404"])
        .foreign(1)
        .steps(steps!(|t| {
            if t.deployment().profile.policy.foreign_token == Some(403) {
                // The deployment's owner decided that ids are not secret.
                return Err(Stop::Inapplicable("policy.foreign_token is 403".to_owned()));
            }
            let (first, second) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
            let unknown = t
                .ask(
                    "revoke a token that does not exist",
                    t.operator().revoke(&first),
                )
                .await?;
            unknown.status_is(&[403, 404]).map_err(Stop::on_the_way)?;
            // The same each time: one answer in twenty may be another one.
            let user = (Role::Operator, true);
            let usual = t.deployment().first_of_unknown(user, unknown.status());
            unknown.status_is(&[usual]).map_err(Stop::on_the_way)?;
            // Sent between the two requests for unknown tokens: what is equal in both has not changed meanwhile.
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
            if foreign.status() == 403 && t.deployment().profile.policy.foreign_token.is_none() {
                let reason =
                    "the deployment answers a foreign token with 403, which the contract allows";
                return Err(Stop::Inapplicable(reason.to_owned()));
            }
            foreign.expect(
                "status",
                foreign.status() == unknown.status(),
                unknown.status(),
                foreign.status(),
            )?;
            let theirs = contents(&foreign, &t.foreign(0).id);
            let (ours, others) = (contents(&unknown, &first), contents(&another, &second));
            let names = |contents: &BTreeMap<String, String>| {
                let names: Vec<&str> = contents.keys().map(String::as_str).collect();
                names.join(", ")
            };
            let (expected, actual) = (names(&ours), names(&theirs));
            foreign.expect(
                "headers and members",
                actual == expected,
                &expected,
                &actual,
            )?;
            // A value that differs between two unknown tokens, such as a date, does not distinguish a foreign token.
            for (name, value) in &ours {
                if others.get(name) == Some(value) && name != "header date" {
                    let given = theirs.get(name).map_or("", String::as_str);
                    foreign.expect(name, given == value, value, given)?;
                }
            }
            Ok(())
        })),
    Case::must("tenancy.foreign_revoked_is_like_live", clauses::NO_ORACLE)
        .covers(&["/responses/404"])
        .foreign(1)
        .steps(steps!(|t| {
            let token = t.foreign(0);
            let ask = async |state: &str| {
                let purpose = format!("revoke a {state} token of another business");
                let answer = t.send(&purpose, t.operator().revoke(&token.id)).await?;
                answer.follows(Policy::ForeignToken)?;
                Ok::<_, Stop>(answer)
            };
            let live = ask("live").await?;
            t.revoke(token).await?;
            let revoked = ask("revoked").await?;
            let (live, shown) = (live.at("/detail"), revoked.at("/detail"));
            revoked.expect("detail", shown == live, &live, &shown)
        })),
    Case::must(
        "tenancy.spares_the_twin_of_another_business",
        clauses::NAMED_TOKEN,
    )
    .covers(&["/responses/201"])
    .foreign(1)
    .room(1)
    .create()
    .steps(steps!(|t| {
        let twin = t.foreign(0);
        let Some(name) = &twin.name else {
            let why = "the deployment does not show the name of a new token";
            return Err(Stop::Inapplicable(why.to_owned()));
        };
        let body = json!({ "name": name, "expires_in_days": 1 });
        let (token, _) = t
            .create("create a token with the name of a foreign one", &body)
            .await?;
        t.revoke(&token).await?;
        t.is_dead(&token, "immediately after the 201").await?;
        t.lives(twin, "the token of another business with that name")
            .await
    })),
    Case::may("tenancy.timing_of_foreign_and_unknown", clauses::NO_ORACLE)
        .covers(&["/responses/404"])
        .foreign(1)
        // Only reported: over a network, durations do not prove a difference.
        .steps(steps!(|t| {
            let (mut foreign, mut unknown) = (Vec::new(), Vec::new());
            for _ in 0..7 {
                let request = t.operator().revoke(&Uuid::new_v4().to_string());
                let answer = t.ask("revoke a token that does not exist", request).await?;
                unknown.push(answer.duration());
                let request = t.operator().revoke(&t.foreign(0).id);
                let answer = t
                    .send("revoke a token of another business", request)
                    .await?;
                foreign.push(answer.duration());
            }
            let found = format!(
                "foreign {}, unknown {}",
                milliseconds(median(foreign)),
                milliseconds(median(unknown))
            );
            t.expect(
                "the medians of seven answers each",
                true,
                "reported only",
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
    Case::must(
        "tenancy.member_is_forbidden_with_a_body",
        clauses::FORBIDDEN,
    )
    .covers(&["/requestBody", "/responses/403"])
    .own(1)
    .member()
    .steps(steps!(|t| {
        let email = t.deployment().credentials.operator.email.clone();
        let email = email.unwrap_or_else(|| "admin@example.com".to_owned());
        // A deployment that refuses unknown fields may do so first.
        let refusals: &[u16] = match t.deployment().profile.policy.get(Policy::UnknownFields) {
            Some(201) => &[403],
            Some(status) => &[status, 403],
            None => &[400, 403, 422],
        };
        let body = json!({ "reason": "mine", "role": "admin", "revoked_by": email });
        let request = t
            .member()?
            .revoke(&t.own(0).id)
            .json(&body)
            .set("x-user-email", email);
        t.send(
            "as the member, revoke with an admin's role and e-mail address in header and body",
            request,
        )
        .await?
        .documented_as(refusals)?;
        t.lives(t.own(0), "after the refusal").await
    })),
    Case::must("tenancy.member_may_not_revoke_again", clauses::FORBIDDEN)
        .covers(&["/responses/403"])
        .own(1)
        .member()
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let request = t.member()?.revoke(&t.own(0).id);
            let answer = t
                .send(
                    "as the member, revoke the operator's revoked token",
                    request,
                )
                .await?;
            // The deployment may check the token's state or the permission first. It must not answer with 201.
            answer.documented_as(&[400, 403, 404])?;
            Ok(())
        })),
    Case::must("tenancy.list_shows_nothing_foreign", clauses::LIST)
        .own(4)
        .foreign(1)
        .list()
        .steps(steps!(|t| {
            let listed = json!(t.listed(&t.operator(), "").await?).to_string();
            for n in 0..4 {
                let what = format!("own token {} of 4", n + 1);
                t.is_listed(&what, listed.contains(&t.own(n).id))?;
            }
            let foreign = listed.contains(&t.foreign(0).id);
            t.is_not_listed("a token of another business", foreign)
        })),
    Case::must("tenancy.members_list_is_theirs", clauses::LIST)
        .own(1)
        .members(1)
        .list()
        .steps(steps!(|t| {
            let listed = json!(t.listed(&t.member()?, "").await?).to_string();
            t.is_listed("the member's own token", listed.contains(&t.members(0).id))?;
            let shown = listed.contains(&t.own(0).id);
            t.is_not_listed("a token of another user, in the member's list", shown)
        })),
    Case::must("tenancy.list_under_a_foreign_header", clauses::BUSINESS)
        .foreign(1)
        .list()
        .steps(steps!(|t| {
            let business = t.outsider()?.business_id().to_owned();
            let request = t.operator().list("").set("x-business-id", business);
            let answer = t
                .send("list with another business in the header", request)
                .await?;
            if !t.ignores_business() {
                return answer.status_is(FOREIGN_BUSINESS);
            }
            answer.status_is(&[200])?;
            let shown = String::from_utf8_lossy(answer.bytes()).contains(&t.foreign(0).id);
            let actual = if shown { "listed" } else { "not listed" };
            answer.expect("a token of that business", !shown, "not listed", actual)
        })),
];
