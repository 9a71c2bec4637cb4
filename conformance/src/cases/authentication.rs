//! Authentication: only a bearer token in the `Authorization` header identifies the caller.
//!
//! Each case sends one invalid credential in an otherwise valid request to revoke a live token. It then checks that the
//! token still works: a refusal changes nothing.

use secrecy::ExposeSecret;

use super::clauses;
use crate::case::{Case, Outcome, Stop, steps};
use crate::trial::{Answer, Trial};
use crate::wire::Request;

/// Checks that a request to revoke the case's token is refused with the documented 401, and that the token still works.
pub(super) async fn refused(
    t: &Trial,
    purpose: &str,
    change: impl FnOnce(Request) -> Request,
) -> Outcome {
    let request = change(t.operator().revoke(&t.own(0).id));
    t.send(purpose, request).await?.documented(401)?;
    t.lives(t.own(0), "after the refusal").await
}

/// Checks that an answer is a 401 with a Bearer challenge.
fn has_bearer_challenge(answer: &Answer<'_>) -> Outcome {
    answer.status_is(&[401])?;
    let challenges = answer.headers("www-authenticate").join(", ");
    let held = challenges.to_ascii_lowercase().contains("bearer");
    let found = format!("{challenges:?}");
    answer.expect("www-authenticate", held, "a Bearer challenge", found)
}

pub(super) const CASES: &[Case] = &[
    Case::must("authentication.missing", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(|t| {
            Box::pin(refused(
                t,
                "revoke without an Authorization header",
                |request| request.without("authorization"),
            ))
        }),
    Case::must("authentication.empty", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(|t| {
            Box::pin(refused(
                t,
                "revoke with an empty Authorization header",
                |request| request.set("authorization", ""),
            ))
        }),
    Case::must(
        "authentication.scheme_without_token",
        clauses::AUTHENTICATION,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(|t| {
        Box::pin(refused(t, "revoke with the word Bearer only", |request| {
            request.set("authorization", "Bearer")
        }))
    }),
    Case::must("authentication.another_scheme", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            for scheme in ["Basic", "Token", "Digest"] {
                refused(
                    t,
                    &format!("revoke with the token and the scheme {scheme}"),
                    |request| request.set("authorization", format!("{scheme} {token}")),
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.no_scheme", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            refused(
                t,
                "revoke with the token only, without a scheme",
                |request| request.set("authorization", token),
            )
            .await
        })),
    Case::must("authentication.garbage", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            for garbage in [
                "dz_garbage",
                "garbage",
                "dz_",
                "dz_..",
                "dz_a.b.c",
                "null",
                "undefined",
                "dz_your_token",
            ] {
                refused(
                    t,
                    &format!("revoke with {garbage} as the token"),
                    |request| request.set("authorization", format!("Bearer {garbage}")),
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.unusual_garbage", clauses::SERVER_ERROR)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            // A server in front of the operation may refuse a long header.
            for (what, garbage) in [
                (
                    "a token of 4,000 characters",
                    format!("dz_{}", "a".repeat(4000)),
                ),
                ("five parts", "dz_a.b.c.d.e".to_owned()),
                ("one space", " ".to_owned()),
            ] {
                let request = t.operator().revoke(&t.own(0).id);
                let request = request.set("authorization", format!("Bearer {garbage}"));
                let purpose = format!("revoke with {what} as the credential");
                let answer = t.send(&purpose, request).await?;
                answer.status_is(&[400, 401, 413, 431])?;
            }
            t.lives(t.own(0), "after the refusals").await
        })),
    Case::must("authentication.in_the_query", clauses::URI_TOKENS)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            for name in [
                "access_token",
                "token",
                "authorization",
                "api_key",
                "key",
                "auth",
                "jwt",
                "bearer",
            ] {
                refused(
                    t,
                    &format!("revoke with the token as the query parameter {name}"),
                    |request| {
                        let path = format!("{}?{name}={token}", request.path);
                        Request {
                            path,
                            ..request.without("authorization")
                        }
                    },
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.in_the_body", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            let names = ["access_token", "token", "authorization", "api_key"];
            let json: serde_json::Map<_, _> = (names.iter())
                .map(|name| ((*name).to_owned(), token.into()))
                .collect();
            let form = names.map(|name| format!("{name}={token}")).join("&");
            let json = serde_json::Value::Object(json).to_string();
            // The form is that of RFC 6750, section 2.2. Such a body may be refused for its media type first.
            for (media_type, body) in [
                ("application/json", json),
                ("application/x-www-form-urlencoded", form),
            ] {
                let request = t.operator().revoke(&t.own(0).id);
                let request = request.without("authorization").body(media_type, body);
                let purpose = format!("revoke with the token in a body of {media_type}");
                let answer = t.send(&purpose, request).await?;
                answer.status_is(match media_type {
                    "application/json" => &[401],
                    _ => &[400, 401, 415, 422],
                })?;
            }
            t.lives(t.own(0), "after the refusals").await
        })),
    Case::must("authentication.in_a_cookie", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            refused(t, "revoke with the token in cookies", |request| {
                let names = ["token", "access_token", "session", "auth", "jwt", "sid"];
                let named = names.map(|name| format!("{name}={token}"));
                let cookies = format!("{}; authorization=Bearer {token}", named.join("; "));
                request.without("authorization").set("cookie", cookies)
            })
            .await
        })),
    Case::should("authentication.in_another_header", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            for header in [
                "x-api-key",
                "x-auth-token",
                "x-access-token",
                "x-authorization",
                "x-forwarded-authorization",
                "proxy-authorization",
            ] {
                let value = match header.ends_with("authorization") {
                    true => format!("Bearer {token}"),
                    false => token.to_owned(),
                };
                let purpose = format!("revoke with the token in {header}");
                refused(t, &purpose, |request| {
                    request.without("authorization").set(header, value)
                })
                .await?;
            }
            Ok(())
        })),
    Case::should("authentication.sent_twice", clauses::SINGLETON)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .and("authorization", "Bearer dz_another");
            let answer = t
                .send("revoke with two Authorization headers", request)
                .await?;
            answer.documented_as(&[400, 401])?;
            t.lives(t.own(0), "after the refusal").await
        })),
    Case::should(
        "authentication.sent_twice_the_other_way",
        clauses::SINGLETON,
    )
    .covers(&["/parameters/1", "/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let token = t.deployment().credentials.operator.token.expose_secret();
        let request = t
            .operator()
            .revoke(&t.own(0).id)
            .set("authorization", "Bearer dz_another")
            .and("authorization", format!("Bearer {token}"));
        let answer = t
            .send(
                "revoke with two Authorization headers, the valid one last",
                request,
            )
            .await?;
        answer.documented_as(&[400, 401])?;
        t.lives(t.own(0), "after the refusal").await
    })),
    Case::must("authentication.expired", clauses::INVALID_TOKEN)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .expired()
        .steps(steps!(|t| {
            let Some(expired) = &t.deployment().credentials.expired else {
                return Err(Stop::Broken("the case needs an expired token".to_owned()));
            };
            let expired = expired.expose_secret();
            refused(t, "revoke with an expired token", |request| {
                request.set("authorization", format!("Bearer {expired}"))
            })
            .await?;
            let caller = t.operator().with_token(expired);
            t.refused(&caller, "with an expired token").await
        })),
    Case::must("authentication.without_the_prefix", clauses::AUTHENTICATION)
        .covers(&["/parameters/1", "/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            // The prefix is a short word and an underscore, such as `dz_`. It says which service issued a token.
            let prefixed = token
                .split_once('_')
                .filter(|(prefix, _)| prefix.len() <= 8);
            let Some((_, bare)) = prefixed else {
                return Err(Stop::Inapplicable(
                    "the deployment's tokens have no prefix".to_owned(),
                ));
            };
            t.conceal(bare, "TOKEN_WITHOUT_PREFIX");
            refused(t, "revoke with the token without its prefix", |request| {
                request.set("authorization", format!("Bearer {bare}"))
            })
            .await
        })),
    Case::should("authentication.scheme_in_any_case", clauses::SCHEME)
        .covers(&["/parameters/1", "/responses/201"])
        .own(2)
        .steps(steps!(|t| {
            let token = t.deployment().credentials.operator.token.expose_secret();
            for (n, scheme) in ["bearer", "BEARER"].into_iter().enumerate() {
                t.revoke_with(
                    t.own(n),
                    &format!("revoke with the scheme written as {scheme}"),
                    |request| request.set("authorization", format!("{scheme} {token}")),
                )
                .await?;
            }
            Ok(())
        })),
    Case::must("authentication.challenge", clauses::CHALLENGE)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let request = t.operator().revoke(&t.own(0).id).without("authorization");
            let answer = t.send("revoke without a credential", request).await?;
            has_bearer_challenge(&answer)
        })),
    Case::should(
        "authentication.challenge_says_invalid_token",
        clauses::INVALID_TOKEN,
    )
    .covers(&["/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let request = t
            .operator()
            .revoke(&t.own(0).id)
            .set("authorization", "Bearer dz_garbage");
        let answer = t.send("revoke with garbage as the token", request).await?;
        answer.status_is(&[401])?;
        let challenges = answer.headers("www-authenticate").join(", ");
        let held = challenges.contains("invalid_token");
        answer.expect(
            "www-authenticate",
            held,
            "error=\"invalid_token\"",
            format!("{challenges:?}"),
        )
    })),
    Case::must(
        "authentication.challenge_for_a_revoked_token",
        clauses::CHALLENGE,
    )
    .covers(&["/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        t.revoke(t.own(0)).await?;
        let request = t.using(t.own(0))?.revoke(&t.own(0).id);
        let answer = t.send("revoke with the revoked token", request).await?;
        has_bearer_challenge(&answer)
    })),
    Case::must(
        "authentication.user_email_is_no_identity",
        clauses::AUTHENTICATION,
    )
    .covers(&["/responses/401"])
    .own(1)
    .steps(steps!(|t| {
        let email = t.deployment().credentials.operator.email.clone();
        let email = email.unwrap_or_else(|| "admin@example.com".to_owned());
        refused(
            t,
            "revoke with x-user-email instead of a credential",
            |request| request.without("authorization").set("x-user-email", email),
        )
        .await
    })),
    Case::must(
        "authentication.anonymous_learns_nothing",
        clauses::UNAUTHORIZED,
    )
    .covers(&["/responses/401"])
    .own(1)
    // A live token is refused with 401. Another answer for an unknown token would show an anonymous caller which ids exist.
    .steps(steps!(|t| {
        let unknown = uuid::Uuid::new_v4().to_string();
        for (id, which) in [
            (&t.own(0).id, "a live token"),
            (&unknown, "a token that does not exist"),
        ] {
            let request = t.operator().revoke(id).without("authorization");
            let purpose = format!("revoke {which}, without a credential");
            t.send(&purpose, request).await?.documented(401)?;
        }
        Ok(())
    })),
];
