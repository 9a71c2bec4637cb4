//! Raw connections: several requests on one connection, header names in capitals, incomplete bodies, unusual paths.

use serde_json::json;

use super::clauses;
use crate::case::{Case, Outcome, steps};
use crate::trial::Trial;
use crate::wire::{Form, NoAnswer, Request};

/// Checks that a request to an indirect path of a token, such as one with `..`, revokes that token or none, and never
/// another one.
async fn indirect_path(t: &Trial, path_of: impl Fn(&str, &str) -> String) -> Outcome {
    let (named, other) = (t.own(0), t.own(1));
    let tokens = t.deployment().contract.tokens_path();
    let request = t.operator().revoke(&named.id);
    let path = path_of(tokens, &named.id).replace("OTHER", &other.id);
    let purpose = format!(
        "revoke at {}",
        path.replace(&named.id, "…").replace(&other.id, "…")
    );
    let mut wire = t.connect().await?;
    let request = Request { path, ..request };
    let answer = match t.send_on(&mut wire, Form::Sound, &purpose, request).await? {
        Ok(answer) => answer,
        Err(problem) => return t.unanswered(&purpose, &problem),
    };
    if answer.status() == 201 {
        answer.documented(201)?;
        answer.field_is("/data/id", &json!(named.id))?;
        t.is_dead(named, "the token that the path names").await?;
    } else {
        answer.status_is(&[301, 307, 308, 400, 401, 403, 404, 405, 422])?;
        t.lives(named, "after the refusal").await?;
    }
    t.lives(other, "the token that the path does not name")
        .await
}

pub(super) const CASES: &[Case] = &[
    Case::must("http.same_connection_after_an_error", clauses::PERSISTENCE)
        .covers(&["/responses/401", "/responses/422", "/responses/201"])
        .own(1)
        .steps(steps!(|t| {
            let id = &t.own(0).id;
            let revoke = || t.operator().revoke(id);
            let requests = [
                (
                    "revoke without a credential",
                    revoke().without("authorization"),
                ),
                (
                    "revoke with broken JSON",
                    revoke().body("application/json", "{\"reason\": "),
                ),
                (
                    "revoke with a number as the reason",
                    revoke().json(&json!({ "reason": 1 })),
                ),
                ("revoke", revoke()),
            ];
            let mut wire = t.connect().await?;
            for (purpose, request) in requests {
                if wire.is_closed() {
                    // The answer said `Connection: close`, so a client opens another connection.
                    wire = t.connect().await?;
                }
                let outcome = t.send_on(&mut wire, Form::Sound, purpose, request).await?;
                let what = format!("{purpose}, on the connection of the previous requests");
                match outcome {
                    Ok(answer) if purpose == "revoke" => answer.documented(201).map(drop)?,
                    Ok(answer) => answer.documented_as(&[400, 401, 422]).map(drop)?,
                    Err(problem) => t.unanswered(&what, &problem)?,
                }
            }
            t.is_dead(t.own(0), "after the 201").await
        })),
    Case::must("http.header_names_in_capitals", clauses::HEADER_NAMES)
        .covers(&["/parameters/1", "/responses/201"])
        .own(1)
        .steps(steps!(|t| {
            let mut wire = t.connect().await?;
            let request = t.operator().revoke(&t.own(0).id);
            let purpose = "revoke with all header names in capitals";
            match t
                .send_on(&mut wire, Form::Capitals, purpose, request)
                .await?
            {
                Ok(answer) => answer.documented(201).map(drop),
                Err(problem) => t.unanswered(purpose, &problem),
            }
        })),
    Case::must("http.body_in_chunks", clauses::CHUNKED)
        .covers(&["/requestBody", "/responses/201"])
        .own(1)
        .steps(steps!(|t| {
            let mut wire = t.connect().await?;
            let reason = json!("sent in two chunks");
            let request = t.operator().revoke(&t.own(0).id);
            let request = request.json(&json!({ "reason": reason }));
            let purpose = "revoke with a body in two chunks";
            match t
                .send_on(&mut wire, Form::Chunked, purpose, request)
                .await?
            {
                // A server may insist on a length (RFC 9110, section 15.5.12).
                Ok(answer) if answer.status() == 411 => {
                    return t.lives(t.own(0), "after the refusal").await;
                }
                Ok(answer) => {
                    answer.documented(201)?;
                    answer.field_is("/data/id", &json!(t.own(0).id))?;
                    answer.field_is("/data/revocation_reason", &reason)?;
                }
                Err(problem) => t.unanswered(purpose, &problem)?,
            }
            t.is_dead(t.own(0), "immediately after the 201").await
        })),
    Case::should("http.two_lengths_are_refused", clauses::LENGTHS)
        .covers(&["/requestBody"])
        .own(1)
        // Request smuggling: two servers in a row that trust different lengths read different requests.
        .steps(steps!(|t| {
            let mut wire = t.connect().await?;
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .json(&json!({ "reason": "smuggled" }));
            let purpose = "revoke with two different Content-Length headers";
            match t
                .send_on(&mut wire, Form::TwoLengths, purpose, request)
                .await?
            {
                Ok(answer) => answer.status_is(&[400])?,
                // A connection closed without an answer is a refusal too.
                Err(NoAnswer::Broken(_)) => {}
                Err(problem) => {
                    t.expect(purpose, false, "400, or the connection closed", problem)?;
                }
            }
            t.lives(t.own(0), "after the refusal").await
        })),
    Case::must("http.half_a_body_does_nothing", clauses::INCOMPLETE)
        .covers(&["/requestBody"])
        .own(1)
        .steps(steps!(|t| {
            let mut wire = t.connect().await?;
            let reason =
                json!({ "reason": "a client that goes away in the middle of this sentence" });
            let request = t.operator().revoke(&t.own(0).id).json(&reason);
            let purpose = "revoke with the first half of a body, and disconnect";
            if let Ok(answer) = t.send_on(&mut wire, Form::Half, purpose, request).await? {
                let held = (400..500).contains(&answer.status());
                answer.expect("status", held, "a refusal, or no answer", answer.status())?;
            }
            // A server may need a moment to notice that the client has disconnected.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            t.lives(t.own(0), "after the incomplete request").await
        })),
    Case::must("token_id.dot_segments", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(2)
        .steps(|t| {
            Box::pin(indirect_path(t, |tokens, id| {
                format!("{tokens}/OTHER/../{id}/revoke")
            }))
        }),
    Case::must("token_id.encoded_dot_segments", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(2)
        .steps(|t| {
            Box::pin(indirect_path(t, |tokens, id| {
                format!("{tokens}/OTHER%2F..%2F{id}/revoke")
            }))
        }),
    Case::must("token_id.empty_segments", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(2)
        .steps(|t| {
            Box::pin(indirect_path(t, |tokens, id| {
                format!("{tokens}//{id}//revoke")
            }))
        }),
    Case::must("token_id.two_ids", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(2)
        .steps(steps!(|t| {
            // A list of ids does not name one token. Revoking the first or the last would be a guess.
            let ids = format!("{},{}", t.own(0).id, t.own(1).id);
            let answer = t
                .send("revoke two ids at once", t.operator().revoke(&ids))
                .await?;
            answer.status_is(&[400, 404, 422])?;
            t.lives(t.own(0), "after the refusal").await?;
            t.lives(t.own(1), "after the refusal").await
        })),
];
