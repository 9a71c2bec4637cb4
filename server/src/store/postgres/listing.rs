//! Pages of a listing, by keyset: a page starts behind a token, not at a number, so that tokens that come and go between two
//! pages make none repeat or disappear.

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{Connection, QueryBuilder, Row};

use super::super::{ListTokens, Page, SortBy, SortKey, StoreError};
use super::connections::Work;
use super::row::{SELECT_TOKENS, token_record};

impl Work for ListTokens {
    type Output = Page;

    async fn on(&self, connection: &mut PgConnection) -> Result<Page, StoreError> {
        if !self.count_total {
            return read(connection, self, None).await;
        }
        // One snapshot, so that the total and the page are of the same moment.
        let mut transaction = connection
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let total = count(&mut transaction, self).await?;
        let page = read(&mut transaction, self, Some(total)).await?;
        transaction.commit().await?;
        Ok(page)
    }
}

async fn count(connection: &mut PgConnection, list: &ListTokens) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT COUNT(*) FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti",
    );
    push_filter(&mut query, list);
    let row = query.build().fetch_one(connection).await?;
    Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
}

async fn read(
    connection: &mut PgConnection,
    list: &ListTokens,
    total: Option<u64>,
) -> Result<Page, StoreError> {
    let descending = list.walks_descending();
    let column = match list.sort_by {
        SortBy::CreatedAt => "t.created_at",
        SortBy::ExpiresAt => "t.expires_at",
        SortBy::Name => "t.name",
    };
    let mut query = QueryBuilder::<Postgres>::new(SELECT_TOKENS);
    push_filter(&mut query, list);
    if let Some(place) = &list.cursor {
        let sign = if descending { '<' } else { '>' };
        query.push(format_args!(" AND ({column}, t.id) {sign} ("));
        match &place.key {
            SortKey::Instant(instant) => query.push_bind(instant.as_utc()),
            SortKey::Text(text) => query.push_bind(text.clone()),
        };
        query.push(", ").push_bind(place.id).push(")");
    }
    let order = if descending { "DESC" } else { "ASC" };
    query.push(format_args!(
        " ORDER BY {column} {order}, t.id {order} LIMIT "
    ));
    // One more than asked for tells whether there is more.
    query.push_bind(i64::from(list.limit) + 1);
    let rows = query.build().fetch_all(connection).await?;
    let tokens = rows
        .iter()
        .map(token_record)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(list.page(tokens, total))
}

fn push_filter(query: &mut QueryBuilder<Postgres>, list: &ListTokens) {
    query.push(" WHERE t.user_id = ").push_bind(list.user_id);
    query
        .push(" AND t.business_id = ")
        .push_bind(list.business_id);
    if !list.include_revoked {
        query.push(" AND r.jti IS NULL");
    }
}
