//! Attempts to evade a revocation. A revoked token is sent in another spelling, in another header or parameter, to
//! another path, by another version of HTTP, on a connection where it was accepted earlier, or as another user.
//!
//! For an otherwise valid request the case expects a documented 401. A correct deployment may refuse an unusual request
//! for another reason first. Such a request asks to revoke a live token, whose state then shows whether the request was
//! accepted.

use futures_util::future::join;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::trial::Trial;
use crate::wire::{Form, NoAnswer, Request};

/// Builds a request that revokes the case's second token with its first token, which is the revoked one.
fn revoke_live_token(t: &Trial) -> Result<Request, Stop> {
    Ok(t.using(t.own(0))?.revoke(&t.own(1).id))
}

pub(super) const CASES: &[Case] = &[
    Case::must("revocation.refused_in_any_spelling", clauses::REJECTED)
        .covers(&["/parameters/1", "/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let token = t.own(0).secret.expose_secret();
            // The first three are equivalent to `Bearer` and the token (RFC 9110, sections 5.5 and 11.1).
            for (what, value, statuses) in [
                (
                    "the scheme in lower case",
                    format!("bearer {token}"),
                    &[401][..],
                ),
                (
                    "the scheme in upper case",
                    format!("BEARER {token}"),
                    &[401],
                ),
                ("a space at the end", format!("Bearer {token} "), &[401]),
                ("two spaces", format!("Bearer  {token}"), &[400, 401]),
                (
                    "a comma at the end",
                    format!("Bearer {token},"),
                    &[400, 401],
                ),
                (
                    "padding at the end",
                    format!("Bearer {token}="),
                    &[400, 401],
                ),
                ("quotes", format!("Bearer \"{token}\""), &[400, 401]),
                (
                    "the scheme twice",
                    format!("Bearer Bearer {token}"),
                    &[400, 401],
                ),
            ] {
                let request = revoke_live_token(t)?.set("authorization", value);
                let purpose = format!("revoke another token with the revoked one, {what}");
                t.send(&purpose, request).await?.documented_as(statuses)?;
            }
            let twice = revoke_live_token(t)?.and("authorization", format!("Bearer {token}"));
            let purpose = "revoke another token with the revoked one, sent twice";
            t.send(purpose, twice).await?.documented_as(&[400, 401])?;
            t.lives(t.own(1), "after the refusals").await
        })),
    Case::must("revocation.refused_in_other_places", clauses::REJECTED)
        .covers(&["/parameters/1", "/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let token = t.own(0).secret.expose_secret();
            for (header, value) in [
                ("x-api-key", token.to_owned()),
                ("x-auth-token", token.to_owned()),
                ("x-access-token", token.to_owned()),
                ("proxy-authorization", format!("Bearer {token}")),
                (
                    "cookie",
                    format!("token={token}; access_token={token}; session={token}"),
                ),
            ] {
                let request = revoke_live_token(t)?
                    .without("authorization")
                    .set(header, value);
                let purpose = format!("revoke another token with the revoked one in {header}");
                t.send(&purpose, request).await?.documented(401)?;
            }
            for name in ["access_token", "token", "api_key"] {
                let request = revoke_live_token(t)?.without("authorization");
                let path = format!("{}?{name}={token}", request.path);
                let purpose = format!(
                    "revoke another token with the revoked one in the query parameter {name}"
                );
                let answer = t.send(&purpose, Request { path, ..request }).await?;
                answer.documented(401)?;
            }
            let body = json!({ "access_token": token, "token": token });
            let request = revoke_live_token(t)?.without("authorization").json(&body);
            let purpose = "revoke another token with the revoked one in the body";
            t.send(purpose, request).await?.documented(401)?;
            t.lives(t.own(1), "after the refusals").await
        })),
    Case::must("revocation.refused_whoever_asks", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let email = t.deployment().credentials.operator.email.clone();
            for (header, value) in [
                (
                    "user-agent",
                    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                ),
                ("user-agent", "python-httpx/0.28.1"),
                ("x-forwarded-for", "127.0.0.1"),
                ("x-real-ip", "127.0.0.1"),
                ("cache-control", "max-age=3600"),
                ("cookie", "session=1"),
                ("origin", "https://app.example.com"),
                ("if-none-match", "*"),
                ("range", "bytes=0-"),
                ("accept", "text/html"),
                ("accept-encoding", "gzip"),
                ("connection", "close"),
                ("user-agent", "curl/8.5.0"),
                (
                    "x-user-email",
                    email.as_deref().unwrap_or("somebody@example.com"),
                ),
            ] {
                let unknown = Uuid::new_v4().to_string();
                let request = t.using(t.own(0))?.revoke(&unknown).set(header, value);
                let purpose = format!("use the revoked token, {header}: {value}");
                t.send(&purpose, request).await?.documented(401)?;
            }
            Ok(())
        })),
    Case::must("revocation.refused_without_a_business", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let unknown = Uuid::new_v4().to_string();
            for business in [None, Some(""), Some("not-a-uuid"), Some(unknown.as_str())] {
                let named = |request: Request| match business {
                    None => request.without("x-business-id"),
                    Some(business) => request.set("x-business-id", business),
                };
                let what = business.map_or("without a business".to_owned(), |business| {
                    format!("in the business {business:?}")
                });
                let purpose = format!("revoke another token with the revoked one, {what}");
                let answer = t.send(&purpose, named(revoke_live_token(t)?)).await?;
                // Which of the two faults is reported first is the deployment's choice.
                answer.documented_as(&[400, 401, 403, 404, 422])?;
                if t.deployment().profile.companions.list {
                    let purpose = format!("list tokens with the revoked token, {what}");
                    let list = named(t.using(t.own(0))?.list(""));
                    t.send(&purpose, list).await?.is_not_accepted()?;
                }
            }
            t.lives(t.own(1), "after the refusals").await
        })),
    Case::must("revocation.refused_for_head", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(1)
        .list()
        .steps(steps!(|t| {
            let head = || Ok::<_, Stop>(t.using(t.own(0))?.list("").method(Method::HEAD));
            let before = t
                .send("HEAD of the list, with a live token", head()?)
                .await?;
            t.revoke(t.own(0)).await?;
            let after = t
                .send("HEAD of the list, with the revoked token", head()?)
                .await?;
            if before.status() / 100 == 2 {
                return after.status_is(&[401]);
            }
            // The deployment does not support HEAD, so any refusal of the revoked token is right.
            after.is_not_accepted()
        })),
    Case::must("revocation.refused_on_other_paths", clauses::REJECTED)
        .covers(&["/parameters/0", "/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let mut requests = vec![revoke_live_token(t)?];
            if t.deployment().profile.companions.list {
                requests.push(t.using(t.own(0))?.list(""));
            }
            for request in requests {
                let original = request.path.clone();
                let (before, last) = original.rsplit_once('/').unwrap_or(("", &original));
                let first = last.bytes().next().unwrap_or_default();
                let rest = last.get(1..).unwrap_or_default();
                for path in [
                    format!("{original}/"),
                    format!("/{original}"),
                    format!("{before}//{last}"),
                    format!("{before}/%{first:02X}{rest}"),
                    format!("{original}?internal=true"),
                    format!("{original}?include_revoked=true&limit=100"),
                    format!("{original}?"),
                    format!("{before}/{}", last.to_ascii_uppercase()),
                ] {
                    let purpose = format!(
                        "use the revoked token at {}",
                        path.replace(&t.own(1).id, "…")
                    );
                    let request = Request {
                        path,
                        ..request.clone()
                    };
                    t.send(&purpose, request).await?.is_not_accepted()?;
                }
            }
            t.lives(t.own(1), "after the refusals").await
        })),
    Case::must(
        "revocation.refused_on_an_open_connection",
        clauses::REJECTED,
    )
    .covers(&["/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.own(0);
        let used = || Ok::<_, Stop>(t.using(token)?.revoke(&Uuid::new_v4().to_string()));
        let mut wire = t.connect().await?;
        let purpose = "use the token on a separate connection";
        let before = t.send_on(&mut wire, Form::Sound, purpose, used()?).await;
        match before.map_err(Stop::on_the_way)? {
            Ok(answer) => answer.status_is(&[403, 404]).map_err(Stop::on_the_way)?,
            Err(problem) => return t.unanswered(purpose, &problem).map_err(Stop::on_the_way),
        }
        t.revoke(token).await?;
        if wire.is_closed() {
            let why = "the deployment closes each connection after an answer";
            return Err(Stop::Inapplicable(why.to_owned()));
        }
        let purpose = "use the revoked token on the connection that accepted it earlier";
        match t.send_on(&mut wire, Form::Sound, purpose, used()?).await? {
            Ok(answer) => answer.documented(401).map(drop),
            // A server may close an idle connection at any time (RFC 9112, section 9.5). The token is not accepted then.
            Err(problem) => {
                let held = matches!(problem, NoAnswer::Broken(_));
                t.expect(purpose, held, "401, or the connection closed", problem)
            }
        }
    })),
    Case::must("revocation.refused_by_http_1_0", clauses::REJECTED)
        .covers(&["/responses/401"])
        .own(2)
        .steps(steps!(|t| {
            t.revoke(t.own(0)).await?;
            let mut wire = t.connect().await?;
            let purpose = "revoke another token with the revoked one, by HTTP/1.0";
            match t
                .send_on(&mut wire, Form::Old, purpose, revoke_live_token(t)?)
                .await?
            {
                Ok(answer) => answer.is_not_accepted()?,
                Err(problem) => {
                    let held = matches!(problem, NoAnswer::Broken(_));
                    let expected = "a refusal, or the connection closed";
                    t.expect(purpose, held, expected, problem)?;
                }
            }
            t.lives(t.own(1), "after the refusal").await
        })),
    Case::should("revocation.refused_with_a_body_to_come", clauses::REJECTED)
        .covers(&["/requestBody", "/responses/401"])
        .own(2)
        // A SHOULD: the contract is about future requests, and a part of this request is sent before the revocation.
        .steps(steps!(|t| {
            let mut wire = t.connect().await?;
            let mut body = wire.hold_body();
            let reason = json!({ "reason": "sent when the credential was revoked" });
            let request = revoke_live_token(t)?
                .json(&reason)
                .set("expect", "100-continue");
            let purpose =
                "revoke another token with one that is revoked between the header and the body";
            let revocation = async {
                if !body.is_awaited().await {
                    return Ok(false);
                }
                t.revoke(t.own(0)).await?;
                Ok::<_, Stop>(body.send())
            };
            let answer = t.send_on(&mut wire, Form::Sound, purpose, request);
            let (answer, waited) = join(answer, revocation).await;
            let answer = answer?;
            if !waited? {
                let why = "the deployment does not wait for the body before it answers";
                return Err(Stop::Inapplicable(why.to_owned()));
            }
            match answer {
                // A timeout of the request is also a refusal.
                Ok(answer) if answer.status() == 408 => {}
                Ok(answer) => answer.documented(401).map(drop)?,
                Err(problem) => {
                    let held = matches!(problem, NoAnswer::Broken(_));
                    t.expect(purpose, held, "401, or the connection closed", problem)?;
                }
            }
            t.lives(t.own(1), "after the refusal").await
        })),
];
