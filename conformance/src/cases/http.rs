//! Requirements of HTTP itself: methods, content negotiation, connections, caches.

use reqwest::Method;
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Outcome, Stop, steps};
use crate::deployment::faults::STORED_FOR_ALL;
use crate::trial::{Answer, Trial};

/// Checks that another method is refused with 405 and `Allow: POST`, and that the token still works.
async fn not_allowed(t: &Trial, method: Method) -> Outcome {
    let purpose = format!("{method} on the path");
    let request = t.operator().revoke(&t.own(0).id).method(method);
    let answer = t.send(&purpose, request).await?;
    answer.status_is(&[405])?;
    let allow = answer.headers("allow").join(", ");
    let held = allow.split(',').any(|allowed| allowed.trim() == "POST");
    answer.expect(
        "allow",
        held,
        "a list of methods with POST",
        format!("{allow:?}"),
    )?;
    t.lives(t.own(0), "after the refusal").await
}

/// Returns whether a `cache-control` lets a shared cache store an answer to a request with a credential (RFC 9111, section 3.5).
pub(super) fn is_for_all(control: &str) -> bool {
    control.contains("public") || control.contains("s-maxage")
}

/// Checks that the answer to another method does not say that the token was revoked.
fn is_no_revocation(answer: &Answer<'_>) -> Outcome {
    let (status, expected) = (answer.status(), "any status except 201");
    let outcome = answer.expect("status", status != 201, expected, status);
    if status == 201 {
        answer.name_status(&[405]);
    }
    outcome
}

/// Checks that a safe method does not revoke the token.
async fn is_safe(t: &Trial, method: Method) -> Outcome {
    let purpose = format!("{method} on the path");
    let answer = t
        .send(&purpose, t.operator().revoke(&t.own(0).id).method(method))
        .await?;
    is_no_revocation(&answer)?;
    t.lives(t.own(0), "after the request").await
}

pub(super) const CASES: &[Case] = &[
    Case::must("http.get_not_allowed", clauses::METHOD_NOT_ALLOWED)
        .own(1)
        .steps(|t| Box::pin(not_allowed(t, Method::GET))),
    Case::must("http.put_not_allowed", clauses::METHOD_NOT_ALLOWED)
        .own(1)
        .steps(|t| Box::pin(not_allowed(t, Method::PUT))),
    Case::must("http.patch_not_allowed", clauses::METHOD_NOT_ALLOWED)
        .own(1)
        .steps(|t| Box::pin(not_allowed(t, Method::PATCH))),
    Case::must("http.delete_not_allowed", clauses::METHOD_NOT_ALLOWED)
        .own(1)
        .steps(|t| Box::pin(not_allowed(t, Method::DELETE))),
    Case::must("http.head_is_harmless", clauses::SAFE_METHODS)
        .own(1)
        .steps(|t| Box::pin(is_safe(t, Method::HEAD))),
    Case::must("http.options_is_harmless", clauses::SAFE_METHODS)
        .own(1)
        .steps(|t| Box::pin(is_safe(t, Method::OPTIONS))),
    Case::must("http.method_override_ignored", clauses::SAFE_METHODS)
        .own(1)
        .steps(steps!(|t| {
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .method(Method::GET)
                .set("x-http-method-override", "POST");
            let answer = t
                .send("GET with x-http-method-override: POST", request)
                .await?;
            is_no_revocation(&answer)?;
            t.lives(t.own(0), "after the request").await
        })),
    Case::should(
        "http.get_not_allowed_for_anyone",
        clauses::METHOD_NOT_ALLOWED,
    )
    .steps(steps!(|t| {
        let id = Uuid::new_v4().to_string();
        let request = t
            .operator()
            .revoke(&id)
            .method(Method::GET)
            .without("authorization");
        t.send("GET on the path without a credential", request)
            .await?
            .status_is(&[401, 405])
    })),
    Case::must("http.accept_without_json", clauses::ACCEPT)
        .covers(&["/responses/201"])
        .own(1)
        .steps(steps!(|t| {
            let request = t.operator().revoke(&t.own(0).id).set("accept", "text/html");
            let answer = t.send("revoke with Accept: text/html", request).await?;
            if answer.status() == 201 {
                answer.is_json()?;
            }
            t.agrees(t.own(0), &answer, &[406]).await
        })),
    Case::must(
        "http.error_leaves_the_connection_usable",
        clauses::SERVER_ERROR,
    )
    .covers(&["/responses/422", "/responses/201"])
    .own(1)
    .steps(steps!(|t| {
        for body in ["{", "[]", "\"", "{\"reason\": 1}"] {
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .body("application/json", body);
            t.send(&format!("revoke with {body}"), request)
                .await?
                .status_is(&[400, 422])?;
        }
        t.revoked(t.own(0)).await?;
        Ok(())
    })),
    Case::must("http.answers_are_not_publicly_cacheable", clauses::CACHING)
        .covers(&["/responses/201", "/responses/404"])
        .own(1)
        .steps(steps!(|t| {
            let unknown = t.operator().revoke(&Uuid::new_v4().to_string());
            let mut answers = vec![
                t.ask("revoke an unknown token", unknown).await?,
                t.revoke(t.own(0)).await?,
            ];
            if t.deployment().profile.companions.list {
                answers.push(t.ask("list tokens", t.operator().list("")).await?);
            }
            for answer in answers {
                let control = answer
                    .headers("cache-control")
                    .join(", ")
                    .to_ascii_lowercase();
                let shared = is_for_all(&control);
                let outcome = answer.expect(
                    "cache-control",
                    !shared,
                    "neither public nor s-maxage",
                    control,
                );
                t.name_fault(STORED_FOR_ALL);
                outcome?;
            }
            Ok(())
        })),
    Case::may(
        "http.refused_method_is_explained_in_json",
        clauses::METHOD_NOT_ALLOWED,
    )
    .steps(steps!(|t| {
        let id = Uuid::new_v4().to_string();
        let request = t
            .operator()
            .revoke(&id)
            .method(Method::GET)
            .without("authorization");
        let answer = t
            .send("GET on the path without a credential", request)
            .await?;
        if answer.status() < 400 {
            let reason = format!("GET is not refused, but answered with {}", answer.status());
            return Err(Stop::Inapplicable(reason));
        }
        let body = answer.is_json()?;
        answer.expect(
            "detail",
            body["detail"].is_string(),
            "a string that says what is wrong",
            &body["detail"],
        )
    })),
];
