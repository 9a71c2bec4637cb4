//! The reason: it is returned as it was sent, with every character and not truncated.

use std::sync::Arc;

use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, CaseBuilder, Outcome, Stop, steps};
use crate::deployment::ledger::Token;
use crate::trial::Trial;

/// Checks that a revocation with a reason revokes the token that it names, and that the answer and the list have the reason
/// unchanged.
async fn round_trips(t: &Trial, reason: &str) -> Outcome {
    let body = json!({ "reason": reason });
    let answer = t
        .revoke_with(t.own(0), "revoke with the reason", |request| {
            request.json(&body)
        })
        .await?;
    answer.field_is("/data/id", &json!(t.own(0).id))?;
    answer.field_is("/data/revocation_reason", &body["reason"])?;
    t.is_dead(t.own(0), "after the revocation with the reason")
        .await?;
    kept(t, t.own(0), &body["reason"]).await
}

/// Checks that the list, if there is one that shows it, has the reason of a revoked token unchanged.
async fn kept(t: &Trial, token: &Token, reason: &Value) -> Outcome {
    if !t.deployment().profile.companions.list {
        return Ok(());
    }
    let entry = t.entry_of_revoked(&t.operator(), &token.id).await;
    let entry = entry.map_err(Stop::on_the_way)?;
    match entry
        .as_ref()
        .and_then(|entry| entry.get("revocation_reason"))
    {
        Some(kept) => t.expect_of_list("the reason in the list", kept == reason, reason, kept),
        None => Ok(()),
    }
}

/// The longest reason that is tried, in characters. Its body is small enough for the body limit of any server.
const MAX_LENGTH: usize = 16_000;

/// Returns whether a reason of this length is accepted, and checks that an accepted one is not truncated. Uses the spare
/// token of an earlier refusal, or creates one.
async fn accepts_length(
    t: &Trial,
    spare: &mut Option<Arc<Token>>,
    length: usize,
) -> Result<bool, Stop> {
    let token = match spare.take() {
        Some(token) => token,
        None => {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            t.create("create a token", &body).await?.0
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
    t.is_dead(&token, "after the revocation with the reason")
        .await?;
    answer.field_is("/data/id", &json!(token.id))?;
    let returned = answer.at("/data/revocation_reason");
    let count = returned.as_str().map_or(0, |text| text.chars().count());
    let expected = format!("all {length} characters");
    answer.field_holds(
        "/data/revocation_reason",
        returned == reason,
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
    with_reason("reason.digits").steps(|t| Box::pin(round_trips(t, "0012345678901234567890"))),
    with_reason("reason.of_255_characters")
        .steps(steps!(|t| round_trips(t, &"é".repeat(255)).await)),
    Case::must("reason.long_is_kept_whole_or_refused", clauses::REASON)
        .covers(&["/requestBody"])
        .own(1)
        .steps(steps!(|t| {
            // The longest reason is the deployment's choice, but it must not truncate a reason silently.
            for length in [100_000, 10_000, 1_001, 501] {
                let body = json!({ "reason": "r".repeat(length) });
                let request = t.operator().revoke(&t.own(0).id).json(&body);
                let purpose = format!("revoke with a reason of {length} characters");
                let Some(answer) = t.send_unwanted(&purpose, request).await? else {
                    t.lives_unanswered(t.own(0)).await?;
                    continue;
                };
                if answer.status() == 201 {
                    answer.field_is("/data/id", &json!(t.own(0).id))?;
                    let returned = answer.at("/data/revocation_reason");
                    let found = format!(
                        "{} characters",
                        returned.as_str().map_or(0, |text| text.chars().count())
                    );
                    answer.field_holds(
                        "/data/revocation_reason",
                        returned == body["reason"],
                        format!("all {length} characters"),
                        found,
                    )?;
                    return t.is_dead(t.own(0), "immediately after the 201").await;
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
        // Searches for the longest accepted reason. Each accepted reason uses up a token, and must not be truncated.
        .steps(steps!(|t| {
            let (mut accepted, mut refused) = (0, MAX_LENGTH + 1);
            let mut token = None;
            for length in [255, 500, 1000, 4096, MAX_LENGTH] {
                if !accepts_length(t, &mut token, length).await? {
                    refused = length;
                    break;
                }
                accepted = length;
            }
            while accepted > 0 && refused <= MAX_LENGTH && refused - accepted > 1 {
                let length = accepted.midpoint(refused);
                if accepts_length(t, &mut token, length).await? {
                    accepted = length;
                } else {
                    refused = length;
                }
            }
            let found = match refused {
                refused if refused > MAX_LENGTH => format!("more than {MAX_LENGTH} characters"),
                _ => format!("{accepted} characters"),
            };
            t.expect(
                "the longest reason",
                accepted > 0,
                "at least 255 characters",
                found,
            )
        })),
    Case::must("reason.empty_revokes_or_is_refused", clauses::REJECTED)
        .covers(&["/requestBody"])
        .own(2)
        .steps(steps!(|t| {
            for (n, what, reason) in [(0, "an empty reason", ""), (1, "a blank reason", " \t\n ")] {
                let body = json!({ "reason": reason });
                let request = t.operator().revoke(&t.own(n).id).json(&body);
                let answer = t.send(&format!("revoke with {what}"), request).await?;
                t.agrees(t.own(n), &answer, &[400, 422]).await?;
            }
            Ok(())
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
            answer.field_is("/data/id", &json!(t.own(0).id))?;
            let returned = answer.at("/data/revocation_reason");
            answer.field_holds(
                "/data/revocation_reason",
                returned.is_null() || returned == json!(""),
                "\"\" or null",
                returned,
            )
        })),
];
