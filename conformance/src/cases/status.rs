//! Every status that the page documents: a request causes it, and its media type and body must be those that the slice
//! documents.

mod members;

use serde_json::{Value, json};
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::deployment::faults::undocumented;
use crate::deployment::leak::Leaked;
use crate::deployment::observation::Kind;
use crate::profile::Policy;
use crate::trial::answer::GENERIC;
use members::{ENVELOPE, RECORD, additional_fields, missing_fields};

pub(super) const CASES: &[Case] = &[
    Case::must("status.created", clauses::CREATED)
        .covers(&["/responses/201"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t
                .send("revoke a live token", t.operator().revoke(&t.own(0).id))
                .await?;
            answer.documented(201)?;
            Ok(())
        })),
    Case::must("status.created_envelope", clauses::CREATED)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t.revoked(t.own(0)).await?;
            answer.field_is("/success", &json!(true))?;
            answer.expect(
                "/data",
                answer.at("/data").is_object(),
                "the record",
                answer.at("/data"),
            )
        })),
    Case::should("status.created_is_complete", clauses::RECORD)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t.revoked(t.own(0)).await?;
            let mut missing = missing_fields(answer.json(), "", ENVELOPE);
            match answer.at("/data") {
                data @ Value::Object(_) => missing.extend(missing_fields(&data, "data.", RECORD)),
                _ => missing = vec!["data".to_owned()],
            }
            let actual = if missing.is_empty() {
                "all".to_owned()
            } else {
                format!("without {}", missing.join(", "))
            };
            let held = missing.is_empty();
            let what = "the fields that the page documents";
            let outcome = answer.expect(what, held, "all of them", actual);
            // A single one is one finding with the cases that read it.
            if let [only] = missing.as_slice() {
                let place = only.replace('.', "/");
                answer.name_check(format!("/{place} of the {}", answer.status()));
            }
            outcome
        })),
    Case::should("status.created_adds_nothing", clauses::RECORD)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t.revoked(t.own(0)).await?;
            let mut added = additional_fields(answer.json(), "", ENVELOPE);
            added.extend(additional_fields(&answer.at("/data"), "data.", RECORD));
            let actual = if added.is_empty() {
                "only those".to_owned()
            } else {
                format!("also {}", added.join(", "))
            };
            let (held, expected) = (added.is_empty(), "only those that the slice names");
            let outcome = answer.expect("fields", held, expected, actual);
            // A credential that is added is one finding with the cases that look for those.
            let leaks = t.deployment().observed(Kind::Leak(Leaked::Credential));
            if let Some(leak) = leaks
                .into_iter()
                .find(|one| one.case == t.transcript().case())
            {
                answer.name_check(leak.check);
            }
            outcome
        })),
    Case::must("status.bad_request", clauses::BAD_REQUEST)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            // Which fault is answered with 400 is the deployment's choice. The case tries all candidates.
            let id = &t.own(0).id;
            let without = t.operator().revoke(id).without("x-business-id");
            let faults = [
                ("without x-business-id", without),
                (
                    "with a malformed x-business-id",
                    t.operator().revoke(id).set("x-business-id", "not-a-uuid"),
                ),
                (
                    "with a malformed token_id",
                    t.operator().revoke("not-a-uuid"),
                ),
                (
                    "with a broken body",
                    t.operator()
                        .revoke(id)
                        .body("application/json", "{\"reason\": "),
                ),
            ];
            for (fault, request) in faults {
                let answer = t.send(&format!("revoke {fault}"), request).await?;
                if answer.status() == 400 {
                    answer.documented(400)?;
                    return Ok(());
                }
                if fault == "with a broken body" {
                    answer.status_is(&[400, 422]).map_err(Stop::on_the_way)?;
                }
            }
            t.revoke(t.own(0)).await?;
            let answer = t
                .send("revoke a second time", t.operator().revoke(id))
                .await?;
            if answer.status() == 400 {
                answer.documented(400)?;
                return Ok(());
            }
            Err(Stop::Inconclusive(
                "the deployment answers none of the tried faults with 400".to_owned(),
            ))
        })),
    Case::must("status.unauthorized", clauses::UNAUTHORIZED)
        .covers(&["/responses/401"])
        .own(1)
        .steps(steps!(|t| {
            let request = t.operator().revoke(&t.own(0).id).without("authorization");
            t.send("revoke without a credential", request)
                .await?
                .documented(401)?;
            Ok(())
        })),
    Case::must("status.forbidden", clauses::FORBIDDEN)
        .covers(&["/responses/403"])
        .own(1)
        .member()
        .steps(steps!(|t| {
            let request = t.member()?.revoke(&t.own(0).id);
            t.send("revoke the operator's token as the member", request)
                .await?
                .documented(403)?;
            Ok(())
        })),
    Case::must("status.not_found", clauses::NOT_FOUND)
        .covers(&["/responses/404"])
        .risks()
        .steps(steps!(|t| {
            let request = t.operator().revoke(&Uuid::new_v4().to_string());
            t.send("revoke a token that does not exist", request)
                .await?
                .documented(404)?;
            Ok(())
        })),
    Case::must("status.unprocessable", clauses::VALIDATION_ERROR)
        .covers(&["/responses/422", "/requestBody"])
        .own(1)
        .steps(steps!(|t| {
            // As with 400: which fault is answered with 422 is the deployment's choice.
            let id = &t.own(0).id;
            let faults = [
                (
                    "with a number as the reason",
                    t.operator().revoke(id).json(&json!({ "reason": 1 })),
                ),
                (
                    "with a list as the body",
                    t.operator().revoke(id).json(&json!([])),
                ),
                (
                    "with a broken body",
                    t.operator()
                        .revoke(id)
                        .body("application/json", "{\"reason\": "),
                ),
                (
                    "with a malformed token_id",
                    t.operator().revoke("not-a-uuid"),
                ),
                (
                    "without x-business-id",
                    t.operator().revoke(id).without("x-business-id"),
                ),
                (
                    "with a malformed x-business-id",
                    t.operator().revoke(id).set("x-business-id", "not-a-uuid"),
                ),
            ];
            for (fault, request) in faults {
                let answer = t.send(&format!("revoke {fault}"), request).await?;
                if answer.status() == 422 {
                    answer.documented(422)?;
                    return Ok(());
                }
            }
            Err(Stop::Inconclusive(
                "the deployment answers none of the tried faults with 422".to_owned(),
            ))
        })),
    Case::should(
        "status.unprocessable_points_at_the_culprit",
        clauses::VALIDATION_ERROR,
    )
    .covers(&["/responses/422/content/application~1json/schema"])
    .own(1)
    .steps(steps!(|t| {
        let request = t
            .operator()
            .revoke(&t.own(0).id)
            .json(&json!({ "reason": ["a", "list"] }));
        let answer = t.send("revoke with a list as the reason", request).await?;
        if answer.status() != 422 {
            return Err(Stop::Inapplicable(
                "the deployment answers an invalid body with 400".to_owned(),
            ));
        }
        // A body of another shape is what other cases are about.
        (answer.body_documented()).map_err(Stop::on_the_way)?;
        let detail = answer.at("/detail");
        let places = detail
            .as_array()
            .into_iter()
            .flatten()
            .map(|problem| &problem["loc"]);
        let points = |place: &Value| {
            place.as_array().is_some_and(|parts| {
                parts.first() == Some(&json!("body")) && parts.contains(&json!("reason"))
            })
        };
        let held = places.clone().any(points);
        let actual = places
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(" and ");
        answer.expect("loc", held, "from \"body\" to \"reason\"", actual)
    })),
    Case::must("status.json_is_utf8_encoded_once", clauses::JSON_TEXT)
        .covers(&["/responses/201/content", "/responses/404/content"])
        .own(1)
        .steps(steps!(|t| {
            let unknown = t.operator().revoke(&Uuid::new_v4().to_string());
            let refusal = t.ask("revoke a token that does not exist", unknown).await?;
            let success = t.revoke(t.own(0)).await?;
            for answer in [refusal, success] {
                let bytes = answer.bytes();
                let utf8 = std::str::from_utf8(bytes).is_ok();
                answer.expect(
                    "encoding",
                    utf8,
                    "UTF-8",
                    if utf8 { "UTF-8" } else { "not UTF-8" },
                )?;
                let mark = bytes.starts_with(b"\xef\xbb\xbf");
                answer.expect(
                    "byte order mark",
                    !mark,
                    "none",
                    if mark { "one" } else { "none" },
                )?;
                let object = answer.json().is_object();
                answer.expect(
                    "body",
                    object,
                    "a JSON object, not a JSON string that contains JSON",
                    answer.quote(),
                )?;
            }
            Ok(())
        })),
    Case::must(
        "status.timestamp_is_the_moment_of_revocation",
        clauses::TIMESTAMP,
    )
    .covers(&["/responses/201/content/application~1json/schema"])
    .own(1)
    .steps(steps!(|t| {
        let answer = t.revoked(t.own(0)).await?;
        let revoked_at = answer.timestamp("/data/revoked_at")?;
        answer.happened_now("/data/revoked_at", revoked_at)
    })),
    Case::must("status.missing_business_id", clauses::BUSINESS)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let request = t.operator().revoke(&t.own(0).id).without("x-business-id");
            let answer = t.send("revoke without x-business-id", request).await?;
            answer.follows(Policy::MissingBusinessId)?;
            t.agrees(t.own(0), &answer, Policy::MissingBusinessId.documented())
                .await
        })),
    Case::must("status.malformed_business_id", clauses::BUSINESS)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .set("x-business-id", "not-a-uuid");
            let answer = t
                .send("revoke with a malformed x-business-id", request)
                .await?;
            answer.follows(Policy::MalformedBusinessId)?;
            t.agrees(t.own(0), &answer, Policy::MalformedBusinessId.documented())
                .await
        })),
    Case::should("status.repeated_business_id", clauses::SINGLETON)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let other = Uuid::new_v4().to_string();
            let revoke = || t.operator().revoke(&t.own(0).id);
            let own = t.operator().business_id().to_owned();
            // A proxy may join two lines to one (RFC 9110, section 5.3).
            let requests = [
                ("two headers", revoke().and("x-business-id", &other)),
                (
                    "both in one header",
                    revoke().set("x-business-id", format!("{own}, {other}")),
                ),
                (
                    "both in one header, its own last",
                    revoke().set("x-business-id", format!("{other}, {own}")),
                ),
            ];
            for (how, request) in requests {
                let purpose = format!("revoke with two different x-business-id, {how}");
                let answer = t.send(&purpose, request).await?;
                if t.ignores_business() {
                    return t.agrees(t.own(0), &answer, &[400, 403, 404, 422]).await;
                }
                answer.documented_as(&[400, 403, 404, 422])?;
            }
            t.lives(t.own(0), "after the refusals").await
        })),
    Case::must("status.no_other_than_documented", clauses::CREATED)
        .covers(&["/responses"])
        .own(1)
        .after_others()
        // Runs last, since it checks every answer of the operation in the run.
        .steps(steps!(|t| {
            let asked = super::secrecy::request_every_kind_of_answer(t).await;
            let coverage = t.deployment().coverage();
            let others = coverage.undocumented.iter();
            let others: Vec<_> = others
                .filter(|other| !GENERIC.contains(&other.status))
                .collect();
            // A single one is one finding with the cases that met it.
            let cause = match others.as_slice() {
                [only] => Some(format!("{}: {}", only.operation, undocumented(only.status))),
                [..] => None,
            };
            let others: Vec<String> = (others.iter())
                .map(|other| format!("{} ({} times)", other.status, other.times))
                .collect();
            let actual = if others.is_empty() {
                "none".to_owned()
            } else {
                others.join(", ")
            };
            t.expect(
                "statuses that the slice does not document, in all answers of the run",
                others.is_empty(),
                "none",
                actual,
            )
            .inspect_err(|_| t.name_cause(cause, None))?;
            asked
        })),
];
