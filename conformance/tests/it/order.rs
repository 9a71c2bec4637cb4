//! The order of cases, and the places that their tokens take.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use conformance::case::Needs;
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::node::Node;
use crate::proxy::{Answer, Proxy};
use crate::suite::{Run, amend, run};

const SHAPE: &str = "list_items = \"/tokens\"\nactive_tokens = 11";

/// Returns the ids of the cases in the order in which they ended.
fn ended(run: &Run) -> Vec<String> {
    let events = std::fs::read_to_string(run.folder.join("events.ndjson")).expect("readable");
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    events
        .filter(|event| event["event"] == "case_finished")
        .map(|event| event["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Returns the needs of all cases, by their ids.
fn needs() -> BTreeMap<&'static str, Needs> {
    let contract = conformance::contract::Contract::published().expect("the published contract");
    let cases = conformance::cases::of(&contract);
    cases.iter().map(|case| (case.id, case.needs)).collect()
}

/// A case that needs all places, in the middle of others, would hold them up; one that judges all answers has to see them.
#[tokio::test]
async fn cases_that_need_all_places_run_first_and_those_that_judge_all_answers_last() {
    let needs = needs();
    let node = Node::start("");
    let more = ["--allow", "revokes", "--seed", "7"];
    let run = run(&node.url, &node.profile(SHAPE), &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let group = |id: &String| {
        let needs = needs[id.as_str()];
        let first = [
            "revocation.spares_others_of_the_user",
            "revocation.refused_at_once",
            "status.created",
        ];
        match first.iter().position(|first| first == id) {
            Some(place) => place,
            None if needs.all_places => 3,
            None if !needs.others_done => 4,
            None => 5,
        }
    };
    let ended = ended(&run);
    let groups: Vec<usize> = ended.iter().map(group).collect();
    assert!(groups.is_sorted(), "{ended:?}");
    let mut kinds = groups.clone();
    kinds.dedup();
    assert_eq!(kinds, [0, 1, 2, 3, 4, 5], "each kind is in the run");
}

/// Three cases wait for four seconds each, with two at a time.
#[tokio::test]
async fn cases_that_wait_hold_up_no_others() {
    let node = Node::start("");
    let profile = node.profile(SHAPE);
    amend(&profile, "forgetting_seconds = 1", "forgetting_seconds = 4");
    let waiting = [
        "revocation.refused_after_a_while",
        "revocation.refused_for_an_older_token",
        "revocation.spares_others_for_a_while",
    ];
    let mut more = vec![
        "--allow",
        "revokes",
        "--jobs",
        "2",
        "--filter",
        "token_id.",
        "--filter",
        "status.unauthorized",
    ];
    more.extend(waiting.iter().flat_map(|case| ["--filter", case]));
    let run = run(&node.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let ended = ended(&run);
    let first = ended.iter().position(|id| waiting.contains(&id.as_str()));
    // If those that wait took the places of others, none would end before them.
    assert!(first >= Some(4), "{ended:?}");
}

/// The case that waits has both places, and is done with one of them.
#[tokio::test]
async fn place_of_a_revoked_token_is_free_while_its_case_waits() {
    let node = Node::start("");
    let profile = node.profile(SHAPE);
    amend(&profile, "mint = \"api\"", "mint = \"api\"\nmax_live = 2");
    amend(&profile, "forgetting_seconds = 1", "forgetting_seconds = 4");
    let waits = "revocation.spares_others_for_a_while";
    let more = [
        "--allow",
        "revokes",
        "--jobs",
        "2",
        "--filter",
        waits,
        "--filter",
        "reason.h",
        "--filter",
        "reason.sql",
        "--filter",
        "revocation.refused_at_once",
    ];
    let run = run(&node.url, &profile, &more).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = run.report.as_ref().expect("a report");
    let cases = report["cases"].as_array().expect("cases");
    let time = |exchange: &Value| -> DateTime<Utc> {
        let text = exchange["started_at"].as_str().expect("a time");
        text.parse().expect("a time")
    };
    let exchanges = |case: &Value| case["exchanges"].as_array().cloned().unwrap_or_default();
    let waiting = cases
        .iter()
        .find(|case| case["id"] == waits)
        .expect("it ran");
    let waiting = exchanges(waiting);
    let is = |purpose: &'static str| {
        move |one: &&Value| {
            one["purpose"]
                .as_str()
                .expect("a text")
                .starts_with(purpose)
        }
    };
    let revoked = waiting
        .iter()
        .find(is("revoke"))
        .map(time)
        .expect("a revocation");
    let done = waiting
        .iter()
        .rfind(is("another token"))
        .map(time)
        .expect("a use");
    let minted = cases.iter().filter(|case| case["id"] != waits);
    let minted = minted
        .flat_map(exchanges)
        .filter(|one| is("fixture: mint")(&one))
        .map(|one| time(&one));
    let meanwhile = minted.filter(|at| (revoked..done).contains(at)).count();
    assert!(
        meanwhile > 0,
        "no token was minted between {revoked} and {done}"
    );
}

/// The deployment answers every second revocation with 201 and does nothing. Its owner allows four live tokens.
#[tokio::test]
async fn tokens_that_work_after_their_revocation_keep_their_places() {
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            let does_nothing = exchange.revokes().is_some_and(|id| {
                exchange.find_created(|token| token.id == id && token.revoked.is_none()).is_some()
                    && exchange.note(format!("asked {id}"))
                    && exchange.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 == 1
            });
            if does_nothing {
                let id = exchange.revokes().unwrap_or_default().to_owned();
                exchange.note(format!("works {id}"));
                let data = json!({ "id": id, "jti": id, "name": "n", "revoked_at": Utc::now(), "revoked_by": null, "revocation_reason": null });
                return Answer::json(201, &json!({ "success": true, "message": "Token revoked", "code": "REVOKED", "data": data }));
            }
            exchange.forward().await
        })
    })
    .await;
    let profile = deployment.profile();
    amend(&profile, "mint = \"api\"", "mint = \"api\"\nmax_live = 4");
    let run = run(&proxy.url, &profile, &["--allow", "revokes"]).await;
    assert_eq!(run.code, 1, "{}", run.stdout);
    let left = run.report.as_ref().expect("a report")["end"]["left_behind"].clone();
    let left = left.as_array().expect("a list");
    let operators = left
        .iter()
        .filter(|token| token["owner"] == "operator")
        .count();
    // The last of them may be one of two tokens of its case.
    assert!((4..=5).contains(&operators), "{left:?}");
    assert_eq!(
        deployment.purge().await,
        left.len(),
        "what was left behind is true"
    );
    let blocked = run.with_verdict("blocked");
    let no_place = blocked
        .iter()
        .filter(|case| case.contains("no place for a token of the operator"));
    assert!(no_place.count() > 50, "{blocked:?}");
}
