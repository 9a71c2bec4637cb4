//! Ways around the blacklist: revoked tokens that are accepted when they are sent differently.

use axum::http::{Method, Version};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Accepts a request if `place` returns a text that contains a revoked token.
async fn accepts(exchange: Exchange, place: impl FnOnce(&Exchange) -> Option<String>) -> Answer {
    match place(&exchange) {
        Some(text) if exchange.contains_revoked_token(&text) => exchange.accepted().forward().await,
        Some(_) | None => exchange.forward().await,
    }
}

/// Returns the credential of a request if `has` is true.
fn credential_if(exchange: &Exchange, has: bool) -> Option<String> {
    has.then(|| exchange.header_text("authorization"))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "the blacklist is read only for `Bearer`",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let value = exchange.header_text("authorization");
                (!value.starts_with("Bearer ")).then_some(value)
            }))
        },
    },
    Mutant {
        name: "text after the token hides it from the blacklist",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let value = exchange.header_text("authorization");
                value.ends_with(',').then_some(value)
            }))
        },
    },
    Mutant {
        name: "a token sent twice is not looked up",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let sent = exchange.headers.get_all("authorization").iter().count();
                credential_if(exchange, sent > 1)
            }))
        },
    },
    Mutant {
        name: "keys in x-api-key are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                Some(exchange.header_text("x-api-key"))
            }))
        },
    },
    Mutant {
        name: "sessions in cookies are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                Some(exchange.header_text("cookie"))
            }))
        },
    },
    Mutant {
        name: "tokens in the query are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let query = exchange.path.split_once('?');
                query.map(|(_, query)| query.to_owned())
            }))
        },
    },
    Mutant {
        name: "browsers are not checked",
        killed_by: "revocation.refused_whoever_asks",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let browser = exchange.header_text("user-agent").starts_with("Mozilla/");
                credential_if(exchange, browser)
            }))
        },
    },
    Mutant {
        name: "requests with x-forwarded-for are not checked",
        killed_by: "revocation.refused_whoever_asks",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let inside = exchange.headers.contains_key("x-forwarded-for");
                credential_if(exchange, inside)
            }))
        },
    },
    Mutant {
        name: "the blacklist is read only with a business",
        killed_by: "revocation.refused_without_a_business",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                let named = exchange.headers.contains_key("x-business-id");
                credential_if(exchange, !named)
            }))
        },
    },
    Mutant {
        name: "HEAD does not read the blacklist",
        killed_by: "revocation.refused_for_head",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                credential_if(exchange, exchange.method == Method::HEAD)
            }))
        },
    },
    Mutant {
        name: "a slash at the end avoids the blacklist",
        killed_by: "revocation.refused_on_other_paths",
        breaks: |exchange| {
            Box::pin(async move {
                match exchange.path.strip_suffix('/').map(str::to_owned) {
                    Some(path) => {
                        let straight = exchange.with_path(path);
                        accepts(straight, |exchange| credential_if(exchange, true)).await
                    }
                    None => exchange.forward().await,
                }
            })
        },
    },
    Mutant {
        name: "a query avoids the blacklist",
        killed_by: "revocation.refused_on_other_paths",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                credential_if(exchange, exchange.path.contains("internal=true"))
            }))
        },
    },
    Mutant {
        name: "a connection stays authenticated",
        killed_by: "revocation.refused_on_an_open_connection",
        breaks: |exchange| {
            Box::pin(async move {
                let peer = exchange.peer.to_string();
                let was_accepted = exchange.is_noted(&peer);
                let place = |exchange: &Exchange| credential_if(exchange, was_accepted);
                let answer = accepts(exchange.clone(), place).await;
                if answer.status != 401 {
                    exchange.note(peer);
                }
                answer
            })
        },
    },
    Mutant {
        name: "a request is authenticated before its body arrives",
        killed_by: "revocation.refused_with_a_body_to_come",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                credential_if(exchange, exchange.was_live)
            }))
        },
    },
    Mutant {
        name: "HTTP/1.0 avoids the blacklist",
        killed_by: "revocation.refused_by_http_1_0",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange| {
                credential_if(exchange, exchange.version == Version::HTTP_10)
            }))
        },
    },
];
