//! A first look at a deployment that nobody has described yet: what it has and what it chose, as a profile for a person
//! to edit.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::case::{Case, Effect};
use crate::cases;
use crate::profile::Policy;
use crate::runner::{self, Plan};
use crate::session::Session;
use crate::wire::Caller;
use crate::wire::{NoAnswer, Request, Response};

/// What whoever looks knows beforehand. Credentials are named by environment variable.
#[derive(Debug, Clone)]
pub struct Known {
    /// The variable that holds the operator's token.
    pub operator: String,
    /// The operator's business.
    pub business_id: Uuid,
    /// The variable that holds the member's token.
    pub member: Option<String>,
    /// The variable that holds the outsider's token, and the outsider's business.
    pub outsider: Option<(String, Uuid)>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Whether there is `POST /api/v1/tokens`.
    create: bool,
    /// Whether there is `GET /api/v1/tokens`.
    list: bool,
    /// Whether a token could be minted there; not tried where that was not allowed.
    mints: Option<bool>,
    /// What was answered where the contract leaves a choice.
    choices: Vec<(Policy, u16)>,
    /// How far its clock is off, in seconds, as its `date` header says.
    skew: Option<i64>,
}

/// The most that a profile may allow a clock to be off, in seconds.
const MOST_SKEW: u64 = 3600;

/// The cases that show what a deployment chose.
const TELLING: &[&str] = &[
    "revocation.second_changes_nothing",
    "token_id.word",
    "status.missing_business_id",
    "status.malformed_business_id",
    "tenancy.foreign_token_not_revoked",
    "input.reason_number",
    "input.broken_json",
    "input.duplicate_keys",
    "create.token_works_at_once",
    "create.days_as_a_boolean",
    "create.days_as_a_text",
    "create.days_as_a_whole_fraction",
];

impl Known {
    /// A profile that holds no more than what is known, to look by.
    #[must_use]
    pub fn draft(&self) -> String {
        self.profile(&Found {
            create: true,
            list: true,
            mints: Some(true),
            ..Found::default()
        })
    }

    /// The profile of a deployment, with what was found of it.
    #[must_use]
    pub fn profile(&self, found: &Found) -> String {
        let mut text = String::new();
        let Known {
            operator,
            business_id,
            ..
        } = self;
        // To write into a string cannot fail.
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
        text.push_str(match (found.create, found.mints) {
            (true, Some(true)) => "mint = \"api\"                            # a token was minted so\n",
            (true, None) => "mint = \"api\"                            # not tried: run probe with --allow revokes\n",
            (true, Some(false)) | (false, _) => {
                "# mint = { command = [\"./mint\"] }         # tokens cannot be had by API: name a command, or a pool\n"
            }
        });
        let _ = writeln!(
            text,
            "\n[companions]\ncreate = {}\nlist = {}\n# active_tokens = 10                     # how many one user may hold",
            found.create, found.list
        );
        text.push_str("\n[policy]                                # what was answered where the contract leaves a choice\n");
        for policy in Policy::ALL {
            let key = policy.key();
            match found.choices.iter().find(|(chosen, _)| *chosen == policy) {
                Some((_, status)) => {
                    let _ = writeln!(text, "{key} = {status}");
                }
                None => {
                    let _ = writeln!(text, "# {key} = …  # not seen: {}", policy.choices());
                }
            }
        }
        if let Some(skew) = found.skew.filter(|skew| skew.abs() > 2) {
            let _ = writeln!(
                text,
                "\n[clock]                                 # its `date` was {skew} s off\nskew_seconds = {}",
                (skew.unsigned_abs() + 2).min(MOST_SKEW)
            );
        }
        text
    }
}

/// Looks at a deployment, as far as is allowed.
///
/// # Errors
/// When nobody answers there, in words.
pub async fn look(session: &Session, allow: Effect) -> Result<Found, String> {
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
    let told = |problem: NoAnswer| format!("the target {}: {problem}", deployment.target());
    let listed = ask(caller.list("")).await.map_err(told)?;
    let created = ask(caller.create(&json!({}))).await.map_err(told)?;
    let is_there = |response: &Response| !matches!(response.status, 404 | 405 | 501);
    let mut found = Found {
        list: is_there(&listed),
        create: is_there(&created),
        skew: skew(&listed),
        ..Found::default()
    };
    let catalogue = cases::of(&deployment.contract);
    let telling = |case: &&&'static Case| TELLING.contains(&case.id) && case.effect <= allow;
    let cases: Vec<&'static Case> = catalogue.iter().filter(telling).copied().collect();
    if !cases.is_empty() {
        let plan = Plan {
            catalogue: catalogue.len(),
            cases,
            filter: Vec::new(),
            allow,
            strict: false,
            jobs: 4,
            seed: None,
        };
        // What comes of the cases is for the run to say; here only their answers count.
        runner::run(session, &plan, std::future::pending(), |_| {}).await;
        found.choices = deployment.choices();
    }
    if allow == Effect::Revokes {
        found.mints = Some(!deployment.ledger.is_empty());
    }
    Ok(found)
}

/// How far a deployment's clock is off, by the `date` of an answer (RFC 9110, section 6.6.1), to the second.
fn skew(response: &Response) -> Option<i64> {
    let header = response.headers.iter().find(|(name, _)| name == "date")?;
    let text = String::from_utf8_lossy(&header.1);
    let date = DateTime::parse_from_rfc2822(&text).ok()?;
    Some((date.with_timezone(&Utc) - Utc::now()).num_seconds())
}
