//! Reasons come back as they were given: every character, and none cut off.

use serde_json::json;

use super::clauses;
use crate::case::{Case, Effect, Level, Needs, Outcome};
use crate::trial::Trial;

/// Demands that a reason comes back character by character, from the revocation itself.
async fn round_trips(t: &Trial, reason: &str) -> Outcome {
    let body = json!({ "reason": reason });
    let answer = t
        .revoked_with(t.own(0), "revoke with the reason", |request| {
            request.json(&body)
        })
        .await?;
    answer.field_is("/data/revocation_reason", &body["reason"])
}

const fn reason_case(
    id: &'static str,
    steps: for<'a> fn(&'a Trial) -> futures_util::future::BoxFuture<'a, Outcome>,
) -> Case {
    Case {
        id,
        level: Level::Must,
        clause: clauses::REASON,
        covers: &[
            "/requestBody",
            "/responses/201/content/application~1json/schema",
        ],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps,
    }
}

pub(super) const CASES: &[Case] = &[
    reason_case("reason.emoji", |t| {
        Box::pin(round_trips(t, "🔑 leaked 👩‍👩‍👧 🇩🇪"))
    }),
    reason_case("reason.combining_marks", |t| {
        Box::pin(round_trips(t, "Cafe\u{301} ≠ Café, Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢"))
    }),
    reason_case("reason.right_to_left", |t| {
        Box::pin(round_trips(t, "דלף \u{202e}אסימון\u{202c} تسريب"))
    }),
    reason_case("reason.quotes_and_backslashes", |t| {
        Box::pin(round_trips(
            t,
            r#"it's "quoted" \ and `ticked` / slashed \n \u0041"#,
        ))
    }),
    reason_case("reason.control_characters", |t| {
        Box::pin(round_trips(t, "line one\nline two\r\n\tindented"))
    }),
    reason_case("reason.html", |t| {
        Box::pin(round_trips(
            t,
            "<script>alert(1)</script> &amp; <b>bold</b>",
        ))
    }),
    reason_case("reason.sql", |t| {
        Box::pin(round_trips(t, "'; DROP TABLE tokens; -- %s {} ${x} $1"))
    }),
    reason_case("reason.outer_white_space", |t| {
        Box::pin(round_trips(t, "  two before and two after  "))
    }),
    reason_case("reason.words_of_json", |t| Box::pin(round_trips(t, "null"))),
    reason_case("reason.of_255_characters", |t| {
        Box::pin(async move { round_trips(t, &"é".repeat(255)).await })
    }),
    Case {
        id: "reason.long_is_kept_whole_or_refused",
        level: Level::Must,
        clause: clauses::REASON,
        covers: &["/requestBody"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                // Where a deployment draws the line is its choice; to cut silently is not.
                for length in [100_000, 10_000, 1_001, 501] {
                    let body = json!({ "reason": "r".repeat(length) });
                    let request = t.operator().revoke(&t.own(0).id).json(&body);
                    let purpose = format!("revoke with a reason of {length} characters");
                    let Some(answer) = t.send_unwanted(&purpose, request).await? else {
                        t.lives(t.own(0), "after the connection was closed").await?;
                        continue;
                    };
                    if answer.status() == 201 {
                        let kept = answer.at("/data/revocation_reason");
                        let found = format!(
                            "{} characters",
                            kept.as_str().map_or(0, |kept| kept.chars().count())
                        );
                        answer.expect(
                            "the reason",
                            kept == body["reason"],
                            format!("all {length} characters"),
                            found,
                        )?;
                        return t.is_dead(t.own(0), "right after the 201").await;
                    }
                    answer.status_is(&[400, 413, 422])?;
                    t.lives(t.own(0), "after the refusal").await?;
                }
                Ok(())
            })
        },
    },
    Case {
        id: "reason.empty_is_kept_or_none",
        level: Level::May,
        clause: clauses::REASON,
        covers: &["/requestBody"],
        needs: Needs::ONE,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let request = t
                    .operator()
                    .revoke(&t.own(0).id)
                    .json(&json!({ "reason": "" }));
                let answer = t.send("revoke with an empty reason", request).await?;
                answer.documented(201)?;
                let kept = answer.at("/data/revocation_reason");
                answer.expect(
                    "the reason",
                    kept.is_null() || kept == json!(""),
                    "\"\" or null",
                    kept,
                )
            })
        },
    },
];
