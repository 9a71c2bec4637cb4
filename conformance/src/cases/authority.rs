//! Who acts and for whom: the record names the caller, a refused caller stays refused, and neither a header nor an
//! e-mail address changes whose token is created or revoked.

use futures_util::future::{join, try_join_all};
use serde_json::{Value, json};

use super::clauses;
use super::tenancy::FOREIGN_BUSINESS;
use crate::case::{Case, Outcome, Stop, steps};
use crate::deployment::ledger::Token;
use crate::profile::Policy;
use crate::trial::Trial;

/// The number of times that a refused caller tries again.
const TRIES: usize = 12;

/// Values of `x-business-id` that name no business, and the policy of the profile that may allow them.
const NO_BUSINESSES: [(&str, Policy); 7] = [
    ("", Policy::MissingBusinessId),
    (
        "00000000-0000-0000-0000-000000000000",
        Policy::ForeignBusiness,
    ),
    (
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        Policy::ForeignBusiness,
    ),
    ("*", Policy::MalformedBusinessId),
    ("null", Policy::MalformedBusinessId),
    ("undefined", Policy::MalformedBusinessId),
    ("0", Policy::MalformedBusinessId),
];

/// Revokes a token as its owner, and returns `revoked_by`.
async fn revoker(t: &Trial, token: &Token) -> Result<Value, Stop> {
    Ok(t.revoke(token).await?.at("/data/revoked_by"))
}

/// Checks that a revocation's `revoked_by` is the same as another of the same caller.
fn same_revoker(t: &Trial, when: &str, expected: &Value, actual: &Value) -> Outcome {
    t.expect_of_records(
        (&format!("revoked_by, {when}"), "/data/revoked_by"),
        actual == expected,
        expected,
        actual,
    )
}

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.revoked_by_is_the_caller", clauses::REVOKED_BY)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(3)
        .members(3)
        .steps(steps!(|t| {
            // Alternates between the callers, so that the caller before is another one.
            let operator = revoker(t, t.own(0)).await?;
            let member = revoker(t, t.members(0)).await?;
            if operator.is_null() && member.is_null() {
                return Err(Stop::Inapplicable("revoked_by is null".to_owned()));
            }
            let what = "revoked_by of revocations by two users";
            let found = format!("{operator} and {member}");
            let what = (what, "/data/revoked_by");
            t.expect_of_records(what, operator != member, "two addresses", found)?;
            let again = revoker(t, t.own(1)).await?;
            same_revoker(
                t,
                "by the operator after one by the member",
                &operator,
                &again,
            )?;
            let (by_operator, by_member) =
                join(revoker(t, t.own(2)), revoker(t, t.members(1))).await;
            same_revoker(
                t,
                "by the operator at the same time as one by the member",
                &operator,
                &by_operator?,
            )?;
            same_revoker(
                t,
                "by the member at the same time as one by the operator",
                &member,
                &by_member?,
            )?;
            let request = t.operator().revoke(&t.members(2).id);
            let answer = t
                .send("as the operator, revoke the member's token", request)
                .await?;
            if answer.status() != 201 {
                // Whether the operator is an admin is judged by another case.
                return answer.documented_as(&[400, 403, 404]).map(drop);
            }
            answer.field_is("/data/revoked_by", &operator)
        })),
    Case::must("revocation.email_header_is_not_who", clauses::REVOKED_BY)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(2)
        .steps(steps!(|t| {
            let operator = revoker(t, t.own(0)).await?;
            let purpose = "revoke with another address in x-user-email";
            let answer = t
                .revoke_with(t.own(1), purpose, |request| {
                    request.set("x-user-email", "somebody.else@example.com")
                })
                .await?;
            answer.field_is("/data/revoked_by", &operator)
        })),
    Case::must(
        "tenancy.member_with_the_operators_email",
        clauses::FORBIDDEN,
    )
    .covers(&["/responses/403"])
    .own(2)
    .member()
    .steps(steps!(|t| {
        let operator = &t.deployment().credentials.operator;
        let learnt = revoker(t, t.own(0)).await?;
        let email = operator
            .email
            .as_deref()
            .or(learnt.as_str())
            .unwrap_or("admin@example.com");
        let request = t.member()?.revoke(&t.own(1).id).set("x-user-email", email);
        let purpose = "as the member, revoke with the operator's address in x-user-email";
        t.send(purpose, request).await?.documented(403)?;
        t.lives(t.own(1), "after the refusal").await
    })),
    Case::must("tenancy.member_stays_forbidden", clauses::FORBIDDEN)
        .covers(&["/responses/403"])
        .own(1)
        .member()
        .steps(steps!(|t| {
            let token = t.own(0);
            for n in 1..=TRIES {
                let request = t.member()?.revoke(&token.id);
                let purpose = format!("as the member, revoke the operator's token, try {n}");
                t.send(&purpose, request).await?.documented(403)?;
            }
            try_join_all((1..=TRIES).map(|n| async move {
                let request = t
                    .member()?
                    .revoke(&token.id)
                    .json(&json!({ "reason": "mine" }));
                let purpose = format!("as the member, revoke it with a reason, parallel try {n}");
                t.send(&purpose, request).await?.documented(403)
            }))
            .await?;
            t.lives(token, "after the refusals").await
        })),
    Case::must("tenancy.foreign_business_in_capitals", clauses::BUSINESS)
        .covers(&["/responses/404", "/responses/403"])
        .own(1)
        .foreign(1)
        .steps(steps!(|t| {
            let business = t.outsider()?.business_id().to_uppercase();
            for (token, whose) in [
                (t.own(0), "an own token"),
                (t.foreign(0), "a foreign token"),
            ] {
                let request = t
                    .operator()
                    .revoke(&token.id)
                    .set("x-business-id", &business);
                let purpose =
                    format!("revoke {whose}, with another business in capitals in the header");
                let answer = t.send(&purpose, request).await?;
                if t.ignores_business() && token.id == t.own(0).id {
                    t.names_another_business(token, &answer).await?;
                    continue;
                }
                answer.status_is(&[FOREIGN_BUSINESS, &[422]].concat())?;
                t.lives(token, "after the refusal").await?;
            }
            Ok(())
        })),
    Case::must("tenancy.own_business_in_capitals", clauses::BUSINESS)
        .covers(&["/responses/201"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let business = t.operator().business_id().to_uppercase();
            let request = t
                .using(t.own(0))?
                .revoke(&t.own(1).id)
                .set("x-business-id", &business);
            let purpose =
                "revoke another token with the revoked one, with its business in capitals";
            t.send(purpose, request)
                .await?
                .status_is(&[400, 401, 403, 404, 422])?;
            t.lives(t.own(1), "after the refusal").await?;
            let request = t
                .operator()
                .revoke(&t.own(1).id)
                .set("x-business-id", &business);
            let answer = t
                .send("revoke with the business in capitals", request)
                .await?;
            t.agrees(t.own(1), &answer, &[400, 403, 404, 422]).await
        })),
    Case::must("tenancy.empty_or_nil_business", clauses::BUSINESS)
        .covers(&["/responses/400", "/responses/404", "/responses/403"])
        .own(1)
        .foreign(1)
        .steps(steps!(|t| {
            let policies = &t.deployment().profile.policy;
            for (business, policy) in NO_BUSINESSES {
                if policies.get(policy) == Some(201) {
                    continue;
                }
                for (token, whose) in [
                    (t.own(0), "an own token"),
                    (t.foreign(0), "a foreign token"),
                ] {
                    let request = t
                        .operator()
                        .revoke(&token.id)
                        .set("x-business-id", business);
                    let purpose = format!("revoke {whose} in the business {business:?}");
                    let answer = t.send(&purpose, request).await?;
                    answer.status_is(&[FOREIGN_BUSINESS, &[422]].concat())?;
                }
            }
            t.lives(t.own(0), "after the refusals").await?;
            t.lives(t.foreign(0), "after the refusals, the foreign token")
                .await
        })),
    Case::must("tenancy.list_in_no_business", clauses::BUSINESS)
        .foreign(1)
        .list()
        .steps(steps!(|t| {
            let with = NO_BUSINESSES.iter().map(|(business, _)| Some(*business));
            for business in with.chain([None]) {
                let list = t.operator().list("").without("x-business-id");
                let (list, what) = match business {
                    Some(business) => (
                        list.set("x-business-id", business),
                        format!("the business {business:?}"),
                    ),
                    None => (list, "no business".to_owned()),
                };
                let answer = t.send(&format!("list in {what}"), list).await?;
                let shown = String::from_utf8_lossy(answer.bytes()).contains(&t.foreign(0).id);
                let actual = if shown { "listed" } else { "not listed" };
                answer.expect("a token of another business", !shown, "not listed", actual)?;
            }
            Ok(())
        })),
    Case::must("create.refuses_a_foreign_business", clauses::BUSINESS)
        .outsider()
        .room(1)
        .create()
        .steps(steps!(|t| {
            let name = t.unique_name();
            let request = t
                .operator()
                .create(&json!({ "name": name, "expires_in_days": 1 }))
                .set("x-business-id", t.outsider()?.business_id());
            let answer = t
                .send("create with another business in the header", request)
                .await?;
            let refusals = [FOREIGN_BUSINESS, &[422]].concat();
            answer.status_is(if t.ignores_business() {
                &[201]
            } else {
                &refusals
            })?;
            if !t.deployment().profile.companions.list {
                return Ok(());
            }
            let newest = "limit=100&sort_by=created_at&descending=true";
            let (_, page) = t
                .page(
                    "as the outsider, list the newest tokens",
                    &t.outsider()?,
                    newest,
                )
                .await?;
            let landed = page["items"]
                .to_string()
                .contains(name.as_str().unwrap_or_default());
            let actual = if landed { "listed" } else { "not listed" };
            t.expect(
                "the token, in the other business",
                !landed,
                "not listed",
                actual,
            )
        })),
];
