//! Credentials that are wrongly accepted or refused.

use axum::http::HeaderValue;
use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Accepts a revocation if `good` returns true for its `Authorization` header.
async fn accepts(exchange: Exchange, good: impl FnOnce(Option<&str>) -> bool) -> Answer {
    let value = exchange
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    if exchange.revokes().is_some() && good(value.as_deref()) {
        return exchange.accepted().forward().await;
    }
    exchange.forward().await
}

/// Decodes the JWT header of a bearer token.
fn jwt_header(value: Option<&str>) -> String {
    use base64::Engine as _;
    let encoded = value
        .and_then(|value| value.split("eyJ").nth(1))
        .and_then(|rest| rest.split('.').next());
    let decoded = encoded.and_then(|rest| {
        base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(format!("eyJ{rest}"))
            .ok()
    });
    decoded
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "anonymous callers are accepted",
        killed_by: "authentication.missing",
        breaks: |exchange| Box::pin(accepts(exchange, |value| value.is_none())),
    },
    Mutant {
        name: "an empty header is accepted",
        killed_by: "authentication.empty",
        breaks: |exchange| Box::pin(accepts(exchange, |value| value == Some(""))),
    },
    Mutant {
        name: "the bare scheme is accepted",
        killed_by: "authentication.scheme_without_token",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value.is_some_and(|value| value.trim() == "Bearer")
            }))
        },
    },
    Mutant {
        name: "any scheme is accepted",
        killed_by: "authentication.another_scheme",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value.is_some_and(|value| value.starts_with("Digest "))
            }))
        },
    },
    Mutant {
        name: "a token without a scheme is accepted",
        killed_by: "authentication.no_scheme",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value.is_some_and(|value| value.starts_with("dz_"))
            }))
        },
    },
    Mutant {
        name: "any token of the right prefix is accepted",
        killed_by: "authentication.garbage",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value == Some("Bearer dz_garbage")
            }))
        },
    },
    Mutant {
        name: "tokens in the query are accepted",
        killed_by: "authentication.in_the_query",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.path.contains("access_token=") {
                    let path = exchange
                        .path
                        .split('?')
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    return exchange.with_path(path).accepted().forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "tokens in cookies are accepted",
        killed_by: "authentication.in_a_cookie",
        breaks: |exchange| {
            Box::pin(async move {
                let cookie = exchange.headers.contains_key("cookie");
                if cookie {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "the first of two credentials is used",
        killed_by: "authentication.sent_twice",
        breaks: |mut exchange| {
            Box::pin(async move {
                let first = exchange.headers.get("authorization").cloned();
                if let Some(first) = first {
                    exchange.headers.insert("authorization", first);
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "the scheme is case-sensitive",
        killed_by: "authentication.scheme_in_any_case",
        breaks: |mut exchange| {
            Box::pin(async move {
                if exchange
                    .headers
                    .get("authorization")
                    .is_some_and(|value| value.as_bytes().starts_with(b"bearer"))
                {
                    exchange.headers.remove("authorization");
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "no challenge",
        killed_by: "authentication.challenge",
        breaks: |exchange| {
            Box::pin(async move { exchange.forward().await.without("www-authenticate") })
        },
    },
    Mutant {
        name: "a Basic challenge",
        killed_by: "authentication.challenge",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 401 {
                    answer.header("www-authenticate", "Basic realm=\"x\"")
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "a challenge that does not say invalid_token",
        killed_by: "authentication.challenge_says_invalid_token",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 401 {
                    answer.header("www-authenticate", "Bearer")
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "x-user-email is accepted as an identity",
        killed_by: "authentication.user_email_is_no_identity",
        breaks: |exchange| {
            Box::pin(async move {
                let claims = exchange.headers.contains_key("x-user-email");
                if claims {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "alg none is accepted",
        killed_by: "authentication.alg_none",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                jwt_header(value).contains("\"NONE\"")
            }))
        },
    },
    Mutant {
        name: "any algorithm is accepted",
        killed_by: "authentication.another_algorithm",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                jwt_header(value).contains("RS256")
            }))
        },
    },
    Mutant {
        name: "signatures are not checked",
        killed_by: "authentication.bad_signature",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value.is_some_and(|value| {
                    value.split('.').count() == 3 && !jwt_header(Some(value)).is_empty()
                })
            }))
        },
    },
    Mutant {
        name: "signatures may be empty",
        killed_by: "authentication.bad_signature",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                value.is_some_and(|value| {
                    value.ends_with('.') && jwt_header(Some(value)).contains("HS256")
                })
            }))
        },
    },
    Mutant {
        name: "claims are not covered by the signature",
        killed_by: "authentication.altered_claims",
        breaks: |exchange| {
            Box::pin(async move {
                let real = exchange.users.operator.token.clone();
                let signature = real.rsplit('.').next().unwrap_or_default().to_owned();
                accepts(exchange, |value| {
                    value.is_some_and(|value| {
                        value.ends_with(&signature) && jwt_header(Some(value)).contains("HS256")
                    })
                })
                .await
            })
        },
    },
    Mutant {
        name: "a guessable key",
        killed_by: "authentication.guessable_key",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |value| {
                use base64::Engine as _;
                let Some((signed, signature)) =
                    value.and_then(|value| value.strip_prefix("Bearer dz_")?.rsplit_once('.'))
                else {
                    return false;
                };
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"changeme");
                let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
                let signature = engine.decode(signature).unwrap_or_default();
                ring::hmac::verify(&key, signed.as_bytes(), &signature).is_ok()
            }))
        },
    },
    Mutant {
        name: "a truncated token is accepted",
        killed_by: "authentication.truncated",
        breaks: |exchange| {
            Box::pin(async move {
                let real = format!("Bearer {}", exchange.users.operator.token);
                accepts(exchange, |value| {
                    value.is_some_and(|value| value.len() > 40 && real.starts_with(value))
                })
                .await
            })
        },
    },
    Mutant {
        name: "an extended token is accepted",
        killed_by: "authentication.extended",
        breaks: |exchange| {
            Box::pin(async move {
                let real = format!("Bearer {}", exchange.users.operator.token);
                accepts(exchange, |value| {
                    value.is_some_and(|value| value.starts_with(&real))
                })
                .await
            })
        },
    },
    Mutant {
        name: "a refused revocation is carried out",
        killed_by: "authentication.garbage",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 401 && exchange.revokes().is_some() {
                    exchange.clone().accepted().forward().await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "no credential works",
        killed_by: "revocation.works_before",
        breaks: |mut exchange| {
            Box::pin(async move {
                if !exchange.creates() {
                    exchange.headers.insert(
                        "authorization",
                        HeaderValue::from_static("Bearer dz_nothing"),
                    );
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "the last of two credentials is used",
        killed_by: "authentication.sent_twice_the_other_way",
        breaks: |mut exchange| {
            Box::pin(async move {
                let last = exchange
                    .headers
                    .get_all("authorization")
                    .iter()
                    .next_back()
                    .cloned();
                if let Some(last) = last {
                    exchange.headers.insert("authorization", last);
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "expired tokens are accepted",
        killed_by: "authentication.expired",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.bearer() == exchange.users.expired {
                    return exchange.accepted().forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "tokens need no prefix",
        killed_by: "authentication.without_the_prefix",
        breaks: |mut exchange| {
            Box::pin(async move {
                if exchange.bearer().starts_with("eyJ") {
                    let whole = format!("Bearer dz_{}", exchange.bearer());
                    exchange
                        .headers
                        .insert("authorization", whole.parse().expect("ASCII"));
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "no challenge for revoked tokens",
        killed_by: "authentication.challenge_for_a_revoked_token",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if exchange.bearer_revoked().is_some() {
                    answer.without("www-authenticate")
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "anonymous callers learn which tokens exist",
        killed_by: "authentication.anonymous_learns_nothing",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                let unknown = |id: &str| exchange.find_created(|token| token.id == id).is_none();
                if exchange.bearer().is_empty() && exchange.revokes().is_some_and(unknown) {
                    return Answer::json(404, &json!({ "detail": "Resource not found" }));
                }
                answer
            })
        },
    },
    Mutant {
        name: "anonymous callers are forbidden",
        killed_by: "authentication.anonymous_learns_nothing",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if exchange.bearer().is_empty() && answer.status == 401 {
                    Answer {
                        status: 403,
                        ..answer
                    }
                } else {
                    answer
                }
            })
        },
    },
];
