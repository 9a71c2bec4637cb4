//! The caller's token, and the token that the request is about: one statement for many requests.
//!
//! A target of another business is not found, rather than found and refused, so that the time of the answer does not show that
//! it exists.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::digest::TokenDigest;
use super::super::error::StoreError;
use super::super::records::{CallerToken, Member, Target, TargetKey};
use super::changes::Between;
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::read::ByKeys;
use super::row::Stored;
use super::snapshot::{Snapshot, snapshot_column};
use super::snapshot_cache::{ReadTokens, SnapshotCache};

/// What [`caller_token`] reads of a token `t`. A foreign key ensures, for all who write, that a token's owner is a member of its
/// business.
macro_rules! caller_columns {
    () => {
        "t.jti, t.id, t.user_id, t.business_id, t.token_sha256, t.expires_at, t.last_used_at,
         (SELECT r.jti FROM revocations r WHERE r.jti = t.jti) IS NOT NULL AS revoked"
    };
}

/// A row with the snapshot for each token that exists, or one with the snapshot alone.
const TOKENS: &str = concat!(
    "SELECT ",
    snapshot_column!(),
    ", ",
    caller_columns!(),
    " FROM (VALUES (true)) AS now LEFT JOIN tokens t ON t.jti = ANY($1)"
);

/// A row for each question, with the caller's token and the target, as far as they are asked for and exist.
///
/// The target is looked up by the expression of the index `tokens_within_business`. The limits, which cut nothing off, keep the
/// planner from joining the whole table while that is small, by a plan that would be kept while it grows. The asker is only
/// looked up for a target that exists.
const TOKENS_AND_TARGETS: &str = concat!(
    "SELECT ",
    snapshot_column!(),
    ", caller.*, target.*, asked.nth
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) WITH ORDINALITY AS asked (jti, business_id, id, asker, nth)
     LEFT JOIN LATERAL (
         SELECT ",
    caller_columns!(),
    "    FROM tokens t WHERE t.jti = asked.jti LIMIT 1
     ) caller ON true
     LEFT JOIN LATERAL (
         SELECT t.id, t.jti, t.user_id, t.name, m.email, m.role
         FROM (
             SELECT * FROM tokens t
             WHERE uuid_send(t.business_id) || uuid_send(t.id) = uuid_send(asked.business_id) || uuid_send(asked.id) LIMIT 1
         ) t
         CROSS JOIN LATERAL (
             SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.business_id = t.business_id AND m.user_id = asked.asker LIMIT 1
         ) m
     ) target ON true"
);

/// The first column of the target, and the column of the question's number, which counts from 1.
const TARGET: usize = 9;
const NTH: usize = TARGET + 6;

/// What a request asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// The `jti` of the caller's token.
    pub(super) jti: Uuid,
    pub(super) target: Option<TargetKey>,
}

/// What exists of that.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) token: Option<CallerToken>,
    /// The snapshot at which the token was so, taken after the question was asked.
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) target: Option<Target>,
}

/// Reads of callers' tokens and of targets.
///
/// A cached token is not read again: the statement shows whether the snapshot that it belongs to is still the current one.
#[derive(Debug)]
pub(super) struct Authentications {
    pub(super) connections: Arc<Connections>,
    pub(super) cache: Arc<SnapshotCache>,
}

impl Batch for Authentications {
    type Question = Question;
    type Answer = Answer;

    async fn ask(&self, questions: &[Question]) -> Result<Vec<Answer>, StoreError> {
        let jtis: Vec<Uuid> = questions.iter().map(|question| question.jti).collect();
        let cached = self.cache.tokens(&jtis);
        let is_cached = |jti: &Uuid| {
            let cached = cached.as_ref();
            cached.is_some_and(|cached| cached.tokens.contains_key(jti))
        };
        let (mut read, targets) = if questions.iter().any(|question| question.target.is_some()) {
            let missing = |question: &Question| Some(question.jti).filter(|jti| !is_cached(jti));
            let missing = questions.iter().map(missing).collect();
            let ask = TokensAndTargets { questions, missing };
            self.connections.read(&ask).await?
        } else {
            let missing = jtis.iter().filter(|jti| !is_cached(jti));
            (self.read(missing.copied()).await?, Vec::new())
        };
        match cached {
            Some(cached) if cached.snapshot == read.snapshot => {
                self.cache.add_tokens(&read);
                read.tokens.extend(cached.tokens);
            }
            cached => {
                let outdated = cached.map(|cached| cached.tokens.into_keys().collect());
                self.renew(&mut read, outdated.unwrap_or_default()).await?;
            }
        }
        let targets = targets.into_iter().chain(std::iter::repeat(None));
        let answer = |(jti, target): (&Uuid, Option<Target>)| Answer {
            token: read.tokens.get(jti).cloned(),
            snapshot: Arc::clone(&read.snapshot),
            target,
        };
        Ok(jtis.iter().zip(targets).map(answer).collect())
    }
}

impl Authentications {
    /// Makes the cached reads those of the snapshot that these tokens were read at. Adds to what was read the tokens of which
    /// there was only a cached read of an earlier snapshot.
    async fn renew(&self, read: &mut ReadTokens, outdated: Vec<Uuid>) -> Result<(), StoreError> {
        if let Some(earlier) = self.cache.outdated(&read.snapshot) {
            let between = Between {
                from: &earlier,
                to: &read.snapshot,
            };
            if let Some(changes) = self.connections.read(&between).await? {
                self.cache.carry_over(&earlier, &read.snapshot, &changes);
            }
        }
        self.cache.add_tokens(read);
        if let Some(carried) = self.cache.tokens(&outdated)
            && carried.snapshot == read.snapshot
        {
            read.tokens.extend(carried.tokens);
        }
        let missing = |jti: &Uuid| !read.tokens.contains_key(jti);
        let missing: Vec<Uuid> = outdated.into_iter().filter(missing).collect();
        if !missing.is_empty() {
            // These are read later than the snapshot, which is even better.
            read.tokens
                .extend(self.read(missing.into_iter()).await?.tokens);
        }
        Ok(())
    }

    /// Reads these tokens and the snapshot, which is also read when no token is asked for.
    async fn read(&self, jtis: impl Iterator<Item = Uuid>) -> Result<ReadTokens, StoreError> {
        let ask = ByKeys::new(TOKENS, jtis);
        tokens(&self.connections.read(&ask).await?)
    }
}

/// The statement [`TOKENS_AND_TARGETS`].
struct TokensAndTargets<'a> {
    questions: &'a [Question],
    /// The callers' tokens that are to be read.
    missing: Vec<Option<Uuid>>,
}

impl Work for TokensAndTargets<'_> {
    type Output = (ReadTokens, Vec<Option<Target>>);

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        let column = |of: fn(&TargetKey) -> Uuid| -> Vec<Option<Uuid>> {
            let questions = self.questions.iter();
            questions
                .map(|question| question.target.as_ref().map(of))
                .collect()
        };
        let rows = sqlx::query(TOKENS_AND_TARGETS)
            .bind(&self.missing)
            .bind(column(|target| target.business_id))
            .bind(column(|target| target.id))
            .bind(column(|target| target.asker))
            .fetch_all(connection)
            .await?;
        let mut targets = vec![None; self.questions.len()];
        for row in &rows {
            let nth: i64 = row.try_get(NTH)?;
            let at = usize::try_from(nth - 1)
                .ok()
                .filter(|at| *at < targets.len());
            let at = at.ok_or_else(|| {
                StoreError::Inconsistent("a row that no request asked for".to_owned())
            })?;
            if let Some(asked) = self.questions[at].target {
                targets[at] = target(row, asked.asker)?;
            }
        }
        Ok((tokens(&rows)?, targets))
    }
}

/// Reads the tokens of rows, and their snapshot.
fn tokens(rows: &[PgRow]) -> Result<ReadTokens, StoreError> {
    let first = rows.first();
    let first = first.ok_or_else(|| StoreError::Inconsistent("no answer".to_owned()))?;
    let mut tokens = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(jti) = row.try_get(1)? {
            tokens.insert(jti, caller_token(row)?);
        }
    }
    Ok(ReadTokens {
        snapshot: Arc::new(Snapshot::from_row(first, 0)?),
        tokens,
    })
}

/// Reads the columns after the snapshot and the `jti`, by their positions.
fn caller_token(row: &PgRow) -> Result<CallerToken, StoreError> {
    Ok(CallerToken {
        token_id: row.try_get(2)?,
        user_id: row.try_get(3)?,
        business_id: row.try_get(4)?,
        digest: TokenDigest::from_stored(row.try_get(5)?).ok_or_else(|| {
            StoreError::Inconsistent("a token's digest is not 32 bytes long".to_owned())
        })?,
        expires_at: row.instant(6)?,
        last_used_at: row.optional_instant(7)?,
        revoked: row.try_get(8)?,
    })
}

/// Reads the target of a row, if it exists.
fn target(row: &PgRow, asker: Uuid) -> Result<Option<Target>, StoreError> {
    let Some(id) = row.try_get(TARGET)? else {
        return Ok(None);
    };
    Ok(Some(Target {
        id,
        jti: row.try_get(TARGET + 1)?,
        owner: row.try_get(TARGET + 2)?,
        name: row.try_get(TARGET + 3)?,
        asker: Member {
            user_id: asker,
            email: row.try_get(TARGET + 4)?,
            role: row.role(TARGET + 5)?,
        },
    }))
}
