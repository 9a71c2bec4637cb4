//! Every status that the page documents, provoked one fault at a time, each with its media type and the body that the
//! slice gives it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Stop, steps};
use crate::profile::Policy;

/// The members of a 201, by the slice.
const ENVELOPE: &[&str] = &["success", "message", "code", "data"];

/// The members of its `data`.
const RECORD: &[&str] = &[
    "id",
    "jti",
    "name",
    "revoked_at",
    "revoked_by",
    "revocation_reason",
];

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
            let mut absent = absent(&answer.json(), "", ENVELOPE);
            absent.extend(self::absent(&answer.at("/data"), "data.", RECORD));
            let actual = if absent.is_empty() {
                "all".to_owned()
            } else {
                format!("without {}", absent.join(", "))
            };
            answer.expect(
                "the fields of the page",
                absent.is_empty(),
                "all of them",
                actual,
            )
        })),
    Case::should("status.created_adds_nothing", clauses::RECORD)
        .covers(&["/responses/201/content/application~1json/schema"])
        .own(1)
        .steps(steps!(|t| {
            let answer = t.revoked(t.own(0)).await?;
            let mut added = additional(&answer.json(), "", ENVELOPE);
            added.extend(additional(&answer.at("/data"), "data.", RECORD));
            let actual = if added.is_empty() {
                "only those".to_owned()
            } else {
                format!("also {}", added.join(", "))
            };
            answer.expect(
                "fields",
                added.is_empty(),
                "only those that the slice names",
                actual,
            )
        })),
    Case::must("status.bad_request", clauses::BAD_REQUEST)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            // Which fault a deployment answers with 400 is its choice, and each of these is one that may be.
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
            }
            t.revoked(t.own(0)).await?;
            let answer = t
                .send("revoke a second time", t.operator().revoke(id))
                .await?;
            if answer.status() == 400 {
                answer.documented(400)?;
                return Ok(());
            }
            Err(Stop::Inconclusive(
                "none of the faults that may be answered with 400 was".to_owned(),
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
            // As with 400: which fault is a validation error is the deployment's choice.
            let id = &t.own(0).id;
            let faults = [
                (
                    "with a number for a reason",
                    t.operator().revoke(id).json(&json!({ "reason": 1 })),
                ),
                (
                    "with a list for a body",
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
                "none of the faults that may be answered with 422 was".to_owned(),
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
        let answer = t.send("revoke with a list for a reason", request).await?;
        if answer.status() != 422 {
            return Err(Stop::Inapplicable(
                "the deployment answers an invalid body with 400".to_owned(),
            ));
        }
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
            let refusal = t
                .send("revoke a token that does not exist", unknown)
                .await?;
            let success = t.revoked(t.own(0)).await?;
            for answer in [refusal, success] {
                let bytes = answer.bytes();
                let utf8 = std::str::from_utf8(bytes).is_ok();
                answer.expect(
                    "encoding",
                    utf8,
                    "UTF-8",
                    if utf8 { "UTF-8" } else { "something else" },
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
                    "an object, not JSON within a JSON string",
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
            t.send("revoke without x-business-id", request)
                .await?
                .follows(Policy::MissingBusinessId)?;
            t.lives(t.own(0), "after the refusal").await
        })),
    Case::must("status.malformed_business_id", clauses::BUSINESS)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .set("x-business-id", "not-a-uuid");
            t.send("revoke with a malformed x-business-id", request)
                .await?
                .follows(Policy::MalformedBusinessId)?;
            t.lives(t.own(0), "after the refusal").await
        })),
    Case::should("status.repeated_business_id", clauses::SINGLETON)
        .covers(&["/responses/400"])
        .own(1)
        .steps(steps!(|t| {
            let other = Uuid::new_v4().to_string();
            let request = t
                .operator()
                .revoke(&t.own(0).id)
                .and("x-business-id", other);
            let answer = t
                .send("revoke with two different x-business-id", request)
                .await?;
            answer.documented_as(&[400, 403, 404, 422])?;
            t.lives(t.own(0), "after the refusal").await
        })),
    Case::must("status.no_other_than_documented", clauses::CREATED)
        .covers(&["/responses"])
        .own(1)
        .after_others()
        // Judged last, over every answer of the run to the operation itself.
        .steps(steps!(|t| {
            super::secrecy::every_kind_of_answer(t).await?;
            // What HTTP lets any server answer before the operation is reached: to what cannot be negotiated (406,
            // 415), to what is too much (413, 414, 429, 431), by a router to another spelling of a path (301, 307,
            // 308, 405), to another version of HTTP (505).
            const BEFORE: &[u16] = &[301, 307, 308, 405, 406, 413, 414, 415, 429, 431, 505];
            let coverage = t.deployment().coverage();
            let others = coverage.undocumented.iter();
            let others: Vec<String> = others
                .filter(|other| !BEFORE.contains(&other.status))
                .map(|other| format!("{} ({} times)", other.status, other.times))
                .collect();
            let actual = if others.is_empty() {
                "none".to_owned()
            } else {
                others.join(", ")
            };
            t.expect(
                "statuses that the slice does not document, over all answers of the run",
                others.is_empty(),
                "none",
                actual,
            )
        })),
];

/// The fields that an object lacks.
fn absent(object: &Value, prefix: &str, named: &[&str]) -> Vec<String> {
    let absent = named.iter().filter(|name| object.get(name).is_none());
    absent.map(|name| format!("{prefix}{name}")).collect()
}

/// The fields that an object has beyond those named.
fn additional(object: &Value, prefix: &str, named: &[&str]) -> Vec<String> {
    let keys = object
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys());
    keys.filter(|key| !named.contains(&key.as_str()))
        .map(|key| format!("{prefix}{key}"))
        .collect()
}
