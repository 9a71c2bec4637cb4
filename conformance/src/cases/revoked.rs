//! Tokens after their revocation: in lists, and in later requests.

use chrono::{DateTime, FixedOffset, TimeDelta};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Outcome, Stop, steps};
use crate::profile::Policy;
use crate::trial::Trial;

/// The number of revoked tokens that are used again at the end of a run.
const USED_AGAIN: usize = 400;

/// The number of them that are used in parallel.
const PARALLEL: usize = 8;

/// Checks that a token was not revoked before it was created, both by the deployment's clock, which may store whole seconds.
fn is_after_creation(t: &Trial, created_at: &Value, revoked_at: DateTime<FixedOffset>) -> Outcome {
    let created_at = created_at.as_str().unwrap_or_default();
    let Ok(created_at) = DateTime::parse_from_rfc3339(created_at) else {
        return Ok(());
    };
    let held = revoked_at >= created_at - TimeDelta::seconds(1);
    let expected = format!("not before created_at, {created_at}");
    let what = ("revoked_at of the 201", "/data/revoked_at");
    (t.expect_of_records(what, held, expected, revoked_at)).map_err(Stop::on_the_way)
}

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.list_agrees", clauses::RETURNS)
        .covers(&["/responses/201"])
        .own(2)
        .list()
        .steps(steps!(|t| {
            let before = t.entry(&t.operator(), &t.own(0).id).await?;
            let answer = t.revoke(t.own(0)).await?;
            let revoked = t.entry_of_revoked(&t.operator(), &t.own(0).id).await?;
            if let Some(revoked) = revoked {
                t.expect_of_list("its entry", revoked != before, "changed", &revoked)?;
                let answered = answer.timestamp("/data/revoked_at")?;
                let listed = &revoked["revoked_at"];
                let same = DateTime::parse_from_rfc3339(listed.as_str().unwrap_or_default())
                    .is_ok_and(|listed| listed == answered);
                let held = same || !t.lists_pages() && revoked.get("revoked_at").is_none();
                if !held {
                    // The list may be right.
                    let outcome = answer.happened_now("/data/revoked_at", answered);
                    outcome.map_err(Stop::on_the_way)?;
                    is_after_creation(t, &before["created_at"], answered)?;
                }
                t.expect_of_list(
                    "revoked_at in the list",
                    held,
                    answered.to_rfc3339(),
                    listed,
                )?;
            }
            let live = t.entry(&t.operator(), &t.own(1).id).await?;
            t.expect_of_list(
                "revoked_at of a live token",
                live["revoked_at"].is_null(),
                "null",
                &live["revoked_at"],
            )
        })),
    Case::should("revocation.list_hides_the_revoked", clauses::LIST)
        .covers(&["/responses/201"])
        .own(2)
        .paged_list()
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let listed = t.listed(&t.operator(), "").await?;
            let has = |id: &str| listed.iter().any(|item| item["id"] == json!(id));
            let describe = |present: bool| if present { "listed" } else { "not listed" };
            let (revoked, live) = (has(&t.own(0).id), has(&t.own(1).id));
            t.expect_of_list(
                "the revoked token",
                !revoked,
                "not listed without include_revoked",
                describe(revoked),
            )?;
            t.is_listed("a live token", live)
        })),
    Case::must(
        "revocation.refusal_is_401_and_not_403",
        clauses::INVALID_TOKEN,
    )
    .covers(&["/responses/401", "/responses/403"])
    .own(1)
    .steps(steps!(|t| {
        t.revoke(t.own(0)).await?;
        let caller = t.using(t.own(0))?;
        // The user has the permission, but the credential is no longer valid.
        let answer = t
            .send(
                "revoke the revoked token with itself",
                caller.revoke(&t.own(0).id),
            )
            .await?;
        answer.documented(401)?;
        Ok(())
    })),
    Case::must("revocation.outlives_those_after_it", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(4)
        .steps(steps!(|t| {
            for last in 0..4 {
                t.revoke(t.own(last)).await?;
                for earlier in 0..=last {
                    let when =
                        format!("token {earlier}, after {} more revocations", last - earlier);
                    t.is_dead(t.own(earlier), &when).await?;
                }
            }
            Ok(())
        })),
    Case::must("revocation.refused_to_the_end", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(1)
        .after_others()
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let revoked = t.deployment().ledger.revoked();
            // A blacklist of limited size or age loses the oldest entries, so the oldest tokens are used.
            let revoked = &revoked[..revoked.len().min(USED_AGAIN)];
            for from in (0..revoked.len()).step_by(PARALLEL) {
                let to = revoked.len().min(from + PARALLEL);
                try_join_all((from..to).map(|n| async move {
                    let unknown = Uuid::new_v4().to_string();
                    let request = t.using(&revoked[n])?.revoke(&unknown);
                    let purpose = format!("use revoked token {} at the end of the run", n + 1);
                    let answer = t.send(&purpose, request).await?;
                    answer.documented(401).map(drop)
                }))
                .await?;
            }
            Ok(())
        })),
    Case::must("revocation.by_another_of_the_business", clauses::REJECTED)
        .covers(&["/responses/201", "/responses/403"])
        .members(1)
        .steps(steps!(|t| {
            let token = t.members(0);
            let request = t.operator().revoke(&token.id);
            let answer = t
                .send("as the operator, revoke the member's token", request)
                .await?;
            // Whether the operator is an admin is the deployment's choice; its answer must agree with the token's state.
            answer.follows(Policy::MembersToken)?;
            if answer.status() == 201 {
                answer.field_is("/data/id", &json!(token.id))?;
            }
            t.agrees(token, &answer, &[400, 403, 404]).await
        })),
];
