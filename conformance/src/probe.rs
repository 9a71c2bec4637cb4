//! The probe of a deployment that has no profile yet: its operations and its choices become a first profile, for a person
//! to edit.

pub mod any;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::case::{Case, Effect};
use crate::cases;
use crate::deployment::ledger::unwrapped;
use crate::deployment::listed::is_list;
use crate::profile::Policy;
use crate::runner::{self, Filters, Plan};
use crate::session::Session;
use crate::wire::Caller;
use crate::wire::{NoAnswer, Request, Response};

/// The users of the deployment. Their credentials are named by environment variable.
#[derive(Debug, Clone)]
pub struct Users {
    /// The variable that holds the operator's token.
    pub operator: String,
    /// The operator's business.
    pub business_id: Uuid,
    /// The variable that holds the member's token.
    pub member: Option<String>,
    /// The variable that holds the outsider's token, and the outsider's business.
    pub outsider: Option<(String, Uuid)>,
}

/// The findings of a probe.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Whether the deployment has `POST /api/v1/tokens`.
    create: bool,
    /// What the deployment answers to `GET /api/v1/tokens`.
    list: List,
    /// Whether a token could be minted; `None` where that was not allowed.
    mints: Option<bool>,
    /// The answers where the contract leaves a choice.
    choices: Vec<(Policy, u16)>,
    /// All answers there, also those that are none of the choices.
    answers: BTreeMap<Policy, u16>,
    /// The error of its clock, in seconds, by its `date` header.
    skew: Option<i64>,
}

/// The answer to `GET /api/v1/tokens`.
#[derive(Debug, Clone, Default)]
enum List {
    /// There is no such operation.
    #[default]
    Absent,
    /// The list has the shape of its published page.
    Published,
    /// It has another shape, with its tokens at this JSON pointer.
    Other(String),
    /// It was not read: the answer to the operator.
    Unreadable(String),
}

/// The largest error of a clock that a profile may allow, in seconds.
const MOST_SKEW: u64 = 3600;

/// The cases that show a deployment's choices.
const CASES: &[&str] = &[
    "revocation.second_changes_nothing",
    "token_id.word",
    "status.missing_business_id",
    "status.malformed_business_id",
    "tenancy.foreign_token_not_revoked",
    "tenancy.unknown_business",
    "revocation.by_another_of_the_business",
    "input.reason_number",
    "input.broken_json",
    "input.duplicate_keys",
    "input.unknown_fields",
    "create.token_works_at_once",
    "create.days_as_a_boolean",
    "create.days_as_a_text",
    "create.days_as_a_whole_fraction",
];

impl Users {
    /// Writes a profile of the users alone, for the probe.
    #[must_use]
    pub fn draft(&self) -> String {
        self.profile(&Findings {
            create: true,
            list: List::Published,
            mints: Some(true),
            ..Findings::default()
        })
    }

    /// Writes the profile of a deployment, with the findings of its probe.
    #[must_use]
    pub fn profile(&self, findings: &Findings) -> String {
        let mut text = String::new();
        let Users {
            operator,
            business_id,
            ..
        } = self;
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "# A first profile. Look through it, and add what only you know.\n\n\
             [operator]                              # who may revoke\n\
             token = {{ env = \"{operator}\" }}\n\
             business_id = \"{business_id}\"\n\
             # email = \"…\"                           # revoked_by is then held to it\n\
             # expired_token = {{ env = \"…\" }}         # a token of the operator that has expired\n"
        );
        match &self.member {
            Some(member) => {
                let _ = writeln!(text, "[member]\ntoken = {{ env = \"{member}\" }}\n");
            }
            None => text.push_str(
                "# [member]                              # same business, may not revoke the operator's tokens\n\
                 # token = { env = \"MEMBER_TOKEN\" }\n\n",
            ),
        }
        match &self.outsider {
            Some((outsider, business)) => {
                let _ = writeln!(
                    text,
                    "[outsider]\ntoken = {{ env = \"{outsider}\" }}\nbusiness_id = \"{business}\"\n"
                );
            }
            None => text.push_str(
                "# [outsider]                            # another business\n\
                 # token = { env = \"OUTSIDER_TOKEN\" }\n# business_id = \"…\"\n\n",
            ),
        }
        text.push_str("[fixtures]\n");
        text.push_str(match (findings.create, findings.mints) {
            (true, Some(true)) => "mint = \"api\"                            # a token was minted in this way\n",
            (true, None) => "mint = \"api\"                            # not tried: run probe with --allow revokes\n",
            (true, Some(false)) | (false, _) => {
                "# mint = { command = [\"./mint\"] }         # tokens cannot be minted by API: name a command, or a pool\n"
            }
        });
        let list = match &findings.list {
            List::Absent => "false".to_owned(),
            List::Published => "true".to_owned(),
            List::Other(pointer) => format!("true\nlist_items = {pointer:?}"),
            List::Unreadable(answer) => format!(
                "false                            # the operator was answered {answer}: name the place of the tokens in list_items"
            ),
        };
        let _ = writeln!(
            text,
            "\n[companions]\ncreate = {}\nlist = {list}\n# active_tokens = 10                     # how many one user may hold",
            findings.create
        );
        text.push_str("\n[policy]                                # what was answered where the contract leaves a choice\n");
        for policy in Policy::ALL {
            let key = policy.key();
            match findings
                .choices
                .iter()
                .find(|(chosen, _)| *chosen == policy)
            {
                Some((_, status)) => {
                    let _ = writeln!(text, "{key} = {status}");
                }
                None => {
                    let (found, choices) = (findings.answers.get(&policy), policy.choices());
                    let _ = match found {
                        Some(status) if policy.documented().contains(status) => {
                            writeln!(text, "{key} = {status}")
                        }
                        Some(status) if policy.settable().contains(status) => writeln!(
                            text,
                            "# {key} = {status}  # answered {status}: set it if that is meant"
                        ),
                        Some(status) => {
                            writeln!(
                                text,
                                "# {key} = …  # answered {status}, which is none of {choices}"
                            )
                        }
                        None => writeln!(text, "# {key} = …  # not observed: {choices}"),
                    };
                }
            }
        }
        if let Some(skew) = findings.skew.filter(|skew| skew.abs() > 2) {
            let _ = writeln!(
                text,
                "\n[clock]                                 # its `date` was {skew} s off\nskew_seconds = {}",
                (skew.unsigned_abs() + 2).min(MOST_SKEW)
            );
        }
        text
    }
}

/// Probes a deployment as far as `allow` permits.
///
/// # Errors
/// When nothing answers at the target, in words.
pub async fn probe(session: &Arc<Session>, allow: Effect) -> Result<Findings, String> {
    let deployment = &session.deployment;
    let caller = Caller::new(
        &deployment.contract,
        "",
        deployment.credentials.operator.business_id,
    );
    let ask = async |request: Request| -> Result<Response, NoAnswer> {
        let request = request.without("authorization");
        let purpose = "see whether there is such an operation".to_owned();
        deployment.send("probe", purpose, request).await.outcome
    };
    let failed = |problem: NoAnswer| format!("the target {}: {problem}", deployment.target());
    let listed = ask(caller.list("")).await.map_err(failed)?;
    let created = ask(caller.create(&json!({}))).await.map_err(failed)?;
    let is_there = |response: &Response| !matches!(response.status, 404 | 405 | 501);
    let list = if is_there(&listed) {
        let operator = Caller::of(&deployment.contract, &deployment.credentials.operator);
        let purpose = "see how it lists tokens".to_owned();
        let exchange = deployment.send("probe", purpose, operator.list("")).await;
        shape(&exchange.outcome.map_err(failed)?)
    } else {
        List::Absent
    };
    let mut findings = Findings {
        list,
        create: is_there(&created),
        skew: skew(&listed),
        ..Findings::default()
    };
    let catalogue = cases::of(&deployment.contract);
    let selected = |case: &&&'static Case| CASES.contains(&case.id) && case.effect <= allow;
    let cases: Vec<&'static Case> = catalogue.iter().filter(selected).copied().collect();
    if !cases.is_empty() {
        let plan = Plan {
            catalogue: catalogue.len(),
            cases,
            filters: Filters::default(),
            baseline: None,
            allow,
            reach: 0,
            strict: false,
            jobs: 4,
            seed: None,
        };
        // Only the answers count here, not the verdicts.
        runner::run(session, &plan, std::future::pending(), |_| {}).await;
        findings.choices = deployment.choices();
        findings.answers = deployment.answers();
    }
    if allow >= Effect::Revokes {
        findings.mints = Some(!deployment.ledger.is_empty());
    }
    Ok(findings)
}

/// Finds the tokens in an answer of the list: `items` as its published page has them, or a list of another shape.
fn shape(listed: &Response) -> List {
    let body: Value = serde_json::from_slice(&listed.body).unwrap_or_default();
    if listed.status != 200 {
        return List::Unreadable(listed.status.to_string());
    }
    if unwrapped(&body)["items"].is_array() {
        return List::Published;
    }
    let inner = body
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(name, member)| {
            let below = member.as_object().into_iter().flatten();
            let below = below.map(move |(inner, value)| (format!("/{name}/{inner}"), value));
            std::iter::once((format!("/{name}"), member)).chain(below)
        });
    let mut places = std::iter::once((String::new(), &body)).chain(inner);
    match places.find(|(_, value)| is_list(value)) {
        Some((pointer, _)) => List::Other(pointer),
        None => List::Unreadable("200 without a list that this suite finds".to_owned()),
    }
}

/// Returns the error of a deployment's clock in seconds, by the `date` of an answer (RFC 9110, section 6.6.1).
fn skew(response: &Response) -> Option<i64> {
    let header = response.headers.iter().find(|(name, _)| name == "date")?;
    let text = String::from_utf8_lossy(&header.1);
    let date = DateTime::parse_from_rfc2822(&text).ok()?;
    Some((date.with_timezone(&Utc) - Utc::now()).num_seconds())
}
