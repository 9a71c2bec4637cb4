//! What is seen of a token once it is revoked: in lists, and by whoever goes on using it.

use futures_util::future::try_join_all;
use serde_json::json;
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, steps};

/// How many revoked tokens are looked at once more at the end of a run.
const LOOKED_AT: usize = 48;

/// How many of them at a time.
const SIDE_BY_SIDE: usize = 8;

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.list_agrees", clauses::RETURNS)
        .covers(&["/responses/201"])
        .own(2)
        .list()
        .steps(steps!(|t| {
            let answer = t.revoked(t.own(0)).await?;
            let revoked = t.entry(&t.operator(), &t.own(0).id).await?;
            let said = answer.timestamp("/data/revoked_at")?;
            let listed = revoked["revoked_at"].as_str().unwrap_or_default();
            let same =
                chrono::DateTime::parse_from_rfc3339(listed).is_ok_and(|listed| listed == said);
            t.expect(
                "revoked_at in the list",
                same,
                said.to_rfc3339(),
                &revoked["revoked_at"],
            )?;
            let live = t.entry(&t.operator(), &t.own(1).id).await?;
            t.expect(
                "revoked_at of a live token",
                live["revoked_at"].is_null(),
                "null",
                &live["revoked_at"],
            )
        })),
    Case::should("revocation.list_hides_the_revoked", clauses::LIST)
        .covers(&["/responses/201"])
        .own(2)
        .list()
        .steps(steps!(|t| {
            t.revoked(t.own(0)).await?;
            let listed = t.listed(&t.operator(), "").await?;
            let has = |id: &str| listed.iter().any(|item| item["id"] == json!(id));
            let word = |present: bool| if present { "listed" } else { "not listed" };
            let (revoked, live) = (has(&t.own(0).id), has(&t.own(1).id));
            t.expect(
                "the revoked token",
                !revoked,
                "not listed unless asked for",
                word(revoked),
            )?;
            t.expect("a live token", live, "listed", word(live))
        })),
    Case::must(
        "revocation.refusal_is_401_and_not_403",
        clauses::INVALID_TOKEN,
    )
    .covers(&["/responses/401", "/responses/403"])
    .own(1)
    .steps(steps!(|t| {
        t.revoked(t.own(0)).await?;
        let caller = t.using(t.own(0))?;
        // The user would have the right; it is the credential that is no good any more.
        let answer = t
            .send(
                "revoke the revoked token by means of itself",
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
                t.revoked(t.own(last)).await?;
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
            t.revoked(t.own(0)).await?;
            let revoked = t.deployment().ledger.revoked();
            // The first ones are those that a blacklist of limited size or age has lost.
            let revoked = &revoked[..revoked.len().min(LOOKED_AT)];
            for from in (0..revoked.len()).step_by(SIDE_BY_SIDE) {
                let to = revoked.len().min(from + SIDE_BY_SIDE);
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
            // Whether the operator may is the deployment's choice; what it answers has to be true.
            if answer.status() == 201 {
                answer.field_is("/data/id", &json!(token.id))?;
            }
            t.agrees(token, &answer, &[400, 403, 404]).await
        })),
];
