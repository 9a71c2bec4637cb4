//! Creation of tokens that differs from its published page.

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

/// Changes the body of a creation.
async fn changes_body(exchange: Exchange, change: impl FnOnce(&mut Value)) -> Answer {
    if exchange.creates() {
        let mut body = exchange.value();
        change(&mut body);
        return exchange.with_body(&body).forward().await;
    }
    exchange.forward().await
}

/// Answers a creation with another status if `odd` returns true for its days.
async fn created_as(exchange: Exchange, odd: impl FnOnce(&Value) -> bool, status: u16) -> Answer {
    if exchange.creates() && odd(&exchange.value()["expires_in_days"]) {
        return Answer::json(status, &json!({ "detail": "Days" }));
    }
    exchange.forward().await
}

/// Refuses a creation, and creates a token from the corrected body.
async fn refuses_and_creates(exchange: Exchange, correct: impl FnOnce(&mut Value)) -> Answer {
    let answer = exchange.forward().await;
    if exchange.creates() && answer.status == 422 {
        let mut body = exchange.value();
        correct(&mut body);
        exchange.with_body(&body).forward().await;
    }
    answer
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a refused number of days creates a token",
        killed_by: "create.refuses_zero_days",
        breaks: |exchange| {
            Box::pin(refuses_and_creates(exchange, |body| {
                body["expires_in_days"] = json!(1);
            }))
        },
    },
    Mutant {
        name: "a refused creation without a name creates a token",
        killed_by: "create.refuses_a_missing_name",
        breaks: |exchange| {
            Box::pin(refuses_and_creates(exchange, |body| {
                body["name"] = json!("unnamed");
            }))
        },
    },
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
        name: "the requested expiry is ignored",
        killed_by: "create.expires_when_asked",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                body["expires_in_days"] = json!(30);
            }))
        },
    },
    Mutant {
        name: "names lose their emoji",
        killed_by: "create.name_round_trips",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                let name = body["name"].as_str().unwrap_or_default().replace('🔑', "?");
                body["name"] = json!(name);
            }))
        },
    },
    Mutant {
        name: "long names are truncated",
        killed_by: "create.refuses_a_name_too_long",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
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
        name: "an empty name is accepted",
        killed_by: "create.refuses_an_empty_name",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
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
            Box::pin(changes_body(exchange, |body| {
                if body["name"].is_null() {
                    body["name"] = json!("unnamed");
                }
            }))
        },
    },
    Mutant {
        name: "zero days are accepted",
        killed_by: "create.refuses_zero_days",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["expires_in_days"] == 0 {
                    body["expires_in_days"] = json!(1);
                }
            }))
        },
    },
    Mutant {
        name: "366 days are accepted",
        killed_by: "create.refuses_366_days",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["expires_in_days"] == 366 {
                    body["expires_in_days"] = json!(365);
                }
            }))
        },
    },
    Mutant {
        name: "anonymous callers create tokens",
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
        name: "boolean days have an undocumented status",
        killed_by: "create.days_as_a_boolean",
        breaks: |exchange| Box::pin(created_as(exchange, Value::is_boolean, 409)),
    },
    Mutant {
        name: "days as a string are a server error",
        killed_by: "create.days_as_a_text",
        breaks: |exchange| Box::pin(created_as(exchange, |days| days == "5", 500)),
    },
    Mutant {
        name: "a whole fraction of days is answered with 202",
        killed_by: "create.days_as_a_whole_fraction",
        breaks: |exchange| Box::pin(created_as(exchange, Value::is_f64, 202)),
    },
    Mutant {
        name: "a number is accepted as a name",
        killed_by: "create.refuses_a_name_of_another_type",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["name"].is_number() {
                    body["name"] = json!(body["name"].to_string());
                }
            }))
        },
    },
    Mutant {
        name: "a number is accepted as a description",
        killed_by: "create.refuses_a_description_of_another_type",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["description"].is_number() {
                    body["description"] = json!(body["description"].to_string());
                }
            }))
        },
    },
    Mutant {
        name: "names need two characters",
        killed_by: "create.least_of_everything",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["name"].as_str().is_some_and(|name| name.len() == 1) {
                    body["name"] = json!("");
                }
            }))
        },
    },
    Mutant {
        name: "descriptions lose their emoji",
        killed_by: "create.description_round_trips",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if let Some(description) = body["description"].as_str() {
                    body["description"] = json!(description.replace('🔑', ""));
                }
            }))
        },
    },
    Mutant {
        name: "tokens last a week by default",
        killed_by: "create.expires_in_a_year_by_default",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if let Some(body) = body.as_object_mut() {
                    body.entry("expires_in_days").or_insert_with(|| json!(7));
                }
            }))
        },
    },
    Mutant {
        name: "the list shows tokens again",
        killed_by: "create.token_is_shown_once",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if !exchange.lists() {
                    return answer;
                }
                answer.edit(|body| {
                    for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                        let token = exchange.find_created(|token| item["id"] == json!(token.id));
                        item["description"] = json!(token.map(|token| token.token));
                    }
                })
            })
        },
    },
    Mutant {
        name: "an eleventh active token is created",
        killed_by: "create.refuses_one_token_too_many",
        breaks: |exchange| {
            Box::pin(async move {
                let answer = exchange.forward().await;
                if exchange.creates() && answer.status == 400 {
                    let outsider = exchange.users.outsider.clone();
                    return exchange.with_user(&outsider).forward().await;
                }
                answer
            })
        },
    },
    Mutant {
        name: "long names are refused",
        killed_by: "create.longest_name",
        breaks: |exchange| {
            Box::pin(changes_body(exchange, |body| {
                if body["name"].as_str().is_some_and(|name| name.len() > 200) {
                    body["name"] = json!("");
                }
            }))
        },
    },
    Mutant {
        name: "new tokens do not work",
        killed_by: "create.token_works_at_once",
        breaks: |mut exchange| {
            Box::pin(async move {
                let new = exchange.find_created(|token| {
                    token.token == exchange.bearer() && token.revoked.is_none()
                });
                if new.is_some() {
                    exchange.headers.remove("authorization");
                }
                exchange.forward().await
            })
        },
    },
];
