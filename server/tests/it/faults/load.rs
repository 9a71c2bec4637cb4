//! Clients that create, use and revoke tokens on every replica, and record what they saw.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::history::{History, Outcome, Probe, Token};
use crate::harness::{Credential, PATIENCE, revoke_path, string};

/// The longest time that a client waits for an answer.
const CLIENT_PATIENCE: Duration = Duration::from_millis(1500);

/// The number of clients that make and revoke tokens.
pub(crate) const USERS: usize = 6;

/// The number of clients per replica that use revoked tokens.
const PROBERS: usize = 2;

/// The number of clients that use every token once more in the end.
const AT_ONCE: usize = 16;

/// The state that all clients share.
pub(crate) struct Load {
    urls: Vec<String>,
    users: Vec<Credential>,
    history: Arc<History>,
    client: reqwest::Client,
    /// The tokens whose revocation was requested.
    revoked: Mutex<Vec<(Token, Credential)>>,
    tokens: AtomicUsize,
    stop: AtomicBool,
}

/// An answer of the API, if there was one: the status and the body, `null` if the body was cut off.
type Received = Option<(u16, Value)>;

impl Load {
    /// Builds the clients of the replicas at these addresses. The users' own tokens are the bystanders: tokens 0 to `USERS`.
    pub(crate) fn on(
        urls: Vec<String>,
        users: Vec<Credential>,
        history: Arc<History>,
    ) -> Arc<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(CLIENT_PATIENCE)
            .build()
            .expect("a client");
        Arc::new(Self {
            urls,
            tokens: AtomicUsize::new(users.len()),
            users,
            history,
            client,
            revoked: Mutex::default(),
            stop: AtomicBool::new(false),
        })
    }

    /// Starts all clients; they run until [`stop`](Self::stop).
    pub(crate) fn begin(self: &Arc<Self>) -> JoinSet<()> {
        let mut clients = JoinSet::new();
        for user in 0..self.users.len() {
            let load = Arc::clone(self);
            clients.spawn(async move { load.make_and_revoke(user).await });
        }
        for replica in 0..self.urls.len() {
            for _ in 0..PROBERS {
                let load = Arc::clone(self);
                clients.spawn(async move { load.use_revoked(replica).await });
            }
        }
        clients
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    async fn make_and_revoke(&self, user: usize) {
        while !self.stopped() {
            let by = &self.users[user];
            let Some((token, credential)) = self.create(by).await else {
                self.pause().await;
                continue;
            };
            self.probe(token, &credential, random_below(self.urls.len()))
                .await;
            // Recorded before the request is sent: from then on the token may be revoked.
            self.history.asked(token);
            self.revoked().push((token, credential.clone()));
            self.revoke(by, token, &credential).await;
            for replica in 0..self.urls.len() {
                self.probe(token, &credential, replica).await;
            }
        }
    }

    async fn create(&self, by: &Credential) -> Option<(Token, Credential)> {
        let body = json!({ "name": "load" }).to_string();
        let replica = random_below(self.urls.len());
        match self
            .send(replica, "POST", "/api/v1/tokens", by, body)
            .await?
        {
            (201, answer) => {
                // An answer that was cut off does not show the token.
                let credential = Credential::created(answer.get("data")?, by);
                Some((self.tokens.fetch_add(1, Ordering::SeqCst), credential))
            }
            (400, _) => {
                // Tokens whose 201 was lost count as active as well.
                self.revoke_forgotten(by).await;
                None
            }
            (status, answer) => {
                self.expect(status, &[503], &answer);
                None
            }
        }
    }

    async fn revoke(&self, by: &Credential, token: Token, credential: &Credential) {
        let path = revoke_path(&credential.token_id);
        let body = json!({ "reason": "fault test" }).to_string();
        match self
            .send(random_below(self.urls.len()), "POST", &path, by, body)
            .await
        {
            Some((201, _)) => self.history.acknowledged(token),
            Some((status, answer)) => {
                self.expect(status, &[503], &answer);
                self.history.unacknowledged();
            }
            None => self.history.unacknowledged(),
        }
    }

    async fn revoke_forgotten(&self, by: &Credential) {
        let said = self.send(
            random_below(self.urls.len()),
            "GET",
            "/api/v1/tokens",
            by,
            String::new(),
        );
        let Some((200, answer)) = said.await else {
            return;
        };
        for item in answer["data"]["items"].as_array().into_iter().flatten() {
            let id = string(&item["id"]);
            if id == by.token_id {
                continue;
            }
            let path = revoke_path(&id);
            let said = self.send(
                random_below(self.urls.len()),
                "POST",
                &path,
                by,
                String::new(),
            );
            // It may be a token whose revocation was requested before and not answered.
            if let (Some((201, _)), Some(token)) = (said.await, self.asked_before(&id)) {
                self.history.acknowledged(token);
            }
        }
    }

    /// Returns the token with this id, if its revocation was requested.
    fn asked_before(&self, id: &str) -> Option<Token> {
        let revoked = self.revoked();
        let found = revoked.iter().find(|(_, of)| of.token_id == id);
        found.map(|(token, _)| *token)
    }

    async fn use_revoked(&self, replica: usize) {
        let mut turn = 0_usize;
        while !self.stopped() {
            turn += 1;
            if turn.is_multiple_of(8) {
                let bystander = random_below(self.users.len());
                self.probe(bystander, &self.users[bystander], replica).await;
                continue;
            }
            let chosen = {
                let revoked = self.revoked();
                // Half of the choices are among the latest tokens, half among all.
                let among = if turn.is_multiple_of(2) {
                    revoked.len().min(20)
                } else {
                    revoked.len()
                };
                (among > 0).then(|| revoked[revoked.len() - 1 - random_below(among)].clone())
            };
            match chosen {
                Some((token, credential)) => {
                    self.probe(token, &credential, replica).await;
                }
                None => self.pause().await,
            }
        }
    }

    /// Uses every token whose revocation was requested once more, on every replica, until that replica answers.
    pub(crate) async fn use_all(self: &Arc<Self>) {
        let revoked = Arc::new(self.revoked().clone());
        let mut clients = JoinSet::new();
        for first in 0..AT_ONCE {
            let (load, revoked) = (Arc::clone(self), Arc::clone(&revoked));
            clients.spawn(async move {
                for (token, credential) in revoked.iter().skip(first).step_by(AT_ONCE) {
                    for replica in 0..load.urls.len() {
                        let begun = Instant::now();
                        while load.probe(*token, credential, replica).await == Outcome::Unknown {
                            assert!(
                                begun.elapsed() < PATIENCE,
                                "replica {replica} does not answer any more"
                            );
                        }
                    }
                }
            });
        }
        clients.join_all().await;
    }

    async fn probe(&self, token: Token, credential: &Credential, replica: usize) -> Outcome {
        let sent = Instant::now();
        let said = self
            .send(
                replica,
                "GET",
                "/api/v1/tokens?limit=1",
                credential,
                String::new(),
            )
            .await;
        let received = Instant::now();
        let outcome = match said {
            Some((200, _)) => Outcome::Accepted,
            Some((401, _)) => Outcome::Refused,
            Some((status, answer)) => {
                self.expect(status, &[503], &answer);
                Outcome::Unknown
            }
            None => Outcome::Unknown,
        };
        self.history.probed(Probe {
            token,
            replica,
            sent,
            received,
            outcome,
        });
        if outcome == Outcome::Unknown {
            self.pause().await;
        }
        outcome
    }

    async fn send(
        &self,
        replica: usize,
        method: &str,
        path: &str,
        by: &Credential,
        body: String,
    ) -> Received {
        let request = self
            .client
            .request(
                method.parse().expect("a method"),
                format!("{}{path}", self.urls[replica]),
            )
            .header("authorization", format!("Bearer {}", by.token))
            .header("x-business-id", &by.business_id)
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        // The status counts even if the body is cut off.
        let body = response.bytes().await.unwrap_or_default();
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Records an answer whose status no fault excuses.
    fn expect(&self, status: u16, excused: &[u16], answer: &Value) {
        if !excused.contains(&status) {
            self.history.unexpected(format!("{status}: {answer}"));
        }
    }

    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    fn revoked(&self) -> std::sync::MutexGuard<'_, Vec<(Token, Credential)>> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a random number below this one.
pub(crate) fn random_below(below: usize) -> usize {
    let (low, _) = uuid::Uuid::new_v4().as_u64_pair();
    usize::try_from(low >> 32).unwrap_or_default() % below
}
