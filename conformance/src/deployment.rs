//! The deployment under test, as all cases share it: the one way to it, what was learnt from its answers, and the
//! ledger of what the suite created there.

mod leak;
pub(crate) mod ledger;
pub mod pace;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Method;
use secrecy::ExposeSecret;
use tokio_util::task::TaskTracker;

use crate::contract::Contract;
use crate::coverage::{Coverage, Tracker};
use crate::profile::{Credentials, Policy, Profile};
use crate::redact::Secrets;
use crate::wire::{Client, Exchange, Form, NoAnswer, Request, To, Wire};
use leak::Leak;
use ledger::{Ledger, Token};
use pace::{Errand, Limits, Pace};

/// How often a connection that did not come about is tried again.
const RETRIES: u32 = 2;

/// So many connections in a row that did not come about, and the deployment is taken to be gone.
const GONE: u32 = 24;

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
    /// The tokens that the suite created or was given.
    pub(crate) ledger: Ledger,
    client: Client,
    under_way: TaskTracker,
    pace: Pace,
    retries: AtomicU64,
    /// How many connections in a row did not come about.
    refused: AtomicU32,
    coverage: Mutex<Tracker>,
    alone: tokio::sync::Mutex<()>,
    reached: AtomicBool,
    choices: Mutex<BTreeMap<Policy, (u16, &'static str)>>,
    leaks: Mutex<Vec<Leak>>,
}

/// What a deployment is made of.
#[derive(Debug)]
pub struct Parts {
    /// Its profile.
    pub profile: Profile,
    /// The credentials that the profile names.
    pub credentials: Credentials,
    /// The contract that it is held to.
    pub contract: Contract,
    /// The way to it.
    pub client: Client,
    /// What may be asked of it.
    pub limits: Limits,
}

impl Deployment {
    /// A deployment that a profile describes.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Deployment> {
        let Parts {
            profile,
            credentials,
            contract,
            client,
            limits,
        } = parts;
        let secrets = Secrets::default();
        let member = profile.member.as_ref().map(|member| &member.token);
        let outsider = profile.outsider.as_ref().map(|outsider| &outsider.token);
        let known = [
            (
                "operator",
                Some(&profile.operator.token),
                Some(&credentials.operator),
            ),
            ("member", member, credentials.member.as_ref()),
            ("outsider", outsider, credentials.outsider.as_ref()),
        ];
        for (user, source, identity) in known {
            if let Some(identity) = identity {
                let env = source.and_then(|source| source.get_ref().env());
                secrets.register(
                    identity.token.expose_secret(),
                    &crate::profile::variable(user, env),
                );
            }
        }
        if let Some(expired) = &credentials.expired {
            let source = profile.operator.expired_token.as_ref();
            let env = source.and_then(|source| source.get_ref().env());
            let name = crate::profile::variable("expired_operator", env);
            secrets.conceal(expired.expose_secret(), &name);
        }
        Arc::new(Deployment {
            ledger: Ledger::default(),
            coverage: Mutex::new(Tracker::of(contract.document())),
            pace: Pace::new(limits),
            retries: AtomicU64::new(0),
            refused: AtomicU32::new(0),
            alone: tokio::sync::Mutex::new(()),
            profile,
            credentials,
            contract,
            secrets,
            client,
            under_way: TaskTracker::new(),
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

    /// Where requests go to, for their records.
    pub(crate) fn to(&self) -> To<'_> {
        self.client.to()
    }

    /// How many requests were sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.pace.sent()
    }

    /// How many connection attempts failed and were repeated.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// What may be asked of the deployment.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.pace.limits()
    }

    /// Which parts of the contract were reached so far.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.tracker().coverage()
    }

    /// Notes that a case ran which covers these JSON pointers below an operation.
    pub(crate) fn ran(&self, operation: usize, covers: &[&str]) {
        self.tracker().ran(operation, covers);
    }

    /// Waits until no other case that asks for this is under way.
    pub(crate) async fn alone(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.alone.lock().await
    }

    fn tracker(&self) -> std::sync::MutexGuard<'_, Tracker> {
        self.coverage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a revocation was answered with 201; by a contract that has none, whether any operation succeeded.
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

    /// Sends one request for a step of a case, or to mint.
    pub(crate) async fn send(
        self: &Arc<Self>,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let minting =
            request.method == Method::POST && path_of(&request) == self.contract.tokens_path();
        let errand = if minting {
            Errand::Minting
        } else {
            Errand::Step
        };
        self.send_for(errand, case, purpose, request).await
    }

    /// Sends one request. Once begun it is carried through even when the case is abandoned meanwhile: a token that
    /// the answer brings must get into the ledger, or nobody would ever revoke it.
    pub(crate) async fn send_for(
        self: &Arc<Self>,
        errand: Errand,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        if let Err(budget) = self.pace.take(errand) {
            return Exchange::unsent(purpose, request, NoAnswer::Budget(budget));
        }
        let deployment = Arc::clone(self);
        self.carry_through(async move {
            deployment.pace.turn().await;
            let exchange = deployment.connected(purpose, request).await;
            deployment.learn(errand, case, &exchange);
            exchange
        })
        .await
    }

    /// Does something to its end even when the case that began it is abandoned meanwhile; [`Deployment::settled`] waits
    /// for it.
    pub(crate) async fn carry_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match self.under_way.spawn(work).await {
            Ok(done) => done,
            // The case runs under `catch_unwind`, which turns this into the verdict `error`.
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(stopped) => panic!("what was under way was stopped: {stopped}"),
            },
        }
    }

    /// Opens a connection to the deployment.
    pub(crate) async fn wire(&self) -> Result<Wire, NoAnswer> {
        self.client.wire().await
    }

    /// Sends one request on a connection, in a form. No such request mints.
    pub(crate) async fn send_on(
        &self,
        wire: &mut Wire,
        form: Form,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        if let Err(budget) = self.pace.take(Errand::Step) {
            return Exchange::unsent(purpose, request, NoAnswer::Budget(budget));
        }
        self.pace.turn().await;
        let exchange = self.client.send_on(wire, form, purpose, request).await;
        self.learn(Errand::Step, case, &exchange);
        exchange
    }

    /// Sends a request, again only when no connection came about, since then nothing was sent. Each repetition is
    /// told with the exchange.
    async fn connected(&self, purpose: String, request: Request) -> Exchange {
        let mut retries = 0;
        loop {
            if self.refused.load(Ordering::Relaxed) >= GONE {
                let cause = format!("the last {GONE} attempts failed, so this one was not made");
                return Exchange::unsent(purpose, request, NoAnswer::Connect(cause));
            }
            let mut exchange = self.client.send(purpose.clone(), request.clone()).await;
            exchange.retries = retries;
            if !matches!(exchange.outcome, Err(NoAnswer::Connect(_))) {
                self.refused.store(0, Ordering::Relaxed);
                return exchange;
            }
            self.refused.fetch_add(1, Ordering::Relaxed);
            if retries == RETRIES {
                return exchange;
            }
            retries += 1;
            self.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Waits until no exchange and no command that makes a token is under way.
    pub(crate) async fn settled(&self) {
        // A closed tracker still takes tasks; only a closed one can be waited for.
        self.under_way.close();
        self.under_way.wait().await;
        self.under_way.reopen();
    }

    /// Takes from an exchange what the whole run needs to know.
    fn learn(&self, errand: Errand, case: &'static str, exchange: &Exchange) {
        let succeeded = self.tracker().learn(exchange);
        if succeeded && !self.contract.has_revoke() {
            self.reached.store(true, Ordering::Relaxed);
        }
        let mut created = false;
        if let Ok(response) = &exchange.outcome {
            // Before the ledger learns of a token that this very answer creates: that one may be in it.
            let found = leak::leaks(case, &self.secrets, exchange, response);
            (self.leaks.lock().unwrap_or_else(PoisonError::into_inner)).extend(found);
            let path = path_of(&exchange.request);
            if exchange.request.method == Method::POST && response.status == 201 {
                if path == self.contract.tokens_path() {
                    created = (self.ledger).learn_created(
                        &self.credentials,
                        &self.secrets,
                        case,
                        exchange,
                        response,
                    );
                } else if path.to_ascii_lowercase().ends_with("/revoke") {
                    self.reached.store(true, Ordering::Relaxed);
                    let revoked = self.ledger.strike(&self.contract, path);
                    self.pace.release(revoked);
                }
            }
        }
        // Those that the ledger knows by now have a name already, which stays.
        if let Ok(response) = &exchange.outcome {
            for secret in leak::secrets_in(response) {
                self.secrets.conceal(&secret, "UNREGISTERED_TOKEN");
            }
        }
        if errand == Errand::Minting && !created {
            self.pace.release(1);
        }
    }

    /// What the deployment chose so far, where the contract leaves a choice.
    pub(crate) fn choices(&self) -> Vec<(Policy, u16)> {
        let choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        (choices.iter())
            .map(|(policy, (status, _))| (*policy, *status))
            .collect()
    }

    /// Enters a token that was obtained without a request into the ledger, and keeps requests in reserve to revoke it.
    pub(crate) fn enter(&self, case: &'static str, token: Token) -> Arc<Token> {
        self.pace.reserve(1);
        self.ledger.enter(token, case, &self.secrets)
    }

    /// Whether the budget of requests is used up; gives its size.
    pub(crate) fn exhausted(&self) -> Option<u64> {
        self.pace.exhausted()
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

/// The path of a request, without its query.
fn path_of(request: &Request) -> &str {
    request.path.split('?').next().unwrap_or_default()
}
