//! Parallel requests: revocations at the same time agree with each other, and each of them is permanent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{join, try_join_all};
use serde_json::json;

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::profile::Policy;

/// Returns whether the `n`th read during a revocation is the last one: the revocation is `answered`, and there are at
/// least `least` reads. If the answer takes longer, the reads are slowed down to limit their number.
async fn is_last_read(n: usize, least: usize, answered: &AtomicBool) -> bool {
    if n > least {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    n >= least && answered.load(Ordering::Relaxed)
}

pub(super) const CASES: &[Case] = &[
    Case::must(
        "concurrency.parallel_revocations_agree",
        clauses::NOT_UNREVOKED,
    )
    .covers(&["/responses/201", "/responses/400"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.own(0);
        let answers = try_join_all((1..=8).map(|n| async move {
            let request = t
                .operator()
                .revoke(&token.id)
                .json(&json!({ "reason": format!("reason {n}") }));
            t.send(&format!("parallel revocation {n} of 8"), request)
                .await
        }))
        .await?;
        // One of the revocations with a 201 is the first. All others are second revocations.
        let mut records = Vec::new();
        for answer in &answers {
            if answer.status() != 201 {
                answer.follows(Policy::SecondRevoke)?;
                continue;
            }
            match records.is_empty() {
                true => answer.documented(201).map(drop)?,
                false => answer.follows(Policy::SecondRevoke).map(drop)?,
            }
            records.push((
                answer.at("/data/revoked_at"),
                answer.at("/data/revocation_reason"),
            ));
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
        let (what, expected) = (
            "the records in the answers with 201",
            "one timestamp and one reason",
        );
        t.record_stays(t.expect(what, found.len() == 1, expected, found.join("; ")))?;
        t.is_dead(token, "after the revocations").await
    })),
    Case::must(
        "concurrency.parallel_revocations_all_stick",
        clauses::REJECTED,
    )
    .covers(&["/responses/201", "/responses/401"])
    .own(4)
    .steps(steps!(|t| {
        try_join_all((0..3).map(|n| async move {
            let answer = t.revoke(t.own(n)).await?;
            answer.field_is("/data/id", &json!(t.own(n).id))?;
            t.is_dead(t.own(n), "immediately after its 201").await
        }))
        .await?;
        t.lives(t.own(3), "the token that was not revoked").await
    })),
    Case::must(
        "concurrency.reads_during_a_revocation_never_go_back",
        clauses::REJECTED,
    )
    .covers(&["/responses/201", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.own(0);
        let caller = t.using(token)?;
        let answered = AtomicBool::new(false);
        let reads = async {
            let mut refused = false;
            for n in 1.. {
                let last = is_last_read(n, 20, &answered).await;
                let request = caller.revoke(&uuid::Uuid::new_v4().to_string());
                let answer = t
                    .ask(&format!("use {n} during the revocation"), request)
                    .await?;
                let now = answer.status() == 401;
                let held = now || !refused;
                let outcome = answer.expect(
                    "the credential",
                    held,
                    "refused, as in the previous use",
                    answer.status(),
                );
                answer.name_revival();
                outcome?;
                refused = now;
                if last {
                    break;
                }
            }
            Ok::<_, Stop>(())
        };
        let revocation = async {
            let outcome = t.revoke(token).await;
            answered.store(true, Ordering::Relaxed);
            outcome
        };
        let (reads, revocation) = join(reads, revocation).await;
        reads?;
        revocation?;
        t.is_dead(token, "after the revocation and the uses").await
    })),
    Case::must(
        "concurrency.lists_during_a_revocation_are_whole",
        clauses::RETURNS,
    )
    .covers(&["/responses/201"])
    .own(1)
    .paged_list()
    .steps(steps!(|t| {
        let token = t.own(0);
        let reason = json!("all of it or nothing");
        let body = json!({ "reason": reason });
        let answered = AtomicBool::new(false);
        let reads = async {
            let mut revoked = false;
            for n in 1.. {
                let last = is_last_read(n, 8, &answered).await;
                let entry = t.entry(&t.operator(), &token.id).await?;
                let (when, why) = (&entry["revoked_at"], &entry["revocation_reason"]);
                let before = when.is_null() && why.is_null() && !revoked;
                let after = when.is_string() && *why == reason;
                t.expect(
                    &format!("revoked_at and revocation_reason in list {n} during the revocation"),
                    before || after,
                    "both null, or both set; once set, set in every later list",
                    format!("{when} and {why}"),
                )?;
                revoked = after;
                if last {
                    break;
                }
            }
            Ok::<_, Stop>(revoked)
        };
        let revocation = async {
            let outcome = t
                .revoke_with(token, "revoke with a reason", |request| request.json(&body))
                .await;
            answered.store(true, Ordering::Relaxed);
            outcome
        };
        let (reads, revocation) = join(reads, revocation).await;
        revocation?;
        let revoked = reads?;
        let found = if revoked { "revoked" } else { "live" };
        t.expect(
            "the token in a list after the 201",
            revoked,
            "revoked",
            found,
        )
    })),
];
