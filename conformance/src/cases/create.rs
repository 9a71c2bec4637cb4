//! The companion that mints tokens, as far as revoking them depends on it.

use serde_json::{Value, json};

use super::clauses;
use crate::case::{Case, Effect, Level, Needs, Outcome};
use crate::trial::Trial;

const ROOM: Needs = Needs {
    room: 1,
    create: true,
    ..Needs::NONE
};

/// Demands that a body is refused with a validation error, and that nothing was created.
async fn refused(t: &Trial, what: &str, body: &Value) -> Outcome {
    let answer = t
        .send(&format!("create with {what}"), t.operator().create(body))
        .await?;
    answer.status_is(&[400, 422])?;
    let detail = answer.is_json()?["detail"].clone();
    let held = if answer.status() == 422 {
        detail.is_array()
    } else {
        detail.is_string()
    };
    answer.expect(
        "detail",
        held,
        "what is wrong, in the shape of its status",
        detail,
    )
}

const fn boundary(
    id: &'static str,
    level: Level,
    steps: for<'a> fn(&'a Trial) -> futures_util::future::BoxFuture<'a, Outcome>,
) -> Case {
    Case {
        id,
        level,
        clause: clauses::CREATE,
        covers: &[],
        needs: ROOM,
        effect: Effect::Revokes,
        steps,
    }
}

pub(super) const CASES: &[Case] = &[
    boundary("create.token_works_at_once", Level::Must, |t| {
        Box::pin(async move {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (token, _) = t.created("create a token", &body).await?;
            t.lives(&token, "right after it was created").await
        })
    }),
    boundary("create.two_tokens_differ", Level::Must, |t| {
        Box::pin(async move {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (first, answer) = t.created("create a token", &body).await?;
            t.revoked(&first).await?;
            let (second, _) = t.created("create another of the same name", &body).await?;
            answer.expect("the ids", first.id != second.id, "another id", &second.id)?;
            t.is_dead(&first, "when another of its name lives").await?;
            t.lives(&second, "when another of its name is revoked")
                .await
        })
    }),
    boundary("create.name_round_trips", Level::Must, |t| {
        Box::pin(async move {
            let body = json!({ "name": "prod 🔑 \"Größe\" <b> ' ; --", "expires_in_days": 1 });
            let (token, answer) = t.created("create a token", &body).await?;
            let name = token.name.clone().unwrap_or_default();
            answer.expect(
                "the name",
                json!(name) == body["name"],
                &body["name"],
                json!(name),
            )?;
            let revoked = t.revoked(&token).await?;
            revoked.field_is("/data/name", &body["name"])
        })
    }),
    Case {
        id: "create.answer_is_not_stored",
        level: Level::Should,
        clause: clauses::NO_STORE,
        covers: &[],
        needs: ROOM,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
                let (_, answer) = t.created("create a token", &body).await?;
                let control = answer
                    .headers("cache-control")
                    .join(", ")
                    .to_ascii_lowercase();
                answer.expect(
                    "cache-control",
                    control.contains("no-store"),
                    "no-store",
                    format!("{control:?}"),
                )
            })
        },
    },
    boundary("create.expires_when_asked", Level::Should, |t| {
        Box::pin(async move {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 7 });
            let (_, answer) = t.created("create a token for seven days", &body).await?;
            let bare = answer.at("/data").is_null();
            let pointer = if bare {
                "/token_info/expires_at"
            } else {
                "/data/token_info/expires_at"
            };
            let expires_at = answer.timestamp(pointer)?;
            answer.happened_now(
                "expires_at, seven days earlier,",
                expires_at - chrono::TimeDelta::days(7),
            )
        })
    }),
    boundary("create.longest_name", Level::Should, |t| {
        Box::pin(async move {
            let body = json!({ "name": "n".repeat(255), "expires_in_days": 365 });
            t.created("create with 255 characters of name and 365 days", &body)
                .await?;
            Ok(())
        })
    }),
    boundary("create.refuses_an_empty_name", Level::Should, |t| {
        Box::pin(async move {
            refused(
                t,
                "an empty name",
                &json!({ "name": "", "expires_in_days": 1 }),
            )
            .await
        })
    }),
    boundary("create.refuses_a_missing_name", Level::Should, |t| {
        Box::pin(async move { refused(t, "no name", &json!({ "expires_in_days": 1 })).await })
    }),
    boundary("create.refuses_a_name_too_long", Level::Should, |t| {
        Box::pin(async move {
            refused(
                t,
                "256 characters of name",
                &json!({ "name": "n".repeat(256), "expires_in_days": 1 }),
            )
            .await
        })
    }),
    boundary("create.refuses_zero_days", Level::Should, |t| {
        Box::pin(async move {
            refused(
                t,
                "zero days",
                &json!({ "name": "n", "expires_in_days": 0 }),
            )
            .await
        })
    }),
    boundary("create.refuses_366_days", Level::Should, |t| {
        Box::pin(async move {
            refused(
                t,
                "366 days",
                &json!({ "name": "n", "expires_in_days": 366 }),
            )
            .await
        })
    }),
    boundary("create.takes_types_literally", Level::May, |t| {
        Box::pin(async move {
            for days in [json!(true), json!("5"), json!(1.5)] {
                refused(
                    t,
                    &format!("{days} days"),
                    &json!({ "name": "n", "expires_in_days": days }),
                )
                .await?;
            }
            Ok(())
        })
    }),
    Case {
        id: "create.refuses_anonymous",
        level: Level::Must,
        clause: clauses::AUTHENTICATION,
        covers: &[],
        needs: ROOM,
        effect: Effect::Revokes,
        steps: |t| {
            Box::pin(async move {
                let body = json!({ "name": "nobody's", "expires_in_days": 1 });
                let request = t.operator().create(&body).without("authorization");
                t.send("create without a credential", request)
                    .await?
                    .status_is(&[401])
            })
        },
    },
];
