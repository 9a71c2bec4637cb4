//! Many at once: parallel revocations agree with each other, and each of them sticks.

use futures_util::future::try_join_all;
use serde_json::json;

use super::clauses;
use crate::case::{Case, Effect, Level, Needs};
use crate::profile::Policy;
use crate::trial::Stop;

pub(super) const CASES: &[Case] = &[
    Case {
        id: "concurrency.parallel_revocations_agree",
        level: Level::Must,
        clause: clauses::NOT_UNREVOKED,
        covers: &["/responses/201", "/responses/400"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let token = t.own(0);
                let answers = try_join_all((1..=8).map(|n| async move {
                    let request = t
                        .operator()
                        .revoke(&token.id)
                        .json(&json!({ "reason": format!("reason {n}") }));
                    t.send(&format!("revocation {n} of 8 at the same time"), request)
                        .await
                }))
                .await?;
                let mut records = Vec::new();
                for answer in &answers {
                    answer.documented_as(Policy::SecondRevoke.documented())?;
                    if answer.status() == 201 {
                        records.push((
                            answer.at("/data/revoked_at"),
                            answer.at("/data/revocation_reason"),
                        ));
                    }
                }
                t.expect(
                    "revocations answered with 201",
                    !records.is_empty(),
                    "at least one",
                    records.len(),
                )?;
                records.sort_by_key(|record| format!("{record:?}"));
                records.dedup();
                let found: Vec<String> = records
                    .iter()
                    .map(|(when, why)| format!("{when} {why}"))
                    .collect();
                t.expect(
                    "the records of the 201s",
                    found.len() == 1,
                    "one timestamp and one reason",
                    found.join("; "),
                )?;
                t.is_dead(token, "after the revocations").await
            })
        },
    },
    Case {
        id: "concurrency.parallel_revocations_all_stick",
        level: Level::Must,
        clause: clauses::REJECTED,
        covers: &["/responses/201", "/responses/401"],
        needs: Needs {
            own: 4,
            ..Needs::NONE
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                try_join_all((0..3).map(|n| async move {
                    let answer = t.revoked(t.own(n)).await?;
                    answer.field_is("/data/id", &json!(t.own(n).id))?;
                    t.is_dead(t.own(n), "right after its 201").await
                }))
                .await?;
                t.lives(t.own(3), "the one that nobody revoked").await
            })
        },
    },
    Case {
        id: "concurrency.reads_during_a_revocation_never_go_back",
        level: Level::Must,
        clause: clauses::REJECTED,
        covers: &["/responses/201", "/responses/401"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let token = t.own(0);
                let caller = t.using(token)?;
                let reads = async {
                    let mut refused = false;
                    for n in 1..=20 {
                        let request = caller.revoke(&uuid::Uuid::new_v4().to_string());
                        let answer = t
                            .send(&format!("use {n} around the revocation"), request)
                            .await?;
                        let now = answer.status() == 401;
                        let held = now || !refused;
                        answer.expect(
                            "the credential",
                            held,
                            "refused, as in the use before",
                            answer.status(),
                        )?;
                        refused = now;
                    }
                    Ok::<_, Stop>(())
                };
                let (reads, revocation) = futures_util::future::join(reads, t.revoked(token)).await;
                reads?;
                revocation?;
                t.is_dead(token, "after both").await
            })
        },
    },
    Case {
        id: "concurrency.lists_during_a_revocation_are_whole",
        level: Level::Must,
        clause: clauses::RETURNS,
        covers: &["/responses/201"],
        needs: Needs {
            list: true,
            ..Needs::ONE
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let token = t.own(0);
                let reason = json!("all of it or nothing");
                let body = json!({ "reason": reason });
                let reads = async {
                    let mut revoked = false;
                    for n in 1..=8 {
                        let entry = t.entry(&t.operator(), &token.id).await?;
                        let (when, why) = (&entry["revoked_at"], &entry["revocation_reason"]);
                        let before = when.is_null() && why.is_null() && !revoked;
                        let after = when.is_string() && *why == reason;
                        t.expect(
                            &format!(
                                "revoked_at and revocation_reason in list {n} around the revocation"
                            ),
                            entry.is_object() && (before || after),
                            "both null, or both set and then for good",
                            format!("{when} and {why}"),
                        )?;
                        revoked = after;
                    }
                    Ok::<_, Stop>(())
                };
                let revocation =
                    t.revoked_with(token, "revoke with a reason", |request| request.json(&body));
                let (reads, revocation) = futures_util::future::join(reads, revocation).await;
                revocation?;
                reads
            })
        },
    },
];
