//! Revocations: those that arrive while others are committed go into the next statement together.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, ValueRef};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use uuid::Uuid;

use super::super::audit::AuditAction;
use super::super::error::StoreError;
use super::super::records::{NewRevocation, Revocation, Revoked};
use super::coalesce::{Batch, Coalescer};
use super::connections::{Connections, Work};
use super::read::ByKeys;
use super::row::Stored;

/// Inserts the revocations that do not exist yet, and an event in the audit trail for each, in one transaction, which is the
/// statement. What is asked by a revoked token is left out. Of several for the same token, the first one leads.
///
/// `lock_tokens` is a function of the database so that this stays one round trip, however many tokens are locked.
///
/// The instant is read after all locks are taken, so that it is later than all that the tokens have written. `IS TRUE` makes the
/// database look each caller up in a hash table; it would compare all pairs otherwise, since sessions switch hash joins off.
///
/// The statement waits for another replica's row for the same token: that is committed, and so durable, when this one ends.
const REVOKE: &str = "
    WITH active AS MATERIALIZED (
        SELECT jti FROM lock_tokens($1, CASE WHEN set_config('lock_timeout', $14, true) IS NOT NULL THEN $10 END) AS jti
    ),
    locked AS MATERIALIZED (
        SELECT clock_timestamp() AS at, current_setting('synchronous_standby_names') <> '' AS synchronous
        FROM (SELECT count(*) FROM active) AS all_of_them
    ),
    asked AS (
        SELECT *, row_number() OVER (PARTITION BY jti ORDER BY nth) = 1 AS leads
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
                    $9::text[], $10::uuid[]) WITH ORDINALITY
        AS a (jti, revoked_by, reason, claimed_email, actor_user_id, actor_token_id, business_id, target_token_id,
              remote_address, actor_jti, nth)
        WHERE (actor_jti IN (SELECT jti FROM active)) IS TRUE
    ),
    added AS (
        INSERT INTO revocations (jti, revoked_at, revoked_by, reason, claimed_email)
        SELECT jti, at, revoked_by, reason, claimed_email FROM asked, locked WHERE leads
        ON CONFLICT (jti) DO NOTHING
        RETURNING jti, revoked_at, revoked_by, reason
    ),
    recorded AS (
        INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
                                  remote_address, claimed_email)
        SELECT at, CASE WHEN first THEN $11 ELSE $12 END,
               actor_user_id, actor_token_id, business_id, target_token_id, reason, remote_address, claimed_email
        FROM (SELECT *, leads AND jti IN (SELECT jti FROM added) AS first FROM asked) AS asked, locked
    ),
    changed AS (INSERT INTO changes (jtis, users) VALUES ($1, $13))
    SELECT jti, revoked_at, revoked_by, reason, synchronous FROM added, locked
    UNION ALL SELECT jti, NULL, NULL, NULL, NULL FROM unnest($10) AS caller (jti)
    WHERE (jti IN (SELECT jti FROM active)) IS NOT TRUE";

const KEPT: &str =
    "SELECT jti, revoked_at, revoked_by, reason FROM revocations WHERE jti = ANY($1)";

/// How long revocations that are committed together may wait for a lock: one token that is locked must not hold the others up.
const TOGETHER_WITHIN: Duration = Duration::from_millis(200);

/// The most revocations in progress that are committed alone.
const ALONE: usize = 3;

/// Revocations that are committed together, or alone if one of them waits for a lock.
#[derive(Debug)]
pub(super) struct Revocations {
    together: Coalescer<Together>,
    connections: Arc<Connections>,
    alone: Semaphore,
}

impl Revocations {
    /// Starts to answer, with at most `in_progress` statements at a time that revoke together.
    pub(super) fn start(connections: Arc<Connections>, in_progress: usize) -> Self {
        Self {
            together: Coalescer::start(Together(Arc::clone(&connections)), in_progress),
            connections,
            alone: Semaphore::new(ALONE),
        }
    }

    /// Revokes a token. Returns `None` when the caller's token is revoked.
    pub(super) async fn revoke(
        &self,
        revocation: NewRevocation,
    ) -> Result<Option<Revoked>, StoreError> {
        let locked = match self.together.ask(revocation.clone()).await? {
            Some(answer) => return Ok(answer),
            None => || StoreError::Locked("another session has locked the token".to_owned()),
        };
        let limits = self.connections.primary.limits;
        let Ok(Ok(_one)) = timeout(limits.answer_within, self.alone.acquire()).await else {
            return Err(locked());
        };
        let alone = [revocation];
        let answers = commit(&self.connections, &alone, limits.lock_within()).await?;
        answers.into_iter().next().ok_or_else(locked)
    }
}

/// Revocations that are committed together.
#[derive(Debug)]
struct Together(Arc<Connections>);

impl Batch for Together {
    type Question = NewRevocation;
    /// `None` when another session has locked the token or the caller's; within it, `None` when the caller's token is revoked.
    type Answer = Option<Option<Revoked>>;

    async fn ask(&self, revocations: &[NewRevocation]) -> Result<Vec<Self::Answer>, StoreError> {
        let within = TOGETHER_WITHIN.min(self.0.primary.limits.lock_within());
        let begun = Instant::now();
        match commit(&self.0, revocations, within).await {
            // The limit of the session was longer: not a row is locked, but a table.
            Err(error @ StoreError::Locked(_)) if begun.elapsed() >= 4 * within => {
                return Err(error);
            }
            Err(StoreError::Locked(_)) => {}
            answers => return Ok(answers?.into_iter().map(Some).collect()),
        }
        let (targets, callers) = self.0.run(&Unlocked(revocations)).await?;
        let is_unlocked = |revocation: &&NewRevocation| {
            targets.contains(&revocation.jti) && callers.contains(&revocation.by.jti)
        };
        let unlocked: Vec<NewRevocation> =
            revocations.iter().filter(is_unlocked).cloned().collect();
        let answers = if unlocked.is_empty() {
            Vec::new()
        } else {
            match commit(&self.0, &unlocked, within).await {
                // They were locked meanwhile.
                Err(StoreError::Locked(_)) => Vec::new(),
                answers => answers?,
            }
        };
        let mut answers = answers.into_iter();
        let answer = |revocation| is_unlocked(&revocation).then(|| answers.next()).flatten();
        Ok(revocations.iter().map(answer).collect())
    }
}

/// The read of which tokens no other session has locked, of those that are to be revoked and those of the callers.
struct Unlocked<'a>(&'a [NewRevocation]);

impl Work for Unlocked<'_> {
    type Output = (HashSet<Uuid>, HashSet<Uuid>);

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        let targets: Vec<Uuid> = self.0.iter().map(|revocation| revocation.jti).collect();
        let callers: Vec<Uuid> = self.0.iter().map(|revocation| revocation.by.jti).collect();
        let targets =
            sqlx::query_scalar("SELECT jti FROM tokens WHERE jti = ANY($1) FOR UPDATE SKIP LOCKED")
                .bind(targets)
                .fetch_all(&mut *connection)
                .await?;
        let callers = sqlx::query_scalar(
            "SELECT jti FROM tokens WHERE jti = ANY($1) FOR KEY SHARE SKIP LOCKED",
        )
        .bind(callers)
        .fetch_all(connection)
        .await?;
        Ok((targets.into_iter().collect(), callers.into_iter().collect()))
    }
}

/// Commits these revocations, none of which may wait longer for a lock. Returns `None` for a caller whose token is revoked.
async fn commit(
    connections: &Connections,
    revocations: &[NewRevocation],
    lock_within: Duration,
) -> Result<Vec<Option<Revoked>>, StoreError> {
    let Added {
        mut added,
        refused,
        is_synchronous,
    } = connections
        .run(&Add {
            revocations,
            lock_within,
        })
        .await?;
    // They are committed, and perhaps on the primary alone.
    connections.primary.require_synchronous(is_synchronous)?;
    let is_active = |revocation: &&NewRevocation| !refused.contains(&revocation.by.jti);
    let others: Vec<Uuid> = revocations
        .iter()
        .filter(is_active)
        .map(|revocation| revocation.jti)
        .filter(|jti| !added.contains_key(jti))
        .collect();
    let kept = if others.is_empty() {
        HashMap::new()
    } else {
        // A separate statement: the one above cannot see rows that were committed after it began.
        by_jti(
            &connections
                .read(&ByKeys::new(KEPT, others.into_iter()))
                .await?,
        )?
    };

    // Of several for the same token, the first one is kept.
    let mut first_of = HashMap::new();
    revocations
        .iter()
        .map(|revocation| {
            if !is_active(&revocation) {
                return Ok(None);
            }
            let jti = revocation.jti;
            let (revocation, first) = match added.remove(&jti) {
                Some(row) => (first_of.entry(jti).or_insert(row).clone(), true),
                None => {
                    let row = first_of.get(&jti).or_else(|| kept.get(&jti));
                    let row = row.cloned().ok_or_else(|| {
                        StoreError::Inconsistent(
                            "a revocation that was in the way does not exist".to_owned(),
                        )
                    })?;
                    (row, false)
                }
            };
            Ok(Some(Revoked { revocation, first }))
        })
        .collect()
}

/// The statement [`REVOKE`].
struct Add<'a> {
    revocations: &'a [NewRevocation],
    /// How long it may wait for each lock.
    lock_within: Duration,
}

struct Added {
    /// The rows that it added, by `jti`.
    added: HashMap<Uuid, Revocation>,
    /// The callers' tokens that are revoked, by `jti`.
    refused: HashSet<Uuid>,
    /// Whether the commit waited for a standby, or added nothing.
    is_synchronous: bool,
}

impl Work for Add<'_> {
    type Output = Added;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        // Sorted by key, so that two replicas with the same tokens never wait for each other in a circle. The sort is stable: of
        // several for one token the first stays the first.
        let mut ordered: Vec<&NewRevocation> = self.revocations.iter().collect();
        ordered.sort_by_key(|revocation| revocation.jti);
        let column = |of: fn(&NewRevocation) -> Uuid| -> Vec<Uuid> {
            ordered.iter().map(|revocation| of(revocation)).collect()
        };
        let texts = |of: fn(&NewRevocation) -> Option<String>| -> Vec<Option<String>> {
            ordered.iter().map(|revocation| of(revocation)).collect()
        };
        let rows = sqlx::query(REVOKE)
            .bind(column(|new| new.jti))
            .bind(texts(|new| Some(new.revoked_by.clone())))
            .bind(texts(|new| new.reason.clone()))
            .bind(texts(|new| new.by.claimed_email.clone()))
            .bind(column(|new| new.by.user_id))
            .bind(column(|new| new.by.token_id))
            .bind(column(|new| new.by.business_id))
            .bind(column(|new| new.token_id))
            .bind(texts(|new| {
                new.by.remote_address.map(|address| address.to_string())
            }))
            .bind(column(|new| new.by.jti))
            .bind(AuditAction::Revoked.name())
            .bind(AuditAction::RevokeRepeated.name())
            .bind(column(|new| new.owner))
            .bind(format!("{}ms", self.lock_within.as_millis()))
            .fetch_all(connection)
            .await?;
        let is_added = |row: &PgRow| row.try_get_raw("revoked_at").is_ok_and(|at| !at.is_null());
        let (added, refused): (Vec<PgRow>, Vec<PgRow>) = rows.into_iter().partition(is_added);
        let is_synchronous = added
            .iter()
            .map(|row| row.try_get("synchronous"))
            .all(|synchronous| synchronous.unwrap_or(false));
        Ok(Added {
            is_synchronous,
            added: by_jti(&added)?,
            refused: refused
                .iter()
                .map(|row| row.try_get("jti"))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn by_jti(rows: &[PgRow]) -> Result<HashMap<Uuid, Revocation>, StoreError> {
    rows.iter()
        .map(|row| {
            let revocation = Revocation {
                revoked_at: row.instant("revoked_at")?,
                revoked_by: row.try_get("revoked_by")?,
                reason: row.try_get("reason")?,
            };
            Ok((row.try_get("jti")?, revocation))
        })
        .collect()
}
