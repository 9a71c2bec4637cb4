//! The path parameter `token_id`: only the UUID of a token names that token.

use reqwest::Method;
use serde_json::json;

use super::clauses;
use crate::case::{Case, CaseBuilder, Outcome, Stop, steps};
use crate::profile::Policy;
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// Checks that an id that is not a UUID is refused as the policy says.
async fn malformed(t: &Trial, what: &str, token_id: &str) -> Outcome {
    let answer = t
        .send(&format!("revoke {what}"), t.operator().revoke(token_id))
        .await?;
    answer.follows(Policy::MalformedTokenId)?;
    Ok(())
}

/// Checks that another spelling of the token's id revokes that token or is refused.
async fn another_spelling(t: &Trial, what: &str, spell: impl FnOnce(&str) -> String) -> Outcome {
    let answer = t
        .send(
            &format!("revoke with the id {what}"),
            t.operator().revoke(&spell(&t.own(0).id)),
        )
        .await?;
    // The deployment's router may refuse a spelling before the operation is reached.
    same_token_or_refused(t, &answer, &[307, 308, 400, 404, 405, 422]).await
}

/// Checks that an answer revokes the case's token, or is one of these refusals.
async fn same_token_or_refused(t: &Trial, answer: &Answer<'_>, refusals: &[u16]) -> Outcome {
    if answer.status() == 201 {
        answer.field_is("/data/id", &json!(t.own(0).id))?;
    }
    t.agrees(t.own(0), answer, refusals).await
}

/// Starts a case about another spelling of a token's id.
const fn of_spelling(id: &'static str) -> CaseBuilder {
    Case::must(id, clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(1)
}

/// Starts a case about an id that is not a UUID.
const fn of_malformed(id: &'static str) -> CaseBuilder {
    Case::must(id, clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .risks()
}

pub(super) const CASES: &[Case] = &[
    of_malformed("token_id.word")
        .steps(|t| Box::pin(malformed(t, "a word as the id", "not-a-uuid"))),
    of_malformed("token_id.number").steps(|t| Box::pin(malformed(t, "a number as the id", "1"))),
    of_malformed("token_id.too_short").steps(|t| {
        Box::pin(malformed(
            t,
            "an id that is one digit too short",
            "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f24",
        ))
    }),
    of_malformed("token_id.not_hexadecimal").steps(|t| {
        Box::pin(malformed(
            t,
            "an id with the letter g",
            "7b0c3d4e-8f61-4a52-9c37-1de5a0b6f24g",
        ))
    }),
    of_malformed("token_id.nil").steps(steps!(|t| {
        let nil = uuid::Uuid::nil().to_string();
        let answer = t
            .send(
                "revoke with the nil UUID as the id",
                t.operator().revoke(&nil),
            )
            .await?;
        answer.status_is(&[400, 403, 404, 422])
    })),
    of_malformed("token_id.percent_encoded_text")
        .steps(|t| Box::pin(malformed(t, "an emoji as the id", "%F0%9F%94%91"))),
    of_malformed("token_id.invalid_utf8").steps(steps!(|t| {
        let answer = t
            .send(
                "revoke with invalid UTF-8 as the id",
                t.operator().revoke("%FF%FE"),
            )
            .await?;
        // The deployment's router may refuse invalid UTF-8 before the operation is reached.
        answer.status_is(&[400, 404, 422])
    })),
    of_malformed("token_id.sql")
        .steps(|t| Box::pin(malformed(t, "SQL as the id", "1'%20OR%20'1'='1"))),
    of_malformed("token_id.very_long").steps(steps!(|t| {
        let answer = t
            .send(
                "revoke with 4,000 digits as the id",
                t.operator().revoke(&"7".repeat(4000)),
            )
            .await?;
        answer.status_is(&[400, 404, 414, 422])
    })),
    of_spelling("token_id.upper_case")
        .steps(|t| Box::pin(another_spelling(t, "in upper case", str::to_uppercase))),
    of_spelling("token_id.without_dashes").steps(|t| {
        Box::pin(another_spelling(t, "without dashes", |id| {
            id.replace('-', "")
        }))
    }),
    of_spelling("token_id.braced")
        .steps(|t| Box::pin(another_spelling(t, "in braces", |id| format!("%7B{id}%7D")))),
    of_spelling("token_id.as_a_urn").steps(|t| {
        Box::pin(another_spelling(t, "as a URN", |id| {
            format!("urn:uuid:{id}")
        }))
    }),
    of_spelling("token_id.percent_encoded").steps(|t| {
        Box::pin(another_spelling(
            t,
            "with its dashes percent-encoded",
            |id| id.replace('-', "%2D"),
        ))
    }),
    of_spelling("token_id.with_white_space").steps(|t| {
        Box::pin(another_spelling(t, "with a space after it", |id| {
            format!("{id}%20")
        }))
    }),
    of_spelling("token_id.trailing_slash").steps(steps!(|t| {
        let request = t.operator().revoke(&t.own(0).id);
        let request = Request {
            path: format!("{}/", request.path),
            ..request
        };
        let answer = t
            .send("revoke with a slash at the end of the path", request)
            .await?;
        same_token_or_refused(t, &answer, &[307, 308, 404, 405]).await
    })),
    Case::should("token_id.jti_names_no_token", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.own(0);
            let Some(jti) = token.jti.as_ref().filter(|jti| **jti != token.id) else {
                return Err(Stop::Inapplicable(
                    "the deployment shows no jti, or the jti is the id".to_owned(),
                ));
            };
            let answer = t
                .send(
                    "revoke with the jti in place of the id",
                    t.operator().revoke(jti),
                )
                .await?;
            answer.documented_as(&[400, 404, 422])?;
            t.lives(token, "after the refusal").await
        })),
    Case::must("token_id.absent", clauses::NAMED_TOKEN)
        .covers(&["/parameters/0"])
        .risks()
        .steps(steps!(|t| {
            let request = t.operator().revoke("").method(Method::POST);
            let answer = t.send("revoke without an id", request).await?;
            answer.status_is(&[307, 308, 400, 404, 405, 422])
        })),
];
