//! What is seen of a token once it is revoked: in lists, and by whoever goes on using it.

use serde_json::json;

use super::clauses;
use crate::case::{Case, Effect, Level, Needs};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "revocation.list_agrees",
        level: Level::Must,
        clause: clauses::RETURNS,
        covers: &["/responses/201"],
        needs: Needs {
            list: true,
            ..Needs::TWO
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let answer = t.revoked(t.own(0)).await?;
                let revoked = t.entry(&t.operator(), &t.own(0).id).await?;
                t.expect(
                    "the revoked token in the whole list",
                    revoked.is_object(),
                    "listed",
                    "absent",
                )?;
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
            })
        },
    },
    Case {
        id: "revocation.list_hides_the_revoked",
        level: Level::Should,
        clause: clauses::LIST,
        covers: &["/responses/201"],
        needs: Needs {
            list: true,
            ..Needs::TWO
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
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
            })
        },
    },
    Case {
        id: "revocation.refusal_is_401_and_not_403",
        level: Level::Must,
        clause: clauses::INVALID_TOKEN,
        covers: &["/responses/401", "/responses/403"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
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
            })
        },
    },
];
