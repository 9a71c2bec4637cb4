//! Secrets and internals in answers. Every answer of the run is searched, so these cases run last.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::clauses;
use crate::case::{Case, Outcome};
use crate::deployment::leak::Leaked;
use crate::deployment::observation::Kind;
use crate::trial::Trial;

const LEAKS: &str = "leaks in the answers of the run";

/// Sends one request for each kind of answer, so that the case has answers to search even if it runs alone.
pub(super) async fn request_every_kind_of_answer(t: &Trial) -> Outcome {
    let id = &t.own(0).id;
    let requests = [
        (
            "revoke without a credential",
            t.operator().revoke(id).without("authorization"),
        ),
        (
            "revoke without x-business-id",
            t.operator().revoke(id).without("x-business-id"),
        ),
        (
            "revoke an unknown token",
            t.operator().revoke(&Uuid::new_v4().to_string()),
        ),
        (
            "revoke with a malformed id",
            t.operator().revoke("not-a-uuid"),
        ),
        (
            "revoke with broken JSON",
            t.operator()
                .revoke(id)
                .body("application/json", "{\"reason\": "),
        ),
        (
            "revoke with a number as the reason",
            t.operator().revoke(id).json(&json!({ "reason": 1 })),
        ),
        ("revoke", t.operator().revoke(id)),
        ("revoke again", t.operator().revoke(id)),
        ("use the revoked token", t.using(t.own(0))?.revoke(id)),
    ];
    let mut asked = Ok(());
    for (purpose, request) in requests {
        asked = asked.and(t.ask(purpose, request).await.map(drop));
    }
    if t.deployment().profile.companions.list {
        let list = t.operator().list("include_revoked=true");
        asked = asked.and(t.ask("list", list).await.map(drop));
    }
    asked
}

/// Checks that no answer of the run had a fault of this kind.
pub(super) async fn none_observed(t: &Trial, kind: Kind, what: &str) -> Outcome {
    let asked = request_every_kind_of_answer(t).await;
    let observed = t.deployment().observed(kind);
    // The first of each problem.
    let mut checks = BTreeSet::new();
    let found: Vec<String> = (observed.iter())
        .filter(|one| checks.insert(&one.check))
        .map(|one| {
            format!(
                "{} in the answer to {} of {}",
                one.found, one.request, one.case
            )
        })
        .collect();
    let actual = match found.as_slice() {
        [] => "nothing".to_owned(),
        found => format!(
            "{} ({} more)",
            found.join("; "),
            observed.len() - found.len()
        ),
    };
    t.expect(what, found.is_empty(), "nothing", actual)
        .inspect_err(|_| t.name_problems(kind))?;
    // A server error hides what a sound answer would have shown.
    asked
}

pub(super) const CASES: &[Case] = &[
    Case::must(
        "secrecy.no_answer_holds_a_credential",
        clauses::CREDENTIAL_LEAKAGE,
    )
    .covers(&[
        "/responses/201",
        "/responses/401",
        "/responses/404",
        "/responses/422",
    ])
    .own(1)
    .after_others()
    .steps(|t| Box::pin(none_observed(t, Kind::Leak(Leaked::Credential), LEAKS))),
    Case::must("secrecy.no_answer_shows_the_inside", clauses::INFORMATION)
        .covers(&[
            "/responses/201",
            "/responses/401",
            "/responses/404",
            "/responses/422",
        ])
        .own(1)
        .after_others()
        .steps(|t| Box::pin(none_observed(t, Kind::Leak(Leaked::Internals), LEAKS))),
];
