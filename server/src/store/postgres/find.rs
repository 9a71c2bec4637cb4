//! Tokens by their business and id: one statement for many. A token of another business is not found, rather than found and
//! refused, so that the time of the answer does not tell that it exists.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::{StoreError, TokenRecord};
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::row::{TOKEN_COLUMNS, token_columns, token_record};

/// As the index `tokens_of_business` has them. The limit, which there is nothing to cut off, keeps the planner from joining the
/// whole table while that is small, by a plan that would be kept while it grows.
const FIND: &str = concat!(
    "SELECT ",
    token_columns!(),
    ", t.business_id
     FROM unnest($1::uuid[], $2::uuid[]) AS asked (business_id, id)
     CROSS JOIN LATERAL (
         SELECT * FROM tokens t WHERE t.business_id = asked.business_id AND t.id::text = asked.id::text LIMIT 1
     ) t
     LEFT JOIN revocations r ON r.jti = t.jti"
);

/// Tokens, by their business and id.
#[derive(Debug)]
pub(super) struct Tokens(pub(super) Arc<Connections>);

impl Batch for Tokens {
    type Question = (Uuid, Uuid);
    type Answer = Option<TokenRecord>;

    async fn ask(&self, questions: &[(Uuid, Uuid)]) -> Result<Vec<Self::Answer>, StoreError> {
        let mut keys = questions.to_vec();
        // Many requests may ask for the same token, which is asked for once.
        keys.sort_unstable();
        keys.dedup();
        let rows = self.0.read(&Find(keys)).await?;
        let found = rows
            .iter()
            .map(|row| {
                let record = token_record(row)?;
                Ok(((row.try_get(TOKEN_COLUMNS)?, record.id), record))
            })
            .collect::<Result<HashMap<(Uuid, Uuid), _>, StoreError>>()?;
        Ok(questions
            .iter()
            .map(|key| found.get(key).cloned())
            .collect())
    }
}

/// The statement, with businesses and ids.
#[derive(Debug)]
struct Find(Vec<(Uuid, Uuid)>);

impl Work for Find {
    type Output = Vec<PgRow>;

    async fn on(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, StoreError> {
        let (businesses, ids): (Vec<Uuid>, Vec<Uuid>) = self.0.iter().copied().unzip();
        let query = sqlx::query(FIND).bind(businesses).bind(ids);
        Ok(query.fetch_all(connection).await?)
    }
}
