//! The deployment under test, which all cases of a run share: the one way to send requests, what was learnt from the
//! answers, and the ledger of the tokens that the suite created.

mod breaker;
mod callers;
pub(crate) mod credentials;
mod deviations;
mod earlier;
pub(crate) mod faults;
pub(crate) mod keeping;
pub(crate) mod leak;
mod learning;
pub(crate) mod ledger;
pub(crate) mod listed;
mod living;
pub(crate) mod lost;
pub(crate) mod observation;
pub mod pace;
pub(crate) mod places;
pub mod reach;
mod records;
pub(crate) mod sound;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;

use crate::contract::Contract;
use crate::coverage::{Coverage, Tracker};
use crate::profile::{Credentials, Policy, Profile, Role};
use crate::redact::Secrets;
use crate::resources::graph::Graph;
use crate::resources::ledger::Ledger as Made;
use crate::resources::scope::Shared;
use crate::wire::{Client, Exchange, Form, NoAnswer, Request, Response, To, Wire};
use breaker::Breaker;
pub(crate) use breaker::Early;
use deviations::Deviations;
use keeping::Keeping;
use ledger::{Ledger, Token};
use lost::Lost;
use observation::Observation;
use pace::{CLEAN_UP, Errand, Limits, Pace};
use reach::Reaches;
use sound::Sound;
use users::Users;

/// The most times that a failed connection is tried again.
const RETRIES: u32 = 2;

/// The number of requests in a row that waited in vain, after which none waits.
const MOST_BUSY: u32 = 3;

/// The longest time from a broken connection to the server error of another request that broke it.
const AFTER_BREAK: Duration = Duration::from_millis(50);

/// The longest that a request waits for a deployment that asks for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shortest that it waits: a deployment may ask to wait no time at all, each time.
const LEAST_PAUSE: Duration = Duration::from_millis(250);

/// The number of failed connections in a row after which the deployment counts as unreachable.
const UNREACHABLE: u32 = 24;

/// A deployment under test.
#[derive(Debug)]
pub struct Deployment {
    /// Its profile.
    pub profile: Profile,
    /// The users that the suite acts as.
    pub credentials: Credentials,
    /// The contract that it must keep.
    pub contract: Contract,
    /// The values that must not leave the suite.
    pub secrets: Secrets,
    /// The tokens that the suite created or was given.
    pub(crate) ledger: Ledger,
    /// The tokens that may live although no answer shows them.
    pub(crate) lost: Lost,
    /// The operations that were reached.
    pub(crate) reaches: Reaches,
    /// How the operations of the contract depend on each other.
    pub(crate) graph: Graph,
    /// What the requests of the run created.
    pub(crate) made: Made,
    /// What the run made for all cases that read one.
    pub(crate) shared: Shared,
    client: Client,
    /// The exchanges and commands in flight.
    in_flight: TaskTracker,
    pace: Pace,
    breaker: Breaker,
    retries: AtomicU64,
    /// The number of requests in a row that waited in vain.
    busy: AtomicU32,
    /// The number of answers that asked to wait, after each of which the request was sent again.
    waits: AtomicU64,
    /// The number of server errors.
    errors: AtomicU64,
    /// The number of connections that broke.
    breaks: AtomicU64,
    /// The number of failed connections in a row.
    refused: AtomicU32,
    coverage: Mutex<Tracker>,
    /// Read by each request that may change something; written by a case that must see no change but its own.
    quiet: tokio::sync::RwLock<()>,
    reached: AtomicBool,
    lists_anyway: AtomicBool,
    /// Whether an operation accepted something for later.
    works_later: AtomicBool,
    choices: Mutex<BTreeMap<Policy, (u16, &'static str)>>,
    answered: Mutex<BTreeMap<Policy, u16>>,
    /// What each user was answered first who asked for a token that does not exist, by their own token or by a minted one.
    unknown: Mutex<BTreeMap<(Role, bool), u16>>,
    observations: Mutex<Vec<Observation>>,
    deviations: Deviations,
    /// The causes and faults by which cases failed so far.
    met: Mutex<BTreeSet<String>>,
    /// The causes by which cases failed so far, each with the fault of the first.
    failed: Mutex<BTreeMap<String, Option<String>>>,
    /// Who revoked a token, by the first answer to each user.
    revokers: Mutex<BTreeMap<Role, Value>>,
    users: Users,
    sound: Sound,
    /// By the schemes that an operation demands: whether no operation enforces them.
    pub(crate) unenforced: Mutex<BTreeMap<String, Arc<OnceCell<bool>>>>,
    /// By the index of a kind: how the deployment keeps its things.
    pub(crate) keeping: Mutex<BTreeMap<usize, Arc<OnceCell<Keeping>>>>,
}

/// The parts of a deployment.
#[derive(Debug)]
pub struct Parts {
    /// Its profile.
    pub profile: Profile,
    /// The credentials that the profile names.
    pub credentials: Credentials,
    /// The contract that it must keep.
    pub contract: Contract,
    /// The client that sends the requests.
    pub client: Client,
    /// How much may be sent to it.
    pub limits: Limits,
}

impl Deployment {
    /// Creates a deployment and registers its credentials as secrets.
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
        credentials::register(&secrets, &profile, &credentials, contract.schemes());
        Arc::new(Deployment {
            ledger: Ledger::default(),
            lost: Lost::default(),
            reaches: Reaches::new(contract.operations().len()),
            coverage: Mutex::new(Tracker::of(contract.document())),
            pace: Pace::new(limits),
            breaker: Breaker::default(),
            retries: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            busy: AtomicU32::new(0),
            errors: AtomicU64::new(0),
            breaks: AtomicU64::new(0),
            refused: AtomicU32::new(0),
            quiet: tokio::sync::RwLock::new(()),
            graph: Graph::of(&contract),
            made: Made::default(),
            shared: Shared::default(),
            profile,
            credentials,
            contract,
            secrets,
            client,
            in_flight: TaskTracker::new(),
            reached: AtomicBool::new(false),
            lists_anyway: AtomicBool::new(false),
            works_later: AtomicBool::new(false),
            choices: Mutex::new(BTreeMap::new()),
            answered: Mutex::default(),
            unknown: Mutex::default(),
            observations: Mutex::default(),
            deviations: Deviations::default(),
            met: Mutex::default(),
            failed: Mutex::default(),
            revokers: Mutex::default(),
            users: Users::default(),
            sound: Sound::default(),
            unenforced: Mutex::default(),
            keeping: Mutex::default(),
        })
    }

    /// Returns the base URL.
    #[must_use]
    pub fn target(&self) -> &str {
        self.client.target()
    }

    /// Returns where requests are sent, for their records.
    pub(crate) fn to(&self) -> To<'_> {
        self.client.to()
    }

    /// Returns how many requests were sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.pace.sent()
    }

    /// Returns how many connection attempts failed and were repeated.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Returns how many answers asked to wait.
    #[must_use]
    pub fn waits(&self) -> u64 {
        self.waits.load(Ordering::Relaxed)
    }

    /// Returns how much may be sent to the deployment.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.pace.limits()
    }

    /// Returns which parts of the contract were reached so far.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let mut coverage = self.tracker().coverage();
        for (index, operation) in coverage.operations.iter_mut().enumerate() {
            operation.unreached = self.reaches.unreached(index);
            operation.reached &= operation.unreached.is_none();
        }
        coverage
    }

    /// Records that a case ran which covers these JSON pointers below an operation.
    pub(crate) fn ran(&self, operation: usize, covers: &[&str]) {
        self.tracker().ran(operation, covers);
    }

    /// Records where a value of an operation's ordinary request comes from.
    pub(crate) fn chose_value(&self, operation: usize, place: String, origin: String) {
        self.tracker().chose(operation, place, origin);
    }

    /// Records what the run could not test of an operation.
    pub(crate) fn leave_out(&self, operation: usize, what: String) {
        self.tracker().leave_out(operation, what);
    }

    /// Waits until no other request is on its way that may change something, and keeps others from being sent. The holder
    /// sends its own by [`Deployment::send_alone`].
    pub(crate) async fn quiet(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.quiet.write().await
    }

    /// Frees the request that was kept to delete a created thing.
    pub(crate) fn freed_one(&self) {
        self.pace.release(1);
    }

    fn tracker(&self) -> std::sync::MutexGuard<'_, Tracker> {
        self.coverage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether a revocation was answered with 201; for a contract without one, whether any operation succeeded.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// Records that the deployment lists tokens, although its profile says that it has no list.
    pub(crate) fn found_list(&self) {
        self.lists_anyway.store(true, Ordering::Relaxed);
    }

    /// Returns whether the deployment lists tokens, although its profile says that it has no list.
    pub(crate) fn lists_anyway(&self) -> bool {
        self.lists_anyway.load(Ordering::Relaxed)
    }

    /// Returns whether an operation accepted something for later (202), which may then change what is read at any time.
    pub(crate) fn works_later(&self) -> bool {
        self.works_later.load(Ordering::Relaxed)
    }

    /// Sends one request for a step of a case, or to mint.
    pub(crate) async fn send(
        self: &Arc<Self>,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let _others = self.among_others(&request).await;
        self.send_alone(case, purpose, request).await
    }

    /// Sends one request of a case that holds [`Deployment::quiet`].
    pub(crate) async fn send_alone(
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
        self.carry(errand, case, purpose, request).await
    }

    /// Sends one request for an errand.
    pub(crate) async fn send_for(
        self: &Arc<Self>,
        errand: Errand,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let _others = self.among_others(&request).await;
        self.carry(errand, case, purpose, request).await
    }

    /// Waits, before a request that may change something, until no case must see no change but its own.
    async fn among_others(
        &self,
        request: &Request,
    ) -> Option<tokio::sync::RwLockReadGuard<'_, ()>> {
        match request.method.is_safe() {
            true => None,
            false => Some(self.quiet.read().await),
        }
    }

    /// Sends one request, to its end even if its case is abandoned meanwhile: a token in the answer must get into the
    /// ledger, or it would never be revoked.
    async fn carry(
        self: &Arc<Self>,
        errand: Errand,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        if errand != Errand::CleanUp
            && let Some(cause) = self.breaker.too_slow()
        {
            return Exchange::unsent(purpose, request, NoAnswer::Stopped(cause));
        }
        if let Err(budget) = self.pace.take(errand) {
            return Exchange::unsent(purpose, request, NoAnswer::Budget(budget));
        }
        let deployment = Arc::clone(self);
        self.carry_through(async move {
            deployment.pace.turn().await;
            deployment.sends(&request);
            let exchange = deployment.connected(errand, purpose, request).await;
            deployment.learn(errand, case, &exchange);
            exchange
        })
        .await
    }

    /// Runs a future to its end even if the case that began it is abandoned meanwhile; [`Deployment::settled`] waits for
    /// it.
    pub(crate) async fn carry_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match self.in_flight.spawn(work).await {
            Ok(done) => done,
            // The case runs under `catch_unwind`, which turns this into the verdict `error`.
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(stopped) => panic!("an exchange was stopped: {stopped}"),
            },
        }
    }

    /// Opens a connection to the deployment.
    pub(crate) async fn wire(&self) -> Result<Wire, NoAnswer> {
        self.client.wire().await
    }

    /// Sends one request on a connection, in a form. Such a request never mints. Where the deployment asks to wait, it is sent
    /// again if the connection allows it: it stays open, or it has carried nothing else and another one can take its place.
    pub(crate) async fn send_on(
        &self,
        wire: &mut Wire,
        form: Form,
        case: &'static str,
        purpose: String,
        request: Request,
    ) -> Exchange {
        let mut waited = Duration::ZERO;
        loop {
            if let Err(budget) = self.pace.take(Errand::Step) {
                return Exchange::unsent(purpose, request, NoAnswer::Budget(budget));
            }
            self.pace.turn().await;
            self.sends(&request);
            let (is_fresh, holds) = (wire.is_fresh(), wire.holds_body());
            let mut exchange = (self.client)
                .send_on(wire, form, purpose.clone(), request.clone())
                .await;
            let response = exchange.outcome.as_ref().ok();
            let asked = response.and_then(|one| Some((asked_to_wait(one)?, one.status)));
            if let Some((pause, status)) = asked {
                waited += pause;
                self.pace.hold(pause);
                let is_open = !wire.is_closed() && form != Form::Half;
                if !holds && (is_fresh || is_open) && waited <= self.patience() {
                    self.waits.fetch_add(1, Ordering::Relaxed);
                    if is_fresh {
                        match self.client.wire().await {
                            Ok(another) => *wire = another,
                            Err(problem) => return Exchange::unsent(purpose, request, problem),
                        }
                    }
                    continue;
                }
                exchange.outcome = Err(NoAnswer::Busy { status, pause });
            }
            self.learn(Errand::Step, case, &exchange);
            return exchange;
        }
    }

    /// Sends a request; repeats it only after a failed connection, since then nothing was sent, where the deployment did
    /// not look at it: it asked to wait, or it refused a credential for which the profile's command gives another since; and
    /// where its connection broke while another request failed, if it may be sent twice (RFC 9110, section 9.2.2). The exchange
    /// counts the repetitions.
    async fn connected(
        self: &Arc<Self>,
        errand: Errand,
        purpose: String,
        mut request: Request,
    ) -> Exchange {
        let (mut retries, mut renewed, mut waited) = (0, false, Duration::ZERO);
        let mut is_repeated = false;
        loop {
            if self.refused.load(Ordering::Relaxed) >= UNREACHABLE {
                let cause =
                    format!("the last {UNREACHABLE} attempts failed, so this one was not made");
                return Exchange::unsent(purpose, request, NoAnswer::Connect(cause));
            }
            let before = self.troubles();
            let mut exchange = self.client.send(purpose.clone(), request.clone()).await;
            exchange.retries = retries;
            match &exchange.outcome {
                // A request that asks to close the connection may see it break.
                Err(NoAnswer::Broken(cause)) if request.header("connection").is_none() => {
                    self.breaks.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(AFTER_BREAK).await;
                    let (errors, breaks) = self.troubles();
                    let has_error = errors > before.0;
                    let is_others = has_error || breaks > before.1 + 1;
                    let may_repeat = request.method.is_idempotent();
                    if may_repeat && is_others && !is_repeated && self.pace.take(errand).is_ok() {
                        is_repeated = true;
                        retries += 1;
                        self.retries.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    // What breaks again breaks by itself.
                    if has_error && !may_repeat {
                        exchange.outcome = Err(NoAnswer::BrokenByOther(cause.clone()));
                    }
                }
                Err(NoAnswer::Connect(_)) => {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    if retries == RETRIES {
                        return exchange;
                    }
                    retries += 1;
                    self.retries.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
                Ok(response) if response.status == 401 && !renewed => {
                    if let Some(with_new) = self.renewed(&request).await
                        && self.pace.take(Errand::Step).is_ok()
                    {
                        (request, renewed) = (with_new, true);
                        continue;
                    }
                }
                Ok(response) => {
                    if response.status >= 500 {
                        self.errors.fetch_add(1, Ordering::Relaxed);
                    }
                    if let Some(pause) = asked_to_wait(response) {
                        let gives_up = self.busy.load(Ordering::Relaxed) >= MOST_BUSY
                            || waited + pause > self.patience()
                            || self.pace.take(Errand::Step).is_err();
                        if gives_up {
                            self.busy.fetch_add(1, Ordering::Relaxed);
                            let status = response.status;
                            exchange.outcome = Err(NoAnswer::Busy { status, pause });
                            self.refused.store(0, Ordering::Relaxed);
                            return exchange;
                        }
                        waited += pause;
                        self.waits.fetch_add(1, Ordering::Relaxed);
                        self.pace.hold(pause);
                        tokio::time::sleep(pause).await;
                        continue;
                    }
                    self.busy.store(0, Ordering::Relaxed);
                }
                Err(_) => {}
            }
            self.refused.store(0, Ordering::Relaxed);
            return exchange;
        }
    }

    /// Returns how long a request may wait for a deployment that asks for it.
    fn patience(&self) -> Duration {
        self.time_left().unwrap_or(PATIENCE).min(PATIENCE)
    }

    /// Returns how many server errors and broken connections there were so far.
    fn troubles(&self) -> (u64, u64) {
        let (errors, breaks) = (&self.errors, &self.breaks);
        (
            errors.load(Ordering::Relaxed),
            breaks.load(Ordering::Relaxed),
        )
    }

    /// Waits until no exchange and no minting command is in flight.
    pub(crate) async fn settled(&self) {
        // A closed tracker still takes tasks; only a closed one can be waited for.
        self.in_flight.close();
        self.in_flight.wait().await;
        self.in_flight.reopen();
    }

    /// Enters a token that was obtained without a request into the ledger, and keeps requests in reserve to revoke it.
    pub(crate) fn enter(&self, case: &'static str, token: Token) -> Arc<Token> {
        self.pace.reserve(CLEAN_UP);
        self.ledger.enter(token, case, &self.secrets)
    }

    /// Returns the size of the budget of requests if it is used up.
    pub(crate) fn exhausted(&self) -> Option<u64> {
        self.pace.exhausted()
    }
}

/// Returns how long an answer asks the client to wait: a 429 or a 503 with `retry-after` in whole seconds or as a date (RFC
/// 9110, section 10.2.3).
pub(crate) fn asked_to_wait(response: &Response) -> Option<Duration> {
    if !matches!(response.status, 429 | 503) {
        return None;
    }
    let value = header_of(response, "retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds).max(LEAST_PAUSE));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    // By the clock of the deployment, if it shows that.
    let date = header_of(response, "date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let now = date.unwrap_or_else(|| Utc::now().fixed_offset());
    Some((until - now).to_std().unwrap_or_default().max(LEAST_PAUSE))
}

/// Returns the first value of a header.
fn header_of<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let mut named = (response.headers.iter()).filter(|(present, _)| present == name);
    std::str::from_utf8(&named.next()?.1).ok()
}

/// Returns the path of a request, without its query.
fn path_of(request: &Request) -> &str {
    request.path.split('?').next().unwrap_or_default()
}
