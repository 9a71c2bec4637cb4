//! The companion operation that creates tokens, as far as revocation depends on it.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, CaseBuilder, Outcome, Stop, steps};
use crate::profile::Policy;
use crate::trial::{Answer, Trial};

/// Checks that a body is refused with a validation error and that no token was created from it. The body is built with a
/// unique mark in its name or description, by which such a token is found.
async fn refused(t: &Trial, what: &str, body: impl FnOnce(&str) -> Value) -> Outcome {
    let mark = Uuid::new_v4().to_string();
    let request = t.operator().create(&body(&mark));
    let answer = t.send(&format!("create with {what}"), request).await?;
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
        "a list of problems for 422, a string for any other status",
        detail,
    )?;
    if t.deployment().profile.companions.list {
        created_nothing(t, &mark).await?;
    }
    Ok(())
}

/// Checks that no token has the mark in its name or description, and revokes one that has it.
async fn created_nothing(t: &Trial, mark: &str) -> Outcome {
    let newest = "limit=100&sort_by=created_at&descending=true";
    let (_, page) = t
        .page("list the newest tokens", &t.operator(), newest)
        .await?;
    let marked = |token: &&Value| {
        ["name", "description"].iter().any(|field| {
            token[field]
                .as_str()
                .is_some_and(|text| text.contains(mark))
        })
    };
    let created = page["items"].as_array().into_iter().flatten().find(marked);
    if let Some(id) = created.and_then(|token| token["id"].as_str()) {
        let purpose = "revoke the token that the refused request created";
        t.send(purpose, t.operator().revoke(id)).await?;
    }
    let found = created.map_or("none".to_owned(), |token| token["name"].to_string());
    t.expect(
        "a token from the refused request",
        created.is_none(),
        "none",
        found,
    )
}

/// Returns the JSON pointer to a field of the new token's record: in an envelope, at the root, or beside the token.
pub(super) fn record_field(answer: &Answer<'_>, field: &str) -> String {
    let places = ["/data/token_info", "/token_info", "/data", ""];
    let mut present = places
        .iter()
        .filter(|place| !answer.at(&format!("{place}/{field}")).is_null());
    format!("{}/{field}", present.next().unwrap_or(&places[0]))
}

/// Checks that a number of days that is not written as an integer is answered as the policy says. If a token is created,
/// it must work.
async fn days_of_another_type(t: &Trial, days: Value, policy: Policy) -> Outcome {
    let body = json!({ "name": t.unique_name(), "expires_in_days": days });
    let answer = t
        .send(
            &format!("create for {days} days"),
            t.operator().create(&body),
        )
        .await?;
    answer.status_follows(policy)?;
    answer.is_json()?;
    match t.deployment().ledger.created(answer.bytes()) {
        Some(token) => t.lives(&token, "immediately after its creation").await,
        None => {
            let expected = "a token with an id, or a refusal";
            answer.expect("body", answer.status() != 201, expected, answer.quote())
        }
    }
}

/// Adds what a case that creates one token needs.
const fn creating(case: CaseBuilder) -> CaseBuilder {
    case.room(1).create()
}

pub(super) const CASES: &[Case] = &[
    creating(Case::must("create.token_works_at_once", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
        let (token, _) = t.create("create a token", &body).await?;
        t.lives(&token, "immediately after its creation").await
    })),
    creating(Case::must("create.two_tokens_differ", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
        let (first, answer) = t.create("create a token", &body).await?;
        t.revoke(&first).await?;
        let (second, _) = t
            .create("create another token with the same name", &body)
            .await?;
        answer.expect("the ids", first.id != second.id, "another id", &second.id)?;
        t.is_dead(&first, "while a live token has the same name")
            .await?;
        t.lives(&second, "after a token with the same name was revoked")
            .await
    })),
    creating(Case::must("create.name_round_trips", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": "prod 🔑 \"Größe\" <b> ' ; --", "expires_in_days": 1 });
        let (token, answer) = t.create("create a token", &body).await?;
        let name = token.name.clone().unwrap_or_default();
        answer.expect(
            "the name",
            json!(name) == body["name"],
            &body["name"],
            json!(name),
        )?;
        let revoked = t.revoke(&token).await?;
        revoked.field_is("/data/name", &body["name"])
    })),
    Case::should("create.answer_is_not_stored", clauses::NO_STORE)
        .room(1)
        .create()
        .steps(steps!(|t| {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (_, answer) = t.create("create a token", &body).await?;
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
        })),
    creating(Case::should("create.expires_when_asked", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": t.unique_name(), "expires_in_days": 7 });
        let (_, answer) = t.create("create a token for seven days", &body).await?;
        let expires_at = answer.timestamp(&record_field(&answer, "expires_at"))?;
        let earlier = expires_at - chrono::TimeDelta::days(7);
        answer.happened_now("expires_at, seven days earlier,", earlier)?;
        let created_at = record_field(&answer, "created_at");
        if answer.at(&created_at).is_null() {
            return Ok(());
        }
        // Both are by the deployment's clock, so its skew does not matter. It may store whole seconds.
        let created_at = answer.timestamp(&created_at)?;
        let held = (earlier - created_at).abs() <= chrono::TimeDelta::seconds(1);
        answer.expect("expires_at, seven days earlier,", held, created_at, earlier)
    })),
    creating(Case::should("create.longest_name", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": "n".repeat(255), "expires_in_days": 365 });
        t.create("create with a name of 255 characters and 365 days", &body)
            .await?;
        Ok(())
    })),
    creating(Case::should(
        "create.refuses_an_empty_name",
        clauses::CREATE,
    ))
    .steps(|t| {
        Box::pin(refused(
            t,
            "an empty name",
            |mark| json!({ "name": "", "description": mark, "expires_in_days": 1 }),
        ))
    }),
    creating(Case::should(
        "create.refuses_a_missing_name",
        clauses::CREATE,
    ))
    .steps(|t| {
        Box::pin(refused(
            t,
            "no name",
            |mark| json!({ "description": mark, "expires_in_days": 1 }),
        ))
    }),
    creating(Case::should(
        "create.refuses_a_name_too_long",
        clauses::CREATE,
    ))
    .steps(|t| {
        Box::pin(refused(
            t,
            "a name of 256 characters",
            |mark| json!({ "name": format!("{mark:n<256}"), "expires_in_days": 1 }),
        ))
    }),
    creating(Case::should("create.refuses_zero_days", clauses::CREATE)).steps(|t| {
        Box::pin(refused(
            t,
            "zero days",
            |mark| json!({ "name": mark, "expires_in_days": 0 }),
        ))
    }),
    creating(Case::should("create.refuses_366_days", clauses::CREATE)).steps(|t| {
        Box::pin(refused(
            t,
            "366 days",
            |mark| json!({ "name": mark, "expires_in_days": 366 }),
        ))
    }),
    creating(Case::may("create.takes_types_literally", clauses::CREATE)).steps(|t| {
        // A fraction is never an integer. Whether true, "5" and 5.0 are integers is the deployment's choice: see below.
        Box::pin(refused(
            t,
            "1.5 days",
            |mark| json!({ "name": mark, "expires_in_days": 1.5 }),
        ))
    }),
    creating(Case::must("create.days_as_a_boolean", clauses::CREATE))
        .steps(|t| Box::pin(days_of_another_type(t, json!(true), Policy::DaysAsBoolean))),
    creating(Case::must("create.days_as_a_text", clauses::CREATE))
        .steps(|t| Box::pin(days_of_another_type(t, json!("5"), Policy::DaysAsText))),
    creating(Case::must(
        "create.days_as_a_whole_fraction",
        clauses::CREATE,
    ))
    .steps(|t| Box::pin(days_of_another_type(t, json!(5.0), Policy::DaysAsFraction))),
    creating(Case::should(
        "create.refuses_a_name_of_another_type",
        clauses::CREATE,
    ))
    .steps(steps!(|t| {
        for name in [json!(7), json!(null), json!(["n"])] {
            refused(
                t,
                &format!("{name} as the name"),
                |mark| json!({ "name": name, "description": mark, "expires_in_days": 1 }),
            )
            .await?;
        }
        Ok(())
    })),
    creating(Case::should(
        "create.refuses_a_description_of_another_type",
        clauses::CREATE,
    ))
    .steps(|t| {
        Box::pin(refused(
            t,
            "a number as the description",
            |mark| json!({ "name": mark, "description": 7, "expires_in_days": 1 }),
        ))
    }),
    creating(Case::should("create.least_of_everything", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": "n", "description": "", "expires_in_days": 1 });
        let (token, _) = t
            .create("create with a name of one character and one day", &body)
            .await?;
        t.lives(&token, "immediately after its creation").await
    })),
    creating(Case::should(
        "create.description_round_trips",
        clauses::CREATE,
    ))
    .steps(steps!(|t| {
        let description = json!("for 🔑 \"deploys\" <b>\n of Größe 7");
        let body =
            json!({ "name": t.unique_name(), "description": description, "expires_in_days": 1 });
        let (_, answer) = t.create("create with a description", &body).await?;
        answer.field_is(&record_field(&answer, "description"), &description)
    })),
    creating(Case::should(
        "create.expires_in_a_year_by_default",
        clauses::CREATE,
    ))
    .steps(steps!(|t| {
        let body = json!({ "name": t.unique_name() });
        let (_, answer) = t.create("create without expires_in_days", &body).await?;
        let expires_at = answer.timestamp(&record_field(&answer, "expires_at"))?;
        let earlier = expires_at - chrono::TimeDelta::days(365);
        answer.happened_now("expires_at, 365 days earlier,", earlier)
    })),
    Case::must("create.token_is_shown_once", clauses::CREATE)
        .covers(&["/responses/201"])
        .room(1)
        .list()
        .create()
        .steps(steps!(|t| {
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let (token, _) = t.create("create a token", &body).await?;
            let newest = "limit=100&sort_by=created_at&descending=true";
            let (listed, _) = t.page("list all tokens", &t.operator(), newest).await?;
            for answer in [listed, t.revoke(&token).await?] {
                let found =
                    String::from_utf8_lossy(answer.bytes()).contains(token.secret.expose_secret());
                let actual = if found { "present" } else { "absent" };
                answer.expect("the text of the token", !found, "absent", actual)?;
            }
            Ok(())
        })),
    Case::must("create.refuses_one_token_too_many", clauses::ACTIVE_TOKENS)
        .paged_list()
        .create()
        .all_places()
        .steps(steps!(|t| {
            let Some(most) = t.deployment().profile.companions.active_tokens else {
                return Err(Stop::Inapplicable(
                    "companions.active_tokens of the profile is not set".to_owned(),
                ));
            };
            let most = most as usize;
            let before = count_active(&t.listed(&t.operator(), "").await?);
            for number in before + 1..=most {
                let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
                t.create(&format!("create active token {number} of {most}"), &body)
                    .await?;
            }
            let body = json!({ "name": t.unique_name(), "expires_in_days": 1 });
            let request = t.operator().create(&body);
            let answer = t
                .send("create one more token than the limit", request)
                .await?;
            answer.status_is(&[400, 403, 409, 422, 429])?;
            answer.is_json()?;
            let after = count_active(&t.listed(&t.operator(), "").await?);
            t.expect(
                "active tokens after the refusal",
                after == most,
                most,
                after,
            )
        })),
    Case::must("create.refuses_anonymous", clauses::AUTHENTICATION)
        .room(1)
        .create()
        .steps(steps!(|t| {
            let body = json!({ "name": "nobody's", "expires_in_days": 1 });
            let request = t.operator().create(&body).without("authorization");
            t.send("create without a credential", request)
                .await?
                .status_is(&[401])
        })),
];

/// Returns the number of tokens in a list that are neither revoked nor expired.
fn count_active(listed: &[Value]) -> usize {
    let now = Utc::now();
    let expired = |token: &Value| {
        let expires_at = token["expires_at"].as_str().unwrap_or_default();
        DateTime::parse_from_rfc3339(expires_at).is_ok_and(|expires_at| expires_at <= now)
    };
    (listed.iter())
        .filter(|token| token["revoked_at"].is_null() && !expired(token))
        .count()
}
