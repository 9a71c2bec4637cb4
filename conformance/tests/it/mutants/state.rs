//! Revocations whose effect differs from their answer.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Mutant;
use crate::proxy::{Answer, CreatedToken, Exchange};

/// Revokes a second token in addition to the requested one: one for which `near` returns true.
async fn also_revokes(
    exchange: Exchange,
    near: fn(&CreatedToken, &CreatedToken) -> bool,
) -> Answer {
    let answer = exchange.forward().await;
    let asked_for = exchange
        .revokes()
        .and_then(|id| exchange.find_created(|token| token.id == id));
    if let Some(asked_for) = asked_for
        && answer.status == 201
    {
        let another = exchange.find_created(|token| {
            token.id != asked_for.id && token.revoked.is_none() && near(token, &asked_for)
        });
        if let Some(another) = another {
            let path = format!("/api/v1/tokens/{}/revoke", another.id);
            exchange.clone().accepted().with_path(path).forward().await;
        }
    }
    answer
}

fn same_user(one: &CreatedToken, other: &CreatedToken) -> bool {
    one.owner == other.owner
}

fn another_of_the_business(one: &CreatedToken, other: &CreatedToken) -> bool {
    one.business_id == other.business_id && !same_user(one, other)
}

/// Changes the answer to a revocation of a token that was already revoked.
async fn on_second(exchange: Exchange, change: impl FnOnce(Answer) -> Answer) -> Answer {
    let before = exchange
        .revokes()
        .and_then(|id| exchange.find_created(|token| token.id == id))
        .and_then(|token| token.revoked);
    let answer = exchange.forward().await;
    if before.is_some() && answer.status == 201 {
        change(answer)
    } else {
        answer
    }
}

fn now() -> serde_json::Value {
    json!(chrono::Utc::now().to_rfc3339())
}

/// Changes the list entries of tokens that were revoked more than once.
async fn list_after_second(exchange: Exchange, change: fn(&mut serde_json::Value)) -> Answer {
    let again = exchange.revokes().filter(|id| {
        exchange
            .find_created(|token| token.id == **id && token.revoked.is_some())
            .is_some()
    });
    if let Some(id) = again {
        exchange.note(id);
    }
    let answer = exchange.forward().await;
    if !exchange.lists() {
        return answer;
    }
    answer.edit(|body| {
        for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
            if exchange.is_noted(item["id"].as_str().unwrap_or_default()) {
                change(item);
            }
        }
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "another token of the same user is revoked as well",
        killed_by: "revocation.spares_others_of_the_user",
        breaks: |exchange| Box::pin(also_revokes(exchange, same_user)),
    },
    Mutant {
        name: "a token of another user of the same business is revoked as well",
        killed_by: "revocation.spares_others_of_the_business",
        breaks: |exchange| Box::pin(also_revokes(exchange, another_of_the_business)),
    },
    Mutant {
        name: "a parallel revocation revokes another token",
        killed_by: "concurrency.parallel_revocations_all_stick",
        breaks: |exchange| Box::pin(also_revokes(exchange, same_user)),
    },
    Mutant {
        name: "a second revocation moves the timestamp",
        killed_by: "revocation.second_changes_nothing",
        breaks: |exchange| {
            Box::pin(on_second(exchange, |answer| {
                answer.edit(|body| body["data"]["revoked_at"] = now())
            }))
        },
    },
    Mutant {
        name: "a second revocation changes revoked_by",
        killed_by: "revocation.second_changes_nothing",
        breaks: |exchange| {
            Box::pin(on_second(exchange, |answer| {
                answer.edit(|body| body["data"]["revoked_by"] = json!("mia@acme.example"))
            }))
        },
    },
    Mutant {
        name: "a second revocation replaces the reason",
        killed_by: "revocation.second_with_another_reason",
        breaks: |exchange| {
            Box::pin(async move {
                let reason = exchange.value()["reason"].clone();
                on_second(exchange, |answer| {
                    answer.edit(|body| body["data"]["revocation_reason"] = reason)
                })
                .await
            })
        },
    },
    Mutant {
        name: "a second revocation is 404",
        killed_by: "revocation.second_changes_nothing",
        breaks: |exchange| {
            Box::pin(on_second(exchange, |_| {
                Answer::json(404, &json!({ "detail": "Resource not found" }))
            }))
        },
    },
    Mutant {
        name: "a second revocation is 409",
        killed_by: "revocation.second_changes_nothing",
        breaks: |exchange| {
            Box::pin(on_second(exchange, |_| {
                Answer::json(409, &json!({ "detail": "Already revoked" }))
            }))
        },
    },
    Mutant {
        name: "parallel revocations return different timestamps",
        killed_by: "concurrency.parallel_revocations_agree",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                let revoked = exchange.revokes().is_some() && answer.status == 201;
                if revoked {
                    answer.edit(|body| body["data"]["revoked_at"] = now())
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "parallel revocations return different reasons",
        killed_by: "concurrency.parallel_revocations_agree",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                let reason = exchange.value()["reason"].clone();
                let revoked = exchange.revokes().is_some() && answer.status == 201;
                if revoked {
                    answer.edit(|body| body["data"]["revocation_reason"] = reason)
                } else {
                    answer
                }
            })
        },
    },
    Mutant {
        name: "parallel revocations end in a server error",
        killed_by: "concurrency.parallel_revocations_agree",
        breaks: |exchange| {
            Box::pin(async move {
                let Some(id) = exchange.revokes().map(str::to_owned) else {
                    return exchange.forward().await;
                };
                let another = format!("another of {id}");
                if !exchange.note(&id) {
                    exchange.note(another);
                    return Answer::json(500, &json!({ "detail": "deadlock detected" }));
                }
                // The first revocation waits for a parallel one, for at most 200 ms.
                let begun = Instant::now();
                while !exchange.is_noted(&another) && begun.elapsed() < Duration::from_millis(200) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let answer = exchange.forward().await;
                exchange.forget(&id);
                exchange.forget(&another);
                answer
            })
        },
    },
    Mutant {
        name: "reads during a revocation alternate between live and revoked",
        killed_by: "concurrency.reads_during_a_revocation_never_go_back",
        breaks: |exchange| {
            Box::pin(async move {
                let revoked = exchange.bearer_revoked().is_some();
                if revoked && exchange.count.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                    return exchange.accepted().forward().await;
                }
                exchange.forward().await
            })
        },
    },
    Mutant {
        name: "the list does not show the revocation",
        killed_by: "revocation.list_agrees",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if !exchange.lists() || answer.status != 200 {
                    return answer;
                }
                answer.edit(|body| {
                    for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                        item["revoked_at"] = serde_json::Value::Null;
                    }
                })
            })
        },
    },
    Mutant {
        name: "the list shows another timestamp",
        killed_by: "revocation.list_agrees",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if !exchange.lists() || answer.status != 200 {
                    return answer;
                }
                answer.edit(|body| {
                    for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                        if item["revoked_at"].is_string() {
                            item["revoked_at"] = now();
                        }
                    }
                })
            })
        },
    },
    Mutant {
        name: "the list never shows revoked tokens",
        killed_by: "revocation.list_agrees",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange
                    .path
                    .replace("include_revoked=true", "include_revoked=false");
                exchange.with_path(path).forward().await
            })
        },
    },
    Mutant {
        name: "the list always shows revoked tokens",
        killed_by: "revocation.list_hides_the_revoked",
        breaks: |exchange| {
            Box::pin(async move {
                let path = match exchange.lists() {
                    true => "/api/v1/tokens?include_revoked=true".to_owned(),
                    false => exchange.path.clone(),
                };
                exchange.with_path(path).forward().await
            })
        },
    },
    Mutant {
        name: "nothing is revoked, and the answer says it is",
        killed_by: "revocation.refused_at_once",
        breaks: |exchange| {
            Box::pin(async move {
                let token = exchange
                    .revokes()
                    .and_then(|id| exchange.find_created(|token| token.id == id));
                let Some(token) = token else {
                    return exchange.forward().await;
                };
                let record = json!({
                    "id": token.id, "jti": token.id, "name": "n", "revoked_at": now(), "revoked_by": null,
                    "revocation_reason": null,
                });
                Answer::json(
                    201,
                    &json!({ "success": true, "message": "m", "code": "C", "data": record }),
                )
            })
        },
    },
    Mutant {
        name: "revoked_by is the user of the last revocation",
        killed_by: "revocation.second_by_another_user",
        breaks: |exchange| {
            Box::pin(on_second(exchange, |answer| {
                answer.edit(|body| body["data"]["revoked_by"] = json!("olga@acme.example"))
            }))
        },
    },
    Mutant {
        name: "a second revocation moves the list's timestamp",
        killed_by: "revocation.second_leaves_the_list_alone",
        breaks: |exchange| {
            Box::pin(list_after_second(exchange, |item| {
                item["revoked_at"] = now();
            }))
        },
    },
    Mutant {
        name: "a second revocation replaces the list's reason",
        killed_by: "revocation.second_leaves_the_list_alone",
        breaks: |exchange| {
            Box::pin(list_after_second(exchange, |item| {
                item["revocation_reason"] = json!("another reason");
            }))
        },
    },
    Mutant {
        name: "lists show a revocation without its reason at first",
        killed_by: "concurrency.lists_during_a_revocation_are_whole",
        breaks: |exchange| {
            Box::pin(async move {
                // Many list requests are sent before the revocation is answered.
                if exchange.revokes().is_some() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                let answer = exchange.forward().await;
                if !exchange.lists() {
                    return answer;
                }
                let young = |id: &str| {
                    let token = exchange.find_created(|token| token.id == id);
                    token
                        .and_then(|token| token.revoked)
                        .is_some_and(|revoked| revoked.at.elapsed() < Duration::from_secs(1))
                };
                answer.edit(|body| {
                    let items = body["data"]["items"].as_array_mut();
                    for item in items.into_iter().flatten() {
                        if young(item["id"].as_str().unwrap_or_default()) {
                            item["revocation_reason"] = json!(null);
                        }
                    }
                })
            })
        },
    },
];
