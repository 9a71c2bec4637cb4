//! Ways around the blacklist: revoked tokens that are let in when they are sent differently.

use axum::http::{Method, Version};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Lets a request in where `place` gives a text in which a revoked token stands.
async fn lets_in(exchange: Exchange, place: impl FnOnce(&Exchange) -> Option<String>) -> Answer {
    match place(&exchange) {
        Some(text) if exchange.holds_revoked(&text) => exchange.accepted().forward().await,
        Some(_) | None => exchange.forward().await,
    }
}

/// The credential of a request that has something else as well.
fn credential_if(exchange: &Exchange, has: bool) -> Option<String> {
    has.then(|| exchange.text_of("authorization"))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "the blacklist is read for `Bearer` alone",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let value = exchange.text_of("authorization");
                (!value.starts_with("Bearer ")).then_some(value)
            }))
        },
    },
    Mutant {
        name: "what follows the token hides it from the blacklist",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let value = exchange.text_of("authorization");
                value.ends_with(',').then_some(value)
            }))
        },
    },
    Mutant {
        name: "a token sent twice is not looked up",
        killed_by: "revocation.refused_in_any_spelling",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let sent = exchange.headers.get_all("authorization").iter().count();
                credential_if(exchange, sent > 1)
            }))
        },
    },
    Mutant {
        name: "keys in x-api-key are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                Some(exchange.text_of("x-api-key"))
            }))
        },
    },
    Mutant {
        name: "sessions in cookies are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                Some(exchange.text_of("cookie"))
            }))
        },
    },
    Mutant {
        name: "tokens in the query are not looked up",
        killed_by: "revocation.refused_in_other_places",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let query = exchange.path.split_once('?');
                query.map(|(_, query)| query.to_owned())
            }))
        },
    },
    Mutant {
        name: "browsers are not asked",
        killed_by: "revocation.refused_whoever_asks",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let browser = exchange.text_of("user-agent").starts_with("Mozilla/");
                credential_if(exchange, browser)
            }))
        },
    },
    Mutant {
        name: "whoever says to be of this machine is not asked",
        killed_by: "revocation.refused_whoever_asks",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let inside = exchange.headers.contains_key("x-forwarded-for");
                credential_if(exchange, inside)
            }))
        },
    },
    Mutant {
        name: "the blacklist is that of the business that is named",
        killed_by: "revocation.refused_without_a_business",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                let named = exchange.headers.contains_key("x-business-id");
                credential_if(exchange, !named)
            }))
        },
    },
    Mutant {
        name: "HEAD does not read the blacklist",
        killed_by: "revocation.refused_for_head",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                credential_if(exchange, exchange.method == Method::HEAD)
            }))
        },
    },
    Mutant {
        name: "a slash at the end leads past the blacklist",
        killed_by: "revocation.refused_on_other_paths",
        breaks: |exchange| {
            Box::pin(async move {
                match exchange.path.strip_suffix('/').map(str::to_owned) {
                    Some(path) => {
                        let straight = exchange.at(path);
                        lets_in(straight, |exchange| credential_if(exchange, true)).await
                    }
                    None => exchange.forward().await,
                }
            })
        },
    },
    Mutant {
        name: "a query leads past the blacklist",
        killed_by: "revocation.refused_on_other_paths",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                credential_if(exchange, exchange.path.contains("internal=true"))
            }))
        },
    },
    Mutant {
        name: "a connection that was let in stays in",
        killed_by: "revocation.refused_on_an_open_connection",
        breaks: |exchange| {
            Box::pin(async move {
                let peer = exchange.peer.to_string();
                let was_in = exchange.is_noted(&peer);
                let place = |exchange: &Exchange| credential_if(exchange, was_in);
                let answer = lets_in(exchange.clone(), place).await;
                if answer.status != 401 {
                    exchange.note(peer);
                }
                answer
            })
        },
    },
    Mutant {
        name: "who was let in by the head stays in",
        killed_by: "revocation.refused_with_a_body_to_come",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                credential_if(exchange, exchange.was_live)
            }))
        },
    },
    Mutant {
        name: "HTTP/1.0 leads past the blacklist",
        killed_by: "revocation.refused_by_http_1_0",
        breaks: |exchange| {
            Box::pin(lets_in(exchange, |exchange| {
                credential_if(exchange, exchange.version == Version::HTTP_10)
            }))
        },
    },
];
