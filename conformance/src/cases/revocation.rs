//! The main guarantee: after a revocation is answered with 201, the token is rejected on all future requests, it never
//! works again, and no other token is affected.

use futures_util::future::try_join_all;
use serde_json::json;

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::profile::Policy;

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.answer_names_the_token", clauses::RETURNS)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            let answer = t.revoked(token).await?;
            answer.field_is("/data/id", &json!(token.id))?;
            if let Some(jti) = &token.jti {
                answer.field_is("/data/jti", &json!(jti))?;
            }
            if let Some(name) = &token.name {
                answer.field_is("/data/name", &json!(name))?;
            }
            Ok(())
        })),
    Case::must("revocation.answer_says_who", clauses::REVOKED_BY)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t.revoke(t.own(0)).await?;
            match &t.deployment().credentials.operator.email {
                Some(email) => answer.field_is("/data/revoked_by", &json!(email)),
                None => {
                    let by = answer.at("/data/revoked_by");
                    let held = by.is_null() || by.as_str().is_some_and(|by| by.contains('@'));
                    answer.expect("/data/revoked_by", held, "an e-mail address or null", by)
                }
            }
        })),
    Case::must("revocation.answer_gives_the_reason", clauses::REASON)
        .covers(&[
            "/requestBody",
            "/responses/201/content/application~1json/schema",
        ])
        .own(1)
        .steps(steps!(|t| {
            let reason = json!({ "reason": "found in a public repository" });
            let answer = t
                .revoke_with(t.own(0), "revoke with a reason", |request| {
                    request.json(&reason)
                })
                .await?;
            answer.field_is("/data/revocation_reason", &reason["reason"])
        })),
    Case::must("revocation.works_before", clauses::AUTHENTICATION)
        .covers(&["/responses/404"])
        .own(1)
        // Without this case, a deployment that refuses every token would pass the cases about revoked tokens.
        .steps(steps!(|t| t.lives(t.own(0), "with a new token").await)),
    Case::must("revocation.refused_at_once", clauses::REJECTED)
        .covers(&["/responses/201", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            t.lives(t.own(0), "before its revocation").await?;
            t.revoke(t.own(0)).await?;
            t.is_dead(t.own(0), "immediately after the 201").await
        })),
    Case::must("revocation.refused_with_a_reason_given", clauses::REJECTED)
        .covers(&["/requestBody", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let reason = json!({ "reason": "rotated" });
            t.revoke_with(t.own(0), "revoke with a reason", |request| {
                request.json(&reason)
            })
            .await?;
            t.is_dead(t.own(0), "immediately after the 201").await
        })),
    Case::must("revocation.refused_on_each_further_use", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            for use_number in 1..=12 {
                t.is_dead(t.own(0), &format!("use {use_number} after the 201"))
                    .await?;
            }
            Ok(())
        })),
    Case::must(
        "revocation.refused_on_parallel_connections",
        clauses::REJECTED,
    )
    .covers(&["/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        t.revoke(t.own(0)).await?;
        try_join_all((1..=8).map(|n| async move {
            t.is_dead(t.own(0), &format!("on connection {n} after the 201"))
                .await
        }))
        .await?;
        Ok(())
    })),
    Case::must("revocation.refused_after_a_while", clauses::REJECTED)
        .waits()
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            t.wait(t.timeouts().forgetting()).await;
            t.is_dead(t.own(0), "some time after the 201").await
        })),
    Case::must("revocation.refused_for_an_older_token", clauses::REJECTED)
        .waits()
        .covers(&["/responses/201", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            t.wait(t.timeouts().forgetting()).await;
            t.lives(t.own(0), "some time after its creation").await?;
            t.revoke(t.own(0)).await?;
            t.is_dead(t.own(0), "immediately after the 201").await
        })),
    Case::must("revocation.refused_for_creating", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(1)
        .room(1)
        .create()
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let request = t.using(t.own(0))?.create(&body);
            t.send("create a token with the revoked one", request)
                .await?
                .status_is(&[401])
        })),
    Case::must("revocation.refused_for_revoking", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let request = t.using(t.own(0))?.revoke(&t.own(1).id);
            t.send("revoke another token with the revoked one", request)
                .await?
                .documented(401)?;
            t.lives(t.own(1), "after the refusal").await
        })),
    Case::must("revocation.spares_others_of_the_user", clauses::NAMED_TOKEN)
        .covers(&["/responses/201"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            (t.is_dead(t.own(0), "the revoked token").await).map_err(Stop::on_the_way)?;
            t.lives(t.own(1), "another token of the same user").await?;
            t.accepted(&t.operator(), "the token that sent the revocation")
                .await
        })),
    Case::must("revocation.spares_others_for_a_while", clauses::NAMED_TOKEN)
        .waits()
        .covers(&["/responses/201"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            t.wait(t.timeouts().forgetting()).await;
            t.lives(
                t.own(1),
                "another token of the same user, some time after the 201",
            )
            .await
        })),
    Case::must(
        "revocation.spares_others_of_the_business",
        clauses::NAMED_TOKEN,
    )
    .covers(&["/responses/201"])
    .own(1)
    .members(1)
    .steps(steps!(|t| {
        t.revoke(t.own(0)).await?;
        t.lives(t.members(0), "another token of the same business")
            .await?;
        t.accepted(&t.member()?, "the member's own token").await
    })),
    Case::must("revocation.of_the_token_in_use", clauses::REJECTED)
        .covers(&["/responses/201", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            let request = t.using(token)?.revoke(&token.id);
            let answer = t.send("revoke a token with itself", request).await?;
            answer.documented(201)?;
            answer.field_is("/data/id", &json!(token.id))?;
            t.is_dead(token, "immediately after it revoked itself")
                .await
        })),
    Case::must("revocation.by_its_owner", clauses::NAMED_TOKEN)
        .covers(&["/responses/201"])
        .members(1)
        .steps(steps!(|t| {
            let answer = t.revoke(t.members(0)).await?;
            let email = t
                .deployment()
                .credentials
                .member
                .as_ref()
                .and_then(|member| member.email.clone());
            if let Some(email) = email {
                answer.field_is("/data/revoked_by", &json!(email))?;
            }
            t.is_dead(t.members(0), "immediately after its owner revoked it")
                .await
        })),
    Case::must("revocation.second_changes_nothing", clauses::NOT_UNREVOKED)
        .waits()
        .covers(&["/responses/201", "/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            let first = t.revoke(token).await?;
            // Longer than a second, so that a changed timestamp in whole seconds differs too.
            t.wait(std::time::Duration::from_millis(1100)).await;
            let second = t
                .send("revoke a second time", t.operator().revoke(&token.id))
                .await?;
            if second.follows(Policy::SecondRevoke)? == 201 {
                t.record_stays(second.field_is("/data", &first.at("/data")))?;
            }
            t.is_dead(token, "after the second revocation").await
        })),
    Case::must(
        "revocation.second_with_another_reason",
        clauses::NOT_UNREVOKED,
    )
    .covers(&["/requestBody", "/responses/201", "/responses/400"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.own(0);
        let original = json!({ "reason": "the original reason" });
        let first = t
            .revoke_with(token, "revoke with a reason", |request| {
                request.json(&original)
            })
            .await?;
        let other = t
            .operator()
            .revoke(&token.id)
            .json(&json!({ "reason": "another reason" }));
        let second = t
            .send("revoke a second time, with another reason", other)
            .await?;
        if second.follows(Policy::SecondRevoke)? == 201 {
            t.record_stays(second.field_is("/data/revocation_reason", &original["reason"]))?;
            let revoked_at = first.at("/data/revoked_at");
            t.record_stays(second.field_is("/data/revoked_at", &revoked_at))?;
        }
        t.is_dead(token, "after the second revocation").await
    })),
    Case::must("revocation.second_revives_nothing", clauses::NOT_UNREVOKED)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            t.revoke(token).await?;
            for body in [json!({ "reason": null }), json!({})] {
                let request = t.operator().revoke(&token.id).json(&body);
                let purpose = format!("revoke again with {body}");
                t.send(&purpose, request)
                    .await?
                    .follows(Policy::SecondRevoke)?;
                t.is_dead(token, "after it was revoked again").await?;
            }
            let body = json!({ "revoked": false, "revoked_at": null });
            let request = t.operator().revoke(&token.id).json(&body);
            let answer = t
                .send(&format!("revoke again with {body}"), request)
                .await?;
            // A deployment may refuse fields that the slice does not name.
            answer.status_is(&[201, 400, 422])?;
            t.is_dead(token, "after it was revoked again").await?;
            Ok(())
        })),
    Case::must("revocation.second_by_another_user", clauses::NOT_UNREVOKED)
        .covers(&["/responses/201", "/responses/400", "/responses/403"])
        .members(1)
        .steps(steps!(|t| {
            let token = t.members(0);
            let first = t.revoke(token).await?;
            let request = t.operator().revoke(&token.id);
            let second = t
                .send(
                    "as the operator, revoke a token that its owner has revoked",
                    request,
                )
                .await?;
            // A deployment may forbid the operator to revoke a member's token.
            second.documented_as(&[201, 400, 403, 404])?;
            if second.status() == 201 {
                t.record_stays(second.field_is("/data", &first.at("/data")))?;
            }
            t.is_dead(token, "after the second revocation").await
        })),
    Case::must(
        "revocation.second_leaves_the_list_alone",
        clauses::NOT_UNREVOKED,
    )
    .waits()
    .covers(&["/responses/201", "/responses/400"])
    .own(1)
    .list()
    .steps(steps!(|t| {
        let token = t.own(0);
        let reason = json!({ "reason": "the original reason" });
        t.revoke_with(token, "revoke with a reason", |request| {
            request.json(&reason)
        })
        .await?;
        let entry = async || {
            let entry = t.entry_of_revoked(&t.operator(), &token.id).await?;
            let hidden = "the list has another shape and does not show revoked tokens";
            entry.ok_or_else(|| Stop::Inapplicable(hidden.to_owned()))
        };
        let before = entry().await?;
        // Longer than a second, so that a changed timestamp in whole seconds differs too.
        t.wait(std::time::Duration::from_millis(1100)).await;
        let other = json!({ "reason": "another reason" });
        let request = t.operator().revoke(&token.id).json(&other);
        let second = t
            .send("revoke a second time, with another reason", request)
            .await?;
        second.status_follows(Policy::SecondRevoke)?;
        let after = entry().await?;
        for key in ["revoked_at", "revoked_by", "revocation_reason"] {
            let what = format!("{key} in the list after the second revocation");
            let held = after[key] == before[key];
            t.record_stays(t.expect(&what, held, &before[key], &after[key]))?;
        }
        Ok(())
    })),
];
