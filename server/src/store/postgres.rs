//! The store that several replicas share: a PostgreSQL database, its primary.
//!
//! A commit is acknowledged when its record is on disk (`synchronous_commit`), and every statement that starts afterwards, on
//! any connection, sees it. So an authentication is a statement that starts after its request arrived: requests that arrive
//! while others are being answered share the next statement, and none ever joins one that has been sent.
//!
//! What such a statement read is [cached](SnapshotCache) as long as the next one sees the same snapshot, or all changes in between
//! are known: a notification of a revocation can be late or lost, a read of the primary cannot.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::Transaction;
use sqlx::postgres::Postgres;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::audit::{Actor, AuditEvent, Author, NewAuditEvent};
use super::error::StoreError;
use super::listing::{ListTokens, Page};
use super::records::{
    Authentication, NewRevocation, NewToken, Revoked, TargetKey, TokenRecord, TokenUse,
};
use crate::timestamp::Timestamp;

mod administer;
mod authentication;
mod changes;
mod coalesce;
mod connections;
mod find;
mod inspection;
mod limits;
mod listing;
mod lock;
pub(super) mod members;
mod primary;
pub(super) mod prune;
mod read;
mod revoke;
mod row;
mod schema;
mod session;
mod snapshot;
mod snapshot_cache;
pub(super) mod tokens;
mod trail;
mod url;
mod warnings;
mod write;

use authentication::{Answer, Authentications, Question};
use coalesce::Coalescer;
use connections::Connections;
pub(super) use inspection::inspect;
pub use limits::PostgresLimits;
use primary::Primary;
pub(super) use snapshot::Snapshot;
use snapshot_cache::SnapshotCache;
pub use url::PostgresUrl;

/// The most connections for authentications: one that is used, and one in its place should it not answer.
const AUTHENTICATING: usize = 2;

/// The most statements of one kind of read in progress, on behalf of any number of requests: the more requests wait, the more
/// the next statement answers.
const READS: usize = 1;

/// The most statements that revoke in progress: one may have to wait for another replica's row.
const REVOCATIONS: usize = 2;

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    primary: Arc<Primary>,
    connections: Arc<Connections>,
    /// The connections of authentications alone: a snapshot names its session.
    authenticating: Arc<Connections>,
    cache: Arc<SnapshotCache>,
    presence: Arc<Coalescer<read::Presence>>,
    authentications: Arc<Coalescer<Authentications>>,
    first_pages: Arc<Coalescer<listing::FirstPages>>,
    revocations: Arc<revoke::Revocations>,
    /// Aborted when this is dropped.
    _watch: Arc<JoinSet<()>>,
}

impl PostgresStore {
    pub(super) async fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let primary = Arc::new(Primary::among(url));
        let ending = Arc::new(Semaphore::new(1));
        let connections = |max| {
            let (primary, ending) = (Arc::clone(&primary), Arc::clone(&ending));
            Arc::new(Connections::to(primary, ending, max))
        };
        let authenticating = connections(AUTHENTICATING);
        let connections = connections(
            url.limits
                .connections
                .saturating_sub(AUTHENTICATING + 1)
                .max(1),
        );
        // A mistake shows now rather than with the first request.
        connections.warm().await?;
        let to = || Arc::clone(&connections);
        let cache = Arc::new(SnapshotCache::default());
        let authentications = Authentications {
            connections: Arc::clone(&authenticating),
            cache: Arc::clone(&cache),
        };
        let first_pages = listing::FirstPages {
            connections: to(),
            cache: Arc::clone(&cache),
        };
        let mut watch = JoinSet::new();
        let watched = Arc::clone(&primary);
        watch.spawn(async move { watched.watch().await });
        Ok(Self {
            primary,
            _watch: Arc::new(watch),
            presence: Arc::new(Coalescer::start(read::Presence(to()), READS)),
            authentications: Arc::new(Coalescer::start(authentications, READS)),
            first_pages: Arc::new(Coalescer::start(first_pages, READS)),
            cache,
            revocations: Arc::new(revoke::Revocations::start(to(), REVOCATIONS)),
            connections,
            authenticating,
        })
    }

    pub(super) async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        schema::migrate(&self.primary).await
    }

    pub(super) async fn grant(&self, role: &str) -> Result<(), StoreError> {
        self.connections.run(&schema::Grant { role }).await
    }

    pub(super) async fn has_tokens(&self) -> Result<bool, StoreError> {
        self.presence.ask(()).await
    }

    pub(super) fn accept_settings(&self) {
        self.primary.accept_settings();
    }

    pub(super) async fn close(&self) {
        self.authenticating.close().await;
        self.connections.close().await;
    }

    pub(super) async fn authentication(
        &self,
        jti: Uuid,
        target: Option<TargetKey>,
    ) -> Result<Option<Authentication<Arc<Snapshot>>>, StoreError> {
        let question = Question { jti, target };
        let Answer {
            token,
            snapshot,
            target,
        } = self.authentications.ask(question).await?;
        Ok(token.map(|token| Authentication {
            token,
            snapshot,
            target,
        }))
    }

    pub(super) async fn revoke(&self, revocation: NewRevocation) -> Result<Revoked, StoreError> {
        let revoked = self.revocations.revoke(revocation).await?;
        revoked.ok_or(StoreError::CallerRevoked)
    }

    pub(super) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
        by: Author,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let add = write::AddToken {
            token,
            max_active,
            by,
        };
        self.connections.run(&add).await
    }

    pub(super) async fn list_tokens(
        &self,
        list: &ListTokens,
        at: &Arc<Snapshot>,
    ) -> Result<Page, StoreError> {
        if !listing::is_short_first(list) {
            return self.connections.read(list).await;
        }
        if let Some(cached) = self.cache.page(at, list) {
            return Ok(cached);
        }
        let question = listing::Question {
            list: list.clone(),
            at: Arc::clone(at),
        };
        self.first_pages.ask(question).await
    }

    pub(super) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, TokenUse>,
    ) -> Result<(), StoreError> {
        self.connections.run(&write::RecordUses(uses)).await
    }

    /// Runs what an operator asks for in a transaction, on a separate connection.
    pub(super) async fn administer<T>(
        &self,
        work: impl AsyncFn(&mut Transaction<'_, Postgres>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        administer::transact(&self.primary, administer::WRITE, work).await
    }

    /// Runs a read for an operator, likewise.
    pub(super) async fn look_up<T>(
        &self,
        work: impl AsyncFn(&mut Transaction<'_, Postgres>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        administer::transact(&self.primary, administer::READ, work).await
    }

    pub(super) async fn record(&self, event: NewAuditEvent) -> Result<(), StoreError> {
        self.connections.run(&event).await
    }

    pub(super) async fn record_refused_uses(
        &self,
        uses: Vec<Actor>,
    ) -> Result<HashMap<Uuid, String>, StoreError> {
        self.connections.run(&trail::RefusedUses(uses)).await
    }

    pub(super) async fn audit_since(
        &self,
        since: Timestamp,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let read = trail::Since {
            since,
            after,
            limit,
        };
        self.connections.read(&read).await
    }
}
