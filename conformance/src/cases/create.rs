//! The companion operation that creates tokens, as far as revocation depends on it.

mod tokens;

use secrecy::ExposeSecret;
use serde_json::json;

use super::clauses;
use super::http::is_for_all;
use crate::case::{Case, CaseBuilder, Stop, steps};
use crate::deployment::faults::{SAME_TOKEN, STORED_FOR_ALL};
use crate::deployment::leak::Leaked;
use crate::profile::Policy;
pub(super) use tokens::record_field;
use tokens::{count_active, days_of_another_type, lists_are_apart, refused};

/// What is wrong with a token that expires at another time than was asked for.
const EXPIRES: &str = "expires_at of the 201";

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
    Case::must("create.all_tokens_differ", clauses::CREATE)
        .own(2)
        .after_others()
        .steps(steps!(|t| {
            let repeated = t.deployment().ledger.repeated();
            let (held, actual) = (repeated.is_none(), repeated.unwrap_or_default());
            let what = "the ids and jtis of all tokens that the run created";
            let outcome = t.expect(what, held, "another one each", actual);
            let operation =
                (t.deployment()).operation_of("POST", t.deployment().contract.tokens_path());
            t.name_cause(
                (!held).then(|| format!("{operation}: the id or jti of another token in the 201")),
                Some(SAME_TOKEN.to_owned()),
            );
            outcome
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
            let outcome = answer.expect(
                "cache-control",
                control.contains("no-store"),
                "no-store",
                format!("{control:?}"),
            );
            if is_for_all(&control) {
                t.name_fault(STORED_FOR_ALL);
            }
            outcome
        })),
    creating(Case::should("create.expires_when_asked", clauses::CREATE)).steps(steps!(|t| {
        let body = json!({ "name": t.unique_name(), "expires_in_days": 7 });
        let (_, answer) = t.create("create a token for seven days", &body).await?;
        let expires_at = answer.timestamp(&record_field(&answer, "expires_at"))?;
        let earlier = expires_at - chrono::TimeDelta::days(7);
        let outcome = answer.happened_now("expires_at, seven days earlier,", earlier);
        answer.name_check(EXPIRES.to_owned());
        outcome?;
        let created_at = record_field(&answer, "created_at");
        if answer.at(&created_at).is_null() {
            return Ok(());
        }
        // Both are by the deployment's clock, so its skew does not matter. It may store whole seconds.
        let created_at = answer.timestamp(&created_at)?;
        let held = (earlier - created_at).abs() <= chrono::TimeDelta::seconds(1);
        let outcome = answer.expect("expires_at, seven days earlier,", held, created_at, earlier);
        answer.name_check(EXPIRES.to_owned());
        outcome
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
        let outcome = answer.happened_now("expires_at, 365 days earlier,", earlier);
        answer.name_check(EXPIRES.to_owned());
        outcome
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
                let outcome = answer.expect("the text of the token", !found, "absent", actual);
                answer.name_check(Leaked::Credential.in_the(answer.status()));
                outcome?;
            }
            Ok(())
        })),
    Case::must("create.refuses_one_token_too_many", clauses::ACTIVE_TOKENS)
        .list()
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
            if answer.status() == 201 {
                lists_are_apart(t).await.map_err(Stop::on_the_way)?;
            }
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
