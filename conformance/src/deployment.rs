//! The deployment under test, as all cases share it: the one way to it, what was learnt from its answers, and the
//! ledger of what the suite created there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Method;
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use crate::client::{Client, Exchange, NoAnswer, Request};
use crate::contract::Contract;
use crate::fixtures::Fixtures;
use crate::leak::{self, Leak};
use crate::profile::{Credentials, Policy, Profile};
use crate::redact::Secrets;

/// More exchanges than ever run side by side; all of them together mean that none is under way.
const EXCHANGES: u32 = 4096;

/// A deployment under test. Shared by all cases of a run.
#[derive(Debug)]
pub struct Deployment {
    /// Its profile.
    pub profile: Profile,
    /// The users whom the suite acts as there.
    pub credentials: Credentials,
    /// The contract that it is held to.
    pub contract: Contract,
    /// What must not leave the suite.
    pub secrets: Secrets,
    pub(crate) fixtures: Fixtures,
    client: Client,
    under_way: Arc<Semaphore>,
    requests: AtomicU64,
    reached: AtomicBool,
    choices: Mutex<BTreeMap<Policy, (u16, &'static str)>>,
    leaks: Mutex<Vec<Leak>>,
}

impl Deployment {
    /// A deployment that a profile describes.
    #[must_use]
    pub fn new(
        profile: Profile,
        credentials: Credentials,
        contract: Contract,
        client: Client,
    ) -> Arc<Deployment> {
        let secrets = Secrets::default();
        let known = [
            ("OPERATOR_TOKEN", Some(&credentials.operator)),
            ("MEMBER_TOKEN", credentials.member.as_ref()),
            ("OUTSIDER_TOKEN", credentials.outsider.as_ref()),
        ];
        for (name, identity) in known {
            if let Some(identity) = identity {
                secrets.register(identity.token.expose_secret(), name);
            }
        }
        Arc::new(Deployment {
            fixtures: Fixtures::new(profile.fixtures.max_live),
            profile,
            credentials,
            contract,
            secrets,
            client,
            under_way: Arc::new(Semaphore::new(EXCHANGES as usize)),
            requests: AtomicU64::new(0),
            reached: AtomicBool::new(false),
            choices: Mutex::new(BTreeMap::new()),
            leaks: Mutex::new(Vec::new()),
        })
    }

    /// The base URL.
    #[must_use]
    pub fn target(&self) -> &str {
        self.client.target()
    }

    /// How many requests were sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether a revocation was answered with 201.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// What the answers so far gave away.
    pub(crate) fn leaks(&self) -> Vec<Leak> {
        self.leaks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sends one request. Once begun it is carried through even when the case is abandoned meanwhile: a token that
    /// the answer brings must get into the ledger, or nobody would ever revoke it.
    pub(crate) async fn send(
        self: &Arc<Self>,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let permit = Arc::clone(&self.under_way).acquire_owned().await;
        let deployment = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _permit = permit;
            let exchange = deployment.client.send(purpose, request).await;
            deployment.learn(case, &exchange);
            exchange
        });
        match task.await {
            Ok(exchange) => exchange,
            // The case runs under `catch_unwind`, which turns this into the verdict `error`.
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(stopped) => panic!("the exchange was stopped: {stopped}"),
            },
        }
    }

    /// Sends a request that may be repeated without harm, again when no connection came about, at most twice more.
    pub(crate) async fn send_setup(
        self: &Arc<Self>,
        case: &'static str,
        purpose: &str,
        request: Request,
    ) -> Exchange {
        const RETRIES: u32 = 2;
        let mut retries = 0;
        loop {
            let mut exchange = self.send(case, purpose.to_owned(), request.clone()).await;
            exchange.retries = retries;
            match &exchange.outcome {
                Err(NoAnswer::Connect(_)) if retries < RETRIES => {
                    retries += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                Ok(_) | Err(_) => return exchange,
            }
        }
    }

    /// Waits until no exchange is under way.
    pub(crate) async fn settled(&self) {
        // The semaphore is never closed, so the only outcome is the permits, which go back at once.
        drop(self.under_way.acquire_many(EXCHANGES).await);
    }

    /// Takes from an exchange what the whole run needs to know.
    fn learn(&self, case: &'static str, exchange: &Exchange) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Ok(response) = &exchange.outcome else {
            return;
        };
        // Before the ledger learns of a token that this very answer creates: that one may be in it.
        let found = leak::leaks(case, &self.secrets, exchange, response);
        self.leaks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(found);
        if exchange.request.method != Method::POST || response.status != 201 {
            return;
        }
        let path = exchange.request.path.as_str();
        if path == self.contract.tokens_path() {
            self.fixtures.learn_created(self, case, exchange, response);
        } else if path.to_ascii_lowercase().ends_with("/revoke") {
            self.reached.store(true, Ordering::Relaxed);
            self.fixtures.learn_revoked(&self.contract, path);
        }
    }

    /// Notes how the deployment answered where it had the choice; gives the answer of another case that differs.
    pub(crate) fn chose(
        &self,
        policy: Policy,
        status: u16,
        case: &'static str,
    ) -> Option<(u16, &'static str)> {
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *choices.entry(policy).or_insert((status, case));
        (first.0 != status).then_some(first)
    }
}
