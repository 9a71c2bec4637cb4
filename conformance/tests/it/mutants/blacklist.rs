//! Revoked tokens that are accepted: always, at first, later, or for some requests.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Mutant;
use crate::proxy::{Answer, CreatedToken, Exchange};

/// Accepts a revoked credential if `good` returns true. Its arguments are the request, the time since the revocation, and
/// whether the revocation had a reason.
async fn accepts(
    exchange: Exchange,
    good: impl FnOnce(&Exchange, Duration, bool) -> bool,
) -> Answer {
    match exchange.bearer_revoked() {
        Some((since, reason)) if good(&exchange, since, reason) => {
            exchange.accepted().forward().await
        }
        Some(_) | None => exchange.forward().await,
    }
}

/// Accepts revoked credentials, except the last `size` that were revoked.
async fn holds(exchange: Exchange, size: usize) -> Answer {
    if exchange.revoked_since().is_some_and(|later| later >= size) {
        return exchange.accepted().forward().await;
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "the blacklist is never read",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| Box::pin(accepts(exchange, |_, _, _| true)),
    },
    Mutant {
        name: "a grace period",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |_, since, _| {
                since < Duration::from_secs(1)
            }))
        },
    },
    Mutant {
        name: "the blacklist forgets tokens after some time",
        killed_by: "revocation.refused_after_a_while",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |_, since, _| {
                since > Duration::from_millis(800)
            }))
        },
    },
    Mutant {
        name: "only the list reads the blacklist",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                exchange.revokes().is_some()
            }))
        },
    },
    Mutant {
        name: "only the revocation reads the blacklist",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| Box::pin(accepts(exchange, |exchange, _, _| exchange.lists())),
    },
    Mutant {
        name: "creating does not read the blacklist",
        killed_by: "revocation.refused_for_creating",
        breaks: |exchange| Box::pin(accepts(exchange, |exchange, _, _| exchange.creates())),
    },
    Mutant {
        name: "only revocations with a reason count",
        killed_by: "input.absent",
        breaks: |exchange| Box::pin(accepts(exchange, |_, _, reason| !reason)),
    },
    Mutant {
        name: "only revocations without a reason count",
        killed_by: "revocation.refused_with_a_reason_given",
        breaks: |exchange| Box::pin(accepts(exchange, |_, _, reason| reason)),
    },
    Mutant {
        name: "every tenth use is accepted",
        killed_by: "revocation.refused_on_each_further_use",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                exchange.count.fetch_add(1, Ordering::Relaxed) % 10 == 9
            }))
        },
    },
    Mutant {
        name: "a revoked token may revoke others",
        killed_by: "revocation.refused_for_revoking",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                let id = exchange.revokes().unwrap_or_default();
                exchange
                    .find_created(|token| token.id == id && token.token != exchange.bearer())
                    .is_some()
            }))
        },
    },
    Mutant {
        name: "a revoked token may revoke itself again",
        killed_by: "revocation.refusal_is_401_and_not_403",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                let id = exchange.revokes().unwrap_or_default();
                exchange
                    .find_created(|token| token.id == id && token.token == exchange.bearer())
                    .is_some()
            }))
        },
    },
    Mutant {
        name: "a revoked token is answered 403",
        killed_by: "revocation.refusal_is_401_and_not_403",
        breaks: |exchange| {
            Box::pin(async move {
                let revoked = exchange.bearer_revoked().is_some();
                let answer = exchange.forward().await;
                if revoked {
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
    Mutant {
        name: "one of several parallel connections is accepted",
        killed_by: "revocation.refused_on_parallel_connections",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                exchange.count.fetch_add(1, Ordering::Relaxed) == 5
            }))
        },
    },
    Mutant {
        name: "a token that revoked itself stays live",
        killed_by: "revocation.of_the_token_in_use",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                let by_itself = |token: &CreatedToken| {
                    let revoked = token.revoked.as_ref();
                    token.token == exchange.bearer()
                        && revoked.is_some_and(|revoked| revoked.by == token.token)
                };
                exchange.find_created(by_itself).is_some()
            }))
        },
    },
    Mutant {
        name: "tokens of members are not blacklisted",
        killed_by: "revocation.by_its_owner",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                let operator = &exchange.users.operator;
                let members = |token: &CreatedToken| {
                    token.token == exchange.bearer()
                        && token.business_id == operator.business_id
                        && token.owner != operator.token
                };
                exchange.find_created(members).is_some()
            }))
        },
    },
    Mutant {
        name: "the blacklist holds one token",
        killed_by: "revocation.outlives_those_after_it",
        breaks: |exchange| Box::pin(holds(exchange, 1)),
    },
    Mutant {
        name: "the blacklist holds three tokens",
        killed_by: "revocation.outlives_those_after_it",
        breaks: |exchange| Box::pin(holds(exchange, 3)),
    },
    Mutant {
        name: "the blacklist holds sixteen tokens",
        killed_by: "revocation.refused_to_the_end",
        breaks: |exchange| Box::pin(holds(exchange, 16)),
    },
    Mutant {
        name: "tokens revoked by another user are not blacklisted",
        killed_by: "revocation.by_another_of_the_business",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                let others = |token: &CreatedToken| {
                    let revoked = token.revoked.as_ref();
                    token.token == exchange.bearer()
                        && revoked.is_some_and(|revoked| revoked.by != token.owner)
                };
                exchange.find_created(others).is_some()
            }))
        },
    },
    Mutant {
        name: "a second revocation makes the token live again",
        killed_by: "revocation.second_revives_nothing",
        breaks: |exchange| {
            Box::pin(async move {
                let known = |exchange: &Exchange, id: &str| {
                    exchange.find_created(|token| token.id == id && token.revoked.is_some())
                };
                if let Some(token) = exchange.revokes().and_then(|id| known(&exchange, id)) {
                    exchange.note(token.token);
                }
                if exchange.is_noted(exchange.bearer()) {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "a new token makes the revoked ones live again",
        killed_by: "create.two_tokens_differ",
        breaks: |exchange| {
            Box::pin(accepts(exchange, |exchange, _, _| {
                exchange
                    .find_created(|token| token.revoked.is_none())
                    .is_some()
            }))
        },
    },
];
