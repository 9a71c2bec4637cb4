//! Lists that show wrong entries.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Answer, Exchange};

/// Changes the answer to a list request.
async fn on_list(exchange: Exchange, change: impl FnOnce(&mut Value)) -> Answer {
    let answer = exchange.forward().await;
    if exchange.lists() && answer.status == 200 {
        answer.edit(change)
    } else {
        answer
    }
}

/// Replaces a part of the path and query of a list request.
async fn ignores(exchange: Exchange, part: &str, other: &str) -> Answer {
    if !exchange.lists() {
        return exchange.forward().await;
    }
    let path = exchange.path.replace(part, other);
    exchange.with_path(path).forward().await
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "anonymous callers list tokens",
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
        name: "a garbage token lists tokens",
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
        name: "the cursor is ignored",
        killed_by: "list.pages_neither_repeat_nor_lose",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange
                    .path
                    .split("&cursor=")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                exchange.with_path(path).forward().await
            })
        },
    },
    Mutant {
        name: "a limit of zero is accepted",
        killed_by: "list.refuses_a_limit_of_zero",
        breaks: |exchange| {
            Box::pin(async move {
                let path = exchange.path.replace("limit=0", "limit=50");
                exchange.with_path(path).forward().await
            })
        },
    },
    Mutant {
        name: "the list shows other names",
        killed_by: "list.entry_is_the_token",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                for item in body["data"]["items"].as_array_mut().into_iter().flatten() {
                    item["name"] = json!("a token");
                }
            }))
        },
    },
    Mutant {
        name: "sort_by is ignored",
        killed_by: "list.sorts_by_name_both_ways",
        breaks: |exchange| Box::pin(ignores(exchange, "sort_by=name&", "")),
    },
    Mutant {
        name: "descending is ignored",
        killed_by: "list.newest_and_oldest_first",
        breaks: |exchange| Box::pin(ignores(exchange, "descending=true", "descending=false")),
    },
    Mutant {
        name: "the total counts only the page",
        killed_by: "list.counts_all_when_asked",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                let count = body["data"]["items"].as_array().map(Vec::len);
                body["data"]["total"] = json!(count);
            }))
        },
    },
    Mutant {
        name: "no previous page",
        killed_by: "list.goes_back_to_the_page_before",
        breaks: |exchange| {
            Box::pin(on_list(exchange, |body| {
                body["data"]["has_prev"] = json!(false);
                body["data"]["prev_cursor"] = json!(null);
            }))
        },
    },
    Mutant {
        name: "an unknown cursor is ignored",
        killed_by: "list.refuses_an_unknown_cursor",
        breaks: |exchange| Box::pin(ignores(exchange, "cursor=not-a-cursor", "")),
    },
];
