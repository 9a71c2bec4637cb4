//! Reasons come back as they were given: every character, and none cut off.

use std::sync::Arc;

use serde_json::json;

use super::clauses;
use crate::case::{Case, CaseBuilder, Outcome, Stop, steps};
use crate::deployment::ledger::Token;
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

/// The longest reason that is tried, in characters: it fits the bodies that every server takes.
const MOST: usize = 16_000;

/// Whether a reason of this many characters is taken, in which case it is held to be whole. Uses the token that is left
/// of a refusal before, or a new one.
async fn takes(t: &Trial, spare: &mut Option<Arc<Token>>, length: usize) -> Result<bool, Stop> {
    let token = match spare.take() {
        Some(token) => token,
        None => {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            t.created("create a token", &body).await?.0
        }
    };
    let reason = json!("r".repeat(length));
    let request = t
        .operator()
        .revoke(&token.id)
        .json(&json!({ "reason": reason }));
    let answer = t
        .send(
            &format!("revoke with a reason of {length} characters"),
            request,
        )
        .await?;
    if answer.status() != 201 {
        answer.status_is(&[400, 413, 422])?;
        t.lives(&token, "after the refusal").await?;
        *spare = Some(token);
        return Ok(false);
    }
    let kept = answer.at("/data/revocation_reason");
    let count = kept.as_str().map_or(0, |kept| kept.chars().count());
    let expected = format!("all {length} characters");
    answer.expect(
        "the reason",
        kept == reason,
        expected,
        format!("{count} characters"),
    )?;
    Ok(true)
}

const fn with_reason(id: &'static str) -> CaseBuilder {
    Case::must(id, clauses::REASON)
        .covers(&[
            "/requestBody",
            "/responses/201/content/application~1json/schema",
        ])
        .own(1)
}

pub(super) const CASES: &[Case] = &[
    with_reason("reason.emoji").steps(|t| Box::pin(round_trips(t, "🔑 leaked 👩‍👩‍👧 🇩🇪"))),
    with_reason("reason.combining_marks")
        .steps(|t| Box::pin(round_trips(t, "Cafe\u{301} ≠ Café, Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢"))),
    with_reason("reason.right_to_left")
        .steps(|t| Box::pin(round_trips(t, "דלף \u{202e}אסימון\u{202c} تسريب"))),
    with_reason("reason.quotes_and_backslashes").steps(|t| {
        Box::pin(round_trips(
            t,
            r#"it's "quoted" \ and `ticked` / slashed \n \u0041"#,
        ))
    }),
    with_reason("reason.control_characters")
        .steps(|t| Box::pin(round_trips(t, "line one\nline two\r\n\tindented"))),
    with_reason("reason.html").steps(|t| {
        Box::pin(round_trips(
            t,
            "<script>alert(1)</script> &amp; <b>bold</b>",
        ))
    }),
    with_reason("reason.sql")
        .steps(|t| Box::pin(round_trips(t, "'; DROP TABLE tokens; -- %s {} ${x} $1"))),
    with_reason("reason.outer_white_space")
        .steps(|t| Box::pin(round_trips(t, "  two before and two after  "))),
    with_reason("reason.words_of_json").steps(|t| Box::pin(round_trips(t, "null"))),
    with_reason("reason.of_255_characters")
        .steps(steps!(|t| round_trips(t, &"é".repeat(255)).await)),
    Case::must("reason.long_is_kept_whole_or_refused", clauses::REASON)
        .covers(&["/requestBody"])
        .own(1)
        .steps(steps!(|t| {
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
        })),
    Case::must("reason.longest_is_kept_whole", clauses::REASON)
        .covers(&["/requestBody"])
        .room(1)
        .create()
        // Looks for the longest reason that is taken: each that is taken costs a token, and each is held to be whole.
        .steps(steps!(|t| {
            let (mut taken, mut refused) = (0, MOST + 1);
            let mut token = None;
            for length in [255, 500, 1000, 4096, MOST] {
                if !takes(t, &mut token, length).await? {
                    refused = length;
                    break;
                }
                taken = length;
            }
            while taken > 0 && refused <= MOST && refused - taken > 1 {
                let length = taken.midpoint(refused);
                if takes(t, &mut token, length).await? {
                    taken = length;
                } else {
                    refused = length;
                }
            }
            let found = match refused {
                refused if refused > MOST => format!("more than {MOST} characters"),
                _ => format!("{taken} characters"),
            };
            t.expect(
                "the longest reason",
                taken > 0,
                "at least 255 characters",
                found,
            )
        })),
    Case::may("reason.empty_is_kept_or_none", clauses::REASON)
        .covers(&["/requestBody"])
        .own(1)
        .steps(steps!(|t| {
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
        })),
];
