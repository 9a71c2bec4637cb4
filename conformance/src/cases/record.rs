//! The record of a revocation: its own, and true. Timestamps of the deployment are compared with each other, so that the
//! error of its clock does not matter.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::json;

use super::clauses;
use super::create::record_field;
use super::secrecy::none_observed;
use crate::case::{Case, Outcome, steps};
use crate::deployment::faults::SAME_TOKEN;
use crate::deployment::observation::Kind;
use crate::trial::{Answer, Trial};

/// Longer than a second, so that timestamps in whole seconds differ.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(1100);

/// A moment by the deployment's clock, and the time by the suite's clock within which it was.
type Moment = (DateTime<FixedOffset>, (DateTime<Utc>, DateTime<Utc>));

/// Checks that as much time passed by the deployment's clock between two moments as by the suite's clock. The deployment may
/// store whole seconds.
fn apart(t: &Trial, what: &str, (first, earlier): Moment, (second, later): Moment) -> Outcome {
    let second_long = TimeDelta::seconds(1);
    let (least, most) = (
        later.0 - earlier.1 - second_long,
        later.1 - earlier.0 + second_long,
    );
    let found = second - first;
    let held = least <= found && found <= most;
    let seconds = |time: TimeDelta| format!("{:.1} s", time.as_seconds_f64());
    t.expect_of_records(
        (what, "/data/revoked_at"),
        held,
        format!("from {} to {}", seconds(least), seconds(most)),
        format!("{} ({first} and {second})", seconds(found)),
    )
}

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.timestamps_advance", clauses::TIMESTAMP)
        .waits()
        .covers(&["/responses/201/content/application~1json/schema"])
        .room(2)
        .create()
        .steps(steps!(|t| {
            let body = || json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (token, created) = t.create("create a token", &body()).await?;
            let (another, _) = t.create("create another token", &body()).await?;
            let moment = |answer: &Answer<'_>, pointer: &str| -> Result<Moment, _> {
                Ok((answer.timestamp(pointer)?, answer.window()))
            };
            let earlier = moment(&t.revoke(&another).await?, "/data/revoked_at")?;
            t.wait(PAUSE).await;
            let revoked = moment(&t.revoke(&token).await?, "/data/revoked_at")?;
            apart(t, "the time between two revocations", earlier, revoked)?;
            let created_at = record_field(&created, "created_at");
            if created.at(&created_at).is_null() {
                return Ok(());
            }
            let created = moment(&created, &created_at)?;
            apart(
                t,
                "the time from created_at to revoked_at",
                created,
                revoked,
            )
        })),
    Case::must("revocation.each_has_its_own_record", clauses::RECORD)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(3)
        .steps(steps!(|t| {
            let mut jtis = Vec::new();
            for n in 0..3 {
                let token = t.own(n);
                let reason = json!(format!("reason {n}"));
                let body = json!({ "reason": reason });
                let purpose = format!("revoke token {n} with its own reason");
                let request = t.operator().revoke(&token.id).json(&body);
                let answer = t.send(&purpose, request).await?;
                answer.documented(201)?;
                answer.field_is("/data/id", &json!(token.id))?;
                answer.field_is("/data/revocation_reason", &reason)?;
                for (pointer, known) in [("/data/jti", &token.jti), ("/data/name", &token.name)] {
                    if let Some(known) = known {
                        answer.field_is(pointer, &json!(known))?;
                    }
                }
                let jti = answer.at("/data/jti").to_string();
                let what = ("jti, as no other token has it", "/data/jti");
                let held = !jtis.contains(&jti);
                let outcome = t.expect_of_records(what, held, "another one each", &jti);
                t.name_fault(SAME_TOKEN);
                outcome?;
                jtis.push(jti);
                t.is_dead(token, "immediately after its 201").await?;
            }
            Ok(())
        })),
    // These judge every answer of the run, so they run last.
    Case::must(
        "authentication.every_refusal_has_a_challenge",
        clauses::CHALLENGE,
    )
    .covers(&["/responses/401"])
    .own(1)
    .after_others()
    .steps(|t| {
        Box::pin(none_observed(
            t,
            Kind::Challenge,
            "answers with 401 and no challenge",
        ))
    }),
    Case::must("status.every_answer_is_documented", clauses::CREATED)
        .covers(&["/responses"])
        .own(1)
        .after_others()
        .steps(|t| {
            Box::pin(none_observed(
                t,
                Kind::Body,
                "answers with another body than documented",
            ))
        }),
];
