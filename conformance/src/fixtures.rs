//! Disposable tokens: minted before a case, revoked after it whatever became of it, and never more of them at a time
//! than the deployment's owner allows.
//!
//! The ledger holds every token that any answer of the run created, so that none is forgotten; the suite revokes
//! nothing else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::client::{Exchange, Response};
use crate::contract::Contract;
use crate::deployment::Deployment;
use crate::event::LeftBehind;
use crate::profile::Identity;
use crate::trial::{Caller, Stop};

/// Whom the suite acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Who may revoke.
    Operator,
    /// Who may not revoke the operator's tokens.
    Member,
    /// Who belongs to another business.
    Outsider,
}

impl Role {
    /// The table of the profile that describes the user.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Member => "member",
            Role::Outsider => "outsider",
        }
    }
}

/// A disposable token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// Its id, as the path takes it.
    pub id: String,
    /// Its JWT id, where the answer that created it had one.
    pub jti: Option<String>,
    /// Its name, where the answer that created it had one.
    pub name: Option<String>,
    /// The token itself.
    pub secret: SecretString,
    /// Whose it is.
    pub owner: Role,
}

/// The disposable tokens of a run.
#[derive(Debug)]
pub(crate) struct Fixtures {
    max_live: u32,
    operator: Places,
    member: Places,
    outsider: Places,
    ledger: Mutex<Vec<Entry>>,
}

/// What one user may hold.
#[derive(Debug)]
struct Places {
    free: Arc<Semaphore>,
    /// One case mints all its tokens before the next begins: two cases with half of their tokens each could wait for
    /// each other for ever.
    minting: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Entry {
    token: Arc<Token>,
    case: &'static str,
    live: bool,
}

/// Places held by a case; they are free again when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Fixtures {
    pub(crate) fn new(max_live: u32) -> Fixtures {
        let places = || Places {
            free: Arc::new(Semaphore::new(max_live as usize)),
            minting: tokio::sync::Mutex::new(()),
        };
        Fixtures {
            max_live,
            operator: places(),
            member: places(),
            outsider: places(),
            ledger: Mutex::new(Vec::new()),
        }
    }

    /// The most disposable tokens of one user at a time.
    pub(crate) fn max_live(&self) -> u32 {
        self.max_live
    }

    fn places(&self, role: Role) -> &Places {
        match role {
            Role::Operator => &self.operator,
            Role::Member => &self.member,
            Role::Outsider => &self.outsider,
        }
    }

    /// Waits for free places. Callers ask in the order operator, member, outsider, all of a user's at once, so that
    /// no two of them wait for each other.
    pub(crate) async fn lease(&self, wanted: [(Role, u32); 3]) -> Lease {
        let mut permits = Vec::new();
        for (role, count) in wanted.into_iter().filter(|(_, count)| *count > 0) {
            let free = Arc::clone(&self.places(role).free);
            // Never closed, so there is always an answer.
            permits.extend(free.acquire_many_owned(count).await.ok());
        }
        Lease { _permits: permits }
    }

    /// Notes a token that an answer created.
    pub(crate) fn learn_created(
        &self,
        deployment: &Deployment,
        case: &'static str,
        exchange: &Exchange,
        response: &Response,
    ) {
        let Some(created) = Created::read(&response.body) else {
            return;
        };
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = SecretString::from(created.token);
        let bearer = exchange.request.header("authorization").unwrap_or_default();
        let owner = self.owner_of(deployment, &ledger, bearer);
        deployment.secrets.register(
            secret.expose_secret(),
            &format!("MINTED_TOKEN_{}", ledger.len() + 1),
        );
        let token = Token {
            id: created.id,
            jti: created.jti,
            name: created.name,
            secret,
            owner,
        };
        ledger.push(Entry {
            token: Arc::new(token),
            case,
            live: true,
        });
    }

    /// Whose token an `authorization` header carries: the one who is charged for what it creates.
    fn owner_of(&self, deployment: &Deployment, ledger: &[Entry], bearer: &str) -> Role {
        let carries = |secret: &SecretString| bearer.ends_with(secret.expose_secret());
        let credentials = &deployment.credentials;
        if let Some(entry) = ledger.iter().find(|entry| carries(&entry.token.secret)) {
            return entry.token.owner;
        }
        if credentials
            .member
            .as_ref()
            .is_some_and(|member| carries(&member.token))
        {
            return Role::Member;
        }
        if credentials
            .outsider
            .as_ref()
            .is_some_and(|outsider| carries(&outsider.token))
        {
            return Role::Outsider;
        }
        Role::Operator
    }

    /// Notes that a token was revoked.
    pub(crate) fn learn_revoked(&self, contract: &Contract, path: &str) {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in ledger.iter_mut() {
            if contract
                .revoke_path(&entry.token.id)
                .eq_ignore_ascii_case(path)
            {
                entry.live = false;
            }
        }
    }

    /// The token that an answer created, from the ledger.
    pub(crate) fn created(&self, body: &[u8]) -> Option<Arc<Token>> {
        let created = Created::read(body)?;
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger
            .iter()
            .find(|entry| entry.token.id == created.id)
            .map(|entry| Arc::clone(&entry.token))
    }

    /// Mints disposable tokens of a user for a case. Each exchange is handed to `record`.
    pub(crate) async fn mint(
        &self,
        deployment: &Arc<Deployment>,
        case: &'static str,
        role: Role,
        count: u32,
        record: &(dyn Fn(Exchange) + Sync),
    ) -> Result<Vec<Arc<Token>>, Stop> {
        let Some(identity) = identity(deployment, role) else {
            return Ok(Vec::new());
        };
        let caller = Caller::new(
            &deployment.contract,
            identity.token.expose_secret(),
            identity.business_id,
        );
        let _turn = self.places(role).minting.lock().await;
        let mut tokens = Vec::new();
        while tokens.len() < count as usize {
            let purpose = format!("fixture: mint a disposable token of the {}", role.name());
            let name = format!("conformance {case} {}", tokens.len() + 1);
            let request = caller.create(&json!({ "name": name, "expires_in_days": 1 }));
            let mut waited = 0;
            let token = loop {
                let exchange = deployment.send_setup(case, &purpose, request.clone()).await;
                let outcome = exchange.outcome.clone();
                record(exchange);
                let response = outcome.map_err(|problem| match problem {
                    crate::client::NoAnswer::Connect(_) => {
                        Stop::Broken(format!("{purpose}: {problem}"))
                    }
                    problem => Stop::Inconclusive(format!("{purpose}: {problem}")),
                })?;
                if response.status == 201 {
                    break self.created(&response.body).ok_or_else(|| {
                        Stop::Inconclusive(format!(
                            "{purpose}: the 201 holds no `token` with an `id`"
                        ))
                    })?;
                }
                // Somebody else may use the same user meanwhile, or a clean-up may be under way: a place can come free.
                if matches!(response.status, 400 | 409 | 429) && waited < 20 {
                    waited += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
                return Err(Stop::Inconclusive(format!(
                    "{purpose}: answered {}: {}",
                    response.status,
                    String::from_utf8_lossy(&response.body)
                        .chars()
                        .take(200)
                        .collect::<String>()
                )));
            };
            tokens.push(token);
        }
        Ok(tokens)
    }

    /// Revokes what a case minted and did not revoke itself; with `None`, what any did.
    pub(crate) async fn clean_up(&self, deployment: &Arc<Deployment>, case: Option<&'static str>) {
        let live: Vec<Arc<Token>> = {
            let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            let mine = ledger
                .iter()
                .filter(|entry| entry.live && case.is_none_or(|case| entry.case == case));
            mine.map(|entry| Arc::clone(&entry.token)).collect()
        };
        for token in live {
            let Some(identity) = identity(deployment, token.owner) else {
                continue;
            };
            let caller = Caller::new(
                &deployment.contract,
                identity.token.expose_secret(),
                identity.business_id,
            );
            let case = case.unwrap_or("clean-up");
            let purpose = "clean up: revoke a disposable token";
            let answer = deployment
                .send_setup(case, purpose, caller.revoke(&token.id))
                .await;
            // A 201 struck it from the ledger by itself.
            if answer.outcome.is_ok_and(|response| response.status == 201) {
                continue;
            }
            // It may be revoked already without the suite knowing: the 201 was lost, or named the token in another
            // spelling, and the deployment refuses a second revocation. Then it is refused as a credential.
            let used = caller
                .with_token(token.secret.expose_secret())
                .revoke(&Uuid::new_v4().to_string());
            let answer = deployment
                .send_setup(case, "clean up: see whether the token still works", used)
                .await;
            if answer.outcome.is_ok_and(|response| response.status == 401) {
                self.learn_revoked(
                    &deployment.contract,
                    &deployment.contract.revoke_path(&token.id),
                );
            }
        }
    }

    /// The tokens that are still live, for a person to revoke.
    pub(crate) fn left_behind(&self) -> Vec<LeftBehind> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let live = ledger.iter().filter(|entry| entry.live);
        live.map(|entry| LeftBehind {
            token_id: entry.token.id.clone(),
            owner: entry.token.owner.name().to_owned(),
            reason: "the deployment did not answer its revocation with 201".to_owned(),
        })
        .collect()
    }
}

fn identity(deployment: &Deployment, role: Role) -> Option<&Identity> {
    match role {
        Role::Operator => Some(&deployment.credentials.operator),
        Role::Member => deployment.credentials.member.as_ref(),
        Role::Outsider => deployment.credentials.outsider.as_ref(),
    }
}

/// What the answer of `POST /api/v1/tokens` tells, in an envelope or bare.
struct Created {
    token: String,
    id: String,
    jti: Option<String>,
    name: Option<String>,
}

impl Created {
    fn read(body: &[u8]) -> Option<Created> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let data = if body["data"].is_object() {
            &body["data"]
        } else {
            &body
        };
        let info = if data["token_info"].is_object() {
            &data["token_info"]
        } else {
            data
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Created {
            token: text(&data["token"])?,
            id: text(&info["id"])?,
            jti: text(&info["jti"]),
            name: text(&info["name"]),
        })
    }
}
