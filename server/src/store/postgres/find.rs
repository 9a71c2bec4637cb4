//! Tokens by their business and id: one statement for many. A token of another business is not found, rather than found and
//! refused, so that the time of the answer does not tell that it exists.

use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::super::{Found, Member, StoreError};
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::row::{Stored, TOKEN_COLUMNS, token_columns, token_record};

/// As the index `tokens_of_business` has them. The limit, which there is nothing to cut off, keeps the planner from joining the
/// whole table while that is small, by a plan that would be kept while it grows. Who asks is looked up for a token that is there.
const FIND: &str = concat!(
    "SELECT ",
    token_columns!(),
    ", m.email, m.role, asked.nth
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS asked (business_id, id, asker, nth)
     CROSS JOIN LATERAL (
         SELECT * FROM tokens t WHERE t.business_id = asked.business_id AND t.id::text = asked.id::text LIMIT 1
     ) t
     CROSS JOIN LATERAL (
         SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.business_id = t.business_id AND m.user_id = asked.asker LIMIT 1
     ) m
     LEFT JOIN revocations r ON r.jti = t.jti"
);

/// A token of a business, and the user of the business who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) business_id: Uuid,
    pub(super) id: Uuid,
    pub(super) asker: Uuid,
}

/// Tokens, by their business and id.
#[derive(Debug)]
pub(super) struct Tokens(pub(super) Arc<Connections>);

impl Batch for Tokens {
    type Question = Question;
    type Answer = Option<Found>;

    async fn ask(&self, questions: &[Question]) -> Result<Vec<Self::Answer>, StoreError> {
        self.0.read(&Find(questions)).await
    }
}

/// The statement, with its questions.
#[derive(Debug)]
struct Find<'a>(&'a [Question]);

impl Work for Find<'_> {
    type Output = Vec<Option<Found>>;

    async fn on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        let column = |of: fn(&Question) -> Uuid| self.0.iter().map(of).collect::<Vec<_>>();
        let rows = sqlx::query(FIND)
            .bind(column(|question| question.business_id))
            .bind(column(|question| question.id))
            .bind(column(|question| question.asker))
            .fetch_all(connection)
            .await?;
        let mut found = vec![None; self.0.len()];
        for row in &rows {
            let nth: i64 = row.try_get(TOKEN_COLUMNS + 2)?;
            let at = usize::try_from(nth - 1).ok().filter(|at| *at < found.len());
            let at = at.ok_or_else(|| {
                StoreError::Inconsistent("a token that nobody asked for".to_owned())
            })?;
            found[at] = Some(Found {
                token: token_record(row)?,
                asker: Member {
                    user_id: self.0[at].asker,
                    email: row.try_get(TOKEN_COLUMNS)?,
                    role: row.role(TOKEN_COLUMNS + 1)?,
                },
            });
        }
        Ok(found)
    }
}
