//! Who calls, and the token that the caller wants something done with: one statement for many requests.
//!
//! A token of another business is not found, rather than found and refused, so that the time of the answer does not tell that it
//! exists.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::digest::TokenDigest;
use super::super::error::StoreError;
use super::super::records::{Authentication, Found, Member, WantedToken};
use super::changes::Between;
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::known::{Known, Read};
use super::moment::{Moment, moment_column};
use super::read::ByKeys;
use super::row::Stored;

/// What [`authentication`] reads of a token `t` and its revocation `r`, if there is one. That a token's owner is a member of its
/// business is what a foreign key says, here for whoever writes.
macro_rules! authentication_columns {
    () => {
        "t.jti, t.id, t.user_id, t.business_id, t.token_sha256, t.expires_at, t.last_used_at, r.jti IS NOT NULL AS revoked"
    };
}

/// A row of the moment for each token that is there, or one of the moment alone.
const AUTHENTICATIONS: &str = concat!(
    "SELECT ",
    moment_column!(),
    ", ",
    authentication_columns!(),
    " FROM (VALUES (true)) AS now LEFT JOIN (tokens t LEFT JOIN revocations r ON r.jti = t.jti) ON t.jti = ANY($1)"
);

/// A row for each question, with the token that it came with and the one that it wants, as far as they are asked for and there.
///
/// The wanted one is looked up as the index `tokens_within_business` has it. The limits, which there is nothing to cut off, keep
/// the planner from joining the whole table while that is small, by a plan that would be kept while it grows. Who asks is looked
/// up for a token that is there.
const BOTH: &str = concat!(
    "SELECT ",
    moment_column!(),
    ", came.*, wanted.*, asked.nth
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) WITH ORDINALITY AS asked (jti, business_id, id, asker, nth)
     LEFT JOIN LATERAL (
         SELECT ",
    authentication_columns!(),
    "    FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti WHERE t.jti = asked.jti LIMIT 1
     ) came ON true
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
     ) wanted ON true"
);

/// The columns of the wanted token, and of the question's number, which counts from 1.
const WANTED: usize = 9;
const NTH: usize = WANTED + 6;

/// What a request asks, all of it at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// The token that it came with.
    pub(super) jti: Uuid,
    pub(super) wanted: Option<WantedToken>,
}

/// What there is.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) token: Option<Authentication>,
    /// The moment at which the token was so, which is behind the question.
    pub(super) at: Arc<Moment>,
    pub(super) wanted: Option<Found>,
}

/// Those who call.
///
/// What is known of the tokens that they come with is not read again: the statement says whether the moment that it was read at
/// still lasts.
#[derive(Debug)]
pub(super) struct Authentications {
    pub(super) connections: Arc<Connections>,
    pub(super) known: Arc<Known>,
}

impl Batch for Authentications {
    type Question = Question;
    type Answer = Answer;

    async fn ask(&self, questions: &[Question]) -> Result<Vec<Answer>, StoreError> {
        let jtis: Vec<Uuid> = questions.iter().map(|question| question.jti).collect();
        let known = self.known.authentications(&jtis);
        let is_known = |jti: &Uuid| {
            known
                .as_ref()
                .is_some_and(|known| known.found.contains_key(jti))
        };
        let (mut read, wanted) = if questions.iter().any(|question| question.wanted.is_some()) {
            let unknown = |question: &Question| Some(question.jti).filter(|jti| !is_known(jti));
            let unknown = questions.iter().map(unknown).collect();
            self.connections.read(&Both { questions, unknown }).await?
        } else {
            let unknown = jtis.iter().filter(|jti| !is_known(jti));
            (self.read(unknown.copied()).await?, Vec::new())
        };
        match known {
            Some(known) if known.at == read.at => {
                self.known.learn(&read);
                read.found.extend(known.found);
            }
            known => {
                self.renew(&read).await?;
                let asked = known.map(|known| known.found.into_keys());
                let asked: Vec<Uuid> = asked.into_iter().flatten().collect();
                let still = self.known.authentications(&asked);
                let still = still.filter(|still| still.at == read.at);
                let still = still.map(|still| still.found).unwrap_or_default();
                read.found.extend(still);
                let lost = asked.iter().filter(|jti| !read.found.contains_key(jti));
                let lost: Vec<Uuid> = lost.copied().collect();
                if !lost.is_empty() {
                    // Later than the moment, and so all the better.
                    read.found.extend(self.read(lost.into_iter()).await?.found);
                }
            }
        }
        let wanted = wanted.into_iter().chain(std::iter::repeat(None));
        let answer = |(jti, wanted): (&Uuid, Option<Found>)| Answer {
            token: read.found.get(jti).cloned(),
            at: Arc::clone(&read.at),
            wanted,
        };
        Ok(jtis.iter().zip(wanted).map(answer).collect())
    }
}

impl Authentications {
    /// Takes what is known along to the moment that these tokens were read at, as far as that is possible and worth it.
    async fn renew(&self, read: &Read) -> Result<(), StoreError> {
        if let Some(behind) = self.known.behind(&read.at) {
            let between = Between {
                from: &behind,
                to: &read.at,
            };
            if let Some(changes) = self.connections.read(&between).await? {
                self.known.take_along(&behind, &read.at, &changes);
            }
        }
        self.known.learn(read);
        Ok(())
    }

    /// Reads these tokens, and the moment, also where there are none.
    async fn read(&self, jtis: impl Iterator<Item = Uuid>) -> Result<Read, StoreError> {
        let ask = ByKeys::new(AUTHENTICATIONS, jtis);
        tokens(&self.connections.read(&ask).await?)
    }
}

/// [`BOTH`], with its questions, and the tokens that they came with where those are to be read.
struct Both<'a> {
    questions: &'a [Question],
    unknown: Vec<Option<Uuid>>,
}

impl Work for Both<'_> {
    type Output = (Read, Vec<Option<Found>>);

    async fn on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        let column = |of: fn(&WantedToken) -> Uuid| -> Vec<Option<Uuid>> {
            let questions = self.questions.iter();
            questions
                .map(|question| question.wanted.as_ref().map(of))
                .collect()
        };
        let rows = sqlx::query(BOTH)
            .bind(&self.unknown)
            .bind(column(|wanted| wanted.business_id))
            .bind(column(|wanted| wanted.id))
            .bind(column(|wanted| wanted.asker))
            .fetch_all(connection)
            .await?;
        let mut wanted = vec![None; self.questions.len()];
        for row in &rows {
            let nth: i64 = row.try_get(NTH)?;
            let at = usize::try_from(nth - 1)
                .ok()
                .filter(|at| *at < wanted.len());
            let at = at.ok_or_else(|| {
                StoreError::Inconsistent("a row that nobody asked for".to_owned())
            })?;
            if let Some(asked) = self.questions[at].wanted {
                wanted[at] = found(row, asked.asker)?;
            }
        }
        Ok((tokens(&rows)?, wanted))
    }
}

/// The moment of rows, and the tokens that are in them.
fn tokens(rows: &[PgRow]) -> Result<Read, StoreError> {
    let first = rows.first();
    let first = first.ok_or_else(|| StoreError::Inconsistent("no answer".to_owned()))?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(jti) = row.try_get(1)? {
            found.insert(jti, authentication(row)?);
        }
    }
    Ok(Read {
        at: Arc::new(Moment::of(first, 0)?),
        found,
    })
}

/// The columns behind the moment and the `jti`, by their places.
fn authentication(row: &PgRow) -> Result<Authentication, StoreError> {
    Ok(Authentication {
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

/// The wanted token of a row, if it is there.
fn found(row: &PgRow, asker: Uuid) -> Result<Option<Found>, StoreError> {
    let Some(id) = row.try_get(WANTED)? else {
        return Ok(None);
    };
    Ok(Some(Found {
        id,
        jti: row.try_get(WANTED + 1)?,
        owner: row.try_get(WANTED + 2)?,
        name: row.try_get(WANTED + 3)?,
        asker: Member {
            user_id: asker,
            email: row.try_get(WANTED + 4)?,
            role: row.role(WANTED + 5)?,
        },
    }))
}
