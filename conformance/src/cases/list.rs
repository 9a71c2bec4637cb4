//! The companion that lists tokens, as far as revoking them depends on it.

use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, Effect, Level, Needs};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "list.refuses_anonymous",
        level: Level::Must,
        clause: clauses::AUTHENTICATION,
        covers: &[],
        needs: Needs {
            list: true,
            ..Needs::NONE
        },
        effect: Effect::Safe,
        steps: |t| {
            Box::pin(async move {
                let request = t.operator().list("").without("authorization");
                t.send("list without a credential", request)
                    .await?
                    .status_is(&[401])
            })
        },
    },
    Case {
        id: "list.refuses_garbage",
        level: Level::Must,
        clause: clauses::AUTHENTICATION,
        covers: &[],
        needs: Needs {
            list: true,
            ..Needs::NONE
        },
        effect: Effect::Safe,
        steps: |t| {
            Box::pin(async move {
                let request = t
                    .operator()
                    .list("")
                    .set("authorization", "Bearer dz_garbage");
                t.send("list with garbage for a token", request)
                    .await?
                    .status_is(&[401])
            })
        },
    },
    Case {
        id: "list.shows_no_secret",
        level: Level::Must,
        clause: clauses::CREATE,
        covers: &[],
        needs: Needs {
            list: true,
            ..Needs::ONE
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let listed = t.listed(&t.operator(), "include_revoked=true").await?;
                let entry = listed
                    .iter()
                    .find(|item| item["id"] == json!(t.own(0).id))
                    .cloned()
                    .unwrap_or_default();
                let named = |key: &str| matches!(key, "token" | "token_hash" | "hash" | "secret");
                let secrets: Vec<&str> = (entry
                    .as_object()
                    .into_iter()
                    .flat_map(|fields| fields.keys()))
                .map(String::as_str)
                .filter(|key| named(key))
                .collect();
                t.expect(
                    "the entry of a new token",
                    entry.is_object(),
                    "listed",
                    &entry,
                )?;
                t.expect(
                    "its fields",
                    secrets.is_empty(),
                    "neither the token nor a hash",
                    secrets.join(", "),
                )
            })
        },
    },
    Case {
        id: "list.pages_neither_repeat_nor_lose",
        level: Level::Should,
        clause: clauses::LIST,
        covers: &[],
        needs: Needs {
            list: true,
            own: 3,
            ..Needs::NONE
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                // Other cases create and revoke meanwhile, so only the tokens of this one are counted.
                let listed = t.listed(&t.operator(), "limit=2").await?;
                for n in 0..3 {
                    let times = listed
                        .iter()
                        .filter(|item| item["id"] == json!(t.own(n).id))
                        .count();
                    t.expect(
                        "how often a live token is listed over all pages",
                        times == 1,
                        "once",
                        times,
                    )?;
                }
                Ok(())
            })
        },
    },
    Case {
        id: "list.refuses_a_limit_of_zero",
        level: Level::Should,
        clause: clauses::LIST,
        covers: &[],
        needs: Needs {
            list: true,
            ..Needs::NONE
        },
        effect: Effect::Safe,
        steps: |t| {
            Box::pin(async move {
                for query in ["limit=0", "limit=1001", "limit=many"] {
                    let answer = t
                        .send(&format!("list with {query}"), t.operator().list(query))
                        .await?;
                    answer.status_is(&[400, 422])?;
                }
                Ok(())
            })
        },
    },
    Case {
        id: "list.entry_is_the_token",
        level: Level::Should,
        clause: clauses::LIST,
        covers: &[],
        needs: Needs {
            list: true,
            ..Needs::ONE
        },
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let token = t.own(0);
                let listed = t.listed(&t.operator(), "").await?;
                let entry = listed
                    .into_iter()
                    .find(|item| item["id"] == json!(token.id))
                    .unwrap_or(Value::Null);
                t.expect("the entry", entry.is_object(), "listed", &entry)?;
                t.expect(
                    "its name",
                    entry["name"] == json!(token.name),
                    json!(token.name),
                    &entry["name"],
                )?;
                t.expect(
                    "its revoked_at",
                    entry["revoked_at"].is_null(),
                    "null",
                    &entry["revoked_at"],
                )
            })
        },
    },
];
