//! Businesses and roles that are not separated.

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Returns whether a revocation names a token of another business than the operator's.
fn names_foreign(exchange: &Exchange) -> bool {
    let id = exchange.revokes().unwrap_or_default();
    exchange
        .find_created(|token| {
            token.id == id && token.business_id != exchange.users.operator.business_id
        })
        .is_some()
}

fn by_the_operator(exchange: &Exchange) -> bool {
    exchange.bearer() == exchange.users.operator.token
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "foreign tokens are revoked",
        killed_by: "tenancy.foreign_token_not_revoked",
        breaks: |exchange| {
            Box::pin(async move {
                if names_foreign(&exchange) {
                    let outsider = exchange.users.outsider.clone();
                    return exchange.with_user(&outsider).forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "foreign tokens are revoked and answered with 404",
        killed_by: "tenancy.foreign_token_not_revoked",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if names_foreign(&exchange) {
                    let outsider = exchange.users.outsider.clone();
                    exchange.with_user(&outsider).forward().await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "the header alone decides the business",
        killed_by: "tenancy.foreign_business_in_the_header",
        breaks: |exchange| {
            Box::pin(async move {
                let outsider = exchange.users.outsider.clone();
                let named = exchange
                    .headers
                    .get("x-business-id")
                    .is_some_and(|value| value == outsider.business_id.as_str());
                if named && names_foreign(&exchange) {
                    return exchange.with_user(&outsider).forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "the header's business is not checked",
        killed_by: "tenancy.own_token_under_a_foreign_header",
        breaks: |exchange| {
            Box::pin(async move {
                if by_the_operator(&exchange) {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "an unknown business is accepted",
        killed_by: "tenancy.unknown_business",
        breaks: |exchange| {
            Box::pin(async move {
                let named = exchange.header_text("x-business-id");
                let unknown = named != exchange.users.operator.business_id
                    && named != exchange.users.outsider.business_id;
                if unknown && by_the_operator(&exchange) {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "every caller may revoke every token",
        killed_by: "tenancy.outsider_revokes_nothing",
        breaks: |exchange| {
            Box::pin(async move {
                if exchange.revokes().is_some() {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "foreign tokens have a different answer",
        killed_by: "tenancy.foreign_is_like_unknown",
        breaks: |exchange| {
            Box::pin(async move {
                if names_foreign(&exchange) && by_the_operator(&exchange) {
                    return Answer::json(
                        404,
                        &json!({ "detail": "Token belongs to another business" }),
                    );
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "foreign tokens have an additional header",
        killed_by: "tenancy.foreign_is_like_unknown",
        breaks: |exchange| {
            Box::pin(async move {
                let foreign = names_foreign(&exchange) && by_the_operator(&exchange);
                let answer = exchange.forward().await;
                if foreign {
                    answer.header("x-tenant", "other")
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "members may revoke every token",
        killed_by: "tenancy.member_is_forbidden",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 403 {
                    exchange.accepted().forward().await
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "revocations by members are carried out and answered with 403",
        killed_by: "tenancy.member_is_forbidden",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if answer.status == 403 {
                    exchange.accepted().forward().await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "a role in the body is accepted",
        killed_by: "tenancy.member_is_forbidden_with_a_body",
        breaks: |exchange| {
            Box::pin(async move {
                let admin = exchange.value()["role"] == "admin";
                if admin {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "every caller may revoke a revoked token again",
        killed_by: "tenancy.member_may_not_revoke_again",
        breaks: |exchange| {
            Box::pin(async move {
                let id = exchange.revokes().unwrap_or_default();
                let revoked = exchange
                    .find_created(|token| token.id == id && token.revoked.is_some())
                    .is_some();
                if revoked {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "the list shows other businesses",
        killed_by: "tenancy.list_shows_nothing_foreign",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if !exchange.lists() || !by_the_operator(&exchange) {
                    return answer;
                }
                let outsider = exchange.users.outsider.clone();
                let theirs = exchange.with_user(&outsider).forward().await.value();
                answer.edit(|body| {
                    let theirs = theirs["data"]["items"]
                        .as_array()
                        .cloned()
                        .unwrap_or_default();
                    body["data"]["items"]
                        .as_array_mut()
                        .expect("a list")
                        .extend(theirs);
                })
            })
        },
    },
    Mutant {
        name: "the list does not check the header",
        killed_by: "tenancy.list_under_a_foreign_header",
        breaks: |exchange| {
            Box::pin(async move {
                let own = exchange.lists() && by_the_operator(&exchange);
                if own {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "a header distinguishes foreign tokens from unknown ones",
        killed_by: "tenancy.foreign_is_like_unknown",
        breaks: |exchange| {
            Box::pin(async move {
                let found = if names_foreign(&exchange) {
                    "found"
                } else {
                    "none"
                };
                exchange.forward().await.header("x-lookup", found)
            })
        },
    },
    Mutant {
        name: "the first of two businesses is used",
        killed_by: "status.repeated_business_id",
        breaks: |mut exchange| {
            Box::pin(async move {
                let first = exchange.headers.get("x-business-id").cloned();
                if let Some(first) = first {
                    exchange.headers.insert("x-business-id", first);
                }
                exchange.forward().await
            })
        },
    },
];
