//! Companions that break what revoking depends on.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Changes the answer that creates a token.
async fn on_created(exchange: Exchange, change: impl FnOnce(Answer) -> Answer) -> Answer {
    let answer = exchange.forward().await;
    if exchange.creates() && answer.status == 201 {
        change(answer)
    } else {
        answer
    }
}

/// Changes a list.
async fn on_list(exchange: Exchange, change: impl FnOnce(&mut Value)) -> Answer {
    let answer = exchange.forward().await;
    if exchange.lists() && answer.status == 200 {
        answer.edit(change)
    } else {
        answer
    }
}

/// Creates from a body that is changed before it is looked at.
async fn reads(exchange: Exchange, change: impl FnOnce(&mut Value)) -> Answer {
    if exchange.creates() {
        let mut body = exchange.value();
        change(&mut body);
        return exchange.with_body(&body).forward().await;
    }
    exchange.forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a created token may be stored by caches",
        killed_by: "create.answer_is_not_stored",
        breaks: |exchange| {
            Box::pin(on_created(exchange, |answer| {
                answer.without("cache-control")
            }))
        },
    },
    Mutant {
        name: "tokens expire when they like",
        killed_by: "create.expires_when_asked",
        breaks: |exchange| Box::pin(reads(exchange, |body| body["expires_in_days"] = json!(30))),
    },
    Mutant {
        name: "names lose their emoji",
        killed_by: "create.name_round_trips",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                let name = body["name"].as_str().unwrap_or_default().replace('🔑', "?");
                body["name"] = json!(name);
            }))
        },
    },
    Mutant {
        name: "names are cut",
        killed_by: "create.refuses_a_name_too_long",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                let name: String = body["name"]
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .take(255)
                    .collect();
                body["name"] = json!(name);
            }))
        },
    },
    Mutant {
        name: "an empty name is a name",
        killed_by: "create.refuses_an_empty_name",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                if body["name"] == "" {
                    body["name"] = json!("unnamed");
                }
            }))
        },
    },
    Mutant {
        name: "a name is not required",
        killed_by: "create.refuses_a_missing_name",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                if body["name"].is_null() {
                    body["name"] = json!("unnamed");
                }
            }))
        },
    },
    Mutant {
        name: "zero days are one",
        killed_by: "create.refuses_zero_days",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                if body["expires_in_days"] == 0 {
                    body["expires_in_days"] = json!(1);
                }
            }))
        },
    },
    Mutant {
        name: "366 days are a year",
        killed_by: "create.refuses_366_days",
        breaks: |exchange| {
            Box::pin(reads(exchange, |body| {
                if body["expires_in_days"] == 366 {
                    body["expires_in_days"] = json!(365);
                }
            }))
        },
    },
    Mutant {
        name: "anybody creates tokens",
        killed_by: "create.refuses_anonymous",
        breaks: |exchange| {
            Box::pin(async move {
                let open = exchange.creates() && exchange.bearer().is_empty();
                if open {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "anybody lists tokens",
        killed_by: "list.refuses_anonymous",
        breaks: |exchange| {
            Box::pin(async move {
                let open = exchange.lists() && exchange.bearer().is_empty();
                if open {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "garbage lists tokens",
        killed_by: "list.refuses_garbage",
        breaks: |exchange| {
            Box::pin(async move {
                let open = exchange.lists() && exchange.bearer() == "dz_garbage";
                if open {
                    exchange.accepted().forward().await
                } else {
                    exchange.forward().await
                }
            })
        },
    },
    Mutant {
        name: "the list holds hashes",
        killed_by: "list.shows_no_secret",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                    item["token_hash"] = json!("9f86d081884c7d659a2feaa0c55ad015");
                }
            }))
        },
    },
    Mutant {
        name: "pages repeat an entry",
        killed_by: "list.pages_neither_repeat_nor_lose",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                let items = body["data"]["items"].as_array_mut().expect("a list");
                items.extend(items.first().cloned());
            }))
        },
    },
    Mutant {
        name: "pages lose an entry",
        killed_by: "list.pages_neither_repeat_nor_lose",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                let items = body["data"]["items"].as_array_mut().expect("a list");
                if items.len() > 1 {
                    items.remove(0);
                }
            }))
        },
    },
    Mutant {
        name: "a cursor that goes round in circles",
        killed_by: "list.pages_neither_repeat_nor_lose",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange
                    .path
                    .split("&cursor=")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                exchange.at(path).forward().await
            })
        },
    },
    Mutant {
        name: "any limit will do",
        killed_by: "list.refuses_a_limit_of_zero",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange.path.replace("limit=0", "limit=50");
                exchange.at(path).forward().await
            })
        },
    },
    Mutant {
        name: "the list tells other names",
        killed_by: "list.entry_is_the_token",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                    item["name"] = json!("a token");
                }
            }))
        },
    },
];
