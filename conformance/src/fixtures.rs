//! Disposable tokens: minted before a case, revoked after it whatever became of it, and never more of them at a time
//! than the deployment's owner allows.

mod pool;
mod supply;

use std::sync::Arc;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

pub use pool::Pool;
pub use supply::{Command, Supply};

use crate::contract::Contract;
use crate::deployment::Deployment;
use crate::deployment::ledger::Ledger;
use crate::deployment::pace::Errand;
use crate::event::LeftBehind;
use crate::profile::Identity;
use crate::redact::Secrets;
use crate::trial::Stop;
use crate::wire::Caller;
use crate::wire::{Exchange, NoAnswer, Response};

/// The longest that one token is waited for where the deployment takes no more of them, or no more requests, just now.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whom the suite acts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who may revoke.
    #[default]
    Operator,
    /// Who may not revoke the operator's tokens.
    Member,
    /// Who belongs to another business.
    Outsider,
}

impl Role {
    /// The table of the profile that describes the user.
    #[must_use]
    pub fn name(self) -> &'static str {
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
    supply: Supply,
    max_live: u32,
    operator: Places,
    member: Places,
    outsider: Places,
    ledger: Ledger,
}

/// What one user may hold.
#[derive(Debug)]
struct Places {
    free: Arc<Semaphore>,
    /// One case mints all its tokens before the next begins: two cases with half of their tokens each could wait for
    /// each other for ever.
    minting: tokio::sync::Mutex<()>,
}

/// Places held by a case; they are free again when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Fixtures {
    pub(crate) fn new(supply: Supply, max_live: u32, secrets: &Secrets) -> Fixtures {
        if let Supply::Pool(pool) = &supply {
            let mut count = 0;
            pool.for_each(|token| {
                count += 1;
                secrets.register(token.secret.expose_secret(), &format!("POOL_TOKEN_{count}"));
            });
        }
        let places = || Places {
            free: Arc::new(Semaphore::new(max_live as usize)),
            minting: tokio::sync::Mutex::new(()),
        };
        Fixtures {
            supply,
            max_live,
            operator: places(),
            member: places(),
            outsider: places(),
            ledger: Ledger::default(),
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

    /// Notes a token that an answer created; gives whether it did create one.
    pub(crate) fn learn_created(
        &self,
        deployment: &Deployment,
        case: &'static str,
        exchange: &Exchange,
        response: &Response,
    ) -> bool {
        let Some(created) = Created::read(&response.body) else {
            return false;
        };
        let bearer = exchange.request.header("authorization").unwrap_or_default();
        let token = Token {
            id: created.id,
            jti: created.jti,
            name: created.name,
            owner: self.owner_of(deployment, bearer),
            secret: SecretString::from(created.token),
        };
        self.ledger.enter(token, case, &deployment.secrets);
        true
    }

    /// Whose token an `authorization` header carries: the one who is charged for what it creates.
    fn owner_of(&self, deployment: &Deployment, bearer: &str) -> Role {
        let carries = |secret: &SecretString| bearer.ends_with(secret.expose_secret());
        let credentials = &deployment.credentials;
        let is = |identity: &Option<Identity>| {
            (identity.as_ref()).is_some_and(|identity| carries(&identity.token))
        };
        if let Some(owner) = self.ledger.owner(carries) {
            return owner;
        }
        if is(&credentials.member) {
            return Role::Member;
        }
        if is(&credentials.outsider) {
            return Role::Outsider;
        }
        Role::Operator
    }

    /// Notes that a token was revoked; gives how many of the ledger's were live until then.
    pub(crate) fn learn_revoked(&self, contract: &Contract, path: &str) -> usize {
        self.ledger.strike(contract, path)
    }

    /// The token that an answer created, from the ledger.
    pub(crate) fn created(&self, body: &[u8]) -> Option<Arc<Token>> {
        self.ledger.find(&Created::read(body)?.id)
    }

    /// The tokens that were revoked so far, the first ones first.
    pub(crate) fn revoked(&self) -> Vec<Arc<Token>> {
        self.ledger.revoked()
    }

    /// Whether there is a way to disposable tokens.
    pub(crate) fn has_supply(&self) -> bool {
        !matches!(self.supply, Supply::Nothing)
    }

    /// Whether any token was had.
    pub(crate) fn has_minted(&self) -> bool {
        !self.ledger.is_empty()
    }

    /// Whether the tokens are a pool, which may be used up in the middle of a run.
    pub(crate) fn may_run_dry(&self) -> bool {
        matches!(self.supply, Supply::Pool(_))
    }

    /// Gets disposable tokens of a user for a case. Each exchange is handed to `record`.
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
        if count == 0 {
            return Ok(Vec::new());
        }
        let name = |number: usize| format!("conformance {case} {number}");
        let _turn = self.places(role).minting.lock().await;
        match &self.supply {
            Supply::Nothing => Err(Stop::Lacking(
                "the profile gives no way to disposable tokens: set fixtures.mint".to_owned(),
            )),
            Supply::Pool(pool) => {
                let tokens = pool.take(case, role, count as usize)?;
                let enter = |token| self.enter(deployment, case, token);
                Ok(tokens.into_iter().map(enter).collect())
            }
            Supply::Command(command) => {
                let mut tokens = Vec::new();
                for number in 1..=count as usize {
                    let (command, name) = (command.clone(), name(number));
                    let held = Arc::clone(deployment);
                    // Like an exchange: a token that is made must get into the ledger.
                    let making = deployment.carry_through(async move {
                        let token = command.make(role, &name, &held.secrets).await?;
                        Ok(held.fixtures.enter(&held, case, token))
                    });
                    tokens.push(making.await?);
                }
                Ok(tokens)
            }
            Supply::Api => {
                let caller = Caller::of(&deployment.contract, identity);
                let purpose = format!("fixture: mint a disposable token of the {}", role.name());
                let mut tokens = Vec::new();
                for number in 1..=count as usize {
                    let body = json!({ "name": name(number), "expires_in_days": 1 });
                    let request = caller.create(&body);
                    tokens.push(
                        self.mint_by_api(deployment, case, &purpose, &request, record)
                            .await?,
                    );
                }
                Ok(tokens)
            }
        }
    }

    /// Enters a token that was had without a request, and keeps one in reserve to revoke it.
    fn enter(&self, deployment: &Deployment, case: &'static str, token: Token) -> Arc<Token> {
        deployment.reserve(1);
        self.ledger.enter(token, case, &deployment.secrets)
    }

    async fn mint_by_api(
        &self,
        deployment: &Arc<Deployment>,
        case: &'static str,
        purpose: &str,
        request: &crate::wire::Request,
        record: &(dyn Fn(Exchange) + Sync),
    ) -> Result<Arc<Token>, Stop> {
        let begun = Instant::now();
        let mut attempts = 0;
        loop {
            let exchange = deployment
                .send(case, purpose.to_owned(), request.clone())
                .await;
            let outcome = exchange.outcome.clone();
            record(exchange);
            let response = outcome.map_err(|problem| match problem {
                NoAnswer::Connect(_) => Stop::Broken(format!("{purpose}: {problem}")),
                NoAnswer::Timeout(_)
                | NoAnswer::Broken(_)
                | NoAnswer::TooLarge(_)
                | NoAnswer::Unsendable(_)
                | NoAnswer::Budget(_) => Stop::Inconclusive(format!("{purpose}: {problem}")),
            })?;
            if response.status == 201 {
                return self.created(&response.body).ok_or_else(|| {
                    Stop::Inconclusive(format!("{purpose}: the 201 holds no `token` with an `id`"))
                });
            }
            let pause = match response.status {
                // Somebody else may use the same user meanwhile, or a clean-up may be under way: a place can come free.
                400 | 409 if attempts < 20 => Some(Duration::from_millis(100)),
                429 => Some(retry_after(&response).unwrap_or(Duration::from_secs(1))),
                _ => None,
            };
            if let Some(pause) = pause.filter(|pause| begun.elapsed() + *pause <= PATIENCE) {
                attempts += 1;
                tokio::time::sleep(pause).await;
                continue;
            }
            let said = String::from_utf8_lossy(&response.body);
            let said = deployment.secrets.excerpt(&said, 200);
            let advice = match response.status {
                401 => " (is its token in the profile expired, revoked, or another deployment's?)",
                _ => "",
            };
            return Err(Stop::Inconclusive(format!(
                "{purpose}: answered {}: {said}{advice}",
                response.status
            )));
        }
    }

    /// Revokes what a case minted and did not revoke itself; with `None`, what any did.
    pub(crate) async fn clean_up(&self, deployment: &Arc<Deployment>, case: Option<&'static str>) {
        for token in self.ledger.live(case) {
            let Some(identity) = identity(deployment, token.owner) else {
                continue;
            };
            let caller = Caller::of(&deployment.contract, identity);
            let case = case.unwrap_or("clean-up");
            let send = |purpose: &str, request| {
                deployment.send_for(Errand::CleanUp, case, purpose.to_owned(), request)
            };
            let purpose = "clean up: revoke a disposable token";
            let answer = send(purpose, caller.revoke(&token.id)).await;
            // A 201 struck it from the ledger by itself.
            if answer.outcome.is_ok_and(|response| response.status == 201) {
                continue;
            }
            // It may be revoked already without the suite knowing: the 201 was lost, or named the token in another
            // spelling, and the deployment refuses a second revocation. Then it is refused as a credential.
            let used = caller
                .with_token(token.secret.expose_secret())
                .revoke(&Uuid::new_v4().to_string());
            let answer = send("clean up: see whether the token still works", used).await;
            if answer.outcome.is_ok_and(|response| response.status == 401) {
                let path = deployment.contract.revoke_path(&token.id);
                self.learn_revoked(&deployment.contract, &path);
            }
        }
    }

    /// The tokens that are still live, for a person to revoke.
    pub(crate) fn left_behind(&self) -> Vec<LeftBehind> {
        self.ledger.left_behind()
    }
}

fn identity(deployment: &Deployment, role: Role) -> Option<&Identity> {
    match role {
        Role::Operator => Some(&deployment.credentials.operator),
        Role::Member => deployment.credentials.member.as_ref(),
        Role::Outsider => deployment.credentials.outsider.as_ref(),
    }
}

/// What the body of a companion's answer tells, which may be wrapped in an envelope or bare.
pub(crate) fn unwrapped(body: &Value) -> &Value {
    if body["data"].is_object() {
        &body["data"]
    } else {
        body
    }
}

/// How long a deployment asks to be left alone: whole seconds, as rate limits say it (RFC 9110, section 10.2.3).
fn retry_after(response: &Response) -> Option<Duration> {
    let mut named = (response.headers.iter()).filter(|(name, _)| name == "retry-after");
    let value = std::str::from_utf8(&named.next()?.1).ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// What the answer of `POST /api/v1/tokens` tells.
struct Created {
    token: String,
    id: String,
    jti: Option<String>,
    name: Option<String>,
}

impl Created {
    fn read(body: &[u8]) -> Option<Created> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let data = unwrapped(&body);
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
